//! DescribeStateMachine.

use crate::exception::Exception;
use crate::fields::{Fields, read_body};
use crate::shapes::ARN;
use crate::timestamp::timestamp;
use crate::{EncryptionConfiguration, LoggingConfiguration, StateMachineType, TracingConfiguration};
use arn::StateMachineArn;
use json::{Object, ObjectBuilder, Value};
use std::sync::Arc;

/// Which machine, and how much of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeStateMachineRequest {
    /// The machine, a version of it or a label.
    pub state_machine_arn: StateMachineArn,
    /// How much.
    pub included_data: IncludedData,
}

/// Whether data that may be encrypted is part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IncludedData {
    /// `ALL_DATA`.
    #[default]
    AllData,
    /// `METADATA_ONLY`: the definition shows as `{}`, inputs and outputs not at all.
    MetadataOnly,
}

/// The variables each state refers to: state name to variable names, both in the order in which they are shown.
pub type VariableReferences = Vec<(Arc<str>, Vec<Arc<str>>)>;

/// Whether a machine is there to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateMachineStatus {
    /// It can be used.
    Active,
    /// It is gone as soon as its executions are.
    Deleting,
}

/// A state machine or a version of one.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeStateMachineResponse {
    /// As asked for.
    pub state_machine_arn: Arc<str>,
    /// The machine's name.
    pub name: Arc<str>,
    /// `status`.
    pub status: StateMachineStatus,
    /// Byte for byte as it was given.
    pub definition: Arc<str>,
    /// The role.
    pub role_arn: Arc<str>,
    /// `type`.
    pub machine_type: StateMachineType,
    /// In ms since the epoch.
    pub creation_date_ms: i64,
    /// Logging.
    pub logging_configuration: LoggingConfiguration,
    /// Tracing.
    pub tracing_configuration: TracingConfiguration,
    /// Encryption.
    pub encryption_configuration: EncryptionConfiguration,
    /// The label of a labelled ARN.
    pub label: Option<Arc<str>>,
    /// `None` while the machine has never been changed.
    pub revision_id: Option<Arc<str>>,
    /// Description of a version.
    pub description: Option<Arc<str>>,
    /// Left out when empty.
    pub variable_references: VariableReferences,
}

impl IncludedData {
    pub(crate) fn read(fields: &Fields<'_>) -> Result<IncludedData, Exception> {
        let words = [("ALL_DATA", IncludedData::AllData), ("METADATA_ONLY", IncludedData::MetadataOnly)];
        Ok(fields.word("includedData", &words)?.unwrap_or_default())
    }
}

impl StateMachineStatus {
    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            StateMachineStatus::Active => "ACTIVE",
            StateMachineStatus::Deleting => "DELETING",
        }
    }
}

impl DescribeStateMachineRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DescribeStateMachineRequest, Exception> {
        let (arn, included_data) =
            read_body(body, |fields| Ok((fields.text("stateMachineArn", ARN)?, IncludedData::read(fields)?)))?;
        Ok(DescribeStateMachineRequest { state_machine_arn: StateMachineArn::parse(&arn)?, included_data })
    }
}

/// `variableReferences`, or nothing where no state refers to a variable.
pub(crate) fn encode_variable_references(references: &VariableReferences) -> Option<Object> {
    let names = |names: &Vec<Arc<str>>| Value::from(names.iter().map(Value::from).collect::<Vec<_>>());
    (!references.is_empty())
        .then(|| references.iter().map(|(state, variables)| (state.clone(), names(variables))).collect())
}

impl DescribeStateMachineResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("name", &self.name);
        body.insert("status", self.status.as_str());
        body.insert("definition", &self.definition);
        body.insert("roleArn", &self.role_arn);
        body.insert("type", self.machine_type.as_str());
        body.insert("creationDate", timestamp(self.creation_date_ms));
        body.insert("loggingConfiguration", self.logging_configuration.encode());
        body.insert("tracingConfiguration", self.tracing_configuration.encode());
        body.insert_some("label", self.label.as_ref());
        body.insert_some("revisionId", self.revision_id.as_ref());
        body.insert_some("description", self.description.as_ref());
        body.insert("encryptionConfiguration", self.encryption_configuration.encode());
        body.insert_some("variableReferences", encode_variable_references(&self.variable_references));
        body.build().into()
    }
}
