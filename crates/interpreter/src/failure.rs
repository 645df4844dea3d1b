//! Failures of states: data that Retry and Catch look at.

use expressions::{EvaluationError, JsonataFailure};
use json::{Value, json};
use std::sync::Arc;

/// Error names the interpreter raises itself (ASL specification, "Error Names"; AWS guide, "Error handling").
pub(crate) mod error_name {
    pub const ALL: &str = "States.ALL";
    pub const TASK_FAILED: &str = "States.TaskFailed";
    pub const TIMEOUT: &str = "States.Timeout";
    pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
    pub const RUNTIME: &str = "States.Runtime";
    pub const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
    pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
    pub const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";
}

/// Why a state failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    /// The name as events and error outputs show it.
    pub error: Option<Arc<str>>,
    /// The cause as events show it.
    pub cause: Option<Arc<str>>,
    /// Whether it is the expiry of a heartbeat: shown as `States.Timeout`, matched under both names.
    pub is_heartbeat: bool,
}

/// The most of an error name that is kept, in UTF-16 units (service model, `SensitiveError`).
const ERROR_LENGTH_MAX: usize = 256;

/// The most of a cause that is kept, in UTF-16 units (service model, `SensitiveCause`).
const CAUSE_LENGTH_MAX: usize = 32_768;

impl Failure {
    /// A failure with error and cause as somebody gave them, cut to AWS's lengths.
    pub fn of(error: Option<Arc<str>>, cause: Option<Arc<str>>) -> Failure {
        Failure {
            error: error.map(|error| cut(error, ERROR_LENGTH_MAX)),
            cause: cause.map(|cause| cut(cause, CAUSE_LENGTH_MAX)),
            is_heartbeat: false,
        }
    }

    pub fn new(error: &str, cause: impl Into<Arc<str>>) -> Failure {
        Failure::of(Some(error.into()), Some(cause.into()))
    }

    /// A fault the interpreter found itself: the cause names the state and where it was entered.
    pub fn at_state(error: &str, state: &str, entered_event: u64, detail: impl std::fmt::Display) -> Failure {
        let place = format!(
            "An error occurred while executing the state '{state}' (entered at the event id #{entered_event})."
        );
        Failure::new(error, format!("{place} {detail}"))
    }

    pub fn timeout(is_heartbeat: bool) -> Failure {
        Failure { error: Some(error_name::TIMEOUT.into()), cause: None, is_heartbeat }
    }

    /// Whether an `ErrorEquals` list names this failure.
    ///
    /// `States.Runtime` is never matched, not even by `States.ALL` (recorded). `States.TaskFailed` matches everything but a timeout.
    pub fn is_named_by(&self, error_equals: &[String]) -> bool {
        let error = self.error.as_deref();
        if error == Some(error_name::RUNTIME) {
            return false;
        }
        error_equals.iter().any(|name| match name.as_str() {
            error_name::ALL => true,
            error_name::TASK_FAILED => error != Some(error_name::TIMEOUT),
            error_name::HEARTBEAT_TIMEOUT if self.is_heartbeat => true,
            other => error == Some(other),
        })
    }

    /// What a Catcher hands on. A timeout has an empty cause; a failure reported without error or cause shows nulls (both recorded).
    pub fn error_output(&self) -> Value {
        let cause = match (&self.cause, self.error.as_deref()) {
            (Some(cause), _) => Value::from(cause),
            (None, Some(error_name::TIMEOUT)) => Value::from(""),
            (None, _) => Value::Null,
        };
        json!({"Error": (self.error.as_ref().map_or(Value::Null, Value::from)), "Cause": cause})
    }
}

/// As many characters of `text` as fit into `units` of UTF-16.
fn cut(text: Arc<str>, units: usize) -> Arc<str> {
    if text.len() <= units {
        return text;
    }
    let mut used = 0;
    match text.char_indices().find(|(_, character)| {
        used += character.len_utf16();
        used > units
    }) {
        Some((end, _)) => text[..end].into(),
        None => text,
    }
}

/// A failure before it is known in which state it happened.
#[derive(Debug)]
pub(crate) enum Fault {
    /// To be prefixed with the state's place.
    AtState { error: &'static str, detail: String },
    /// A JSONata field that has no value, or none of the type it needs: it leaves an event of its own.
    Evaluation {
        /// The field; `None` where the failure is not an expression's.
        location: Option<String>,
        cause: String,
        /// Whether the event points at the state's Entered event even if nothing else has happened (recorded for a Wait's Timestamp).
        after_entry: bool,
    },
    /// Complete as it is.
    Bare(Failure),
}

impl Fault {
    pub fn runtime(detail: impl Into<String>) -> Fault {
        Fault::AtState { error: error_name::RUNTIME, detail: detail.into() }
    }

    /// A payload beyond AWS's limit. `what` is the resource type of an integration, a function's ARN or the state's name (recorded).
    pub fn too_large(what: &str) -> Fault {
        Fault::Bare(too_large(what))
    }

    /// The failure as TestState tells it: there is no history whose events could be named (recorded).
    pub fn without_place(self) -> Failure {
        match self {
            Fault::AtState { error, detail } => Failure::new(error, detail),
            Fault::Evaluation { cause, .. } => Failure::new(error_name::QUERY_EVALUATION_ERROR, cause),
            Fault::Bare(failure) => failure,
        }
    }

    pub fn at(self, state: &str, entered_event: u64) -> Failure {
        match self {
            Fault::AtState { error, detail } => Failure::at_state(error, state, entered_event, detail),
            Fault::Evaluation { cause, .. } => {
                Failure::at_state(error_name::QUERY_EVALUATION_ERROR, state, entered_event, cause)
            }
            Fault::Bare(failure) => failure,
        }
    }
}

pub(crate) fn too_large(what: &str) -> Failure {
    Failure::new(
        error_name::DATA_LIMIT_EXCEEDED,
        format!(
            "The state/task '{what}' returned a result with a size exceeding the maximum number of bytes service limit."
        ),
    )
}

impl From<EvaluationError> for Fault {
    fn from(error: EvaluationError) -> Self {
        Fault::AtState { error: error.error_name(), detail: error.to_string() }
    }
}

impl From<JsonataFailure> for Fault {
    fn from(failure: JsonataFailure) -> Self {
        Fault::Evaluation { location: Some(failure.location), cause: failure.cause, after_entry: false }
    }
}
