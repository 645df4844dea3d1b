//! Workers of the activity, and everybody who sends outcomes with a token.

use super::World;
use crate::oracle::{Decision, decide};
use crate::random::{Random, hash};
use crate::reference::Ending;
use api::{Code, Exception, GetActivityTaskRequest, GetActivityTaskResponse};
use engine::Engine;
use json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// An outcome somebody will send. It outlives the engine.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub token: String,
    pub ending: Ending,
    pub at_ms: u64,
    /// Whether heartbeats are sent until then.
    pub beats: bool,
    /// How often it is still to be sent.
    pub left: u32,
}

impl Sending {
    pub fn of(token: String, decision: &Decision, now_ms: u64) -> Sending {
        let left = if decision.hangs { 0 } else { 1 + u32::from(decision.repeats) };
        let at_ms = now_ms + decision.takes_ms;
        Sending { token, ending: decision.ending.clone(), at_ms, beats: decision.beats, left }
    }
}

impl World {
    /// Takes on to send an outcome, if that is not taken on yet; its number.
    pub fn plan_sending(&self, sending: Sending) -> Option<usize> {
        let mut state = self.state();
        if sending.left == 0 || state.sendings.iter().any(|planned| planned.token == sending.token) {
            return None;
        }
        state.sendings.push(sending);
        Some(state.sendings.len() - 1)
    }
}

/// Sends what is planned under `number`, until the engine has answered for good.
pub(crate) async fn send(world: Arc<World>, engine: Engine, number: usize) {
    loop {
        let sending = world.state().sendings[number].clone();
        if sending.left == 0 {
            return;
        }
        let now = world.elapsed_ms();
        if sending.beats && now + 1_500 < sending.at_ms {
            world.sleep_until(now + 1_500).await;
            let is_over = beat(&world, &engine, &sending.token).await;
            world.state().sendings[number].beats = !is_over;
            continue;
        }
        world.sleep_until(sending.at_ms).await;
        world.pass("send").await;
        let sent = send_once(&engine, &sending).await;
        world.pass("send answered").await;
        world.trace(&format!("send {} {}", short(&sending.token), outcome(&sent)));
        let (is_answered, pause_ms) = match &sent {
            Ok(()) => (true, 1_000),
            Err(exception) if is_uncertain(exception) => (false, 700),
            Err(_) => (true, 0),
        };
        let was_accepted = {
            let at_ms = world.elapsed_ms() + pause_ms;
            let mut state = world.state();
            state.sendings[number].at_ms = at_ms;
            state.sendings[number].left -= u32::from(is_answered);
            sent.is_ok() && state.ledger.acknowledged.insert(sending.token.clone(), sending.ending).is_some()
        };
        if was_accepted {
            world.violation(format!("the outcome of {} was accepted twice", short(&sending.token)));
        }
    }
}

/// Sends a heartbeat; whether it is the last, because the task is over.
async fn beat(world: &World, engine: &Engine, token: &str) -> bool {
    let request = decoded(api::SendTaskHeartbeatRequest::decode(&json!({"taskToken": token})));
    world.pass("heartbeat").await;
    let beaten = engine.send_task_heartbeat(request).await;
    world.pass("heartbeat answered").await;
    world.trace(&format!("heartbeat {} {}", short(token), outcome(&beaten)));
    beaten.is_err_and(|exception| !is_uncertain(&exception))
}

async fn send_once(engine: &Engine, sending: &Sending) -> Result<(), Exception> {
    let token = sending.token.as_str();
    match &sending.ending {
        Ending::Output(output) => {
            let body = json!({"taskToken": token, "output": (output.to_string())});
            engine.send_task_success(decoded(api::SendTaskSuccessRequest::decode(&body))).await.map(drop)
        }
        Ending::Failure { error, cause } => {
            let cause = cause.as_deref().unwrap_or_default();
            let body = json!({"taskToken": token, "error": (error.as_str()), "cause": cause});
            engine.send_task_failure(decoded(api::SendTaskFailureRequest::decode(&body))).await.map(drop)
        }
    }
}

/// A worker: polls, takes a task, plans its outcome, polls again. Now and then it gives a poll up.
pub(crate) async fn poll_for_tasks(world: Arc<World>, engine: Engine, worker: u64) {
    let life = world.state().operations;
    let mut random = Random::new(world.plan.seed ^ life, "worker", worker);
    loop {
        let body = json!({"activityArn": (super::ACTIVITY_ARN), "workerName": (format!("w{worker}"))});
        let request = decoded(GetActivityTaskRequest::decode(&body));
        world.pass("poll").await;
        let patience_ms = if random.percent(20) { random.between(0, 3_000) } else { 70_000 };
        let polling = engine.get_activity_task(request);
        let polled = tokio::time::timeout(Duration::from_millis(patience_ms.unsigned_abs()), polling).await;
        world.pass("poll answered").await;
        match polled {
            Ok(Ok(GetActivityTaskResponse::Task { task_token, input })) => {
                let call = json::parse(&input).unwrap_or(Value::Null);
                world.trace(&format!("worker {worker} takes {} {input}", short(&task_token)));
                let decision = decide(world.plan.seed, &call);
                let sending = Sending::of(task_token.to_string(), &decision, world.elapsed_ms());
                if let Some(number) = world.plan_sending(sending) {
                    tokio::spawn(send(world.clone(), engine.clone(), number));
                }
            }
            Ok(Ok(GetActivityTaskResponse::Nothing)) => tokio::time::sleep(Duration::from_millis(10)).await,
            Ok(Err(exception)) => {
                world.trace(&format!("worker {worker} is told {}", exception.code.as_str()));
                tokio::time::sleep(Duration::from_millis(900)).await;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(400)).await,
        }
    }
}

/// Whether the engine does not know itself what became of a request.
pub(crate) fn is_uncertain(exception: &Exception) -> bool {
    matches!(exception.code, Code::ServiceUnavailable | Code::InternalFailure | Code::ThrottlingException)
}

pub(crate) fn decoded<T>(request: Result<T, Exception>) -> T {
    request.unwrap_or_else(|exception| panic!("the world sends what is valid: {exception:?}"))
}

pub(crate) fn outcome<T>(answered: &Result<T, Exception>) -> &'static str {
    match answered {
        Ok(_) => "ok",
        Err(exception) => exception.code.as_str(),
    }
}

/// A token in a trace.
pub(crate) fn short(token: &str) -> String {
    format!("{:08x}", hash(0, token) >> 32)
}
