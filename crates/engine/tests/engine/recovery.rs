//! What is found after a restart: damage that concerns one execution stays with it, open tasks come again once each.

use crate::support::*;
use api::*;
use integrations::{PerformFuture, Performer, TaskOutcome, TaskRequest};
use json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use stepwell_engine::{Engine, Options, registry::Identity};
use store::{Batch, Bytes, CommitFuture, Epoch, Memory, PartitionId, Range, ReadFuture, Store, Table, Write};

/// Frame progress rows.
const FRAME_PROGRESSES: Table = Table(19);

/// The row of a table whose key begins with an execution's, and where it is.
async fn row(store: &Memory, table: Table, name: &str) -> (PartitionId, Bytes, Bytes) {
    for partition in (1..=8).map(PartitionId) {
        let rows = store.scan(partition, Range::all(table)).await.expect("it reads");
        let found = rows.into_iter().find(|(key, _)| key.windows(name.len()).any(|part| part == name.as_bytes()));
        if let Some((key, value)) = found {
            return (partition, key, value);
        }
    }
    panic!("no row of {name}")
}

async fn put(store: &Memory, partition: PartitionId, table: Table, key: &Bytes, value: Bytes) {
    let epoch = store.open_partition(partition).await.expect("it opens");
    let writes = vec![Write::put(table, key.clone(), value)];
    store.commit(Batch { partition, epoch, writes }).await.expect("the owner commits");
}

async fn stop(engine: &Engine, execution: &str) -> Result<StopExecutionResponse, Exception> {
    engine.stop_execution(StopExecutionRequest::decode(&json!({"executionArn": execution})).expect("valid")).await
}

#[tokio::test]
async fn a_damaged_execution_is_left_alone_and_the_others_go_on() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let machine = create(
        &engine,
        "waits",
        // So much that the frame has rows of its own.
        &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": ("x".repeat(200)), "Next": "W"},
            "W": {"Type": "Wait", "Seconds": 1, "End": true}}}),
    )
    .await;
    let mut executions = Vec::new();
    for number in 0..20 {
        executions.push(start(&engine, &machine, &format!("run-{number:02}"), &json!({})).await);
    }
    let store = Arc::new(store.reopen());
    drop(engine);
    let (partition, key, intact) = row(&store, FRAME_PROGRESSES, "run-07").await;
    put(&store, partition, FRAME_PROGRESSES, &key, intact.slice(..intact.len() - 2)).await;
    let engine = open(&store).await;
    for (number, execution) in executions.iter().enumerate() {
        if number != 7 {
            assert_eq!(closed(&engine, execution).await.status, ExecutionStatus::Succeeded);
        }
    }
    assert_eq!(describe(&engine, &executions[7]).await.status, ExecutionStatus::Running);
    let refused = stop(&engine, &executions[7]).await.expect_err("nobody knows where it is");
    assert_eq!(refused.code, Code::InternalFailure);
    let again = try_start(&engine, &machine, "run-07", &json!({})).await.expect_err("the name is not free");
    assert_eq!(again.code, Code::InternalFailure);
    engine.shutdown().await.expect("it closes");

    let store = Arc::new(store.reopen());
    put(&store, partition, FRAME_PROGRESSES, &key, intact).await;
    let engine = open(&store).await;
    assert_eq!(output(&closed(&engine, &executions[7]).await), format!("\"{}\"", "x".repeat(200)));
    assert_eq!(history(&engine, &executions[7]).await.len(), 6);
}

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// Many more than are read in one go, some of them taken by a worker before the restart and some after it, while others start.
#[tokio::test]
async fn open_tasks_come_again_once_each() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    engine
        .create_activity(CreateActivityRequest::decode(&json!({"name": "work"})).expect("valid"))
        .await
        .expect("it is created");
    let task = json!({"Type": "Task", "Resource": ACTIVITY, "End": true});
    let machine = create(&engine, "works", &json!({"StartAt": "Work", "States": {"Work": task}})).await;
    for number in 0..1500 {
        start(&engine, &machine, &format!("{number}"), &json!({})).await;
    }
    let mut tokens = BTreeSet::new();
    for _ in 0..100 {
        assert!(tokens.insert(poll(&engine).await));
    }
    let engine = open(&store).await;
    for number in 1500..1600 {
        start(&engine, &machine, &format!("{number}"), &json!({})).await;
    }
    for _ in 0..1500 {
        assert!(tokens.insert(poll(&engine).await), "it was handed out before");
    }
    for token in &tokens {
        let body = json!({"taskToken": (token.as_str()), "output": "1"});
        engine
            .send_task_success(SendTaskSuccessRequest::decode(&body).expect("valid"))
            .await
            .expect("the token is good");
    }
}

