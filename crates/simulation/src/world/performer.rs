//! Whoever performs tasks: functions that are quick or slow, fail, or never answer.

use super::{Sending, World, send};
use crate::oracle::{PANIC, decide};
use crate::random::{Random, hash};
use crate::reference::{Ending, call_key};
use asl::definition::{IntegrationPattern, Resource};
use engine::Engine;
use integrations::{Job, PerformFuture, Performer, TaskOutcome, TaskRequest};
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
            if is_own(&request.resource) {
                return Some(TaskOutcome::OwnExecution);
            }
            note(&world, &request);
            let given = request.payload.value();
            let (call, pattern) = match &request.resource {
                Resource::Service { pattern, .. } => {
                    let call = given.get("Payload").or_else(|| given.get("Parameters"));
                    (call.cloned().unwrap_or(Value::Null), Some(*pattern))
                }
                Resource::LambdaFunction { .. } | Resource::Activity { .. } => (given.clone(), None),
            };
            let decision = decide(world.plan.seed, &call);
            let envelope = |output: &Value| json!({"Payload": (output.clone()), "StatusCode": 200});
            let ending = match &decision.ending {
                Ending::Output(output) if pattern == Some(IntegrationPattern::RequestResponse) && !decision.panics => {
                    Ending::Output(envelope(output))
                }
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
            if pattern == Some(IntegrationPattern::RunJob) {
                if decision.fails_at_once
                    && let Ending::Failure { error, cause } = decision.ending
                {
                    return Some(failed(&error, cause));
                }
                let ends_ms = world.elapsed_ms() + decision.takes_ms;
                // Asked for again it is the same job.
                world.state().ledger.jobs.entry(request.invocation_id.clone()).or_insert(ends_ms);
                tokio::time::sleep(Duration::from_millis(decision.accepted_after_ms)).await;
                world.pass("accepted").await;
                return Some(TaskOutcome::Submitted { output: json!({"JobId": (request.invocation_id)}).into() });
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

    /// Some looks are late, some are lost, and what they saw may be old by then.
    fn look(&self, job: Job) -> PerformFuture {
        let world = self.world.clone();
        Box::pin(async move {
            world.pass("look").await;
            if is_own(&job.request.resource) {
                return Some(TaskOutcome::OwnExecution);
            }
            let id = &job.request.invocation_id;
            world.trace(&format!("look {id} {}", job.looks));
            let Some(ends_ms) = world.state().ledger.jobs.get(id).copied() else {
                world.violation(format!("the job {id} is looked at, which was never started"));
                return None;
            };
            if job.submitted.value().get("JobId").and_then(Value::as_str) != Some(id) {
                world.violation(format!("the job {id} is looked at with another's response: {}", job.submitted.text()));
            }
            let call = job.request.payload.value().get("Parameters").cloned().unwrap_or(Value::Null);
            let decision = decide(world.plan.seed, &call);
            let mut random = Random::new(hash(world.plan.seed, id), "look", job.looks);
            let has_ended = !decision.hangs && world.elapsed_ms() >= ends_ms;
            let late_ms = if random.percent(30) { random.between(1, 5_000).unsigned_abs() } else { 0 };
            tokio::time::sleep(Duration::from_millis(late_ms)).await;
            world.pass("looked").await;
            if !has_ended || random.percent(15) {
                return None;
            }
            world.state().ledger.ended.insert(id.clone());
            Some(match decision.ending {
                Ending::Output(output) => TaskOutcome::Succeeded { output: output.into() },
                Ending::Failure { error, cause } => failed(&error, cause),
            })
        })
    }

    fn cancel(&self, job: Job) -> PerformFuture {
        let world = self.world.clone();
        Box::pin(async move {
            world.pass("cancel").await;
            if is_own(&job.request.resource) {
                return Some(TaskOutcome::OwnExecution);
            }
            let id = job.request.invocation_id;
            world.trace(&format!("cancel {id}"));
            if !world.state().ledger.jobs.contains_key(&id) {
                world.violation(format!("the job {id} is cancelled, which was never started"));
            }
            world.state().ledger.cancelled.insert(id);
            world.pass("cancelled").await;
            None
        })
    }
}

/// Whether it is the engine itself that starts what is asked for.
fn is_own(resource: &Resource) -> bool {
    matches!(resource, Resource::Service { service, .. } if service == "states")
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
