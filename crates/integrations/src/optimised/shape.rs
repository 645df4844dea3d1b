//! What is not sent as the task has it, not answered as the service does, or not taken for a success though the service calls it one.

use super::Call;
use crate::TaskOutcome;
use asl::definition::IntegrationPattern;
use json::{Object, ObjectBuilder, Value, json};

/// The parameters of the operation.
pub(super) fn parameters(call: Call<'_>) -> Result<Value, String> {
    let parameters = call.request.payload.value();
    Ok(match (call.service.name, call.action.action) {
        ("events", _) => with_resources(call, parameters),
        ("ecs", _) => with_member(parameters, "StartedBy", "AWS Step Functions"),
        // Neither model says that the service knows a repetition by it.
        ("states", _) => with_identity(call, parameters, "Name"),
        ("codebuild", "startBuild" | "startBuildBatch" | "retryBuildBatch") => {
            with_identity(call, parameters, "IdempotencyToken")
        }
        _ => parameters.clone(),
    })
}

/// Events name the execution that sent them, and its machine, besides other resources (guide; their order is recorded).
fn with_resources(call: Call<'_>, parameters: &Value) -> Value {
    let (Some(members), Some(entries)) = (parameters.as_object(), parameters.get("Entries").and_then(Value::as_array))
    else {
        return parameters.clone();
    };
    let own = [&call.request.state_machine_arn, &call.request.execution_arn];
    let entry = |entry: &Value| match entry.as_object() {
        None => entry.clone(),
        Some(members) => {
            let named = members.get("Resources").and_then(Value::as_array);
            let resources = named.into_iter().flat_map(|named| named.iter().cloned());
            let resources: Vec<Value> = resources.chain(own.iter().map(|arn| Value::String((*arn).clone()))).collect();
            members.with("Resources", resources.into()).into()
        }
    };
    members.with("Entries", entries.iter().map(entry).collect::<Vec<_>>().into()).into()
}

/// What is given no name or token has that of the attempt, so that it is started once however often that is asked for.
fn with_identity(call: Call<'_>, parameters: &Value, name: &str) -> Value {
    match is_given(parameters, name) {
        true => parameters.clone(),
        false => with_member(parameters, name, &call.request.invocation_id),
    }
}

/// Whether a parameter is there.
pub(super) fn is_given(parameters: &Value, name: &str) -> bool {
    parameters.get(name).is_some_and(|value| !value.is_null())
}

fn with_member(parameters: &Value, name: &str, value: &str) -> Value {
    parameters.as_object().map_or_else(|| parameters.clone(), |members| members.with(name, value.into()).into())
}

/// The result of the action, made of the operation's.
pub(super) fn result(call: Call<'_>, reply: Value) -> Value {
    let given = |name: &str| call.request.payload.value().get(name).cloned();
    match (call.service.name, call.action.action) {
        ("glue", "startJobRun") => ordered(reply, "JobName", given("JobName")),
        ("emr-serverless", "startApplication" | "stopApplication" | "deleteApplication") => {
            ordered(reply, "ApplicationId", given("ApplicationId"))
        }
        _ => reply,
    }
}

/// With one more member, in alphabetical order like the others.
pub(super) fn ordered(value: Value, name: &str, member: Option<Value>) -> Value {
    let (Some(members), Some(member)) = (value.as_object(), member) else { return value };
    let mut members: Vec<(json::Key, Value)> =
        members.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    members.push((name.into(), member));
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter().collect::<Object>().into()
}

/// The failure that a reply is though the service answered it as a success.
pub(super) fn failure(call: Call<'_>, reply: &Value) -> Option<TaskOutcome> {
    match call.service.name {
        "events" if reply.get("FailedEntryCount").and_then(Value::as_i64) > Some(0) => {
            Some(TaskOutcome::failed("EventBridge.FailedEntry", reply.to_string()))
        }
        // Whoever waits would wait for a task that is not there.
        "ecs" if call.pattern != IntegrationPattern::RequestResponse && has_elements(reply, "Failures") => {
            Some(TaskOutcome::failed("AmazonECS.Unknown", reply.to_string()))
        }
        _ => None,
    }
}

fn has_elements(reply: &Value, name: &str) -> bool {
    reply.get(name).and_then(Value::as_array).is_some_and(|elements| !elements.is_empty())
}

/// An object of the members that are there.
pub(super) fn some(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let mut object = ObjectBuilder::new();
    for (name, value) in members {
        object.insert_some(name, value.filter(|value| !value.is_null()));
    }
    object.build().into()
}

/// A list of the one element, if it is there.
pub(super) fn listed(element: Option<&Value>) -> Option<Value> {
    element.filter(|element| !element.is_null()).map(|element| json!([(element.clone())]))
}
