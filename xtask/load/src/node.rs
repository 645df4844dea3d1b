//! An engine on the embedded store within this process, spoken to as the server speaks to it.

use crate::latencies::Latencies;
use crate::timed_store::TimedStore;
use anyhow::{Context, anyhow};
use api::*;
use engine::{Engine, Environment, ResidentLimits, Settings, SystemEnvironment, registry::Identity};
use functions::Functions;
use integrations::Integrations;
use interpreter::Timestamp;
use json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use store_embedded::Embedded;
use tokio::task::JoinSet;

/// Bytes of every execution's input.
const INPUT_BYTES: usize = 200;

/// An engine and what it runs on.
pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<TimedStore>,
    /// How far its clock is ahead of the machine's.
    pub(crate) ahead: Arc<AtomicI64>,
}

/// The machine's clock, set ahead.
struct ClockAhead(Arc<AtomicI64>);

impl Environment for ClockAhead {
    fn now(&self) -> Timestamp {
        SystemEnvironment.now().plus_milliseconds(self.0.load(Ordering::Relaxed))
    }

    fn entropy(&self) -> [u8; 16] {
        SystemEnvironment.entropy()
    }
}

impl Node {
    /// Opens what is in the directory. One second of a Wait state is `wait_time_scale` seconds.
    pub(crate) async fn open(directory: &Path, wait_time_scale: f64) -> anyhow::Result<Node> {
        Node::open_with(directory, wait_time_scale, ResidentLimits::default()).await
    }

    /// The same, with so many executions kept in memory.
    pub(crate) async fn open_with(
        directory: &Path,
        wait_time_scale: f64,
        residents: ResidentLimits,
    ) -> anyhow::Result<Node> {
        let store = Embedded::open(directory, store_embedded::Options::default())?;
        let store = Arc::new(TimedStore::new(store));
        let ahead = Arc::new(AtomicI64::new(0));
        let mut options = engine::Options::new(Identity::new("aws", "us-east-1", "123456789012"));
        // The Map that small executions run beside has more events than AWS allows.
        options.settings = Settings { wait_time_scale, events_max: 1_000_000, ..Settings::default() };
        options.residents = residents;
        options.environment = Arc::new(ClockAhead(ahead.clone()));
        let integrations = Integrations::new(Functions::new(functions::Options::default()));
        let engine = Engine::open(store.clone(), integrations, options).await?;
        Ok(Node { engine, store, ahead })
    }

    pub(crate) async fn create(&self, name: &str, definition: &Value) -> anyhow::Result<StartExecutionRequest> {
        let body = json!({"name": name, "definition": (definition.to_string()),
            "roleArn": "arn:aws:iam::123456789012:role/bench"});
        let request = CreateStateMachineRequest::decode(&body).map_err(told)?;
        self.engine.create_state_machine(request).await.map_err(told)?;
        self.request(name)
    }

    /// A start of the machine of that name.
    pub(crate) fn request(&self, name: &str) -> anyhow::Result<StartExecutionRequest> {
        let body = json!({"stateMachineArn": (state_machine_arn(name)), "input": (input())});
        StartExecutionRequest::decode(&body).map_err(told)
    }

    pub(crate) async fn start(&self, request: &StartExecutionRequest) -> anyhow::Result<Arc<str>> {
        Ok(self.engine.start_execution(request.clone()).await.map_err(told)?.execution_arn)
    }

    /// Starts one with an input of its own.
    pub(crate) async fn start_with(&self, request: &StartExecutionRequest, input: Value) -> anyhow::Result<Arc<str>> {
        self.start(&StartExecutionRequest { input: input.into(), ..request.clone() }).await
    }

    /// Keeps so many starts under way for a time; how long each took.
    pub(crate) async fn start_for(
        &self,
        request: &StartExecutionRequest,
        at_a_time: usize,
        duration: Duration,
    ) -> anyhow::Result<Vec<Duration>> {
        let end = Instant::now() + duration;
        self.start_while(request, at_a_time, move |_| Instant::now() < end).await
    }

    /// Starts so many executions.
    pub(crate) async fn start_many(
        &self,
        request: &StartExecutionRequest,
        at_a_time: usize,
        count: usize,
    ) -> anyhow::Result<Vec<Duration>> {
        self.start_while(request, at_a_time, move |nth| nth < count).await
    }

    async fn start_while(
        &self,
        request: &StartExecutionRequest,
        at_a_time: usize,
        goes_on: impl Fn(usize) -> bool + Clone + Send + 'static,
    ) -> anyhow::Result<Vec<Duration>> {
        let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let mut busy = JoinSet::new();
        for _ in 0..at_a_time {
            let (engine, request, next, goes_on) =
                (self.engine.clone(), request.clone(), next.clone(), goes_on.clone());
            busy.spawn(async move {
                let mut times = Vec::new();
                while goes_on(next.fetch_add(1, Ordering::Relaxed)) {
                    let begun = Instant::now();
                    let request = StartExecutionRequest { input: varied(), ..request.clone() };
                    match engine.start_execution(request).await {
                        Ok(_) => times.push(begun.elapsed()),
                        Err(exception) => return Err(told(exception)),
                    }
                }
                Ok(times)
            });
        }
        let mut all = Vec::new();
        while let Some(times) = busy.join_next().await {
            all.extend(times??);
        }
        Ok(all)
    }

