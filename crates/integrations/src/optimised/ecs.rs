//! ECS: whether a task that stopped did so by itself and well (guide: the exit codes of its essential containers tell).

use super::Call;
use aws_client::CallError;
use json::{Value, json};

/// Whether a stopped task ended well; nothing if that is to be asked again.
pub(super) async fn ended_well(call: Call<'_>, task: &Value) -> Option<bool> {
    if text(task, "StopCode") == "TaskFailedToStart" {
        return Some(false);
    }
    let containers = task.get("Containers").and_then(Value::as_array).cloned().unwrap_or_default();
    let exit_code =
        |container: &&Value| container.get("ExitCode").and_then(Value::as_i64).is_some_and(|code| code != 0);
    let failed: Vec<&Value> = containers.iter().filter(exit_code).collect();
    if failed.is_empty() {
        return Some(true);
    }
    // The only one of a task is essential, and so are all of whose task nothing is told.
    let definition = text(task, "TaskDefinitionArn");
    if containers.len() == 1 || definition.is_empty() {
        return Some(false);
    }
    let described = call.send("describeTaskDefinition", &json!({"TaskDefinition": definition})).await;
    let described = match described {
        Ok(reply) => reply.value,
        // It may pass: the next look tells.
        Err(CallError::NoAnswer { .. }) => return None,
        Err(CallError::Service(error)) if error.status >= 500 || error.status == 429 => return None,
        Err(_) => return Some(false),
    };
    let defined = described.get("TaskDefinition").and_then(|definition| definition.get("ContainerDefinitions"));
    let defined = defined.and_then(Value::as_array).cloned().unwrap_or_default();
    // One that the definition does not have was put beside the task's own.
    let is_essential = |container: &&Value| {
        let named = |defined: &&Value| text(defined, "Name") == text(container, "Name");
        let defined = defined.iter().find(named);
        defined.is_some_and(|defined| defined.get("Essential").and_then(Value::as_bool).unwrap_or(true))
    };
    Some(!failed.iter().any(is_essential))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