async fn poll(engine: &Engine) -> String {
    let request = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("valid");
    match engine.get_activity_task(request).await.expect("it polls") {
        GetActivityTaskResponse::Task { task_token, .. } => task_token.to_string(),
        GetActivityTaskResponse::Nothing => panic!("there are open tasks"),
    }
}

/// Panics at the first call, and while the second is under way.
struct Clumsy(AtomicUsize);

impl Performer for Clumsy {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        let call = self.0.fetch_add(1, Ordering::SeqCst);
        assert!(call != 0, "at once");
        Box::pin(async move {
            tokio::task::yield_now().await;
            assert!(call != 1, "later");
            Some(TaskOutcome::Succeeded { output: request.payload })
        })
    }
}

#[tokio::test]
async fn a_performer_that_panics_fails_its_attempt() {
    let options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    let engine = Engine::open(Arc::new(Memory::new()), Clumsy(AtomicUsize::new(0)), options).await.expect("it opens");
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:any", "End": true,
        "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
    });
    let machine = create(
        &engine,
        "calls",
        &json!({"StartAt": "Call", "States": {"Call": task, "Caught": {"Type": "Pass", "End": true}}}),
    )
    .await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let caught = output(&closed(&engine, &execution).await);
    assert!(caught.contains(r#""Error":"States.TaskFailed""#), "{caught}");
    let execution = start(&engine, &machine, "two", &json!({"a": 1})).await;
    assert_eq!(output(&closed(&engine, &execution).await), r#"{"a":1}"#);
}

/// A store whose commits are visible a while before whoever committed is told.
struct Slow(Memory);

impl Store for Slow {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        self.0.open_partition(partition)
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        let committed = self.0.commit(batch);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            committed.await
        })
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        self.0.get(partition, table, key)
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        self.0.scan(partition, range)
    }

    fn close(&self) -> CommitFuture {
        self.0.close()
    }
}

/// Notes what it is asked, and never ends.
#[derive(Clone, Default)]
struct Endless(Arc<Mutex<Vec<String>>>);

impl Performer for Endless {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        self.0.lock().expect("nobody panics").push(request.invocation_id);
        Box::pin(std::future::pending())
    }
}

/// What is scheduled while open tasks are still being performed again is not taken for one of them.
#[tokio::test]
async fn a_task_is_performed_once_however_late_its_commit_is_known() {
    let store = Arc::new(Slow(Memory::new()));
    let open = async |performer: &Endless| {
        let options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
        Engine::open(store.clone(), performer.clone(), options).await.expect("it opens")
    };
    let start_many = async |engine: &Engine, machine: &str, names: std::ops::Range<u32>| {
        let starts = names.map(|name| {
            let (engine, machine) = (engine.clone(), machine.to_owned());
            tokio::spawn(async move { start(&engine, &machine, &format!("{name:05}"), &json!({})).await })
        });
        for started in starts.collect::<Vec<_>>() {
            started.await.expect("it starts");
        }
    };
    let engine = open(&Endless::default()).await;
    let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:any", "End": true});
    let machine = create(&engine, "calls", &json!({"StartAt": "Call", "States": {"Call": task}})).await;
    start_many(&engine, &machine, 0..2000).await;
    let performer = Endless::default();
    let engine = open(&performer).await;
    start_many(&engine, &machine, 2000..3000).await;
    let all = async {
        while performer.0.lock().expect("nobody panics").len() < 3000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("every open task is performed");
    let asked = performer.0.lock().expect("nobody panics").clone();
    assert_eq!(asked.len(), asked.iter().collect::<BTreeSet<_>>().len(), "a task was performed twice");
}