    /// Waits until no execution of the machine runs any more.
    pub(crate) async fn wait_until_all_closed(&self, request: &StartExecutionRequest) -> anyhow::Result<()> {
        while self.has_open(request).await? {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Whether an execution of the machine runs.
    pub(crate) async fn has_open(&self, request: &StartExecutionRequest) -> anyhow::Result<bool> {
        let body = json!({"stateMachineArn": (request.state_machine_arn.to_string()), "statusFilter": "RUNNING",
            "maxResults": 1});
        let list = ListExecutionsRequest::decode(&body).map_err(told)?;
        Ok(!self.engine.list_executions(list).await.map_err(told)?.executions.is_empty())
    }

    /// A page of the state machines; how long it took.
    pub(crate) async fn list_state_machines(&self, count: i64) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let request = ListStateMachinesRequest::decode(&json!({"maxResults": count})).map_err(told)?;
        let page = self.engine.list_state_machines(request).await.map_err(told)?;
        anyhow::ensure!(!page.state_machines.is_empty(), "no state machines are listed");
        Ok(begun.elapsed())
    }

    /// Workers who take the activity's tasks and end them with their own input; as many tasks as `count`, or without end.
    pub(crate) fn work(&self, activity_arn: &str, workers: usize, ends_tasks: bool) -> JoinSet<()> {
        let mut busy = JoinSet::new();
        for _ in 0..workers {
            let engine = self.engine.clone();
            let body = json!({"activityArn": activity_arn});
            let poll = GetActivityTaskRequest::decode(&body).expect("the request is valid");
            busy.spawn(async move {
                while let Ok(reply) = engine.get_activity_task(poll.clone()).await {
                    let GetActivityTaskResponse::Task { task_token, input } = reply else { continue };
                    if ends_tasks {
                        let body = json!({"taskToken": (&*task_token), "output": (&*input)});
                        let success = SendTaskSuccessRequest::decode(&body).expect("the request is valid");
                        // A task may have ended meanwhile; the next one is what counts.
                        let _ = engine.send_task_success(success).await;
                    }
                }
            });
        }
        busy
    }

    pub(crate) async fn create_activity(&self, name: &str) -> anyhow::Result<String> {
        let request = CreateActivityRequest::decode(&json!({"name": name})).map_err(told)?;
        Ok(self.engine.create_activity(request).await.map_err(told)?.activity_arn.to_string())
    }

    /// A page of a history, and how long it took.
    pub(crate) async fn history_page(
        &self,
        execution_arn: &str,
        reverse: bool,
        token: Option<&str>,
    ) -> anyhow::Result<(Duration, usize, Option<String>)> {
        let mut body = json::ObjectBuilder::new();
        body.insert("executionArn", execution_arn).insert("reverseOrder", reverse).insert("maxResults", 100);
        body.insert_some("nextToken", token);
        let begun = Instant::now();
        let request = GetExecutionHistoryRequest::decode(&body.build().into()).map_err(told)?;
        let page = self.engine.get_execution_history(request).await.map_err(told)?;
        Ok((begun.elapsed(), page.events.len(), page.next_token.map(|token| token.to_string())))
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.engine.end_polls();
        self.engine.shutdown().await.context("the store could not be closed")
    }
}

/// The median of times, in milliseconds.
pub(crate) fn milliseconds(times: Vec<Duration>) -> f64 {
    Latencies::of(times).milliseconds(0.5)
}

/// The ARN of a machine of that name.
pub(crate) fn state_machine_arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

/// An input of its own for every execution, so that nothing is gained by compressing the same one again and again.
fn varied() -> json::Payload {
    json::Payload::from_valid_text(text_of(&mut fastrand::Rng::new()))
}

/// What an execution is given.
pub(crate) fn input() -> String {
    text_of(&mut fastrand::Rng::with_seed(7))
}

fn text_of(random: &mut fastrand::Rng) -> String {
    let mut text = r#"{"order":{"id":"o-1","items":[1,2,3]},"note":""#.to_owned();
    while text.len() < INPUT_BYTES - 2 {
        text.push(random.alphanumeric());
    }
    text + r#""}"#
}

pub(crate) fn told(exception: Exception) -> anyhow::Error {
    anyhow!("{:?}: {}", exception.code, exception.message)
}

/// A machine of so many states with the given members, one after the other.
pub(crate) fn chain(states: usize, members: &Value) -> Value {
    let mut all = json::ObjectBuilder::new();
    for number in 1..=states {
        let mut state = json::ObjectBuilder::new();
        for (name, value) in members.as_object().expect("members of a state").iter() {
            state.insert(name.clone(), value.clone());
        }
        match number == states {
            true => state.insert("End", true),
            false => state.insert("Next", format!("State {}", number + 1)),
        };
        all.insert(format!("State {number}"), state.build());
    }
    json!({"StartAt": "State 1", "States": (all.build())})
}
