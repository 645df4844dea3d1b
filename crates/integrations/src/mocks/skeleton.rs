//! A first file of mocks for a definition: a response for each of its tasks, of the shape that the service's model has.

use super::text;
use crate::reply::with_result_shape;
use asl::StateMachineDefinition;
use asl::definition::{IntegrationPattern, Resource, StateKind};
use json::{Object, Value, json};
use service_models::{Kind, Shape, spelled};

/// The test case's name.
const TEST_CASE: &str = "HappyPath";
/// Structures this deep have only what they must have.
const DEPTH_MAX: usize = 2;
/// And so have those with more members, but for the result itself.
const MEMBERS_MAX: usize = 12;
/// Words for an end, the best first.
const GOOD_ENDS: [&str; 8] =
    ["SUCCEEDED", "Succeeded", "COMPLETED", "Completed", "COMPLETE", "SUCCESS", "ACTIVE", "AVAILABLE"];

/// The file.
pub fn skeleton(state_machine: &str, definition: &StateMachineDefinition) -> String {
    let mut responses = Object::new();
    for state in definition.scopes.iter().flat_map(|scope| &scope.states) {
        if let StateKind::Task(task) = &state.kind {
            responses.set(state.name.as_ref(), json!({"Return": (sample_result(&task.resource))}));
        }
    }
    text::file(state_machine, TEST_CASE, &[("Validation", "Present".into())], responses)
}

/// A result as the service might give it.
fn sample_result(resource: &Resource) -> Value {
    let Resource::Service { service, action, pattern, .. } = resource else { return Value::empty_object() };
    match (&**service, &**action, pattern) {
        // It is what SendTaskSuccess brings.
        (_, _, IntegrationPattern::WaitForTaskToken) => Value::empty_object(),
        ("lambda", "invoke", _) => json!({"ExecutedVersion": "$LATEST", "Payload": {}, "StatusCode": 200}),
        ("http", ..) => json!({"Headers": {}, "ResponseBody": {}, "StatusCode": 200, "StatusText": "OK"}),
        ("states", _, IntegrationPattern::RunJobVersion2) => with_output(sample_of(resource), Value::empty_object()),
        ("states", _, IntegrationPattern::RunJob) => with_output(sample_of(resource), "{}".into()),
        _ => sample_of(resource),
    }
}

fn with_output(sample: Value, output: Value) -> Value {
    let mut fields = sample.as_object().cloned().unwrap_or_default();
    fields.set("Input", output.clone());
    fields.set("Output", output);
    fields.into()
}

fn sample_of(resource: &Resource) -> Value {
    with_result_shape(resource, |shape, _| sample("", shape, 0)).unwrap_or_else(Value::empty_object)
}

fn sample(name: &str, shape: Shape<'_>, depth: usize) -> Value {
    match shape.kind() {
        Kind::Structure => structure(shape, depth),
        Kind::Document => Value::empty_object(),
        Kind::List => {
            let element = shape.element().filter(|_| depth < DEPTH_MAX || shape.min().is_some_and(|min| min > 0.0));
            Value::from(element.map(|element| vec![sample(name, element, depth + 1)]).unwrap_or_default())
        }
        Kind::Map => Value::empty_object(),
        Kind::String => word(shape).unwrap_or_else(|| example(name, shape)),
        Kind::Blob => Value::from("text"),
        Kind::Timestamp => Value::from("2026-01-01T00:00:00Z"),
        Kind::Integer => Value::from(shape.min().map_or(1, |min| (min as i64).max(1))),
        Kind::Float => json::parse("1.0").expect("a number"),
        Kind::Boolean => Value::Bool(true),
    }
}

fn structure(shape: Shape<'_>, depth: usize) -> Value {
    let required: Vec<&str> = shape.required().collect();
    let is_small = depth == 0 || depth < DEPTH_MAX && shape.members().count() <= MEMBERS_MAX;
    let mut fields = Object::new();
    for (name, member) in shape.members() {
        let is_wanted = required.contains(&&**name) || is_small && !leads_on(name) && !member.is_event_stream();
        if is_wanted && (depth < 2 * DEPTH_MAX || required.contains(&&**name)) {
            fields.set(spelled(name).as_str(), sample(name, member, depth + 1));
            if shape.is_union() {
                break;
            }
        }
    }
    fields.into()
}

/// Whether a member says that there are more pages: who follows it would never come to an end.
fn leads_on(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("token") || name.ends_with("marker") || name.ends_with("istruncated")
}

fn word(shape: Shape<'_>) -> Option<Value> {
    let words: Vec<&str> = shape.words()?.collect();
    let good = GOOD_ENDS.iter().find(|good| words.contains(good));
    good.or(words.first()).map(|word| Value::from(*word))
}

fn example(name: &str, shape: Shape<'_>) -> Value {
    let text = if name.to_ascii_lowercase().ends_with("arn") {
        "arn:aws:service:us-east-1:123456789012:resource/example".to_owned()
    } else {
        "example".to_owned()
    };
    let least = shape.min().map_or(0, |min| min as usize);
    Value::from(format!("{text}{}", "x".repeat(least.saturating_sub(text.len()).min(4096))))
}
