//! A history as text: one line an event, without what every event has.

use super::Run;
use json::{Object, ObjectBuilder, Value};
use std::fmt::Write;
use stepwell_interpreter::history::{HistoryEvent, HistoryEventDetails};

/// The longest text that is shown whole.
const SHOWN_MAX: usize = 1000;

/// `5 <- 4 TaskStateExited Name {"output":1}`; ` +2s` where an event is later than the one before it.
///
/// The input of a state is left out where it is the output of the state before; so are the `…Details` that only say that nothing was
/// truncated, the role and the Region.
pub fn history(run: &Run) -> String {
    let mut text = String::new();
    let mut time = run.events[0].timestamp.0;
    for event in &run.events {
        let details = details(run, event);
        write!(text, "{} <- {} {}", event.id, event.previous_event_id, event.details.type_name()).expect("a String");
        if let Some(name) = name(&event.details) {
            write!(text, " {name}").expect("a String");
        }
        if event.timestamp.0 > time {
            write!(text, " +{}s", (event.timestamp.0 - time) as f64 / 1000.0).expect("a String");
            time = event.timestamp.0;
        }
        if let Some(details) = details {
            write!(text, " {details}").expect("a String");
        }
        text.push('\n');
    }
    text
}

fn name(details: &HistoryEventDetails) -> Option<String> {
    match details {
        HistoryEventDetails::StateEntered { name, .. } | HistoryEventDetails::StateExited { name, .. } => {
            Some(name.to_string())
        }
        HistoryEventDetails::MapIterationStarted { name, index }
        | HistoryEventDetails::MapIterationSucceeded { name, index }
        | HistoryEventDetails::MapIterationFailed { name, index }
        | HistoryEventDetails::MapIterationAborted { name, index } => Some(format!("{name}[{index}]")),
        _ => None,
    }
}

fn details(run: &Run, event: &HistoryEvent) -> Option<Value> {
    let whole = event.to_value(true);
    let (_, details) = whole.as_object()?.iter().find(|(key, _)| key.ends_with("EventDetails"))?;
    let is_iteration = event.details.type_name().starts_with("MapIteration");
    let mut shown = ObjectBuilder::new();
    for (key, value) in details.as_object()?.iter() {
        let left_out = match &**key {
            "inputDetails" | "outputDetails" | "assignedVariablesDetails" | "roleArn" | "region" => true,
            "name" => name(&event.details).is_some(),
            "index" => is_iteration,
            "input" => is_output_before(run, event),
            _ => false,
        };
        if !left_out {
            shown.insert(key.clone(), short(key, value));
        }
    }
    let shown = shown.build();
    (!shown.is_empty()).then(|| shown.into())
}

/// Payloads as JSON rather than as text, and nothing longer than a screen.
fn short(key: &str, value: &Value) -> Value {
    if let Value::Object(members) = value {
        return members.iter().map(|(name, member)| (name.clone(), short(name, member))).collect::<Object>().into();
    }
    let Some(text) = value.as_str() else { return value.clone() };
    if text.len() > SHOWN_MAX {
        return format!("{}… ({} bytes)", text.chars().take(40).collect::<String>(), text.len()).into();
    }
    match (key, json::parse(text)) {
        ("input" | "output" | "parameters", Ok(parsed)) => parsed,
        _ => value.clone(),
    }
}

fn is_output_before(run: &Run, event: &HistoryEvent) -> bool {
    let HistoryEventDetails::StateEntered { input, .. } = &event.details else { return false };
    run.events.iter().any(|before| {
        before.id == event.previous_event_id
            && matches!(&before.details, HistoryEventDetails::StateExited { output, .. } if output == input)
    })
}
