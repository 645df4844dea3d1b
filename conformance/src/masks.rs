//! Histories whose concurrent part was put in a fixed order before it was written down.
//!
//! The recordings do that to what follows a ParallelStateStarted: events lose their ids and are sorted, and where Parallel states end in a
//! row the closing events of the inner ones are lost. The same is done here to our own history, so that the two can be compared.

use json::{Object, Value, json};

/// Whether the recording was treated in this way.
pub fn is_masked(events: &[Value]) -> bool {
    events.iter().any(is_masked_event)
}

/// Whether this event lost its id.
pub fn is_masked_event(event: &Value) -> bool {
    matches!(event.get("id"), Some(Value::Array(_)))
}

/// Our history, treated like the recordings, but not sorted.
pub fn masked(events: &[Value]) -> Vec<Value> {
    let mut events = events.to_vec();
    let (mut start, mut concurrent, mut inside) = (0, Vec::new(), false);
    let mut index = 0;
    // The recordings were treated while being walked over; that a replaced part may be shorter moves what is looked at next.
    while index < events.len() {
        let kind = events[index].get("type").and_then(Value::as_str).unwrap_or_default();
        match kind {
            "ParallelStateSucceeded" | "ParallelStateAborted" | "ParallelStateExited" | "ParallelStateFailed" => {
                events.splice(start..index, concurrent.iter().cloned());
                inside = false;
            }
            "ParallelStateStarted" => {
                concurrent.clear();
                (start, inside) = (index + 1, true);
            }
            _ if inside => {
                events[index] = without_ids(&events[index]);
                concurrent.push(events[index].clone());
            }
            _ => {}
        }
        index += 1;
    }
    events
}

fn without_ids(event: &Value) -> Value {
    let event = event.as_object().cloned().unwrap_or_else(Object::new);
    event.with("id", json!([0])).with("previousEventId", json!(0)).into()
}
