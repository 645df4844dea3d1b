//! An engine on the memory store, spoken to as the server speaks to it.

use api::*;
use functions::Functions;
use integrations::Integrations;
use json::{Value, json};
use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use stepwell_engine::{Engine, Environment, Options, SystemEnvironment, Timestamp, registry::Identity};
use store::{Memory, Store};

pub const ACCOUNT: &str = "123456789012";

/// Lines that can be read meanwhile.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("it is not poisoned").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("it is not poisoned").clone()).expect("text")
    }
}

/// A clock that stands still, but for being set.
#[derive(Default)]
pub struct Clock(pub AtomicI64);

impl Environment for Clock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn entropy(&self) -> [u8; 16] {
        SystemEnvironment.entropy()
    }
}

/// Opens an engine over `store`; opening another one over the same store is a restart.
pub async fn open(store: &Arc<Memory>) -> Engine {
    open_set(store, |_| {}).await
}

/// The same with other options.
pub async fn open_set(store: &Arc<Memory>, set: impl FnOnce(&mut Options)) -> Engine {
    let functions = Functions::new(functions::Options::default());
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    set(&mut options);
    let store: Arc<dyn Store> = store.clone();
    Engine::open(store, Integrations::new(functions), options).await.expect("a memory store opens")
}

pub async fn create(engine: &Engine, name: &str, definition: &Value) -> String {
    let body =
        json!({"name": name, "definition": (definition.to_string()), "roleArn": "arn:aws:iam::123456789012:role/test"});
    let request = CreateStateMachineRequest::decode(&body).expect("a valid request");
    engine.create_state_machine(request).await.expect("the machine is created").state_machine_arn.to_string()
}

pub async fn try_start(
    engine: &Engine,
    machine: &str,
    name: &str,
    input: &Value,
) -> Result<StartExecutionResponse, Exception> {
    let body = json!({"stateMachineArn": machine, "name": name, "input": (input.to_string())});
    engine.start_execution(StartExecutionRequest::decode(&body)?).await
}

pub async fn start(engine: &Engine, machine: &str, name: &str, input: &Value) -> String {
    try_start(engine, machine, name, input).await.expect("the execution starts").execution_arn.to_string()
}

/// Starts executions before anybody has taken the first in.
pub async fn all_at_once(
    count: usize,
    engine: &Engine,
    machine: &str,
    name: impl Fn(usize) -> String,
) -> Vec<Result<StartExecutionResponse, Exception>> {
    let mut starts = tokio::task::JoinSet::new();
    for number in 0..count {
        let (engine, machine, name) = (engine.clone(), machine.to_owned(), name(number));
        starts.spawn(async move { try_start(&engine, &machine, &name, &json!({})).await });
    }
    starts.join_all().await
}

pub async fn describe(engine: &Engine, execution: &str) -> DescribeExecutionResponse {
    let request = DescribeExecutionRequest::decode(&json!({"executionArn": execution})).expect("a valid request");
    engine.describe_execution(request).await.expect("the execution exists")
}

/// The execution once it has closed.
pub async fn closed(engine: &Engine, execution: &str) -> DescribeExecutionResponse {
    let closing = async {
        loop {
            let description = describe(engine, execution).await;
            if description.status != ExecutionStatus::Running {
                return description;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), closing).await.expect("the execution closes")
}

/// The whole history, fetched in small pages in both directions to see that they agree.
pub async fn history(engine: &Engine, execution: &str) -> Vec<Value> {
    let forward = pages(engine, execution, false).await;
    let mut backward = pages(engine, execution, true).await;
    backward.reverse();
    assert_eq!(forward, backward, "both directions show the same history");
    for (event, id) in forward.iter().zip(1_i64..) {
        assert_eq!(event.get("id").and_then(Value::as_i64), Some(id), "ids have no gaps");
    }
    forward
}

async fn pages(engine: &Engine, execution: &str, reverse: bool) -> Vec<Value> {
    let mut events = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut body = json::ObjectBuilder::new();
        body.insert("executionArn", execution).insert("maxResults", 7).insert("reverseOrder", reverse);
        body.insert_some("nextToken", token);
        let request = GetExecutionHistoryRequest::decode(&body.build().into()).expect("a valid request");
        let page = engine.get_execution_history(request).await.expect("the execution exists");
        events.extend(page.events);
        match page.next_token {
            Some(next) => token = Some(next),
            None => return events,
        }
    }
}

pub fn output(description: &DescribeExecutionResponse) -> String {
    description
        .output
        .as_ref()
        .map_or_else(|| format!("{:?} {:?}", description.error, description.cause), ToString::to_string)
}
