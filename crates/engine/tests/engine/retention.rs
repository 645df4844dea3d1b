//! Closed executions are kept for a while and then leave nothing behind, each machine's as long as it says.

use crate::support::*;
use api::*;
use integrations::Integrations;
use json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use stepwell_engine::{Engine, Options, Retention, registry::Identity};
use store::{Memory, PartitionId, Range, Store, Table};

const HOUR_MS: i64 = 60 * 60 * 1000;

async fn open_at(store: &Arc<Memory>, clock: &Arc<Clock>, default_hours: u64, short_hours: u64) -> Engine {
    let hours = |hours: u64| Some(Duration::from_secs(hours * 60 * 60));
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.environment = clock.clone();
    let machines = [("short".to_owned(), hours(short_hours)), ("forever".to_owned(), None)].into();
    options.retention = Retention { default: hours(default_hours), machines };
    let integrations = Integrations::new(functions::Functions::new(functions::Options::default()));
    Engine::open(store.clone(), integrations, options).await.expect("a memory store opens")
}

/// Rows of executions, of all kinds.
async fn rows(store: &Memory) -> usize {
    let mut rows = 0;
    for partition in (1..=8).map(PartitionId) {
        // But for what a partition notes for itself.
        for table in (16..=30).chain(40..=46).filter(|table| *table != 28).map(Table) {
            rows += store.scan(partition, Range::all(table)).await.expect("it reads").len();
        }
    }
    rows
}

async fn listed(engine: &Engine, machine: &str) -> usize {
    let request = json!({"stateMachineArn": machine, "maxResults": 1000});
    let request = ListExecutionsRequest::decode(&request).expect("valid");
    engine.list_executions(request).await.expect("it lists").executions.len()
}

/// Gives every partition something to do, so that it looks at the clock.
async fn poke(engine: &Engine) {
    for number in 0..200 {
        let arn = format!("arn:aws:states:us-east-1:{ACCOUNT}:execution:nobody:{number}");
        let request = StopExecutionRequest::decode(&json!({"executionArn": arn})).expect("valid");
        assert!(engine.stop_execution(request).await.is_err(), "there is no such execution");
    }
}

/// Sets the clock and lets every partition remove what it wants to.
async fn at(engine: &Engine, clock: &Clock, time: i64) {
    clock.0.store(time, Ordering::SeqCst);
    poke(engine).await;
    poke(engine).await;
}

fn pass() -> Value {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})
}

