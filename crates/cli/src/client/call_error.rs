//! Why a call gave nothing.

use super::endpoint::Endpoint;
use super::text;
use json::Value;
use std::fmt;

/// A call that did not succeed.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The API's answer.
    Exception { status: u16, code: String, message: String },
    /// There was none, or none of the API.
    NoAnswer { message: String },
}

impl CallError {
    pub(super) fn exception(status: u16, body: &Value) -> CallError {
        let code = text(body, "__type").rsplit('#').next().unwrap_or_default().to_owned();
        let message = body.get("message").or(body.get("Message")).and_then(Value::as_str).unwrap_or_default();
        CallError::Exception { status, code, message: message.to_owned() }
    }

    pub(super) fn lost(endpoint: &Endpoint, error: &anyhow::Error) -> CallError {
        let hint = if endpoint.is_aws() || endpoint.is_tls() {
            ""
        } else {
            "; does a server run there? `stepwell serve` starts one"
        };
        CallError::NoAnswer { message: format!("{}: {error:#}{hint}", endpoint.url) }
    }

    pub(super) fn nonsense(endpoint: &Endpoint, status: u16, problem: &str) -> CallError {
        CallError::NoAnswer { message: format!("{} answered {status}: {problem}", endpoint.url) }
    }

    /// Whether it is the exception `code`.
    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(self, CallError::Exception { code: found, .. } if found == code)
    }

    /// Whether the same call may succeed later, and is no other call by then.
    pub(super) fn is_worth_another(&self, reads: bool) -> bool {
        match self {
            CallError::Exception { code, .. } if code == "ThrottlingException" => true,
            CallError::Exception { status, .. } => reads && *status >= 500,
            // A server that is not there is told at once.
            CallError::NoAnswer { .. } => false,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Exception { code, message, .. } if message.is_empty() => formatter.write_str(code),
            CallError::Exception { code, message, .. } => write!(formatter, "{code}: {message}"),
            CallError::NoAnswer { message } => formatter.write_str(message),
        }
    }
}

impl std::error::Error for CallError {}
