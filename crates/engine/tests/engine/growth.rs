//! What an input costs does not grow with the execution it is about, nor with those beside it: rows read and written are counted.

use crate::support::{ACCOUNT, closed, create, describe, history, output, start};
use api::*;
use functions::Functions;
use integrations::Integrations;
use json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use stepwell_engine::check::{CheckOptions, check};
use stepwell_engine::{Engine, Options, Settings, registry::Identity};
use store::{Batch, Bytes, CommitFuture, Epoch, Memory, PartitionId, Range, ReadFuture, Store, Table};

/// A store that counts the rows it gives, and those it is given in a batch with a row of an execution named `small-…`.
struct Counting {
    store: Memory,
    rows: AtomicUsize,
    written_bytes: AtomicUsize,
    batches: Mutex<Vec<usize>>,
}

impl Counting {
    fn new(store: Memory) -> Arc<Counting> {
        let (rows, written_bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Counting { store, rows, written_bytes, batches: Mutex::default() })
    }

    /// Rows read since this was last asked.
    fn rows(&self) -> usize {
        self.rows.swap(0, Ordering::SeqCst)
    }
}

impl Store for Counting {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        self.store.open_partition(partition)
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        if batch.writes.iter().any(|write| write.key().windows(6).any(|name| name == b"small-")) {
            self.batches.lock().expect("nobody panics").push(batch.writes.len());
        }
        self.written_bytes.fetch_add(batch.size_bytes(), Ordering::SeqCst);
        let committed = self.store.commit(batch);
        Box::pin(async move {
            // Others have some turns before whoever committed is told.
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            committed.await
        })
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        self.rows.fetch_add(1, Ordering::SeqCst);
        self.store.get(partition, table, key)
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        Box::pin(async move {
            let rows = self.store.scan(partition, range).await;
            self.rows.fetch_add(rows.as_ref().map_or(0, Vec::len), Ordering::SeqCst);
            rows
        })
    }

    fn close(&self) -> CommitFuture {
        self.store.close()
    }
}

/// Forgets everything that is in memory.
async fn restart(store: &Arc<Counting>) -> (Arc<Counting>, Engine) {
    let store = Counting::new(store.store.reopen());
    let options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    let integrations = Integrations::new(Functions::new(functions::Options::default()));
    let engine = Engine::open(store.clone(), integrations, options).await.expect("a memory store opens");
    (store, engine)
}

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// A task of the activity, once there is one: its token and its input.
async fn poll(engine: &Engine) -> (String, String) {
    let request = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("valid");
    match engine.get_activity_task(request).await.expect("it polls") {
        GetActivityTaskResponse::Task { task_token, input } => (task_token.to_string(), input.to_string()),
        GetActivityTaskResponse::Nothing => panic!("there are open tasks"),
    }
}

async fn succeed(engine: &Engine, token: &str, output: &str) {
    let body = json!({"taskToken": token, "output": output});
    let request = SendTaskSuccessRequest::decode(&body).expect("valid");
    engine.send_task_success(request).await.expect("the token is good");
}

/// A Map of so many items, each a task of a worker's that assigns a variable and one more state; every result finds nothing of the execution in
/// memory. The rows read for each result, and the execution's output.
async fn map_of(items: usize) -> (Vec<usize>, String) {
    let (mut store, mut engine) = restart(&Counting::new(Memory::new())).await;
    let activity = CreateActivityRequest::decode(&json!({"name": "work"})).expect("valid");
    engine.create_activity(activity).await.expect("it is created");
    let processor = json!({"StartAt": "Work", "States": {
        "Work": {"Type": "Task", "Resource": ACTIVITY, "Assign": {"seen.$": "$$.Map.Item.Value"}, "Next": "Show"},
        "Show": {"Type": "Pass", "Parameters": {"is.$": "$", "was.$": "$seen"}, "End": true}}});
    let map = json!({"Type": "Map", "MaxConcurrency": 5, "ItemProcessor": processor, "End": true});
    let machine = create(&engine, "maps", &json!({"StartAt": "Map", "States": {"Map": map}})).await;
    let input: Vec<Value> = (0..items).map(|item| Value::from(item as i64)).collect();
    let execution = start(&engine, &machine, "one", &Value::from(input)).await;
    let mut read = Vec::new();
    for _ in 0..items {
        let (token, input) = poll(&engine).await;
        (store, engine) = restart(&store).await;
        store.rows();
        succeed(&engine, &token, &format!("-{}", input.parse::<i64>().expect("a number") + 1)).await;
        read.push(store.rows());
    }
    let output = output(&closed(&engine, &execution).await);
    assert_eq!(history(&engine, &execution).await.len(), 6 + items * 9);
    (read, output)
}

#[tokio::test]
async fn a_result_of_a_large_map_reads_no_more_than_one_of_a_small_map() {
    let (small, _) = map_of(20).await;
    let (large, shown) = map_of(80).await;
    // The last result needs the outputs of all.
    let most = |read: &[usize]| read[..read.len() - 1].iter().max().copied();
    assert_eq!(most(&large), most(&small), "{small:?} {large:?}");
    let expected: Vec<Value> = (0..80).map(|item: i64| json!({"is": (-1 - item), "was": item})).collect();
    assert_eq!(shown, Value::from(expected).to_string());
}

