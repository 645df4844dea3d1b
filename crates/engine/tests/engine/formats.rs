//! Rows that earlier releases wrote: they are read, executions go on from them, and what is written from then on stands beside them.
//!
//! `test_data/format-N.rows` has a row a line: partition, table, key and value, with `\` and two hexadecimal digits for bytes that would not
//! show; a `\` alone for none.

use crate::support::{ACCOUNT, closed, describe, history, output};
use api::{GetActivityTaskRequest, GetActivityTaskResponse, SendTaskSuccessRequest};
use functions::Functions;
use integrations::Integrations;
use interpreter::Timestamp;
use json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use stepwell_engine::check::{CheckOptions, check};
use stepwell_engine::{Engine, Environment, Options, Settings, TasksQuery, registry::Identity};
use store::{Batch, Memory, PartitionId, Store, Table, Write};

const FORMAT_2: &str = include_str!("../../test_data/format-2.rows");
const FORMAT_3: &str = include_str!("../../test_data/format-3.rows");
/// Machines and names of its executions, and how many events they have in the end.
const FORMAT_3_EXECUTIONS: [(&str, &str, usize); 5] = [
    ("open", "5599c2e8-521e-4c4a-8bed-c217e0ad33e2", 7),
    ("open", "68367315-fe1b-44c3-8927-0e016259891a", 7),
    ("small", "0162460f-d106-4412-8808-9412040c230d", 4),
    ("small", "0317dfe1-9e10-44ec-a73d-8281a58ac67a", 4),
    ("soon", "c847b249-37c7-43e5-b342-b8976da37037", 4),
];
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// A time soon after the rows were taken, in ms since 1970, and numbers in order for entropy.
struct ThatDay(i64, AtomicU64);

impl Environment for ThatDay {
    fn now(&self) -> Timestamp {
        Timestamp(self.0)
    }

    fn entropy(&self) -> [u8; 16] {
        u128::from(self.1.fetch_add(1, Ordering::Relaxed) + 1_000_000).to_be_bytes()
    }
}

async fn open(store: &Arc<Memory>, now_ms: i64) -> Engine {
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.environment = Arc::new(ThatDay(now_ms, AtomicU64::new(0)));
    let integrations = Integrations::new(Functions::new(functions::Options::default()));
    let shared: Arc<dyn Store> = store.clone();
    Engine::open(shared, integrations, options).await.expect("a memory store opens")
}

/// Ends a task that waits for a worker.
async fn work(engine: &Engine) {
    let poll = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("valid");
    let task = engine.get_activity_task(poll).await.expect("it polls");
    let GetActivityTaskResponse::Task { task_token, .. } = task else { panic!("a task waits") };
    let done = json!({"taskToken": (&*task_token), "output": "\"done\""});
    let done = SendTaskSuccessRequest::decode(&done).expect("valid");
    engine.send_task_success(done).await.expect("the task waits for it");
}

async fn store_of(rows: &str) -> Arc<Memory> {
    let store = Arc::new(Memory::new());
    let mut writes: BTreeMap<PartitionId, Vec<Write>> = BTreeMap::new();
    for line in rows.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [partition, table, key, value] = fields[..] else { panic!("{line}") };
        let partition = PartitionId(partition.parse().expect("a number"));
        let table = Table(table.parse().expect("a number"));
        writes.entry(partition).or_default().push(Write::put(table, bytes(key), bytes(value)));
    }
    for (partition, writes) in writes {
        let epoch = store.open_partition(partition).await.expect("it opens");
        store.commit(Batch { partition, epoch, writes }).await.expect("the owner commits");
    }
    store
}

fn bytes(field: &str) -> Vec<u8> {
    let mut pieces = field.split('\\');
    let mut bytes = pieces.next().expect("there is always one").as_bytes().to_vec();
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        bytes.push(u8::from_str_radix(&piece[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    bytes
}

async fn assert_sound(store: &Memory, executions: u64) {
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    let mut found = Vec::new();
    let checked = check(Arc::new(store.reopen()), &options, &mut |finding| found.push(finding)).await;
    assert_eq!(found, []);
    assert_eq!(checked.expect("it reads").replayed, executions);
}

fn execution(machine: &str, name: &str) -> String {
    format!("arn:aws:states:us-east-1:{ACCOUNT}:execution:{machine}:{name}")
}

#[tokio::test]
async fn executions_of_format_2_are_read_and_go_on() {
    let store = store_of(FORMAT_2).await;
    assert_sound(&store, 4).await;
    let engine = open(&store, 1_795_716_200_000).await;

    let input = r#"{"order":{"id":"o-1","items":[1,2,3]},"note":"twice told"}"#;
    let passed = describe(&engine, &execution("passes", "passed")).await;
    assert_eq!(passed.input.as_deref(), Some(input));
    let result = r#""note":"twice told","result":{"done":true}}"#;
    assert_eq!(output(&passed), format!(r#"{{"order":{{"id":"o-1","items":[1,2,3]}},{result}"#));
    assert_eq!(history(&engine, &execution("passes", "passed")).await.len(), 6);
    assert_eq!(describe(&engine, &execution("fails", "failed")).await.cause.as_deref(), Some("told"));

    // One waits for a worker, the other within a Parallel state after that.
    for _ in 0..3 {
        work(&engine).await;
    }
    for (name, worked) in [("at-work", "first"), ("in-parallel", "done")] {
        let closed = closed(&engine, &execution("waits", name)).await;
        let branch = format!(r#"{{{},"worked":"{worked}"}}"#, &input[1..input.len() - 1]);
        assert_eq!(output(&closed), format!(r#"[{branch},"done"]"#));
    }
    engine.shutdown().await.expect("it closes");
    assert_sound(&store, 4).await;
}

/// Two wait for a worker, one for a time that has come, two have ended.
#[tokio::test]
async fn executions_of_format_3_are_read_and_go_on() {
    let store = store_of(FORMAT_3).await;
    assert_sound(&store, 5).await;
    let engine = open(&store, 1_795_728_900_000).await;
    // Tasks that waited before there was a list of them are listed beside everything else.
    let listed = async || engine.tasks_page(&TasksQuery::default(), None, 10).await.expect("it reads").tasks;
    while listed().await.len() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(listed().await.iter().all(|task| &*task.state_machine_name == "open" && task.token.is_none()));
    for _ in 0..2 {
        work(&engine).await;
    }
    assert_eq!(listed().await, []);
    for (machine, name, events) in FORMAT_3_EXECUTIONS {
        let closed = closed(&engine, &execution(machine, name)).await;
        let expected = if machine == "open" { Some("\"done\"") } else { closed.input.as_deref() };
        assert_eq!(closed.output.as_deref(), expected, "{name}");
        assert_eq!(history(&engine, &execution(machine, name)).await.len(), events, "{name}");
    }
    engine.shutdown().await.expect("it closes");
    assert_sound(&store, 5).await;
}
