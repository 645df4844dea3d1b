//! GetActivityTask: the long poll of an activity's worker.

use crate::create_state_machine::check_name;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, NAME};
use arn::ActivityArn;
use json::{Value, json};
use std::sync::Arc;

/// Who asks for work on what.
#[derive(Clone, Debug, PartialEq)]
pub struct GetActivityTaskRequest {
    /// The activity.
    pub activity_arn: ActivityArn,
    /// The worker's name, for the history.
    pub worker_name: Option<Arc<str>>,
}

/// Work, or none within the time of the poll.
#[derive(Clone, Debug, PartialEq)]
pub enum GetActivityTaskResponse {
    /// A task.
    Task {
        /// What its outcome is reported with.
        task_token: Arc<str>,
        /// Its input.
        input: Arc<str>,
    },
    /// Nothing to do.
    Nothing,
}

impl GetActivityTaskRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<GetActivityTaskRequest, Exception> {
        let (arn, worker_name) = read_body(body, |fields| {
            Ok((fields.text("activityArn", ARN)?, fields.optional_text("workerName", NAME)?))
        })?;
        worker_name.as_deref().map_or(Ok(()), check_name)?;
        Ok(GetActivityTaskRequest { activity_arn: ActivityArn::parse(&arn)?, worker_name })
    }
}

impl GetActivityTaskResponse {
    /// The reply's body: the one place where AWS sends a null.
    pub fn encode(&self) -> Value {
        match self {
            GetActivityTaskResponse::Task { task_token, input } => json!({"taskToken": task_token, "input": input}),
            GetActivityTaskResponse::Nothing => json!({"taskToken": null}),
        }
    }
}
