//! A file of mocks that plays an execution again, from its history: ours, or what AWS's GetExecutionHistory answers.

use super::text;
use json::{Object, Value, json};
use std::collections::BTreeMap;

/// One task of the history.
struct Task<'h> {
    state: &'h str,
    /// The item of the nearest Map around.
    item: Option<i64>,
    submitted: Option<&'h Value>,
    end: Option<Value>,
}

/// The file for `events`, in which the execution is one of `state_machine` and a test case `test_case`. An error says why there is none.
pub fn recorded(state_machine: &str, test_case: &str, events: &[Value]) -> Result<String, String> {
    let by_id: BTreeMap<i64, &Value> = events.iter().filter_map(|event| Some((id(event, "id")?, event))).collect();
    if by_id.is_empty() {
        return Err("it has no events".to_owned());
    }
    let mut tasks: BTreeMap<i64, Task<'_>> = BTreeMap::new();
    // Which task an event belongs to.
    let mut chain: BTreeMap<i64, i64> = BTreeMap::new();
    for (&number, event) in &by_id {
        let kind = kind(event);
        let previous = id(event, "previousEventId").unwrap_or_default();
        if ["TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"].contains(&kind) {
            let state = state_before(&by_id, number).ok_or_else(|| format!("event {number} belongs to no state"))?;
            let item = item_before(&by_id, number);
            tasks.insert(number, Task { state, item, submitted: None, end: None });
            chain.insert(number, number);
            continue;
        }
        let Some(&scheduled) = chain.get(&previous) else { continue };
        let task = tasks.get_mut(&scheduled).expect("it was scheduled");
        let is_of_task = ["Task", "LambdaFunction", "Activity"].iter().any(|family| kind.starts_with(family));
        if !is_of_task || kind.starts_with("TaskState") || task.end.is_some() {
            continue;
        }
        match kind {
            "TaskSubmitted" => task.submitted = Some(output(event)?),
            "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded" => {
                task.end = Some(json!({"Return": (value(output(event)?))}));
            }
            _ if kind.ends_with("Failed") || kind.ends_with("TimedOut") => {
                task.end = Some(json!({"Throw": (thrown(event))}));
            }
            _ => {}
        }
        chain.insert(number, scheduled);
    }
    let mut states: BTreeMap<&str, Vec<&Task<'_>>> = BTreeMap::new();
    for task in tasks.values() {
        states.entry(task.state).or_default().push(task);
    }
    let mut responses = Object::new();
    for (state, tasks) in states {
        responses.set(state, response(&tasks));
    }
    Ok(text::file(state_machine, test_case, &[], responses))
}

/// By item and attempt where a Map's iterations may come in another order the next time; else by invocation, as in AWS's format.
fn response(tasks: &[&Task<'_>]) -> Value {
    let mut attempts: BTreeMap<i64, i64> = BTreeMap::new();
    let is_of_items = tasks.iter().all(|task| task.item.is_some());
    let mut by_item = Vec::new();
    let mut by_invocation = Object::new();
    for (invocation, task) in tasks.iter().enumerate() {
        let attempt = attempts.entry(task.item.unwrap_or_default()).or_default();
        let mut entry = Object::new();
        if is_of_items {
            entry.set("When", json!({"Item": (task.item.unwrap_or_default()), "Attempt": (*attempt)}));
        }
        *attempt += 1;
        if let Some(submitted) = task.submitted {
            entry.set("Submitted", value(submitted));
        }
        match &task.end {
            Some(Value::Object(end)) => end.iter().for_each(|(name, value)| entry.set(name.clone(), value.clone())),
            // Its end is not told: it went on until the execution was over.
            _ if task.submitted.is_none() => continue,
            _ => {}
        }
        by_invocation.set(invocation.to_string().as_str(), Value::from(entry.clone()));
        by_item.push(Value::from(entry));
    }
    if is_of_items { by_item.into() } else { by_invocation.into() }
}

/// A text that is JSON as the value it is, and for a mock to stand for itself.
fn value(shown: &Value) -> Value {
    let parsed = shown.as_str().and_then(|text| json::parse(text).ok());
    text::literal(&parsed.unwrap_or_else(|| shown.clone()))
}

fn output(event: &Value) -> Result<&Value, String> {
    let output = details(event).and_then(|details| details.get("output"));
    output.ok_or_else(|| {
        let number = id(event, "id").unwrap_or_default();
        format!("event {number} has no output: the history is to be asked for with its data")
    })
}

fn thrown(event: &Value) -> Value {
    let mut thrown = Object::new();
    for (name, field) in [("Error", "error"), ("Cause", "cause")] {
        if let Some(text) = details(event).and_then(|details| details.get(field)) {
            // Recordings have causes parsed that are JSON.
            let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
            thrown.set(name, text::literal(&Value::from(text)));
        }
    }
    thrown.into()
}

/// The state that was entered before an event, along its chain.
fn state_before<'h>(by_id: &BTreeMap<i64, &'h Value>, number: i64) -> Option<&'h str> {
    let entered = before(by_id, number, |event| kind(event) == "TaskStateEntered")?;
    entered.get("stateEnteredEventDetails")?.get("name")?.as_str()
}

fn item_before(by_id: &BTreeMap<i64, &Value>, number: i64) -> Option<i64> {
    let mut depth = 0;
    let started = before(by_id, number, |event| {
        // Iterations that ended on the way are others.
        match kind(event) {
            "MapIterationSucceeded" | "MapIterationFailed" => depth += 1,
            "MapIterationStarted" if depth > 0 => depth -= 1,
            "MapIterationStarted" => return true,
            _ => {}
        }
        false
    })?;
    id(started.get("mapIterationStartedEventDetails")?, "index")
}

fn before<'h>(
    by_id: &BTreeMap<i64, &'h Value>,
    number: i64,
    mut wanted: impl FnMut(&Value) -> bool,
) -> Option<&'h Value> {
    let mut event = *by_id.get(&number)?;
    loop {
        if wanted(event) {
            return Some(event);
        }
        let previous = id(event, "previousEventId")?;
        // Ids only ever point back: a broken history cannot lead around in circles.
        event = by_id.get(&previous).filter(|_| Some(previous) < id(event, "id"))?;
    }
}

fn kind(event: &Value) -> &str {
    event.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn id(value: &Value, name: &str) -> Option<i64> {
    value.get(name)?.as_i64()
}

fn details(event: &Value) -> Option<&Value> {
    event.as_object()?.iter().find(|(name, _)| name.ends_with("EventDetails")).map(|(_, details)| details)
}
