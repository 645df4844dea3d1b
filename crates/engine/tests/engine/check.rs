//! The check of what is stored: sound as it is, and no row can be missing, changed or too much without a finding.

use crate::support::*;
use api::*;
use json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use stepwell_engine::check::{CheckOptions, Checked, Finding, check};
use stepwell_engine::{Engine, Settings, registry::Identity};
use store::{Batch, Bytes, Memory, PartitionId, Range, Store, Table, Write};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

async fn findings(store: &Memory) -> (Checked, Vec<Finding>) {
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    let mut found = Vec::new();
    let checked =
        check(Arc::new(store.reopen()), &options, &mut |finding| found.push(finding)).await.expect("it reads");
    (checked, found)
}

/// Every kind of row: executions that have closed in each way, and that wait for each kind of thing.
async fn filled() -> (Arc<Memory>, Engine) {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    engine
        .create_activity(CreateActivityRequest::decode(&json!({"name": "work"})).expect("valid"))
        .await
        .expect("it is created");
    let one = |state: json::Value| json!({"StartAt": "S", "TimeoutSeconds": 5000, "States": {"S": state}});
    let wait = json!({"Type": "Wait", "Seconds": 4000, "End": true});
    let task =
        json!({"Type": "Task", "Resource": ACTIVITY, "TimeoutSeconds": 900, "HeartbeatSeconds": 800, "End": true});
    let both = json!({"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "W", "States": {"W": (wait.clone())}},
        {"StartAt": "T", "States": {"T": (task)}},
    ]});
    let long = json!({"StartAt": "Long", "TimeoutSeconds": 5000, "States": {
        "Long": {"Type": "Pass", "Result": ("x".repeat(1500)), "Next": "Wait"},
        "Wait": (wait.clone())}});
    let machines = [
        ("long", long),
        ("pass", one(json!({"Type": "Pass", "End": true}))),
        ("fail", one(json!({"Type": "Fail", "Error": "No", "Cause": "Way"}))),
        ("wait", one(wait)),
        ("both", one(both)),
    ];
    for (name, definition) in machines {
        let machine = create(&engine, name, &definition).await;
        for number in 0..3 {
            start(&engine, &machine, &format!("{name}-{number}"), &json!({"n": number})).await;
        }
    }
    let pause = one(json!({"Type": "Wait", "Seconds": 200, "End": true}));
    let body = json!({"name": "pause", "definition": (pause.to_string()), "type": "EXPRESS",
        "roleArn": "arn:aws:iam::123456789012:role/test"});
    let request = CreateStateMachineRequest::decode(&body).expect("valid");
    let machine = engine.create_state_machine(request).await.expect("it is created").state_machine_arn.to_string();
    start(&engine, &machine, "pause", &json!({})).await;
    let stopped = format!("arn:aws:states:us-east-1:{ACCOUNT}:execution:wait:wait-1");
    let request = StopExecutionRequest::decode(&json!({"executionArn": stopped})).expect("valid");
    engine.stop_execution(request).await.expect("it runs");
    let poll = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("valid");
    engine.get_activity_task(poll).await.expect("it polls");
    (store, engine)
}

#[tokio::test]
async fn what_the_engine_stores_is_sound() {
    let (store, engine) = filled().await;
    let (checked, found) = findings(&store).await;
    assert_eq!(found, []);
    // Three tasks wait, one of them for the worker that has it: nothing is left to be done for that one.
    let expected = Checked {
        executions: 15,
        open: 8,
        events: checked.events,
        timers: 8 + 8 + 2,
        tasks: 2,
        replayed: 15,
        express: 1,
    };
    assert_eq!(checked, expected);
    engine.shutdown().await.expect("it closes");
}

async fn commit(store: &Memory, partition: PartitionId, write: Write) {
    let epoch = store.open_partition(partition).await.expect("it opens");
    store.commit(Batch { partition, epoch, writes: vec![write] }).await.expect("the owner commits");
}

#[tokio::test]
async fn no_row_can_be_missing_changed_or_too_much() {
    let (store, engine) = filled().await;
    engine.shutdown().await.expect("it closes");
    let store = store.reopen();
    let mut kinds = BTreeSet::new();
    for partition in (1..=8).map(PartitionId) {
        for table in (16..=30).filter(|table| *table != 28).map(Table) {
            for (key, value) in store.scan(partition, Range::all(table)).await.expect("it reads") {
                commit(&store, partition, Write::delete(table, key.clone())).await;
                let (_, found) = findings(&store).await;
                assert!(!found.is_empty(), "table {} without '{}'", table.0, key.escape_ascii());
                kinds.extend(found.into_iter().map(|finding| finding.kind));

                let changed: Vec<u8> =
                    value.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == value.len() / 2)).collect();
                commit(&store, partition, Write::put(table, key.clone(), changed)).await;
                let (_, found) = findings(&store).await;
                let place = (key.escape_ascii(), value.escape_ascii());
                assert!(!found.is_empty(), "table {} with another '{}' than '{}'", table.0, place.0, place.1);

                commit(&store, partition, Write::put(table, key.clone(), value.clone())).await;
                let other = [&key[..8.min(key.len())], b"other", &key[8.min(key.len())..]].concat();
                commit(&store, partition, Write::put(table, other.clone(), value)).await;
                let (_, found) = findings(&store).await;
                assert!(!found.is_empty(), "table {} with '{}' as well", table.0, other.escape_ascii());
                commit(&store, partition, Write::delete(table, Bytes::from(other))).await;
            }
        }
    }
    assert_eq!(findings(&store).await.1, []);
    let told: Vec<&str> = kinds.into_iter().collect();
    assert_eq!(
        told,
        [
            "awaited task",
            "closing time",
            "frame",
            "history",
            "index",
            "replay",
            "rows",
            "state",
            "task",
            "text",
            "timer"
        ]
    );
}

