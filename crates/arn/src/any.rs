//! Any ARN of Step Functions, for the operations that take several kinds.

use crate::parts::Parts;
use crate::{ActivityArn, ArnError, ExecutionArn, MapRunArn, StateMachineArn};
use std::fmt;

/// A typed ARN of whatever kind the text names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arn {
    /// A state machine, version, alias or label.
    StateMachine(StateMachineArn),
    /// A Standard or Express execution.
    Execution(ExecutionArn),
    /// An activity.
    Activity(ActivityArn),
    /// A Map Run.
    MapRun(MapRunArn),
}

impl Arn {
    /// Parses an ARN of any kind.
    pub fn parse(text: &str) -> Result<Arn, ArnError> {
        let parts = Parts::of(text, "states")?;
        match parts.resource_type {
            StateMachineArn::RESOURCE_TYPE => StateMachineArn::from_parts(&parts).map(Arn::StateMachine),
            ExecutionArn::STANDARD => ExecutionArn::standard_from_parts(&parts).map(Arn::Execution),
            ExecutionArn::EXPRESS => ExecutionArn::express_from_parts(&parts).map(Arn::Execution),
            ActivityArn::RESOURCE_TYPE => ActivityArn::from_parts(&parts).map(Arn::Activity),
            MapRunArn::RESOURCE_TYPE => MapRunArn::from_parts(&parts).map(Arn::MapRun),
            other => Err(ArnError::ResourceType(other.to_owned())),
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arn::StateMachine(arn) => arn.fmt(formatter),
            Arn::Execution(arn) => arn.fmt(formatter),
            Arn::Activity(arn) => arn.fmt(formatter),
            Arn::MapRun(arn) => arn.fmt(formatter),
        }
    }
}
