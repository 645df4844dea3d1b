//! Cutting an ARN at its colons. What the resource part means is the business of the typed ARNs.

use crate::{ArnError, Identity};

/// An ARN of Step Functions with its resource part not yet understood.
pub(crate) struct Parts<'a> {
    pub(crate) text: &'a str,
    pub(crate) identity: Identity,
    /// `stateMachine`, `execution`, ...
    pub(crate) resource_type: &'a str,
    /// Everything behind the resource type's colon.
    pub(crate) resource: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts `text`, which must be an ARN of `service` with a Region, an account and a resource type.
    pub(crate) fn of(text: &'a str, service: &str) -> Result<Parts<'a>, ArnError> {
        let mut pieces = text.splitn(6, ':');
        if pieces.next() != Some("arn") {
            return Err(ArnError::Prefix(text.to_owned()));
        }
        let mut piece = |part| {
            let piece = pieces.next().filter(|piece| !piece.is_empty());
            piece.ok_or_else(|| ArnError::Malformed { part, text: text.to_owned() })
        };
        let partition = piece("partition")?;
        if piece("service")? != service {
            return Err(ArnError::Prefix(text.to_owned()));
        }
        let region = piece("region")?;
        let account = piece("account")?;
        let resource = piece("resource")?;
        let (resource_type, resource) = resource.split_once(':').unwrap_or((resource, ""));
        Ok(Parts { text, identity: Identity::new(partition, region, account), resource_type, resource })
    }

    /// The same, refused if it is not of `resource_type`.
    pub(crate) fn typed(text: &'a str, resource_type: &str) -> Result<Parts<'a>, ArnError> {
        let parts = Parts::of(text, "states")?;
        if parts.resource_type != resource_type {
            return Err(ArnError::ResourceType(parts.resource_type.to_owned()));
        }
        Ok(parts)
    }

    pub(crate) fn malformed(&self, part: &'static str) -> ArnError {
        ArnError::Malformed { part, text: self.text.to_owned() }
    }

    /// `name` as a checked name.
    pub(crate) fn name(&self, name: &str, part: &'static str) -> Result<String, ArnError> {
        if crate::valid_name(name) { Ok(name.to_owned()) } else { Err(self.malformed(part)) }
    }

    /// `machine` or `machine/label`.
    pub(crate) fn labelled(&self, text: &str) -> Result<(String, Option<String>), ArnError> {
        match text.split_once('/') {
            Some((machine, label)) => Ok((self.name(machine, "state machine name")?, Some(self.name(label, "label")?))),
            None => Ok((self.name(text, "state machine name")?, None)),
        }
    }
}