#[tokio::test]
async fn closed_executions_go_when_their_time_is_over() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock, 48, 1).await;
    let wait = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1_000_000, "End": true}}});
    let mut machines = Vec::new();
    for (name, definition) in [("default", pass()), ("short", pass()), ("forever", pass()), ("open", wait)] {
        machines.push(create(&engine, name, &definition).await);
    }
    for machine in &machines[..3] {
        for number in 0..300 {
            start(&engine, machine, &format!("run-{number}"), &json!({})).await;
        }
    }
    for number in 0..5 {
        start(&engine, &machines[3], &format!("run-{number}"), &json!({})).await;
    }
    // One that has rows under its version and its alias as well.
    let short = &machines[1];
    let publish = PublishStateMachineVersionRequest::decode(&json!({"stateMachineArn": (short.as_str())}));
    let version = engine.publish_state_machine_version(publish.expect("valid")).await.expect("it is published");
    let routes = json!([{"stateMachineVersionArn": (version.state_machine_version_arn), "weight": 100}]);
    let alias = CreateStateMachineAliasRequest::decode(&json!({"name": "PROD", "routingConfiguration": routes}));
    engine.create_state_machine_alias(alias.expect("valid")).await.expect("it is created");
    start(&engine, &format!("{short}:PROD"), "by-alias", &json!({})).await;
    let count = async |engine: &Engine| {
        let mut counts = Vec::new();
        for machine in &machines {
            counts.push(listed(engine, machine).await);
        }
        counts
    };
    assert_eq!(count(&engine).await, [300, 301, 300, 5]);
    assert_eq!([listed(&engine, &format!("{short}:PROD")).await, listed(&engine, &format!("{short}:1")).await], [1, 1]);
    // A moment before, and at the next look.
    at(&engine, &clock, HOUR_MS - 1).await;
    assert_eq!(count(&engine).await, [300, 301, 300, 5]);
    at(&engine, &clock, HOUR_MS + 5_000).await;
    assert_eq!(count(&engine).await, [300, 0, 300, 5]);
    // The name is free again, and its new bearer has a time of its own.
    start(&engine, &machines[1], "run-7", &json!({"second": true})).await;
    at(&engine, &clock, 2 * HOUR_MS + 4_999).await;
    assert_eq!(count(&engine).await, [300, 1, 300, 5]);
    at(&engine, &clock, 48 * HOUR_MS).await;
    assert_eq!(count(&engine).await, [0, 0, 300, 5]);
    engine.shutdown().await.expect("it closes");

    // A shorter time holds for what has closed before.
    let store = Arc::new(store.reopen());
    let engine = open_at(&store, &clock, 10, 1).await;
    start(&engine, &machines[0], "late", &json!({})).await;
    at(&engine, &clock, 57 * HOUR_MS).await;
    assert_eq!(count(&engine).await, [1, 0, 300, 5]);
    engine.shutdown().await.expect("it closes");
    let store = Arc::new(store.reopen());
    let engine = open_at(&store, &clock, 1, 1).await;
    poke(&engine).await;
    poke(&engine).await;
    assert_eq!(count(&engine).await, [0, 0, 300, 5]);
    // All of it, index, closing time; of an open one header, state, history, index and timer.
    assert_eq!(rows(&store).await, 300 * 3 + 5 * 5);
}

/// More than one tick removes: it is gone at once for everybody, its name only when nothing is left of it.
#[tokio::test]
async fn a_long_history_goes_piece_by_piece() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let mut engine = open_at(&store, &clock, 1, 1).await;
    let machine = create(
        &engine,
        "loops",
        &json!({"StartAt": "Count", "States": {
            "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "text.$": "$.text"}, "Next": "Again?"},
            "Again?": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 600, "Next": "Count"}], "Default": "Done"},
            "Done": {"Type": "Succeed"},
        }}),
    )
    .await;
    let execution = start(&engine, &machine, "long", &json!({"n": 0, "text": ("x".repeat(250_000))})).await;
    closed(&engine, &execution).await;
    clock.0.store(HOUR_MS, Ordering::SeqCst);
    let mut steps = 0;
    while rows(&store).await > 0 {
        poke(&engine).await;
        if rows(&store).await > 0 {
            steps += 1;
            let request = json!({"executionArn": (execution.as_str())});
            let request = DescribeExecutionRequest::decode(&request).expect("valid");
            assert!(engine.describe_execution(request).await.is_err(), "half of an execution is shown");
            assert_eq!(listed(&engine, &machine).await, 0);
            let refused =
                try_start(&engine, &machine, "long", &json!({})).await.expect_err("rows of the name are left");
            assert_eq!(refused.code, Code::ExecutionAlreadyExists);
            // The rest goes after a restart as well.
            engine = open_at(&store, &clock, 1, 1).await;
        }
    }
    assert!(steps > 0, "it went in one piece");
    start(&engine, &machine, "long", &json!({"n": 599, "text": ""})).await;
}

/// Starts an execution whose Distributed Map has an item that fails, and gives its ARN.
async fn start_map(engine: &Engine, machine: &str, name: &str) -> String {
    start(engine, machine, name, &json!([1, 2, "no", 4])).await
}

fn distributed() -> Value {
    let child = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$", "IsString": true, "Next": "F"}], "Default": "P"},
        "F": {"Type": "Fail", "Error": "No"}, "P": {"Type": "Pass", "End": true}}});
    let mut processor = child.as_object().expect("an object").clone();
    processor = processor.with("ProcessorConfig", json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}));
    json!({"StartAt": "M", "States": {"M": {"Type": "Map", "Label": "m", "End": true, "ToleratedFailureCount": 2,
        "ItemProcessor": processor}}})
}