/// Nothing else says that an Express execution was started, but its row must be able to run.
#[tokio::test]
async fn a_start_of_an_express_execution_is_readable_and_in_its_place() {
    let (store, engine) = filled().await;
    engine.shutdown().await.expect("it closes");
    let store = store.reopen();
    let (partition, table) = (PartitionId(9), Table(26));
    let rows = store.scan(partition, Range::all(table)).await.expect("it reads");
    let [(key, value)] = rows.as_slice() else { panic!("one waits") };
    let mut of_another_id = value.to_vec();
    of_another_id[1] ^= 1;
    for row in [value[..value.len() / 2].to_vec(), of_another_id] {
        commit(&store, partition, Write::put(table, key.clone(), row)).await;
        let found = findings(&store).await.1;
        assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), ["express"], "{found:?}");
    }
    commit(&store, partition, Write::delete(table, key.clone())).await;
    assert_eq!(findings(&store).await.1, []);
}

/// A Map Run that has ended, one that runs, with children that wait, succeeded and failed, and a job that is to be stopped.
async fn filled_with_map_runs() -> Arc<Memory> {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let child = json!({"StartAt": "C", "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "States": {
        "C": {"Type": "Choice", "Default": "P", "Choices": [
            {"Variable": "$", "StringEquals": "no", "Next": "F"}, {"Variable": "$", "StringEquals": "wait", "Next": "W"}]},
        "F": {"Type": "Fail", "Error": "No"}, "P": {"Type": "Pass", "End": true},
        "W": {"Type": "Wait", "Seconds": 9000, "End": true}}});
    let definition = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "Label": "m", "End": true,
        "ToleratedFailureCount": 2, "ItemProcessor": child}}});
    let machine = create(&engine, "maps", &definition).await;
    let ended = start(&engine, &machine, "ended", &json!(["a", "no", "b"])).await;
    assert_eq!(closed(&engine, &ended).await.status, ExecutionStatus::Succeeded);
    let running = start(&engine, &machine, "running", &json!(["a", "no", "wait"])).await;
    let run = ListMapRunsRequest::decode(&json!({"executionArn": (running.as_str())})).expect("valid");
    loop {
        let runs = engine.list_map_runs(run.clone()).await.expect("it lists").map_runs;
        let request = |run: &str| DescribeMapRunRequest::decode(&json!({"mapRunArn": run})).expect("valid");
        let Some(found) = runs.first() else { continue };
        let counts = engine.describe_map_run(request(&found.map_run_arn)).await.expect("it is there").execution_counts;
        if (counts.succeeded, counts.failed, counts.running) == (1, 1, 1) {
            break;
        }
        tokio::task::yield_now().await;
    }
    let waits = create(
        &engine,
        "waits",
        &json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}}),
    )
    .await;
    start(&engine, &waits, "one", &json!({})).await;
    engine.shutdown().await.expect("it closes");
    let store = Arc::new(store.reopen());
    // A job that is to be stopped, as the release writes it.
    let key = b"waits\0one".to_vec();
    for partition in (1..=8).map(PartitionId) {
        if store.get(partition, Table(16), &key).await.expect("it reads").is_some() {
            let task = [&key[..], &[0], &0u64.to_be_bytes(), &7u64.to_be_bytes()].concat();
            let mut row = vec![1];
            for text in ["arn:aws:states:::batch:submitJob.sync", "batch", "submitJob", ".sync", "{}", "{}"] {
                row.push(text.len() as u8);
                row.extend_from_slice(text.as_bytes());
            }
            row.push(0);
            for text in ["execution", "machine", "invocation"] {
                row.push(text.len() as u8);
                row.extend_from_slice(text.as_bytes());
            }
            commit(&store, partition, Write::put(Table(46), task, row)).await;
        }
    }
    store
}

#[tokio::test]
async fn no_row_of_a_map_run_can_be_missing_changed_or_too_much() {
    let store = filled_with_map_runs().await;
    assert_eq!(findings(&store).await.1, []);
    let mut kinds = BTreeSet::new();
    let mut counts = [0; 47];
    for partition in (1..=8).map(PartitionId) {
        for table in (40..=46).map(Table) {
            for (key, value) in store.scan(partition, Range::all(table)).await.expect("it reads") {
                counts[table.0 as usize] += 1;
                let found = async |what: &str| {
                    let found = findings(&store).await.1;
                    assert!(!found.is_empty(), "table {}: {what} '{}'", table.0, key.escape_ascii());
                    found.into_iter().map(|finding| finding.kind).collect::<Vec<_>>()
                };
                // A job that is to be stopped stands for nothing else.
                if table != Table(46) {
                    commit(&store, partition, Write::delete(table, key.clone())).await;
                    kinds.extend(found("without").await);
                }
                // The row of the index has its key alone.
                if table != Table(42) {
                    commit(&store, partition, Write::put(table, key.clone(), value[..value.len() / 2].to_vec())).await;
                    kinds.extend(found("cut short").await);
                }
                commit(&store, partition, Write::put(table, key.clone(), value.clone())).await;
                let mut other = key.to_vec();
                other[0] ^= 1;
                commit(&store, partition, Write::put(table, other.clone(), value.clone())).await;
                kinds.extend(found("another beside").await);
                commit(&store, partition, Write::delete(table, Bytes::from(other))).await;
            }
        }
    }
    assert_eq!(counts[40..], [2, 2, 2, 1, 2, 2, 1]);
    assert_eq!(findings(&store).await.1, []);
    let told: Vec<&str> = kinds.into_iter().collect();
    assert_eq!(told, ["Map Run", "Map Run failure", "Map Run result", "abandoned job", "open Map Run"]);
}
