//! What every history must be like, whatever happened to the server.

use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Events that end an execution.
const TERMINAL: [&str; 4] = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"];

/// An event's type.
pub fn kind(event: &Value) -> &str {
    event["type"].as_str().expect("an event has a type")
}

/// An event's time in milliseconds since 1970.
pub fn at_ms(event: &Value) -> u64 {
    let seconds = event["timestamp"].as_f64().expect("an event has a timestamp");
    (seconds * 1000.0).round() as u64
}

/// A history without gaps, of an execution that has ended well.
#[track_caller]
pub fn check_succeeded(events: &[Value]) {
    let mut open: HashMap<&str, i64> = HashMap::new();
    for (position, event) in events.iter().enumerate() {
        let id = position as u64 + 1;
        assert_eq!(event["id"], id, "ids go from 1 without a gap");
        let previous = event["previousEventId"].as_u64().expect("every event has a previous one");
        assert!(previous < id, "event {id} follows event {previous}");
        assert!(previous > 0 || id <= 2, "event {id} follows nothing");
        let is_last = position + 1 == events.len();
        assert_eq!(TERMINAL.contains(&kind(event)), is_last, "event {id} of {} is {}", events.len(), kind(event));
        if let Some(name) = event["stateEnteredEventDetails"]["name"].as_str() {
            *open.entry(name).or_default() += 1;
        }
        if let Some(name) = event["stateExitedEventDetails"]["name"].as_str() {
            *open.entry(name).or_default() -= 1;
        }
    }
    assert_eq!(events.last().map(kind), Some("ExecutionSucceeded"));
    open.retain(|_, count| *count != 0);
    assert!(open.is_empty(), "states were entered and left unequally often: {open:?}");
}

/// The tasks that have succeeded: the key in what was scheduled, and the event that says so.
pub fn succeeded_tasks(events: &[Value]) -> Vec<(String, &Value)> {
    let mut scheduled: HashMap<u64, String> = HashMap::new();
    let mut ended: HashSet<String> = HashSet::new();
    let mut succeeded = Vec::new();
    for event in events {
        let id = event["id"].as_u64().expect("an event has an id");
        let previous = event["previousEventId"].as_u64().expect("every event has a previous one");
        if let Some(key) = scheduled_key(event) {
            scheduled.insert(id, key);
            continue;
        }
        // From the end of a task back to its schedule there are only events of the task.
        let Some(key) = scheduled.get(&previous).filter(|_| is_of_task(kind(event))).cloned() else { continue };
        if ["TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"].contains(&kind(event)) {
            assert!(ended.insert(key.clone()), "{key} succeeded twice");
            succeeded.push((key.clone(), event));
        }
        scheduled.insert(id, key);
    }
    succeeded
}

fn is_of_task(kind: &str) -> bool {
    ["Task", "LambdaFunction", "Activity"].iter().any(|prefix| {
        kind.strip_prefix(prefix).is_some_and(|rest| ["Started", "Submitted", "Succeeded"].contains(&rest))
    })
}

fn scheduled_key(event: &Value) -> Option<String> {
    let text = event["taskScheduledEventDetails"]["parameters"]
        .as_str()
        .or(event["lambdaFunctionScheduledEventDetails"]["input"].as_str())
        .or(event["activityScheduledEventDetails"]["input"].as_str())?;
    let value: Value = serde_json::from_str(text).expect("what is scheduled is JSON");
    let payload = value.get("Payload").unwrap_or(&value);
    payload["key"].as_str().map(str::to_owned)
}
