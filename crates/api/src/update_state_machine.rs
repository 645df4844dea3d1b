//! UpdateStateMachine.

use crate::configuration::GivenEncryption;
use crate::create_state_machine::{check_publish, check_role_arn};
use crate::exception::{Code, Exception};
use crate::fields::read_body;
use crate::shapes::{ARN, DEFINITION, VERSION_DESCRIPTION};
use crate::timestamp::timestamp;
use crate::{EncryptionConfiguration, LoggingConfiguration, TracingConfiguration};
use arn::StateMachineArn;
use json::{ObjectBuilder, Value};
use std::sync::Arc;

/// What shall change; what is `None` stays.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateStateMachineRequest {
    /// The machine; a version or an alias does not exist for this operation, a label is refused.
    pub state_machine_arn: StateMachineArn,
    /// The text of the new definition.
    pub definition: Option<Arc<str>>,
    /// The new role.
    pub role_arn: Option<Arc<str>>,
    /// The new logging.
    pub logging_configuration: Option<LoggingConfiguration>,
    /// The new tracing.
    pub tracing_configuration: Option<TracingConfiguration>,
    /// The new encryption.
    pub encryption_configuration: Option<EncryptionConfiguration>,
    /// Whether to publish a version as well.
    pub publish: bool,
    /// Description of that version.
    pub version_description: Option<Arc<str>>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateStateMachineResponse {
    /// When the machine was updated, in ms since the epoch.
    pub update_date_ms: i64,
    /// The revision now current; `None` while the machine has never been changed.
    pub revision_id: Option<Arc<str>>,
    /// The version published with it.
    pub state_machine_version_arn: Option<Arc<str>>,
}

impl UpdateStateMachineRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<UpdateStateMachineRequest, Exception> {
        let (arn_text, definition, role_arn, logging, tracing, encryption, publish, version_description) =
            read_body(body, |fields| {
                Ok((
                    fields.text("stateMachineArn", ARN)?,
                    fields.optional_text("definition", DEFINITION)?,
                    fields.optional_text("roleArn", ARN)?,
                    LoggingConfiguration::read(fields)?,
                    TracingConfiguration::read(fields)?,
                    GivenEncryption::read(fields)?,
                    fields.boolean("publish")?.unwrap_or_default(),
                    fields.optional_text("versionDescription", VERSION_DESCRIPTION)?,
                ))
            })?;
        let request = UpdateStateMachineRequest {
            state_machine_arn: StateMachineArn::parse(&arn_text)?,
            definition,
            role_arn,
            logging_configuration: logging,
            tracing_configuration: tracing,
            encryption_configuration: encryption.map(GivenEncryption::check).transpose()?,
            publish,
            version_description,
        };
        request.check()?;
        Ok(request)
    }

    fn check(&self) -> Result<(), Exception> {
        if self.state_machine_arn.label.is_some() {
            return Err(Exception::labelled_arn_not_supported(&self.state_machine_arn));
        }
        let changes_something = self.definition.is_some()
            || self.role_arn.is_some()
            || self.logging_configuration.is_some()
            || self.tracing_configuration.is_some()
            || self.encryption_configuration.is_some();
        if !changes_something {
            return Err(Exception::new(
                Code::MissingRequiredParameter,
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
            ));
        }
        self.role_arn.as_deref().map_or(Ok(()), check_role_arn)?;
        check_publish(self.publish, self.version_description.as_ref())?;
        self.logging_configuration.as_ref().map_or(Ok(()), LoggingConfiguration::check)
    }
}

impl UpdateStateMachineResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("updateDate", timestamp(self.update_date_ms));
        body.insert_some("revisionId", self.revision_id.as_ref());
        body.insert_some("stateMachineVersionArn", self.state_machine_version_arn.as_ref());
        body.build().into()
    }
}
