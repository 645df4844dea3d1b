//! State machines, their versions, aliases and Distributed Map labels.

use crate::parts::Parts;
use crate::{ArnError, Identity, valid_alias_name};
use std::fmt;
use std::str::FromStr;

/// `arn:aws:states:us-east-1:123456789012:stateMachine:name`, with `:3`, `:alias` or `/label` behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StateMachineArn {
    /// Where it lives.
    pub identity: Identity,
    /// The state machine's name.
    pub name: String,
    /// The version or alias meant.
    pub qualifier: Qualifier,
    /// The Distributed Map state meant; never together with a qualifier.
    pub label: Option<String>,
}

/// What of a state machine is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// The machine itself: its latest revision.
    None,
    /// A published version, counted from 1.
    Version(u64),
    /// An alias.
    Alias(String),
}

impl StateMachineArn {
    pub(crate) const RESOURCE_TYPE: &'static str = "stateMachine";

    /// The ARN of the machine `name`, which the caller has checked.
    pub fn new(identity: Identity, name: impl Into<String>) -> StateMachineArn {
        StateMachineArn { identity, name: name.into(), qualifier: Qualifier::None, label: None }
    }

    /// Parses the ARN of a machine, a version, an alias or a label.
    pub fn parse(text: &str) -> Result<StateMachineArn, ArnError> {
        StateMachineArn::from_parts(&Parts::typed(text, StateMachineArn::RESOURCE_TYPE)?)
    }

    pub(crate) fn from_parts(parts: &Parts<'_>) -> Result<StateMachineArn, ArnError> {
        let identity = parts.identity.clone();
        let Some((name, qualifier)) = parts.resource.split_once(':') else {
            let (name, label) = parts.labelled(parts.resource)?;
            return Ok(StateMachineArn { identity, name, qualifier: Qualifier::None, label });
        };
        let name = parts.name(name, "state machine name")?;
        let qualifier = parse_qualifier(qualifier).ok_or_else(|| parts.malformed("qualifier"))?;
        Ok(StateMachineArn { identity, name, qualifier, label: None })
    }

    /// Whether a version, an alias or a label is named rather than the machine itself.
    pub fn is_qualified(&self) -> bool {
        self.qualifier != Qualifier::None || self.label.is_some()
    }

    /// The same machine without version, alias or label.
    #[must_use]
    pub fn unqualified(&self) -> StateMachineArn {
        StateMachineArn::new(self.identity.clone(), self.name.clone())
    }

    /// The ARN of this machine's version `number`.
    #[must_use]
    pub fn version(&self, number: u64) -> StateMachineArn {
        StateMachineArn { qualifier: Qualifier::Version(number), ..self.unqualified() }
    }

    /// The ARN of this machine's alias `name`, which the caller has checked.
    #[must_use]
    pub fn alias(&self, name: impl Into<String>) -> StateMachineArn {
        StateMachineArn { qualifier: Qualifier::Alias(name.into()), ..self.unqualified() }
    }
}

/// A number without a leading zero is a version, anything else must be an alias name.
fn parse_qualifier(text: &str) -> Option<Qualifier> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return if text.starts_with('0') { None } else { text.parse().ok().map(Qualifier::Version) };
    }
    valid_alias_name(text).then(|| Qualifier::Alias(text.to_owned()))
}

impl FromStr for StateMachineArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        StateMachineArn::parse(text)
    }
}

impl fmt::Display for StateMachineArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.write_prefix("states", formatter)?;
        write!(formatter, "{}:{}", StateMachineArn::RESOURCE_TYPE, self.name)?;
        match (&self.qualifier, &self.label) {
            (Qualifier::Version(number), _) => write!(formatter, ":{number}"),
            (Qualifier::Alias(alias), _) => write!(formatter, ":{alias}"),
            (Qualifier::None, Some(label)) => write!(formatter, "/{label}"),
            (Qualifier::None, None) => Ok(()),
        }
    }
}
