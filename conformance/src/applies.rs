//! Can a recording be played against what is built? Decided from what is in it, so that a case counts as soon as its operation exists.
//!
//! The lists of what is missing shrink as Stepwell grows; when they are empty, this file goes.

use crate::case::{Call, Case};
use crate::{lambda, logs, stand_in};
use api::Operation;
use json::Value;

/// Why `case` cannot be played yet: what is missing, in two or three words.
pub fn missing(case: &Case) -> Option<String> {
    let creates = |call: &Call| call.stepfunctions() == Some("CreateStateMachine");
    let lists_machines = |call: &Call| call.stepfunctions() == Some("ListStateMachines");
    if case.calls().any(lists_machines) && !case.calls().any(creates) {
        // What is listed was made by a template.
        return Some("service cloudformation".to_owned());
    }
    let starts = |call: &Call| matches!(call.stepfunctions(), Some("StartExecution" | "StartSyncExecution"));
    let executes = case.calls().any(starts);
    case.calls().find_map(|call| missing_for(call, executes))
}

fn missing_for(call: &Call, executes: bool) -> Option<String> {
    match call.service.as_str() {
        "stepfunctions" => {}
        "lambda" => {
            return lambda::code_of(call)
                .is_some_and(|code| code.contains("boto3"))
                .then(|| "functions that call AWS".to_owned());
        }
        service if stand_in::is_called_by_clients(service) => return None,
        "logs" if !logs::is_missing(call) => return None,
        service => return Some(format!("service {service}")),
    }
    if !Operation::ALL.iter().any(|built| built.as_str() == call.operation) {
        return Some(format!("operation {}", call.operation));
    }
    let text = call.param("definition")?;
    let definition = json::parse(text).ok()?;
    // A definition that is refused, or never executed, needs nothing that its states would call.
    if call.fails || !executes { None } else { missing_in(&definition) }
}

/// What the states of a definition need that is not there.
fn missing_in(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => {
            object.iter().find_map(|(key, value)| missing_member(key, value).or_else(|| missing_in(value)))
        }
        Value::Array(array) => array.iter().find_map(missing_in),
        _ => None,
    }
}

fn missing_member(key: &str, value: &Value) -> Option<String> {
    match (key, value) {
        ("Resource", Value::String(resource)) => missing_resource(resource),
        _ => None,
    }
}

fn missing_resource(resource: &str) -> Option<String> {
    let service = resource.strip_prefix("arn:aws:states:::")?;
    if service.starts_with("lambda:invoke") || crate::worker::plays(resource) {
        return None;
    }
    let mut parts = service.split(':');
    let name = match parts.next() {
        Some("aws-sdk") => format!("aws-sdk:{}", parts.next().unwrap_or_default()),
        Some(name) => name.to_owned(),
        None => String::new(),
    };
    if stand_in::is_called_by_tasks(service) { None } else { Some(format!("service {name}")) }
}
