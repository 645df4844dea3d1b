//! Whoever performs tasks: functions that are quick or slow, fail, or never answer.

use super::{Sending, World, send};
use crate::oracle::{PANIC, decide};
use crate::reference::{Ending, call_key};
use asl::definition::{IntegrationPattern, Resource};
use engine::Engine;
use integrations::{PerformFuture, Performer, TaskOutcome, TaskRequest};
use json::{Payload, Value, json};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub(crate) struct SimulatedPerformer {
    pub world: Arc<World>,
    /// The engine that callbacks are sent to, once it is open.
    pub engine: Arc<OnceLock<Engine>>,
}

impl Performer for SimulatedPerformer {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        let (world, engine) = (self.world.clone(), self.engine.clone());
        Box::pin(async move {
            world.pass("perform").await;
            note(&world, &request);
            let given = request.payload.value();
            let (call, pattern) = match &request.resource {
                Resource::Service { pattern, .. } => {
                    (given.get("Payload").cloned().unwrap_or(Value::Null), Some(*pattern))
                }
                Resource::LambdaFunction { .. } | Resource::Activity { .. } => (given.clone(), None),
            };
            let decision = decide(world.plan.seed, &call);
            let envelope = |output: &Value| json!({"Payload": (output.clone()), "StatusCode": 200});
            let ending = match &decision.ending {
                Ending::Output(output) if pattern.is_some() && !decision.panics => Ending::Output(envelope(output)),
                ending => ending.clone(),
            };
            let known = (call_key(&call), ending);
            world.state().ledger.outcomes.entry(known.0).or_default().push(known.1);
            assert!(!decision.panics, "{PANIC}");
            if pattern == Some(IntegrationPattern::WaitForTaskToken) {
                if decision.fails_at_once
                    && let Ending::Failure { error, cause } = decision.ending
                {
                    return Some(failed(&error, cause));
                }
                let token = call.get("t").and_then(Value::as_str).unwrap_or_default().to_owned();
                if let Some(number) = world.plan_sending(Sending::of(token, &decision, world.elapsed_ms()))
                    && let Some(engine) = engine.get()
                {
                    tokio::spawn(send(world.clone(), engine.clone(), number));
                }
                tokio::time::sleep(Duration::from_millis(decision.accepted_after_ms)).await;
                world.pass("accepted").await;
                return Some(TaskOutcome::Submitted { output: Payload::from(json!({"StatusCode": 200})) });
            }
            if decision.hangs {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(decision.takes_ms)).await;
            world.pass("performed").await;
            Some(match decision.ending {
                Ending::Output(output) if pattern.is_some() => {
                    TaskOutcome::Succeeded { output: json!({"Payload": output, "StatusCode": 200}).into() }
                }
                Ending::Output(output) => TaskOutcome::Succeeded { output: output.into() },
                Ending::Failure { error, cause } => failed(&error, cause),
            })
        })
    }
}

fn failed(error: &str, cause: Option<String>) -> TaskOutcome {
    TaskOutcome::Failed { error: error.into(), cause: cause.unwrap_or_default().into() }
}

/// Nothing may be performed before its schedule is durable, and nothing under two identities.
fn note(world: &World, request: &TaskRequest) {
    let (id, payload) = (request.invocation_id.clone(), request.payload.text().to_string());
    world.trace(&format!("perform {id} {payload}"));
    let mut state = world.state();
    let is_scheduled = state.ledger.scheduled.contains(&id);
    let before = state.ledger.performed.insert(id.clone(), payload.clone());
    drop(state);
    if !is_scheduled && !super::express::is_of_express(request.payload.value()) {
        world.violation(format!("task {id} is performed, which was never scheduled durably: {payload}"));
    }
    if before.as_ref().is_some_and(|before| *before != payload) {
        world.violation(format!("task {id} is performed with {payload}, and was with {before:?}"));
    }
}