#[tokio::test]
async fn map_runs_go_with_their_executions() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock, 48, 1).await;
    let (default, short) =
        (create(&engine, "default", &distributed()).await, create(&engine, "short", &distributed()).await);
    let mut runs = Vec::new();
    for (number, machine) in [&default, &short, &short].into_iter().enumerate() {
        let execution = start_map(&engine, machine, &format!("run-{number}")).await;
        assert_eq!(closed(&engine, &execution).await.status, ExecutionStatus::Succeeded);
        let listed = ListMapRunsRequest::decode(&json!({"executionArn": (execution.as_str())})).expect("valid");
        runs.push(engine.list_map_runs(listed).await.expect("it lists").map_runs[0].map_run_arn.to_string());
    }
    let described = async |engine: &Engine, run: &str| {
        let request = DescribeMapRunRequest::decode(&json!({"mapRunArn": run})).expect("valid");
        engine.describe_map_run(request).await.map(|described| described.execution_counts.failed)
    };
    assert_eq!(described(&engine, &runs[1]).await, Ok(1));
    at(&engine, &clock, HOUR_MS).await;
    let gone = described(&engine, &runs[1]).await.expect_err("it was removed with its execution");
    assert_eq!(gone.code, Code::ResourceNotFound);
    assert_eq!(described(&engine, &runs[0]).await, Ok(1));
    // Their children are met again at the next looks.
    for look in 1..=3 {
        at(&engine, &clock, HOUR_MS + look * 5_000).await;
    }
    // The children of a machine are kept as long as its executions.
    for partition in (1..=8).map(PartitionId) {
        for (key, _) in store.scan(partition, Range::all(Table(16))).await.expect("it reads") {
            assert!(key.starts_with(b"default"), "{}", key.escape_ascii());
        }
    }
    for look in 0..=3 {
        at(&engine, &clock, 48 * HOUR_MS + look * 5_000).await;
    }
    assert_eq!(rows(&store).await, 0);
}

/// A page that lists the children of a Map Run does so as long as it is there.
#[tokio::test]
async fn children_go_after_the_execution_of_their_map_run() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock, 48, 1).await;
    let definition = distributed();
    let mut states = definition.get("States").and_then(Value::as_object).expect("states").clone();
    let map = states.get("M").and_then(Value::as_object).expect("a state").without("End").with("Next", "W".into());
    states.set("M", map.into());
    states.set("W", json!({"Type": "Wait", "Seconds": 7200, "End": true}));
    let machine = create(&engine, "short", &json!({"StartAt": "M", "States": states})).await;
    let execution = start_map(&engine, &machine, "one").await;
    let run = {
        let mut watch = engine.watch();
        loop {
            let listed = ListMapRunsRequest::decode(&json!({"executionArn": (execution.as_str())})).expect("valid");
            let runs = engine.list_map_runs(listed).await.expect("it lists").map_runs;
            if let Some(run) = runs.first().filter(|run| run.stop_date_ms.is_some()) {
                break run.map_run_arn.to_string();
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), watch.recv()).await;
        }
    };
    let children = async |engine: &Engine| {
        let request = ListExecutionsRequest::decode(&json!({"mapRunArn": (run.as_str())})).expect("valid");
        engine.list_executions(request).await.map(|listed| listed.executions.len())
    };
    // The children's hour is over long before that of the execution begins.
    at(&engine, &clock, 2 * HOUR_MS).await;
    assert_eq!(closed(&engine, &execution).await.status, ExecutionStatus::Succeeded);
    at(&engine, &clock, 3 * HOUR_MS - 1).await;
    assert_eq!(children(&engine).await, Ok(4));
    at(&engine, &clock, 3 * HOUR_MS + 5_000).await;
    assert_eq!(children(&engine).await.expect_err("it is gone").code, Code::ResourceNotFound);
    for look in 2..=4 {
        at(&engine, &clock, 3 * HOUR_MS + look * 5_000).await;
    }
    assert_eq!(rows(&store).await, 0);
}
