//! What the original tests computed from answers before they compared it.

use crate::case::{Call, Step};
use crate::client::Answer;
use crate::messages;
use json::{Value, json};

/// The value that is compared under `key`. `None` where the original client refused by itself and the server was never asked.
pub fn value(expected: &Value, steps: &[Step], answers: &[Option<Answer>]) -> Option<Value> {
    let played: Vec<(&Call, &Answer)> = steps.iter().zip(answers).filter_map(called).collect();
    if is_refused_by_client(expected) {
        return None;
    }
    if let Some(told) = logged(expected, &played).or_else(|| messages::bodies(expected, &played)) {
        return Some(told);
    }
    Some(match expected {
        Value::String(_) => sentence(played.last()?),
        Value::Object(_) => {
            let failed = played.last()?;
            let code = failed.1.value.get("Error").and_then(|error| error.get("Code"));
            json!({"exception_typename": (code.cloned().unwrap_or(Value::Null)), "exception_value": (sentence(failed))})
        }
        _ if expected.as_array().is_some_and(|cases| cases.iter().any(|case| case.get("input").is_some())) => {
            outcomes(&played)
        }
        _ => played.last()?.1.value.get("stateMachines").cloned().unwrap_or(Value::Null),
    })
}

/// Whether the answer under a key is the client's own.
pub fn is_refused_by_client(expected: &Value) -> bool {
    expected.as_str().is_some_and(|text| text.starts_with("Parameter validation failed"))
}

fn called<'a>((step, answer): (&'a Step, &'a Option<Answer>)) -> Option<(&'a Call, &'a Answer)> {
    match (step, answer) {
        (Step::Call(call), Some(answer)) => Some((call, answer)),
        _ => None,
    }
}

/// The failure as boto3 words it.
fn sentence((call, answer): &(&Call, &Answer)) -> Value {
    let text =
        |name: &str| answer.value.get("Error").and_then(|error| error.get(name)).and_then(Value::as_str).unwrap_or("-");
    let operation = &call.operation;
    Value::from(format!(
        "An error occurred ({}) when calling the {operation} operation: {}",
        text("Code"),
        text("Message")
    ))
}

/// Input and output of every execution, in order.
fn outcomes(played: &[(&Call, &Answer)]) -> Value {
    let inputs = played
        .iter()
        .filter(|(call, _)| call.operation == "StartExecution")
        .map(|(call, _)| parsed(call.params.get("input")));
    let outputs = played.iter().filter(|(call, _)| call.operation == "GetExecutionHistory").map(|(_, answer)| {
        let last = answer.value.get("events").and_then(Value::as_array).and_then(|events| events.last());
        parsed(
            last.and_then(|event| event.get("executionSucceededEventDetails"))
                .and_then(|details| details.get("output")),
        )
    });
    inputs.zip(outputs).map(|(input, output)| json!({"input": input, "output": output})).collect::<Vec<_>>().into()
}

/// What was read from the log: all of it, or its last event.
fn logged(expected: &Value, played: &[(&Call, &Answer)]) -> Option<Value> {
    let is_event = |value: &Value| value.get("previous_event_id").is_some();
    let wants_all = expected.as_array().is_some_and(|events| events.iter().all(is_event));
    if !wants_all && !is_event(expected) {
        return None;
    }
    let read = played.iter().rev().find(|(call, _)| call.operation == "GetLogEvents")?.1.value.get("events")?;
    let mut events: Vec<Value> = read.as_array()?.iter().map(|event| parsed(event.get("message"))).collect();
    let id = |event: &Value| event.get("id").and_then(Value::as_str).and_then(|id| id.parse::<u64>().ok());
    events.sort_by_key(id);
    if wants_all { Some(events.into()) } else { events.pop() }
}

fn parsed(text: Option<&Value>) -> Value {
    text.and_then(Value::as_str).and_then(|text| json::parse(text).ok()).unwrap_or(Value::Null)
}
