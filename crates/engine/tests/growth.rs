//! What an input costs does not grow with the execution it is about: rows read are counted.

mod support;

use api::*;
use functions::Functions;
use integrations::Integrations;
use json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use stepwell_engine::{Engine, Options, registry::Identity};
use store::{Batch, Bytes, CommitFuture, Epoch, Memory, PartitionId, Range, ReadFuture, Store, Table};
use support::{ACCOUNT, closed, create, history, output, start};

/// A store that counts the rows it gives.
struct Counting {
    store: Memory,
    rows: AtomicUsize,
}

impl Counting {
    fn new(store: Memory) -> Arc<Counting> {
        Arc::new(Counting { store, rows: AtomicUsize::new(0) })
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
        self.store.commit(batch)
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
