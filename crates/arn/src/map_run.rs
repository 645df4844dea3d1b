//! Map Runs.

use crate::parts::Parts;
use crate::{ArnError, Identity};
use std::fmt;
use std::str::FromStr;

/// `arn:aws:states:us-east-1:123456789012:mapRun:machine/label:uuid`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MapRunArn {
    /// Where it lives.
    pub identity: Identity,
    /// The name of the state machine.
    pub state_machine: String,
    /// The label of the Distributed Map state.
    pub label: String,
    /// What tells the runs of one state apart.
    pub id: String,
}

impl MapRunArn {
    pub(crate) const RESOURCE_TYPE: &'static str = "mapRun";

    /// Parses the ARN of a Map Run.
    pub fn parse(text: &str) -> Result<MapRunArn, ArnError> {
        MapRunArn::from_parts(&Parts::typed(text, MapRunArn::RESOURCE_TYPE)?)
    }

    pub(crate) fn from_parts(parts: &Parts<'_>) -> Result<MapRunArn, ArnError> {
        let (machine, id) = parts.resource.split_once(':').ok_or_else(|| parts.malformed("map run id"))?;
        let (state_machine, label) = parts.labelled(machine)?;
        let label = label.ok_or_else(|| parts.malformed("label"))?;
        let id = parts.name(id, "map run id")?;
        Ok(MapRunArn { identity: parts.identity.clone(), state_machine, label, id })
    }
}

impl FromStr for MapRunArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        MapRunArn::parse(text)
    }
}

impl fmt::Display for MapRunArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.write_prefix("states", formatter)?;
        write!(formatter, "{}:{}/{}:{}", MapRunArn::RESOURCE_TYPE, self.state_machine, self.label, self.id)
    }
}
