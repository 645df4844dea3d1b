//! StopExecution.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, SENSITIVE_CAUSE, SENSITIVE_ERROR};
use crate::timestamp::timestamp;
use arn::ExecutionArn;
use json::{Value, json};
use std::sync::Arc;

/// What shall end, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct StopExecutionRequest {
    /// A Standard execution.
    pub execution_arn: ExecutionArn,
    /// An error name for the record.
    pub error: Option<Arc<str>>,
    /// A sentence for the record.
    pub cause: Option<Arc<str>>,
}

/// When it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct StopExecutionResponse {
    /// In ms since the epoch.
    pub stop_date_ms: i64,
}

impl StopExecutionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<StopExecutionRequest, Exception> {
        let (arn, error, cause) = read_body(body, |fields| {
            let error = fields.optional_text("error", SENSITIVE_ERROR)?;
            Ok((fields.text("executionArn", ARN)?, error, fields.optional_text("cause", SENSITIVE_CAUSE)?))
        })?;
        Ok(StopExecutionRequest { execution_arn: ExecutionArn::parse(&arn)?, error, cause })
    }
}

impl StopExecutionResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({"stopDate": (timestamp(self.stop_date_ms))})
    }
}
