//! Operations of the API as the commands call them: requests are written as a client would, so that every check of the API applies.

use crate::environment::Surroundings;
use anyhow::anyhow;
use api::{
    Code, CreateActivityRequest, CreateStateMachineRequest, DescribeExecutionRequest, DescribeExecutionResponse,
    DescribeStateMachineRequest, Exception, ExecutionStatus, ListExecutionsRequest, StartExecutionRequest,
    StartSyncExecutionRequest, StartSyncExecutionResponse, StateMachineType, StopExecutionRequest,
    UpdateStateMachineRequest,
};
use engine::Engine;
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// What became of a state machine that should be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Created,
    Updated,
    Unchanged,
}

/// A state machine as it should be.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) definition: &'a str,
    pub(crate) machine_type: StateMachineType,
    pub(crate) role_arn: Option<&'a str>,
}

/// An exception as an error for the terminal.
fn told(exception: Exception) -> anyhow::Error {
    anyhow!("{}: {}", exception.code.as_str(), exception.message)
}

/// The ARN of a state machine of this server.
pub(crate) fn state_machine_arn(surroundings: &Surroundings, name: &str) -> String {
    let identity = surroundings.identity();
    format!("arn:{}:states:{}:{}:stateMachine:{name}", identity.partition, identity.region, identity.account)
}

/// Creates the state machine, or updates the one of its name.
pub(crate) async fn put_state_machine(
    engine: &Engine,
    surroundings: &Surroundings,
    wanted: &Wanted<'_>,
) -> anyhow::Result<Change> {
    let identity = surroundings.identity();
    let default_role = format!("arn:{}:iam::{}:role/stepwell", identity.partition, identity.account);
    let role_arn = wanted.role_arn.unwrap_or(&default_role);
    let arn = state_machine_arn(surroundings, wanted.name);
    let describe = DescribeStateMachineRequest::decode(&json!({"stateMachineArn": (arn.as_str())})).map_err(told)?;
    let present = match engine.describe_state_machine(describe).await {
        Ok(present) => present,
        Err(exception) if exception.code == Code::StateMachineDoesNotExist => {
            let request = json!({
                "name": (wanted.name),
                "definition": (wanted.definition),
                "roleArn": role_arn,
                "type": (wanted.machine_type.as_str())
            });
            let request = CreateStateMachineRequest::decode(&request).map_err(told)?;
            engine.create_state_machine(request).await.map_err(told)?;
            return Ok(Change::Created);
        }
        Err(exception) => return Err(told(exception)),
    };
    if present.machine_type != wanted.machine_type {
        let (present, wanted) = (present.machine_type.as_str(), wanted.machine_type.as_str());
        return Err(anyhow!("it is {present} and cannot become {wanted}: delete it first, or take another name"));
    }
    if &*present.definition == wanted.definition && &*present.role_arn == role_arn {
        return Ok(Change::Unchanged);
    }
    let request = json!({"stateMachineArn": (arn.as_str()), "definition": (wanted.definition), "roleArn": role_arn});
    let request = UpdateStateMachineRequest::decode(&request).map_err(told)?;
    engine.update_state_machine(request).await.map_err(told)?;
    Ok(Change::Updated)
}

/// Creates an activity unless it is there.
pub(crate) async fn put_activity(engine: &Engine, name: &str) -> anyhow::Result<()> {
    let request = CreateActivityRequest::decode(&json!({"name": name})).map_err(told)?;
    engine.create_activity(request).await.map(drop).map_err(told)
}

/// Starts an execution and gives its ARN.
pub(crate) async fn start(
    engine: &Engine,
    state_machine_arn: &str,
    input: &str,
    name: Option<&str>,
) -> anyhow::Result<Arc<str>> {
    let request = StartExecutionRequest::decode(&start_body(state_machine_arn, input, name)).map_err(told)?;
    Ok(engine.start_execution(request).await.map_err(told)?.execution_arn)
}

/// Runs an execution of an Express state machine to its end.
pub(crate) async fn start_sync(
    engine: &Engine,
    state_machine_arn: &str,
    input: &str,
    name: Option<&str>,
) -> anyhow::Result<StartSyncExecutionResponse> {
    let request = StartSyncExecutionRequest::decode(&start_body(state_machine_arn, input, name)).map_err(told)?;
    engine.start_sync_execution(request).await.map_err(told)
}

fn start_body(state_machine_arn: &str, input: &str, name: Option<&str>) -> Value {
    let mut body = ObjectBuilder::new();
    body.insert("stateMachineArn", state_machine_arn).insert("input", input).insert_some("name", name);
    Value::from(body.build())
}

/// Aborts an execution.
pub(crate) async fn stop(engine: &Engine, execution_arn: &str, error: &str, cause: &str) -> anyhow::Result<()> {
    let request = json!({"executionArn": execution_arn, "error": error, "cause": cause});
    let request = StopExecutionRequest::decode(&request).map_err(told)?;
    engine.stop_execution(request).await.map(drop).map_err(told)
}

/// What is known of an execution.
pub(crate) async fn describe(engine: &Engine, execution_arn: &str) -> anyhow::Result<DescribeExecutionResponse> {
    let request = DescribeExecutionRequest::decode(&json!({"executionArn": execution_arn})).map_err(told)?;
    engine.describe_execution(request).await.map_err(told)
}

/// An open execution of the machine with this very input, if there is one: the one that started last.
pub(crate) async fn open_execution(
    engine: &Engine,
    state_machine_arn: &str,
    input: &str,
) -> anyhow::Result<Option<Arc<str>>> {
    let request = json!({"stateMachineArn": state_machine_arn, "statusFilter": (ExecutionStatus::Running.as_str())});
    let request = ListExecutionsRequest::decode(&request).map_err(told)?;
    for item in engine.list_executions(request).await.map_err(told)?.executions {
        if describe(engine, &item.execution_arn).await?.input.as_deref() == Some(input) {
            return Ok(Some(item.execution_arn));
        }
    }
    Ok(None)
}
