//! StartSyncExecution.

use crate::describe_state_machine::IncludedData;
use crate::exception::Exception;
use crate::execution_status::ExecutionStatus;
use crate::start_execution::StartExecutionRequest;
use crate::timestamp::timestamp;
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// What shall run, and how much of it is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct StartSyncExecutionRequest {
    /// What StartExecution takes.
    pub start: StartExecutionRequest,
    /// Whether input and output are wanted.
    pub included_data: IncludedData,
}

/// How an Express execution ended.
#[derive(Clone, Debug, PartialEq)]
pub struct StartSyncExecutionResponse {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its machine, unqualified.
    pub state_machine_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Succeeded, failed or timed out.
    pub status: ExecutionStatus,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch.
    pub stop_date_ms: i64,
    /// As sent. `None` leaves it out, for [`IncludedData::MetadataOnly`].
    pub input: Option<Arc<str>>,
    /// Of a succeeded execution. `None` leaves it out.
    pub output: Option<Arc<str>>,
    /// Whether the data was asked for: what `inputDetails` and `outputDetails` say.
    pub included_data: IncludedData,
    /// X-Ray's header.
    pub trace_header: Option<Arc<str>>,
    /// Why it failed.
    pub error: Option<Arc<str>>,
    /// Why, in a sentence.
    pub cause: Option<Arc<str>>,
    /// What AWS would have charged for.
    pub billing: BillingDetails,
}

/// `billingDetails`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingDetails {
    /// In MB, a multiple of 64.
    pub memory_mb: u64,
    /// In ms, a multiple of 100.
    pub duration_ms: u64,
}

impl StartSyncExecutionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<StartSyncExecutionRequest, Exception> {
        let (start, included_data) = StartExecutionRequest::decode_with(body, IncludedData::read)?;
        Ok(StartSyncExecutionRequest { start, included_data })
    }

    /// The same with what HTTP's headers say about the trace; see [`StartExecutionRequest::with_trace_headers`].
    #[must_use]
    pub fn with_trace_headers(self, header: Option<&str>, otherwise: Option<&str>) -> StartSyncExecutionRequest {
        StartSyncExecutionRequest { start: self.start.with_trace_headers(header, otherwise), ..self }
    }
}

impl BillingDetails {
    /// What is charged for a run of `duration_ms` that used `memory_bytes`: blocks of 64 MB and of 100 ms, at least one of each (recorded).
    pub fn of(duration_ms: u64, memory_bytes: u64) -> BillingDetails {
        BillingDetails {
            memory_mb: memory_bytes.div_ceil(64 << 20).max(1) * 64,
            duration_ms: duration_ms.div_ceil(100).max(1) * 100,
        }
    }
}

impl StartSyncExecutionResponse {
    /// The reply's body. `outputDetails` is there even without an output (recorded).
    pub fn encode(&self) -> Value {
        let included = self.included_data == IncludedData::AllData;
        let mut body = ObjectBuilder::new();
        body.insert("executionArn", &self.execution_arn);
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("name", &self.name);
        body.insert("startDate", timestamp(self.start_date_ms));
        body.insert("stopDate", timestamp(self.stop_date_ms));
        body.insert("status", self.status.as_str());
        body.insert_some("error", self.error.as_ref());
        body.insert_some("cause", self.cause.as_ref());
        body.insert_some("input", self.input.as_ref());
        body.insert("inputDetails", json!({"included": included}));
        body.insert_some("output", self.output.as_ref());
        body.insert("outputDetails", json!({"included": included}));
        body.insert_some("traceHeader", self.trace_header.as_ref());
        let BillingDetails { memory_mb, duration_ms } = self.billing;
        let billing = json!({"billedMemoryUsedInMB": memory_mb, "billedDurationInMilliseconds": duration_ms});
        body.insert("billingDetails", billing);
        body.build().into()
    }
}
