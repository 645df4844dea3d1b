//! Express executions, and whoever starts them.

use super::workers::is_uncertain;
use super::{World, decoded, outcome};
use crate::machine::{self, child_mark};
use crate::reference::{self, Ending, OWN_CAUSE, without_own_causes};
use api::{Exception, ExecutionStatus, StartSyncExecutionResponse};
use engine::{Engine, ExpressQuery};
use json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const MACHINE_ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:express";

/// Whether a task's payload says that an Express execution asks for it.
pub(crate) fn is_of_express(payload: &Value) -> bool {
    let call = payload.get("Payload").unwrap_or(payload);
    call.get("x").and_then(Value::as_str).is_some_and(|name| name.starts_with('q') || name.contains(child_mark(true)))
}

/// Creates the machine, each time anew.
pub(crate) async fn create(world: &World, engine: &Engine) -> Result<(), Exception> {
    let body = json!({"name": "express", "definition": (machine::render(&world.plan.express)), "type": "EXPRESS",
        "roleArn": "arn:aws:iam::123456789012:role/r"});
    engine.create_state_machine(decoded(api::CreateStateMachineRequest::decode(&body))).await.map(drop)
}

/// Starts an execution when it is time, again and again until that is answered for certain.
pub(crate) async fn start(world: Arc<World>, engine: Engine, number: usize) {
    let run = world.plan.express_runs[number].clone();
    if world.state().express_done[number] {
        return;
    }
    world.sleep_until(run.at_ms).await;
    let body = json!({"stateMachineArn": MACHINE_ARN, "name": (run.name.as_str()), "input": (run.input.to_string())});
    for _ in 0..30 {
        world.pass("ask").await;
        let answer = if run.is_synchronous {
            let request = decoded(api::StartSyncExecutionRequest::decode(&body));
            let ended = engine.start_sync_execution(request).await;
            world.pass("answered").await;
            ended.map(|ended| compare(&world, &run.name, &run.input, &ended))
        } else {
            let request = decoded(api::StartExecutionRequest::decode(&body));
            let started = engine.start_execution(request).await;
            world.pass("answered").await;
            started.map(|_| {
                world.state().ledger.express.insert(run.name.clone());
            })
        };
        world.trace(&format!("express {} {}", run.name, outcome(&answer)));
        match answer {
            Err(exception) if is_uncertain(&exception) => tokio::time::sleep(Duration::from_millis(450)).await,
            _ => break,
        }
    }
    world.state().express_done[number] = true;
}

/// Whether none runs.
pub(crate) fn all_ended(engine: &Engine) -> bool {
    let running = ExpressQuery { status: Some(ExecutionStatus::Running), ..ExpressQuery::default() };
    engine.express_executions(&running).is_empty()
}

/// Holds the end of an execution against the reference.
fn compare(world: &World, name: &str, input: &Value, ended: &StartSyncExecutionResponse) {
    let ending = match ended.status {
        ExecutionStatus::Succeeded => {
            let output = ended.output.as_deref().map(json::parse).and_then(Result::ok).unwrap_or(Value::Null);
            Ending::Output(without_own_causes(&output))
        }
        ExecutionStatus::Failed => {
            let own = |cause: &str| if cause.starts_with(OWN_CAUSE) { OWN_CAUSE } else { cause }.to_owned();
            Ending::Failure {
                error: ended.error.as_deref().unwrap_or_default().to_owned(),
                cause: ended.cause.as_deref().map(own),
            }
        }
        _ => return,
    };
    let outcomes = world.state().ledger.outcomes.clone();
    let attempts = |call: &str| outcomes.get(call).cloned().unwrap_or_default();
    let Ok(mut possible) = reference::endings(&world.plan.express, &world.plan.nested, name, input, &attempts) else {
        return;
    };
    for ending in &mut possible {
        if let Ending::Output(output) = ending {
            *output = without_own_causes(output);
        }
    }
    if !possible.contains(&ending) {
        world.violation(format!("Express {name} ended with {ending:?}, but the reference says {possible:?}"));
    }
}

/// What was acknowledged ran. A clock that jumps beyond the time an Express execution may take ends those that have just begun.
pub(crate) fn check(world: &World) {
    if world.plan.jumps.iter().any(|jump| jump.by_ms > 200_000) {
        return;
    }
    let lost: Vec<String> = {
        let state = world.state();
        let performed = |name: &str| {
            let of_it = format!(r#""x":"{name}""#);
            state.ledger.performed.values().any(|payload| payload.contains(&of_it))
        };
        state.ledger.express.iter().filter(|name| !performed(name)).cloned().collect()
    };
    for name in lost {
        world.violation(format!("Express {name} was acknowledged and never ran"));
    }
}
