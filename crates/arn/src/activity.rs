//! Activities.

use crate::parts::Parts;
use crate::{ArnError, Identity};
use std::fmt;
use std::str::FromStr;

/// `arn:aws:states:us-east-1:123456789012:activity:name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ActivityArn {
    /// Where it lives.
    pub identity: Identity,
    /// The activity's name.
    pub name: String,
}

impl ActivityArn {
    pub(crate) const RESOURCE_TYPE: &'static str = "activity";

    /// The ARN of the activity `name`, which the caller has checked.
    pub fn new(identity: Identity, name: impl Into<String>) -> ActivityArn {
        ActivityArn { identity, name: name.into() }
    }

    /// Parses the ARN of an activity.
    pub fn parse(text: &str) -> Result<ActivityArn, ArnError> {
        ActivityArn::from_parts(&Parts::typed(text, ActivityArn::RESOURCE_TYPE)?)
    }

    pub(crate) fn from_parts(parts: &Parts<'_>) -> Result<ActivityArn, ArnError> {
        let name = parts.name(parts.resource, "activity name")?;
        Ok(ActivityArn { identity: parts.identity.clone(), name })
    }
}

impl FromStr for ActivityArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        ActivityArn::parse(text)
    }
}

impl fmt::Display for ActivityArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.write_prefix("states", formatter)?;
        write!(formatter, "{}:{}", ActivityArn::RESOURCE_TYPE, self.name)
    }
}
