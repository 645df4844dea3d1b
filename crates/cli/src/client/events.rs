//! Events of a history as the API shows them, as the progress knows them: what happened, without payloads.

use super::text;
use engine::{HistoryEvent, HistoryEventDetails as Details, StateType, Timestamp};
use json::{Payload, Value};
use std::sync::Arc;

/// The event. One of a type that is not known is one that changes nothing on the display.
pub(super) fn read(event: &Value) -> HistoryEvent {
    let number = |name: &str| event.get(name).and_then(Value::as_i64).unwrap_or_default().unsigned_abs();
    HistoryEvent {
        id: number("id"),
        previous_event_id: number("previousEventId"),
        timestamp: Timestamp(timestamp_ms(event)),
        details: details(event),
    }
}

/// When it happened, in ms since the Unix epoch.
pub(crate) fn timestamp_ms(event: &Value) -> i64 {
    moment_ms(event.get("timestamp"))
}

/// A moment of the API, seconds since the Unix epoch, in ms.
pub(crate) fn moment_ms(value: Option<&Value>) -> i64 {
    value.and_then(Value::as_number).map_or(0, |seconds| (seconds.as_f64() * 1000.0).round() as i64)
}

/// The object with an event's details, whichever it is.
pub(crate) fn details_of(event: &Value) -> Option<&Value> {
    let members = event.as_object()?;
    members.iter().find(|(name, _)| name.ends_with("EventDetails")).map(|(_, details)| details)
}

fn details(event: &Value) -> Details {
    let kind = text(event, "type");
    let of = details_of(event);
    let optional = |name: &str| of.and_then(|of| of.get(name)).and_then(Value::as_str).map(Arc::<str>::from);
    let required = |name: &str| optional(name).unwrap_or_default();
    let number = |name: &str| of.and_then(|of| of.get(name)).and_then(Value::as_i64).unwrap_or_default().unsigned_abs();
    let (error, cause) = (optional("error"), optional("cause"));
    let (name, index) = (required("name"), number("index"));
    let nothing = || Payload::from_valid_text("null");
    for (suffix, is_entered) in [("StateEntered", true), ("StateExited", false)] {
        let state_type =
            kind.strip_suffix(suffix).and_then(|word| StateType::ALL.into_iter().find(|of| of.name() == word));
        match state_type {
            Some(state_type) if is_entered => return Details::StateEntered { state_type, name, input: nothing() },
            Some(state_type) => {
                return Details::StateExited { state_type, name, output: nothing(), assigned_variables: None };
            }
            None => {}
        }
    }
    match kind {
        "ExecutionStarted" => Details::ExecutionStarted { input: nothing(), role_arn: required("roleArn") },
        "ExecutionSucceeded" => Details::ExecutionSucceeded { output: nothing() },
        "ExecutionFailed" => Details::ExecutionFailed { error, cause },
        "ExecutionTimedOut" => Details::ExecutionTimedOut { error, cause },
        "ExecutionAborted" => Details::ExecutionAborted { error, cause },
        "ExecutionRedriven" => Details::ExecutionRedriven { redrive_count: number("redriveCount") },
        "TaskScheduled" | "LambdaFunctionScheduled" | "ActivityScheduled" => Details::ActivityScheduled {
            resource: required("resource"),
            input: nothing(),
            timeout_in_seconds: None,
            heartbeat_in_seconds: None,
        },
        "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded" => {
            Details::ActivitySucceeded { output: nothing() }
        }
        "TaskFailed"
        | "TaskStartFailed"
        | "TaskSubmitFailed"
        | "TaskTimedOut"
        | "LambdaFunctionFailed"
        | "LambdaFunctionScheduleFailed"
        | "LambdaFunctionStartFailed"
        | "LambdaFunctionTimedOut"
        | "ActivityFailed"
        | "ActivityScheduleFailed"
        | "ActivityTimedOut" => Details::ActivityFailed { error, cause },
        "ParallelStateStarted" => Details::ParallelStateStarted,
        "ParallelStateSucceeded" => Details::ParallelStateSucceeded,
        "ParallelStateFailed" => Details::ParallelStateFailed,
        "MapStateStarted" => Details::MapStateStarted { length: number("length") },
        "MapRunStarted" => Details::MapRunStarted { map_run_arn: required("mapRunArn") },
        "MapRunSucceeded" => Details::MapRunSucceeded { output: nothing() },
        "MapRunFailed" => Details::MapRunFailed { error, cause },
        "MapRunAborted" => Details::MapRunAborted,
        "MapRunRedriven" => {
            Details::MapRunRedriven { map_run_arn: required("mapRunArn"), redrive_count: number("redriveCount") }
        }
        "MapStateSucceeded" => Details::MapStateSucceeded,
        "MapStateFailed" => Details::MapStateFailed,
        "MapIterationStarted" => Details::MapIterationStarted { name, index },
        "MapIterationSucceeded" => Details::MapIterationSucceeded { name, index },
        "MapIterationFailed" => Details::MapIterationFailed { name, index },
        "MapIterationAborted" => Details::MapIterationAborted { name, index },
        "EvaluationFailed" => Details::EvaluationFailed {
            state: required("state"),
            location: optional("location"),
            error: error.unwrap_or_default(),
            cause: cause.unwrap_or_default(),
        },
        _ => Details::LambdaFunctionStarted,
    }
}
