//! CreateStateMachine.

use crate::configuration::GivenEncryption;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, DEFINITION, NAME, VERSION_DESCRIPTION};
use crate::timestamp::timestamp;
use crate::{EncryptionConfiguration, LoggingConfiguration, StateMachineType, Tag, TracingConfiguration};
use json::{ObjectBuilder, Value};
use std::sync::Arc;

/// What a new state machine shall be. The definition is text here; whether it is a definition is found out by whoever parses it.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateStateMachineRequest {
    /// A valid name.
    pub name: Arc<str>,
    /// The text of the definition.
    pub definition: Arc<str>,
    /// The role executions run under.
    pub role_arn: Arc<str>,
    /// `type`.
    pub machine_type: StateMachineType,
    /// Default if not given.
    pub logging_configuration: LoggingConfiguration,
    /// Default if not given.
    pub tracing_configuration: TracingConfiguration,
    /// Default if not given.
    pub encryption_configuration: EncryptionConfiguration,
    /// Empty if not given.
    pub tags: Vec<Tag>,
    /// Whether to publish version 1 as well.
    pub publish: bool,
    /// Description of that version.
    pub version_description: Option<Arc<str>>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateStateMachineResponse {
    /// The machine.
    pub state_machine_arn: Arc<str>,
    /// When it was first created, in ms since the epoch.
    pub creation_date_ms: i64,
    /// The version published with it.
    pub state_machine_version_arn: Option<Arc<str>>,
}

/// `InvalidName` unless `name` is one.
pub(crate) fn check_name(name: &str) -> Result<(), Exception> {
    if arn::valid_name(name) { Ok(()) } else { Err(Exception::invalid_name(name)) }
}

/// `InvalidArn` unless `role_arn` looks like the ARN of a role.
pub(crate) fn check_role_arn(role_arn: &str) -> Result<(), Exception> {
    let mut pieces = role_arn.splitn(6, ':');
    let is_role = pieces.next() == Some("arn")
        && pieces.nth(1) == Some("iam")
        && pieces.nth(2).is_some_and(|resource| resource.len() > "role/".len() && resource.starts_with("role/"));
    if is_role { Ok(()) } else { Err(Exception::invalid_role_arn(role_arn)) }
}

/// A version's description needs a version.
pub(crate) fn check_publish(publish: bool, version_description: Option<&Arc<str>>) -> Result<(), Exception> {
    if version_description.is_some() && !publish {
        return Err(Exception::validation("Version description can only be set when publish is true"));
    }
    Ok(())
}

impl CreateStateMachineRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<CreateStateMachineRequest, Exception> {
        let (mut request, encryption) = read_body(body, |fields| {
            let request = CreateStateMachineRequest {
                name: fields.text("name", NAME)?,
                definition: fields.text("definition", DEFINITION)?,
                role_arn: fields.text("roleArn", ARN)?,
                machine_type: StateMachineType::read(fields, "type")?,
                logging_configuration: LoggingConfiguration::read(fields)?.unwrap_or_default(),
                tracing_configuration: TracingConfiguration::read(fields)?.unwrap_or_default(),
                encryption_configuration: EncryptionConfiguration::default(),
                tags: Tag::read_list(fields)?.unwrap_or_default(),
                publish: fields.boolean("publish")?.unwrap_or_default(),
                version_description: fields.optional_text("versionDescription", VERSION_DESCRIPTION)?,
            };
            Ok((request, GivenEncryption::read(fields)?))
        })?;
        check_name(&request.name)?;
        check_role_arn(&request.role_arn)?;
        check_publish(request.publish, request.version_description.as_ref())?;
        request.logging_configuration.check()?;
        request.encryption_configuration = encryption.map_or_else(|| Ok(Default::default()), GivenEncryption::check)?;
        Tag::check_list(&request.tags)?;
        Ok(request)
    }
}

impl CreateStateMachineResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("creationDate", timestamp(self.creation_date_ms));
        body.insert_some("stateMachineVersionArn", self.state_machine_version_arn.as_ref());
        body.build().into()
    }
}
