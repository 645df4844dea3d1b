//! Executions, Standard and Express, top level or children of a Distributed Map.

use crate::parts::Parts;
use crate::{ArnError, Identity, StateMachineArn};
use std::fmt;
use std::str::FromStr;

/// `arn:aws:states:us-east-1:123456789012:execution:machine:name`, or `:express:machine:name:uuid`. A child of a Distributed Map has
/// `machine/label` in the machine's place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExecutionArn {
    /// Where it lives.
    pub identity: Identity,
    /// The name of the state machine.
    pub state_machine: String,
    /// The label of the Distributed Map state whose child this is.
    pub label: Option<String>,
    /// The execution's name.
    pub name: String,
    /// What tells Express executions of the same name apart; `None` for Standard ones.
    pub express_id: Option<String>,
}

impl ExecutionArn {
    pub(crate) const STANDARD: &'static str = "execution";
    pub(crate) const EXPRESS: &'static str = "express";

    /// The ARN of a Standard execution; the caller has checked the names.
    pub fn standard(identity: Identity, state_machine: impl Into<String>, name: impl Into<String>) -> ExecutionArn {
        ExecutionArn { identity, state_machine: state_machine.into(), label: None, name: name.into(), express_id: None }
    }

    /// What the ARNs of all Express executions of a machine begin with; name, colon and id follow.
    pub fn express_prefix(machine: &StateMachineArn) -> String {
        let text = ExecutionArn {
            label: machine.label.clone(),
            express_id: Some(String::new()),
            ..ExecutionArn::standard(machine.identity.clone(), &*machine.name, "")
        };
        let mut text = text.to_string();
        text.pop();
        text
    }

    /// Parses the ARN of a Standard execution. An Express one is refused the way the operations that know Standard executions only do.
    pub fn parse(text: &str) -> Result<ExecutionArn, ArnError> {
        ExecutionArn::standard_from_parts(&Parts::typed(text, ExecutionArn::STANDARD)?)
    }

    /// Parses the ARN of an Express execution.
    pub fn parse_express(text: &str) -> Result<ExecutionArn, ArnError> {
        ExecutionArn::express_from_parts(&Parts::typed(text, ExecutionArn::EXPRESS)?)
    }

    pub(crate) fn standard_from_parts(parts: &Parts<'_>) -> Result<ExecutionArn, ArnError> {
        let (machine, name) = parts.resource.split_once(':').ok_or_else(|| parts.malformed("execution name"))?;
        let (state_machine, label) = parts.labelled(machine)?;
        let name = parts.name(name, "execution name")?;
        Ok(ExecutionArn { identity: parts.identity.clone(), state_machine, label, name, express_id: None })
    }

    pub(crate) fn express_from_parts(parts: &Parts<'_>) -> Result<ExecutionArn, ArnError> {
        let mut pieces = parts.resource.splitn(3, ':');
        let mut piece = || pieces.next().unwrap_or("");
        let (state_machine, label) = parts.labelled(piece())?;
        let name = parts.name(piece(), "execution name")?;
        let express_id = Some(parts.name(piece(), "execution id")?);
        Ok(ExecutionArn { identity: parts.identity.clone(), state_machine, label, name, express_id })
    }

    /// The machine this is an execution of.
    pub fn state_machine_arn(&self) -> StateMachineArn {
        StateMachineArn {
            label: self.label.clone(),
            ..StateMachineArn::new(self.identity.clone(), self.state_machine.clone())
        }
    }
}

impl FromStr for ExecutionArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        ExecutionArn::parse(text)
    }
}

impl fmt::Display for ExecutionArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.write_prefix("states", formatter)?;
        let resource_type = if self.express_id.is_some() { ExecutionArn::EXPRESS } else { ExecutionArn::STANDARD };
        write!(formatter, "{resource_type}:{}", self.state_machine)?;
        if let Some(label) = &self.label {
            write!(formatter, "/{label}")?;
        }
        write!(formatter, ":{}", self.name)?;
        match &self.express_id {
            Some(id) => write!(formatter, ":{id}"),
            None => Ok(()),
        }
    }
}