/// Rounds of a loop that has gathered so many variables of a kilobyte: the bytes written for each, the first and the last ones, with a restart
/// between them.
async fn rounds_beside(variables: usize) -> Vec<usize> {
    const ROUNDS: i64 = 6;
    let (mut store, mut engine) = restart(&Counting::new(Memory::new())).await;
    let activity = CreateActivityRequest::decode(&json!({"name": "work"})).expect("valid");
    engine.create_activity(activity).await.expect("it is created");
    let mut gathered = json::ObjectBuilder::new();
    gathered.insert("count", 0);
    for number in 0..variables {
        gathered.insert(format!("v{number}"), "x".repeat(1000));
    }
    let machine = json!({"StartAt": "Gather", "States": {
        "Gather": {"Type": "Pass", "Assign": (Value::from(gathered.build())), "Next": "Work"},
        "Work": {"Type": "Task", "Resource": ACTIVITY, "Next": "More",
            "Assign": {"count.$": "States.MathAdd($count, 1)"}},
        "More": {"Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$count", "NumericLessThan": ROUNDS, "Next": "Work"}]},
        "Done": {"Type": "Pass", "Parameters": {"count.$": "$count", "first.$": "$v0"}, "End": true}}});
    let machine = create(&engine, "rounds", &machine).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let mut written = Vec::new();
    for round in 0..ROUNDS {
        if round == ROUNDS / 2 {
            (store, engine) = restart(&store).await;
        }
        let (token, _) = poll(&engine).await;
        store.written_bytes.store(0, Ordering::SeqCst);
        succeed(&engine, &token, "{}").await;
        written.push(store.written_bytes.load(Ordering::SeqCst));
    }
    let output = output(&closed(&engine, &execution).await);
    assert_eq!(output, json!({"count": ROUNDS, "first": ("x".repeat(1000))}).to_string());
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    check(store.clone(), &options, &mut |finding| panic!("{finding:?}")).await.expect("it reads");
    written.pop();
    written
}

#[tokio::test]
async fn variables_that_do_not_change_are_not_written_again() {
    let few = rounds_beside(1).await;
    let many = rounds_beside(60).await;
    let most = |written: &[usize]| written.iter().max().copied().expect("there were rounds");
    assert!(most(&many) <= most(&few) + 64, "{few:?} {many:?}");
}

/// Who starts a small execution does not wait for a batch that a large Map has filled.
#[tokio::test]
async fn small_executions_are_not_in_the_batches_of_a_large_map() {
    let (store, engine) = restart(&Counting::new(Memory::new())).await;
    let pass = json!({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}});
    let small = create(&engine, "pass", &pass).await;
    let map = json!({"Type": "Map", "ItemProcessor": pass, "End": true});
    let large = create(&engine, "maps", &json!({"StartAt": "Map", "States": {"Map": map}})).await;
    let items: Vec<Value> = (0..6000).map(|item: i64| Value::from(item)).collect();
    let execution = start(&engine, &large, "large", &Value::from(items)).await;
    // Some of so many names belong to the Map's partition.
    let starts = (0..40).map(|number| {
        let (engine, small) = (engine.clone(), small.clone());
        tokio::spawn(async move { start(&engine, &small, &format!("small-{number}"), &json!({})).await })
    });
    for started in starts.collect::<Vec<_>>() {
        started.await.expect("it starts");
    }
    assert_eq!(describe(&engine, &execution).await.status, ExecutionStatus::Running);
    let batches = store.batches.lock().expect("nobody panics").clone();
    // An execution of one Pass state writes five rows.
    assert!(batches.iter().all(|rows| *rows <= 5 * 40), "{batches:?}");
    closed(&engine, &execution).await;
}

/// A result that states hand on is written once, and once more as the output, although each of them waits: the bytes do not grow with the states.
#[tokio::test]
async fn a_long_text_is_written_once_however_many_states_pass_it_on() {
    const BYTES: usize = 20_000;
    const TASKS: usize = 6;
    let (mut store, mut engine) = restart(&Counting::new(Memory::new())).await;
    let activity = CreateActivityRequest::decode(&json!({"name": "work"})).expect("valid");
    engine.create_activity(activity).await.expect("it is created");
    let task = |path: Value, next: usize| match next {
        TASKS => json!({"Type": "Task", "Resource": ACTIVITY, "ResultPath": path, "End": true}),
        _ => json!({"Type": "Task", "Resource": ACTIVITY, "ResultPath": path, "Next": (format!("T{next}"))}),
    };
    let mut states = json::ObjectBuilder::new();
    states.insert("T0", task("$".into(), 1));
    for number in 1..TASKS {
        states.insert(format!("T{number}"), task(Value::Null, number + 1));
    }
    let machine = create(&engine, "long", &json!({"StartAt": "T0", "States": (Value::from(states.build()))})).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let result = Value::from("x".repeat(BYTES)).to_string();
    let (token, _) = poll(&engine).await;
    store.written_bytes.store(0, Ordering::SeqCst);
    succeed(&engine, &token, &result).await;
    let mut written = store.written_bytes.swap(0, Ordering::SeqCst);
    for number in 1..TASKS {
        if number == TASKS / 2 {
            (store, engine) = restart(&store).await;
        }
        let (token, input) = poll(&engine).await;
        assert_eq!(input, result, "what is read from rows is what was written");
        succeed(&engine, &token, "null").await;
        written += store.written_bytes.swap(0, Ordering::SeqCst);
    }
    let description = closed(&engine, &execution).await;
    assert_eq!(output(&description), result);
    assert!(written < 2 * BYTES + 1000 * TASKS, "{written} bytes were written");
    let shown = history(&engine, &execution).await;
    assert_eq!(shown.iter().filter(|event| event.to_string().contains(&result[1..BYTES])).count(), 3 * TASKS);
    engine.shutdown().await.expect("it closes");
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    check(Arc::new(store.store.reopen()), &options, &mut |finding| panic!("{finding:?}")).await.expect("it reads");
}
