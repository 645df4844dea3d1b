//! DescribeExecution.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::ARN;
use crate::timestamp::timestamp;
use crate::{ExecutionStatus, IncludedData};
use arn::ExecutionArn;
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// Which execution, and how much of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeExecutionRequest {
    /// A Standard execution, or an Express one that is the child of a Map Run.
    pub execution_arn: ExecutionArn,
    /// Whether input and output are wanted.
    pub included_data: IncludedData,
}

/// Whether an execution can be redriven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedriveStatus {
    /// It can.
    Redrivable,
    /// It cannot; the reason says why.
    NotRedrivable,
    /// Only by redriving its Map Run.
    RedrivableByMapRun,
}

/// An execution.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeExecutionResponse {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its machine, unqualified.
    pub state_machine_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its status.
    pub status: ExecutionStatus,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch; `None` while it runs.
    pub stop_date_ms: Option<i64>,
    /// As sent. `None` leaves it out, for [`IncludedData::MetadataOnly`].
    pub input: Option<Arc<str>>,
    /// Of a succeeded execution. `None` leaves it out.
    pub output: Option<Arc<str>>,
    /// Whether the data was asked for: what `inputDetails` and `outputDetails` say.
    pub included_data: IncludedData,
    /// X-Ray's header.
    pub trace_header: Option<Arc<str>>,
    /// The Map Run it is a child of.
    pub map_run_arn: Option<Arc<str>>,
    /// Why it failed or was stopped.
    pub error: Option<Arc<str>>,
    /// Why, in a sentence.
    pub cause: Option<Arc<str>>,
    /// The version it was started with.
    pub state_machine_version_arn: Option<Arc<str>>,
    /// The alias it was started with.
    pub state_machine_alias_arn: Option<Arc<str>>,
    /// How often it was redriven.
    pub redrive_count: u64,
    /// When last, in ms since the epoch.
    pub redrive_date_ms: Option<i64>,
    /// Whether it can be.
    pub redrive_status: RedriveStatus,
    /// Why not.
    pub redrive_status_reason: Option<Arc<str>>,
}

impl DescribeExecutionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DescribeExecutionRequest, Exception> {
        let (arn, included_data) =
            read_body(body, |fields| Ok((fields.text("executionArn", ARN)?, IncludedData::read(fields)?)))?;
        // "This API action is not supported by EXPRESS state machine executions unless they were dispatched by a Map Run."
        let child = ExecutionArn::parse_express(&arn).ok().filter(|arn| arn.label.is_some());
        let execution_arn = child.map_or_else(|| ExecutionArn::parse(&arn), Ok)?;
        Ok(DescribeExecutionRequest { execution_arn, included_data })
    }
}

impl RedriveStatus {
    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            RedriveStatus::Redrivable => "REDRIVABLE",
            RedriveStatus::NotRedrivable => "NOT_REDRIVABLE",
            RedriveStatus::RedrivableByMapRun => "REDRIVABLE_BY_MAP_RUN",
        }
    }
}

impl DescribeExecutionResponse {
    /// The reply's body. `outputDetails` is there when an output is, or would be if the data had been asked for.
    pub fn encode(&self) -> Value {
        let included = self.included_data == IncludedData::AllData;
        let has_output = self.output.is_some() || (!included && self.status == ExecutionStatus::Succeeded);
        let mut body = ObjectBuilder::new();
        body.insert("executionArn", &self.execution_arn);
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("name", &self.name);
        body.insert("status", self.status.as_str());
        body.insert("startDate", timestamp(self.start_date_ms));
        body.insert_some("stopDate", self.stop_date_ms.map(timestamp));
        body.insert_some("input", self.input.as_ref());
        body.insert("inputDetails", json!({"included": included}));
        body.insert_some("output", self.output.as_ref());
        body.insert_some("outputDetails", has_output.then(|| json!({"included": included})));
        body.insert_some("traceHeader", self.trace_header.as_ref());
        body.insert_some("mapRunArn", self.map_run_arn.as_ref());
        body.insert_some("error", self.error.as_ref());
        body.insert_some("cause", self.cause.as_ref());
        body.insert_some("stateMachineVersionArn", self.state_machine_version_arn.as_ref());
        body.insert_some("stateMachineAliasArn", self.state_machine_alias_arn.as_ref());
        body.insert("redriveCount", self.redrive_count);
        body.insert_some("redriveDate", self.redrive_date_ms.map(timestamp));
        body.insert("redriveStatus", self.redrive_status.as_str());
        body.insert_some("redriveStatusReason", self.redrive_status_reason.as_ref());
        body.build().into()
    }
}
