//! Plays the state machines that the recordings use as workers: they fetch an activity's task and answer it with calls of Step Functions
//! itself. Such a machine is a list of API calls, so it is walked here, beside the server, until services can be called from states.

use crate::client::Client;
use json::{ObjectBuilder, Value};
use std::time::Duration;

const PREFIX: &str = "arn:aws:states:::aws-sdk:sfn:";

/// Whether a Task with this resource can be played.
pub fn plays(resource: &str) -> bool {
    resource.strip_prefix(PREFIX).is_some_and(|action| action == "getActivityTask" || action.starts_with("sendTask"))
}

/// Whether a state machine is a worker.
pub fn is_worker(definition: &str) -> bool {
    definition.contains("aws-sdk:sfn:getActivityTask")
}

/// Walks a worker to its end.
pub async fn run(client: Client, definition: Value, input: Value) -> Option<()> {
    let states = definition.get("States")?.clone();
    let mut name = definition.get("StartAt")?.as_str()?.to_owned();
    let mut task = Value::Null;
    loop {
        let state = states.get(&name)?;
        let resource = state.get("Resource").and_then(Value::as_str).unwrap_or_default();
        match resource.strip_prefix(PREFIX) {
            Some("getActivityTask") => task = fetched(&client, state, &input).await,
            Some(action) => {
                let operation = format!("{}{}", action[..1].to_uppercase(), &action[1..]);
                client.call(&operation, &parameters(state, &input, &task)).await;
            }
            None => {
                let seconds = state.get("Seconds").and_then(Value::as_i64).unwrap_or(0);
                tokio::time::sleep(Duration::from_secs(seconds.unsigned_abs())).await;
            }
        }
        let chosen = state.get("Choices").and_then(|choices| choices.as_array()?.first()?.get("Next"));
        name = chosen.or_else(|| state.get("Next"))?.as_str()?.to_owned();
    }
}

/// A task of the activity, however long it takes until there is one.
async fn fetched(client: &Client, state: &Value, input: &Value) -> Value {
    loop {
        let task = client.call("GetActivityTask", &parameters(state, input, &Value::Null)).await.value;
        if task.get("taskToken").is_some_and(|token| !token.is_null()) {
            return task;
        }
    }
}

/// The Parameters of a Task as the API wants them: paths followed, names with a small first letter.
fn parameters(state: &Value, input: &Value, task: &Value) -> Value {
    let mut result = ObjectBuilder::new();
    for (name, value) in
        state.get("Parameters").and_then(Value::as_object).into_iter().flat_map(|members| members.iter())
    {
        let (name, value) = match (name.strip_suffix(".$"), value.as_str()) {
            (Some(name), Some(path)) => (name, followed(path, input, task)),
            _ => (&**name, value.clone()),
        };
        result.insert(small(name), value);
    }
    result.build().into()
}

/// `$.ActivityArn` is in the input, `$.GetActivityTaskOutput.TaskToken` in the task.
fn followed(path: &str, input: &Value, task: &Value) -> Value {
    let name = path.rsplit('.').next().unwrap_or_default();
    input.get(name).or_else(|| task.get(&small(name))).cloned().unwrap_or(Value::Null)
}

fn small(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
