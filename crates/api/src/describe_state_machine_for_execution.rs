//! DescribeStateMachineForExecution: the machine as it was when the execution started.

use crate::describe_state_machine::encode_variable_references;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::ARN;
use crate::timestamp::timestamp;
use crate::{EncryptionConfiguration, IncludedData, LoggingConfiguration, TracingConfiguration, VariableReferences};
use arn::ExecutionArn;
use json::{ObjectBuilder, Value};
use std::sync::Arc;

/// Whose machine, and how much of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeStateMachineForExecutionRequest {
    /// A Standard execution.
    pub execution_arn: ExecutionArn,
    /// Whether the definition is wanted.
    pub included_data: IncludedData,
}

/// A revision of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeStateMachineForExecutionResponse {
    /// The machine, unqualified.
    pub state_machine_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Byte for byte as it was given.
    pub definition: Arc<str>,
    /// The role.
    pub role_arn: Arc<str>,
    /// When this revision was made, in ms since the epoch.
    pub update_date_ms: i64,
    /// Logging.
    pub logging_configuration: LoggingConfiguration,
    /// Tracing.
    pub tracing_configuration: TracingConfiguration,
    /// The Map Run the execution is a child of.
    pub map_run_arn: Option<Arc<str>>,
    /// The label of its Distributed Map state.
    pub label: Option<Arc<str>>,
    /// `None` for the revision a machine was created with.
    pub revision_id: Option<Arc<str>>,
    /// Encryption.
    pub encryption_configuration: EncryptionConfiguration,
    /// Left out when empty.
    pub variable_references: VariableReferences,
}

impl DescribeStateMachineForExecutionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DescribeStateMachineForExecutionRequest, Exception> {
        let (arn, included_data) =
            read_body(body, |fields| Ok((fields.text("executionArn", ARN)?, IncludedData::read(fields)?)))?;
        Ok(DescribeStateMachineForExecutionRequest { execution_arn: ExecutionArn::parse(&arn)?, included_data })
    }
}

impl DescribeStateMachineForExecutionResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("name", &self.name);
        body.insert("definition", &self.definition);
        body.insert("roleArn", &self.role_arn);
        body.insert("updateDate", timestamp(self.update_date_ms));
        body.insert("loggingConfiguration", self.logging_configuration.encode());
        body.insert("tracingConfiguration", self.tracing_configuration.encode());
        body.insert_some("mapRunArn", self.map_run_arn.as_ref());
        body.insert_some("label", self.label.as_ref());
        body.insert_some("revisionId", self.revision_id.as_ref());
        body.insert("encryptionConfiguration", self.encryption_configuration.encode());
        body.insert_some("variableReferences", encode_variable_references(&self.variable_references));
        body.build().into()
    }
}
