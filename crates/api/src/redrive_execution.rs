//! RedriveExecution.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, CLIENT_TOKEN};
use crate::timestamp::timestamp;
use arn::ExecutionArn;
use json::{Value, json};
use std::sync::Arc;

/// What shall go on from what failed.
#[derive(Clone, Debug, PartialEq)]
pub struct RedriveExecutionRequest {
    /// A Standard execution that has closed.
    pub execution_arn: ExecutionArn,
    /// The caller's mark of this request, by which a repetition is known.
    pub client_token: Option<Arc<str>>,
}

/// When it went on.
#[derive(Clone, Debug, PartialEq)]
pub struct RedriveExecutionResponse {
    /// In ms since the epoch.
    pub redrive_date_ms: i64,
}

impl RedriveExecutionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<RedriveExecutionRequest, Exception> {
        let (arn, client_token) = read_body(body, |fields| {
            let client_token = fields.optional_text("clientToken", CLIENT_TOKEN)?;
            Ok((fields.text("executionArn", ARN)?, client_token))
        })?;
        Ok(RedriveExecutionRequest { execution_arn: ExecutionArn::parse(&arn)?, client_token })
    }
}

impl RedriveExecutionResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({"redriveDate": (timestamp(self.redrive_date_ms))})
    }
}
