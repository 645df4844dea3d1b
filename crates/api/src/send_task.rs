//! SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat. What a token means is known to the engine that issued it.

use crate::exception::Exception;
use crate::fields::{Fields, read_body};
use crate::payload;
use crate::shapes::{SENSITIVE_CAUSE, SENSITIVE_ERROR, TASK_TOKEN};
use json::{Payload, Value};
use std::sync::Arc;

/// A task is done.
#[derive(Clone, Debug, PartialEq)]
pub struct SendTaskSuccessRequest {
    /// The token the task was given.
    pub task_token: Arc<str>,
    /// The task's result.
    pub output: Payload,
}

/// A task failed.
#[derive(Clone, Debug, PartialEq)]
pub struct SendTaskFailureRequest {
    /// The token the task was given.
    pub task_token: Arc<str>,
    /// The error's name.
    pub error: Option<Arc<str>>,
    /// A sentence about it.
    pub cause: Option<Arc<str>>,
}

/// A task is alive.
#[derive(Clone, Debug, PartialEq)]
pub struct SendTaskHeartbeatRequest {
    /// The token the task was given.
    pub task_token: Arc<str>,
}

fn read_token(fields: &Fields<'_>) -> Result<Arc<str>, Exception> {
    fields.text("taskToken", TASK_TOKEN)
}

impl SendTaskSuccessRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<SendTaskSuccessRequest, Exception> {
        let (task_token, output) = read_body(body, |fields| {
            let output = fields.text("output", payload::DATA)?;
            Ok((read_token(fields)?, output))
        })?;
        let output = payload::parse(output).map_err(|error| Exception::invalid_output(&error.to_string()))?;
        Ok(SendTaskSuccessRequest { task_token, output })
    }
}

impl SendTaskFailureRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<SendTaskFailureRequest, Exception> {
        read_body(body, |fields| {
            Ok(SendTaskFailureRequest {
                task_token: read_token(fields)?,
                error: fields.optional_text("error", SENSITIVE_ERROR)?,
                cause: fields.optional_text("cause", SENSITIVE_CAUSE)?,
            })
        })
    }
}

impl SendTaskHeartbeatRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<SendTaskHeartbeatRequest, Exception> {
        Ok(SendTaskHeartbeatRequest { task_token: read_body(body, read_token)? })
    }
}
