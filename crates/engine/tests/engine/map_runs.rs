//! Distributed Maps: children are executions of their own, a run survives restarts, is updated, stopped and redriven.

use crate::support::*;
use api::*;
use expect_test::expect;
use json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use stepwell_engine::{Engine, Options};
use store::Memory;

/// A Distributed Map whose children run `states`.
fn map(execution_type: &str, states: &Value, fields: &[(&str, Value)]) -> Value {
    let mut state = json::ObjectBuilder::new();
    let start_at = states.as_object().and_then(|states| states.keys().next().cloned()).expect("there is a state");
    let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": execution_type});
    let processor = json!({"ProcessorConfig": config, "StartAt": (&*start_at), "States": states});
    state.insert("Type", "Map").insert("Label", "Each").insert("ItemProcessor", processor).insert("End", true);
    for (name, value) in fields {
        state.insert(*name, value);
    }
    json!({"StartAt": "Map", "States": {"Map": (state.build())}})
}

async fn map_run(engine: &Engine, execution: &str) -> DescribeMapRunResponse {
    let arn = map_runs(engine, execution).await.remove(0).map_run_arn;
    let request = DescribeMapRunRequest::decode(&json!({"mapRunArn": (&*arn)})).expect("a valid request");
    engine.describe_map_run(request).await.expect("there is such a run")
}

async fn map_runs(engine: &Engine, execution: &str) -> Vec<MapRunListItem> {
    let request = ListMapRunsRequest::decode(&json!({"executionArn": execution})).expect("a valid request");
    engine.list_map_runs(request).await.expect("there is such an execution").map_runs
}

async fn children(engine: &Engine, run: &str) -> Vec<ExecutionListItem> {
    let request = ListExecutionsRequest::decode(&json!({"mapRunArn": run})).expect("a valid request");
    engine.list_executions(request).await.expect("there is such a run").executions
}

fn counts(counts: &MapRunCounts) -> String {
    let MapRunCounts { pending, running, succeeded, failed, timed_out, aborted, total, .. } = counts;
    format!(
        "{pending} pending, {running} running, {succeeded} succeeded, {failed} failed, {timed_out} timed out, {aborted} aborted, {total} in all"
    )
}

async fn told(engine: &Engine, execution: &str) -> String {
    let text = |event: &Value, name: &str| {
        event.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let line = |event: &Value| {
        let member = |name| text(event, name).unwrap_or_default();
        format!("{} <- {} {}\n", member("id"), member("previousEventId"), member("type"))
    };
    history(engine, execution).await.iter().map(line).collect()
}

/// Waits for what the engine is about to do: what is durable is told.
async fn until<T>(engine: &Engine, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let mut watch = engine.watch();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while std::time::Instant::now() < end {
        if let Some(found) = check().await {
            return found;
        }
        let _ = tokio::time::timeout(std::time::Duration::from_millis(20), watch.recv()).await;
    }
    panic!("it does not happen");
}

#[tokio::test]
async fn items_are_given_to_standard_children_in_order() {
    let engine = open(&Arc::new(Memory::new())).await;
    let states = json!({"Add": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($.n, 1)", "of.$": "$$.Execution.Input.n"}, "End": true}});
    let selector =
        json!({"n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "x.$": "$.x", "s.$": "$$.Map.Item.Source"});
    let fields = [("ItemsPath", json!("$.list")), ("ItemSelector", selector), ("MaxConcurrency", json!(2))];
    let machine = create(&engine, "m", &map("STANDARD", &states, &fields)).await;
    let execution = start(&engine, &machine, "one", &json!({"list": [5, 6, 7], "x": "y"})).await;
    let description = closed(&engine, &execution).await;
    expect![[r#"[{"sum":6,"of":5},{"sum":7,"of":6},{"sum":8,"of":7}]"#]].assert_eq(&output(&description));
    expect![[r#"
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered
        3 <- 2 MapStateStarted
        4 <- 3 MapRunStarted
        5 <- 4 MapRunSucceeded
        6 <- 5 MapStateSucceeded
        7 <- 4 MapStateExited
        8 <- 7 ExecutionSucceeded
    "#]]
    .assert_eq(&told(&engine, &execution).await);
    let run = map_run(&engine, &execution).await;
    assert_eq!((run.status, run.max_concurrency), (MapRunStatus::Succeeded, 2));
    let all = "0 pending, 0 running, 3 succeeded, 0 failed, 0 timed out, 0 aborted, 3 in all";
    assert_eq!((&*counts(&run.item_counts), &*counts(&run.execution_counts)), (all, all));
    assert_eq!(&*run.execution_arn, execution);
    let children = children(&engine, &run.map_run_arn).await;
    assert_eq!(children.len(), 3);
    for child in children {
        assert_eq!(child.item_count, Some(1));
        assert_eq!(child.map_run_arn.as_ref(), Some(&run.map_run_arn));
        assert!(child.execution_arn.contains(":execution:m/Each:"), "{}", child.execution_arn);
        assert!(child.state_machine_arn.ends_with(":stateMachine:m/Each"), "{}", child.state_machine_arn);
        let child = describe(&engine, &child.execution_arn).await;
        assert_eq!((child.status, child.map_run_arn.as_ref()), (ExecutionStatus::Succeeded, Some(&run.map_run_arn)));
        let input = child.input.expect("it has one");
        assert!(input.ends_with(r#""x":"y","s":"STATE_DATA"}"#), "{input}");
        let events = told(&engine, &child.execution_arn).await;
        assert!(events.ends_with("4 <- 3 ExecutionSucceeded\n"), "{events}");
    }
}

#[tokio::test]
async fn express_children_run_in_batches() {
    let engine = open(&Arc::new(Memory::new())).await;
    let states = json!({
        "Wait": {"Type": "Wait", "Seconds": 0, "Next": "Sum"},
        "Sum": {"Type": "Pass", "Output": "{% $states.input.BatchInput.k & ':' & $sum($states.input.Items) %}", "End": true}
    });
    let batcher = json!({"MaxItemsPerBatch": 4, "BatchInput": {"k": "{% $states.input.k %}"}});
    let fields = [("Items", json!("{% [1..10] %}")), ("ItemBatcher", batcher)];
    let definition = map("EXPRESS", &states, &fields);
    let definition = definition.as_object().expect("an object").with("QueryLanguage", "JSONata".into()).into();
    let machine = create(&engine, "m", &definition).await;
    let execution = start(&engine, &machine, "one", &json!({"k": "v"})).await;
    let description = closed(&engine, &execution).await;
    expect![[r#"["v:10","v:26","v:19"]"#]].assert_eq(&output(&description));
    let run = map_run(&engine, &execution).await;
    assert_eq!((run.item_counts.succeeded, run.execution_counts.succeeded), (10, 3));
    let children = children(&engine, &run.map_run_arn).await;
    assert_eq!(children.iter().map(|child| child.item_count).sum::<Option<u64>>(), Some(10));
    assert!(children.iter().all(|child| child.execution_arn.contains(":express:m/Each:")));
}

#[tokio::test]
async fn so_many_items_may_fail_and_no_more() {
    let engine = open(&Arc::new(Memory::new())).await;
    let states = json!({
        "Choose": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericGreaterThan": 2, "Next": "Bad"}], "Default": "Good"},
        "Good": {"Type": "Succeed"}, "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "too much"}
    });
    for kind in ["STANDARD", "EXPRESS"] {
        let fields = [("ToleratedFailurePercentage", json!(50))];
        let machine = create(&engine, &format!("tolerant-{kind}"), &map(kind, &states, &fields)).await;
        let execution = start(&engine, &machine, "one", &json!([1, 2, 3, 4])).await;
        let results = output(&closed(&engine, &execution).await);
        let results = json::parse(&results).expect("JSON");
        let results = results.as_array().expect("a list");
        let failed = &results[3];
        let text = |name: &str| failed.get(name).and_then(Value::as_str).unwrap_or_default();
        assert_eq!((&results[0], &results[1], text("Status"), text("Error")), (&json!(1), &json!(2), "FAILED", "Bad"));
        let run = map_run(&engine, &execution).await;
        assert_eq!((run.status, run.item_counts.failed), (MapRunStatus::Succeeded, 2));

        let catch = json!([{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Caught"}]);
        let machine = map(kind, &states, &[("ToleratedFailureCount", json!(1)), ("Catch", catch)]);
        let mut all = machine.get("States").and_then(Value::as_object).expect("states").clone();
        all.set("Caught", json!({"Type": "Succeed"}));
        let machine = create(&engine, &format!("strict-{kind}"), &json!({"StartAt": "Map", "States": all})).await;
        let execution = start(&engine, &machine, "one", &json!([1, 2, 3, 4])).await;
        let caught = output(&closed(&engine, &execution).await);
        expect![[r#"{"Error":"States.ExceedToleratedFailureThreshold","Cause":"The specified tolerated failure threshold was exceeded"}"#]].assert_eq(&caught);
        let run = map_run(&engine, &execution).await;
        assert_eq!((run.status, run.item_counts.failed), (MapRunStatus::Failed, 2));
    }
}

#[tokio::test]
async fn a_run_goes_on_after_a_restart() {
    for kind in ["STANDARD", "EXPRESS"] {
        let store = Arc::new(Memory::new());
        let engine = open(&store).await;
        // The later half waits.
        let states = json!({
            "Choose": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericLessThan": 300, "Next": "End"}], "Default": "Wait"},
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "End"}, "End": {"Type": "Succeed"}
        });
        let machine = create(&engine, "m", &map(kind, &states, &[])).await;
        let items: Vec<Value> = (0..600).map(Value::from).collect();
        let execution = start(&engine, &machine, "one", &items.clone().into()).await;
        until(&engine, async || {
            let runs = map_runs(&engine, &execution).await;
            (!runs.is_empty() && map_run(&engine, &execution).await.item_counts.succeeded == 300).then_some(())
        })
        .await;
        drop(engine);
        let engine = open(&store).await;
        let description = closed(&engine, &execution).await;
        assert_eq!(output(&description), Value::from(items).to_string());
        let run = map_run(&engine, &execution).await;
        assert_eq!(
            counts(&run.item_counts),
            "0 pending, 0 running, 600 succeeded, 0 failed, 0 timed out, 0 aborted, 600 in all"
        );
        if kind == "STANDARD" {
            let child = children(&engine, &run.map_run_arn).await.len();
            assert_eq!(child, 100, "a page");
        }
    }
}

#[tokio::test]
async fn an_execution_that_is_stopped_stops_its_run() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let states = json!({"Wait": {"Type": "Wait", "Seconds": 1000, "End": true}});
    let machine = create(&engine, "m", &map("STANDARD", &states, &[("MaxConcurrency", json!(2))])).await;
    let execution = start(&engine, &machine, "one", &json!([1, 2, 3])).await;
    let run = until(&engine, async || {
        let runs = map_runs(&engine, &execution).await;
        let run = runs.first()?.map_run_arn.clone();
        (children(&engine, &run).await.len() == 2).then_some(run)
    })
    .await;
    let update = json!({"mapRunArn": (&*run), "maxConcurrency": 3, "toleratedFailurePercentage": 12.5});
    let update = UpdateMapRunRequest::decode(&update).expect("a valid request");
    engine.update_map_run(update.clone()).await.expect("it runs");
    until(&engine, async || (children(&engine, &run).await.len() == 3).then_some(())).await;
    let described = map_run(&engine, &execution).await;
    assert_eq!((described.max_concurrency, described.tolerated_failure_percentage), (3, 12.5));
    let stop = StopExecutionRequest::decode(&json!({"executionArn": (&*execution)})).expect("a valid request");
    engine.stop_execution(stop).await.expect("it is stopped");
    let run =
        until(&engine, async || Some(map_run(&engine, &execution).await).filter(|run| run.stop_date_ms.is_some()))
            .await;
    assert_eq!(run.status, MapRunStatus::Aborted);
    assert_eq!(
        counts(&run.item_counts),
        "0 pending, 0 running, 0 succeeded, 0 failed, 0 timed out, 3 aborted, 3 in all"
    );
    let statuses = children(&engine, &run.map_run_arn).await.into_iter().map(|child| child.status);
    assert!(statuses.into_iter().all(|status| status == ExecutionStatus::Aborted));
    let refused = engine.update_map_run(update).await.expect_err("it has ended");
    assert_eq!(refused.code, Code::ValidationException);
    expect![[r#"
        1 <- 0 ExecutionStarted
        2 <- 0 MapStateEntered
        3 <- 2 MapStateStarted
        4 <- 3 MapRunStarted
        5 <- 4 MapRunAborted
        6 <- 0 ExecutionAborted
    "#]]
    .assert_eq(&told(&engine, &execution).await);
}

async fn open_at(store: &Arc<Memory>, clock: &Arc<Clock>) -> Engine {
    open_set(store, |options| options.environment = clock.clone()).await
}

/// Has no more than one child at a time from now on, and begins again: what was started beyond that waits to be seen to.
async fn narrowed_and_opened_again(engine: Engine, run: &str, store: &Arc<Memory>, clock: &Arc<Clock>) -> Engine {
    let update = json!({"mapRunArn": run, "maxConcurrency": 1});
    engine.update_map_run(UpdateMapRunRequest::decode(&update).expect("a valid request")).await.expect("it runs");
    drop(engine);
    open_at(store, clock).await
}

async fn running(engine: &Engine, run: &str) -> usize {
    let children = children(engine, run).await.into_iter();
    children.filter(|child| child.status == ExecutionStatus::Running).count()
}

/// A run ends before it has come to all children again that were started before a restart.
#[tokio::test]
async fn a_run_that_fails_after_a_restart_stops_what_was_started_before() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock).await;
    let first = json!({"Condition": "{% $states.input = 1 %}", "Next": "Soon"});
    let states = json!({"Choose": {"Type": "Choice", "Choices": [first], "Default": "Late"},
        "Soon": {"Type": "Wait", "Seconds": 1, "Next": "Bad"}, "Bad": {"Type": "Fail", "Error": "Bad"},
        "Late": {"Type": "Wait", "Seconds": 1000, "End": true}});
    let definition = map("STANDARD", &states, &[]);
    let definition = definition.as_object().expect("an object").with("QueryLanguage", "JSONata".into()).into();
    let machine = create(&engine, "m", &definition).await;
    let execution = start(&engine, &machine, "one", &json!([1, 2, 3])).await;
    let run = until(&engine, async || {
        let run = map_runs(&engine, &execution).await.first()?.map_run_arn.clone();
        (running(&engine, &run).await == 3).then_some(run)
    })
    .await;
    let engine = narrowed_and_opened_again(engine, &run, &store, &clock).await;
    clock.0.store(2_000, Ordering::SeqCst);
    assert_eq!(closed(&engine, &execution).await.status, ExecutionStatus::Failed);
    let run = map_run(&engine, &execution).await;
    assert_eq!(
        counts(&run.item_counts),
        "0 pending, 0 running, 0 succeeded, 1 failed, 0 timed out, 2 aborted, 3 in all"
    );
}

/// Children that go on are under way, though all of them have ended once.
#[tokio::test]
async fn a_redriven_run_that_is_stopped_after_a_restart_stops_what_goes_on() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock).await;
    let later = json!({"Condition": "{% $millis() > 1000 %}", "Next": "Wait"});
    let states = json!({"Choose": {"Type": "Choice", "Choices": [later]},
        "Wait": {"Type": "Wait", "Seconds": 1000, "End": true}});
    let definition = map("STANDARD", &states, &[("MaxConcurrency", json!(2)), ("ToleratedFailureCount", json!(3))]);
    let definition = definition.as_object().expect("an object").with("QueryLanguage", "JSONata".into()).into();
    let machine = create(&engine, "m", &definition).await;
    let execution = start(&engine, &machine, "one", &json!([1, 2, 3, 4])).await;
    assert_eq!(closed(&engine, &execution).await.status, ExecutionStatus::Failed);
    clock.0.store(2_000, Ordering::SeqCst);
    let redrive = RedriveExecutionRequest::decode(&json!({"executionArn": (&*execution)})).expect("a valid request");
    engine.redrive_execution(redrive).await.expect("it failed");
    let run = map_run(&engine, &execution).await.map_run_arn.to_string();
    until(&engine, async || (running(&engine, &run).await == 2).then_some(())).await;
    let engine = narrowed_and_opened_again(engine, &run, &store, &clock).await;
    let stop = StopExecutionRequest::decode(&json!({"executionArn": (&*execution)})).expect("a valid request");
    engine.stop_execution(stop).await.expect("it is stopped");
    let stopped =
        until(&engine, async || Some(map_run(&engine, &execution).await).filter(|run| run.stop_date_ms.is_some()))
            .await;
    assert_eq!((stopped.status, running(&engine, &run).await), (MapRunStatus::Aborted, 0));
    let MapRunCounts { aborted, failed, pending_redrive, .. } = stopped.execution_counts;
    expect!["2 aborted, 0 failed, Some(2) wait for a redrive"]
        .assert_eq(&format!("{aborted} aborted, {failed} failed, {pending_redrive:?} wait for a redrive"));
}

#[tokio::test]
async fn a_redrive_goes_on_with_what_has_failed() {
    for kind in ["STANDARD", "EXPRESS"] {
        let clock = Arc::new(Clock::default());
        let engine = open_at(&Arc::new(Memory::new()), &clock).await;
        // A part of the items is good, the others are later.
        let rule = json!({"Condition": "{% $states.input < 3 or $millis() > 1000 %}", "Next": "End"});
        let states = json!({"Choose": {"Type": "Choice", "Choices": [rule]}, "End": {"Type": "Succeed"}});
        let map = map(kind, &states, &[("MaxConcurrency", json!(1)), ("ToleratedFailureCount", json!(1))]);
        let definition = map.as_object().expect("an object").with("QueryLanguage", "JSONata".into()).into();
        let machine = create(&engine, "m", &definition).await;
        let execution = start(&engine, &machine, "one", &json!([1, 2, 3, 4, 5])).await;
        assert_eq!(closed(&engine, &execution).await.status, ExecutionStatus::Failed);
        let run = map_run(&engine, &execution).await;
        assert_eq!(run.status, MapRunStatus::Failed);
        assert_eq!(
            counts(&run.item_counts),
            "1 pending, 0 running, 2 succeeded, 2 failed, 0 timed out, 0 aborted, 5 in all"
        );
        clock.0.store(2000, Ordering::SeqCst);
        let redrive =
            RedriveExecutionRequest::decode(&json!({"executionArn": (&*execution)})).expect("a valid request");
        engine.redrive_execution(redrive).await.expect("it is redriven");
        assert_eq!(output(&closed(&engine, &execution).await), "[1,2,3,4,5]");
        let run = map_run(&engine, &execution).await;
        assert_eq!(
            counts(&run.item_counts),
            "0 pending, 0 running, 5 succeeded, 0 failed, 0 timed out, 0 aborted, 5 in all"
        );
        assert_eq!((run.redrive_count, map_runs(&engine, &execution).await.len()), (1, 1));
        if kind == "STANDARD" {
            let redriven =
                children(&engine, &run.map_run_arn).await.iter().filter(|child| child.redrive_count == 1).count();
            assert_eq!(redriven, 2);
        }
        expect![[r#"
            1 <- 0 ExecutionStarted
            2 <- 0 MapStateEntered
            3 <- 2 MapStateStarted
            4 <- 3 MapRunStarted
            5 <- 4 MapRunFailed
            6 <- 5 MapStateFailed
            7 <- 6 ExecutionFailed
            8 <- 0 ExecutionRedriven
            9 <- 6 MapRunRedriven
            10 <- 9 MapRunSucceeded
            11 <- 10 MapStateSucceeded
            12 <- 9 MapStateExited
            13 <- 12 ExecutionSucceeded
        "#]]
        .assert_eq(&told(&engine, &execution).await);
    }
}

#[tokio::test]
async fn runs_within_runs() {
    let engine = open(&Arc::new(Memory::new())).await;
    let inner = map("EXPRESS", &json!({"P": {"Type": "Pass", "End": true}}), &[("Label", json!("Inner"))]);
    let states = inner.get("States").expect("states").clone();
    let outer = map("STANDARD", &states, &[]);
    let outer = json::parse(
        &outer
            .to_string()
            .replacen(
                "\"Map\":{\"Type\":\"Map\",\"Label\":\"Each\"",
                "\"Outer\":{\"Type\":\"Map\",\"Label\":\"Each\"",
                1,
            )
            .replacen("{\"StartAt\":\"Map\"", "{\"StartAt\":\"Outer\"", 1),
    )
    .expect("JSON");
    let machine = create(&engine, "m", &outer).await;
    let execution = start(&engine, &machine, "one", &json!([[1, 2], [3], []])).await;
    expect!["[[1,2],[3],[]]"].assert_eq(&output(&closed(&engine, &execution).await));
    let run = map_run(&engine, &execution).await;
    for child in children(&engine, &run.map_run_arn).await {
        let inner = map_runs(&engine, &child.execution_arn).await;
        assert!(inner[0].map_run_arn.contains(":mapRun:m/Inner:"), "{}", inner[0].map_run_arn);
    }
}

/// An engine for which `directory` stands for the bucket `data`.
async fn open_over(store: &Arc<Memory>, directory: &Path) -> Engine {
    open_with(store, directory, |_| {}).await
}

/// The same with other options.
async fn open_with(store: &Arc<Memory>, directory: &Path, set: impl FnOnce(&mut Options)) -> Engine {
    let directories = BTreeMap::from([("data".to_owned(), directory.to_owned())]);
    let buckets = integrations::Buckets::new(directories, None);
    open_set(store, |options| {
        options.buckets = buckets;
        set(options);
    })
    .await
}

/// A writer to `out/` of the bucket `data`.
fn writer(transformation: &str) -> Value {
    json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data", "Prefix": "out/"},
        "WriterConfig": {"Transformation": transformation, "OutputType": "JSON"}})
}

/// The results in a run's files of one kind, as the manifest names them, and the files' lengths. Each is as long as is said.
fn results(directory: &Path, run: &str, kind: &str) -> (Vec<Value>, Vec<u64>) {
    let folder = directory.join("out").join(run.rsplit(':').next().expect("it has an id"));
    let read = |path: &Path| std::fs::read_to_string(path).expect("it was written");
    let manifest = json::parse(&read(&folder.join("manifest.json"))).expect("JSON");
    let files = manifest.get("ResultFiles").and_then(|files| files.get(kind)?.as_array()).expect("a list").clone();
    let (mut results, mut lengths) = (Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        let key = file.get("Key").and_then(Value::as_str).expect("a text");
        assert!(key.ends_with(&format!("/{kind}_{number}.json")), "{key}");
        let text = read(&directory.join(key));
        assert_eq!(file.get("Size").and_then(Value::as_i64), Some(text.len() as i64), "{key}");
        lengths.push(text.len() as u64);
        results.extend(json::parse(&text).expect("JSON").as_array().expect("a list").iter().cloned());
    }
    let more = folder.join(format!("{kind}_{}.json", files.len()));
    assert!(!more.exists(), "{} is not in the manifest", more.display());
    (results, lengths)
}

fn member<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn reader(key: &str, config: Value) -> Value {
    json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config, "Parameters": {"Bucket": "data", "Key": key}})
}

/// What a Map over a reader's items gives.
async fn read(engine: &Engine, name: &str, item_reader: Value) -> String {
    let states = json!({"P": {"Type": "Pass", "End": true}});
    let machine = create(engine, name, &map("EXPRESS", &states, &[("ItemReader", item_reader)])).await;
    let execution = start(engine, &machine, "one", &json!({})).await;
    output(&closed(engine, &execution).await)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("there is room");
    encoder.finish().expect("there is room")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[tokio::test]
async fn items_are_read_from_objects_of_every_kind() {
    let directory = tempfile::tempdir().expect("there is room");
    let write = |key: &str, bytes: &[u8]| {
        let path = directory.path().join(key);
        std::fs::create_dir_all(path.parent().expect("it is in a directory")).expect("there is room");
        std::fs::write(path, bytes).expect("there is room");
    };
    write("a.csv", b"id,name\n1,\"a, b\"\n2\n");
    write("given.csv", b"1|2|3\n4|5|6\n");
    write("doubled.csv", b"id,id\n1,2\n");
    write("list.json", br#"{"found": {"items": [1, {"a": "]"}, [2]]}}"#);
    write("object.json", br#"{"x": 1, "y": {"z": 2}}"#);
    write("number.json", b"7");
    write("lines.jsonl.gz", &gzip(b"{\"n\": 1}\n\n[2]\n3"));
    write("parts/1.csv", b"n\n1\n2\n");
    write("parts/2.csv.gz", &gzip(b"n\n3\n"));
    write("inventory.csv.gz", &gzip(b"\"data\",\"k%201\",\"7\"\n"));
    let manifest = json!({"destinationBucket": "arn:aws:s3:::data", "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "inventory.csv.gz", "size": 1}]});
    write("manifest.json", manifest.to_string().as_bytes());
    write("athena.csv", b"s3://data/parts/1.csv\ns3://data/parts/2.csv.gz\n");
    let engine = open_over(&Arc::new(Memory::new()), directory.path()).await;
    let csv = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
    let given =
        json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x", "y"], "CSVDelimiter": "PIPE"});
    let cases = [
        ("csv", reader("a.csv", csv.clone())),
        ("given", reader("given.csv", given)),
        ("doubled", reader("doubled.csv", csv.clone())),
        ("most", reader("a.csv", json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 1}))),
        ("pointer", reader("list.json", json!({"InputType": "JSON", "ItemsPointer": "/found/items"}))),
        ("nowhere", reader("list.json", json!({"InputType": "JSON", "ItemsPointer": "/lost"}))),
        ("object", reader("object.json", json!({"InputType": "JSON"}))),
        ("number", reader("number.json", json!({"InputType": "JSON"}))),
        ("missing", reader("missing.json", json!({"InputType": "JSON"}))),
        ("out", reader("../secret.json", json!({"InputType": "JSON"}))),
        ("jsonl", reader("lines.jsonl.gz", json!({"InputType": "JSONL"}))),
        ("inventory", reader("manifest.json", json!({"ManifestType": "S3_INVENTORY"}))),
        (
            "athena",
            reader(
                "athena.csv",
                json!({"ManifestType": "ATHENA_DATA", "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}),
            ),
        ),
        (
            "flat",
            json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "data", "Prefix": "parts/"},
            "ReaderConfig": {"Transformation": "LOAD_AND_FLATTEN", "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}),
        ),
    ];
    let mut told = String::new();
    for (name, item_reader) in cases {
        told += &format!("{name}: {}\n", read(&engine, name, item_reader).await);
    }
    expect![[r#"
        csv: [{"id":"1","name":"a, b"},{"id":"2","name":""}]
        given: [{"x":"1","y":"2"},{"x":"4","y":"5"}]
        doubled: Some("States.ItemReaderFailed") Some("CSV headers cannot contain duplicates.")
        most: [{"id":"1","name":"a, b"}]
        pointer: [1,{"a":"]"},[2]]
        nowhere: Some("States.ItemReaderFailed") Some("The ItemsPointer '/lost' does not lead to a value.")
        object: [1,{"z":2}]
        number: Some("States.ItemReaderFailed") Some("Attempting to map over non-iterable node.")
        missing: Some("States.ItemReaderFailed") Some("The specified key does not exist: s3://data/missing.json")
        out: Some("States.ItemReaderFailed") Some("the key '../secret.json' cannot be that of a file in a directory")
        jsonl: [{"n":1},[2],3]
        inventory: [{"Bucket":"data","Key":"k%201","Size":"7"}]
        athena: [{"n":"1"},{"n":"2"},{"n":"3"}]
        flat: [{"n":"1"},{"n":"2"},{"n":"3"}]
    "#]]
    .assert_eq(&told.replace(&*directory.path().display().to_string(), ""));
    let list =
        json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "data", "Prefix": "parts/"}});
    let listed = json::parse(&read(&engine, "list", list).await).expect("JSON");
    let listed: Vec<_> = listed.as_array().expect("a list").iter().map(|object| object.get("Key").cloned()).collect();
    assert_eq!(listed, [Some("parts/1.csv".into()), Some("parts/2.csv.gz".into())]);
}

/// A Parquet file with the numbers from 0 on, in groups of so many.
fn write_parquet(path: &Path, groups: &[i64]) {
    use parquet::data_type::Int64Type;
    use parquet::file::writer::SerializedFileWriter;
    let schema = parquet::schema::parser::parse_message_type("message row { required int64 n; }").expect("a schema");
    let file = std::fs::File::create(path).expect("there is room");
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Default::default()).expect("it is written");
    let mut first = 0;
    for count in groups {
        let numbers: Vec<i64> = (first..first + count).collect();
        first += count;
        let mut group = writer.next_row_group().expect("another group");
        let mut column = group.next_column().expect("it is written").expect("a column");
        column.typed::<Int64Type>().write_batch(&numbers, None, None).expect("it is written");
        column.close().expect("it is written");
        group.close().expect("it is written");
    }
    writer.close().expect("it is written");
}

#[tokio::test]
async fn rows_of_parquet_are_read_on_after_a_restart() {
    let directory = tempfile::tempdir().expect("there is room");
    write_parquet(&directory.path().join("rows.parquet"), &[700, 300, 1]);
    // The last row, and one in the middle of a chunk, take a second.
    let states = json!({
        "Choose": {"Type": "Choice", "Choices": [
            {"Or": [{"Variable": "$.n", "NumericEquals": 300}, {"Variable": "$.n", "NumericEquals": 1000}], "Next": "Wait"}], "Default": "End"},
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "End"},
        "End": {"Type": "Succeed", "OutputPath": "$.n"}
    });
    let store = Arc::new(Memory::new());
    let engine = open_over(&store, directory.path()).await;
    let fields = [("ItemReader", reader("rows.parquet", json!({"InputType": "PARQUET"})))];
    let machine = create(&engine, "m", &map("EXPRESS", &states, &fields)).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    until(&engine, async || {
        let runs = map_runs(&engine, &execution).await;
        (!runs.is_empty() && map_run(&engine, &execution).await.item_counts.succeeded > 800).then_some(())
    })
    .await;
    drop(engine);
    let engine = open_over(&store, directory.path()).await;
    let description = closed(&engine, &execution).await;
    let all: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    assert_eq!(output(&description), format!("[{}]", all.join(",")));
    assert_eq!(map_run(&engine, &execution).await.item_counts.succeeded, 1001);
}

#[tokio::test]
async fn compressed_items_are_read_on_after_a_restart() {
    let rows: String = (0..20_000).map(|n| format!("{n},row {}\n", n * 7919 % 20_000)).collect();
    let (half, rest) = rows.split_at(rows.len() / 2);
    // Frames may follow one another, and a frame to be skipped may stand between them.
    let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let zst = [zstd(format!("n,text\n{half}").as_bytes()), skipped, zstd(rest.as_bytes())].concat();
    let gz = [gzip(format!("n,text\n{half}").as_bytes()), gzip(rest.as_bytes())].concat();
    for (key, bytes) in [("rows.csv.zst", zst), ("rows.csv.gz", gz)] {
        let directory = tempfile::tempdir().expect("there is room");
        std::fs::write(directory.path().join(key), bytes).expect("there is room");
        // One of each half takes a second.
        let slow = |n: &str| json!({"Variable": "$.n", "StringEquals": n});
        let states = json!({
            "Choose": {"Type": "Choice", "Choices": [{"Or": [(slow("5000")), (slow("15000"))], "Next": "Wait"}], "Default": "End"},
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "End"},
            "End": {"Type": "Succeed", "OutputPath": "$.n"}
        });
        let store = Arc::new(Memory::new());
        let engine = open_over(&store, directory.path()).await;
        let csv = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
        let fields = [("ItemReader", reader(key, csv))];
        let machine = create(&engine, "m", &map("EXPRESS", &states, &fields)).await;
        let execution = start(&engine, &machine, "one", &json!({})).await;
        until(&engine, async || {
            let runs = map_runs(&engine, &execution).await;
            (!runs.is_empty() && map_run(&engine, &execution).await.item_counts.succeeded > 6_000).then_some(())
        })
        .await;
        drop(engine);
        let engine = open_over(&store, directory.path()).await;
        let description = closed(&engine, &execution).await;
        let all: Vec<String> = (0..20_000).map(|n| format!("\"{n}\"")).collect();
        assert!(output(&description) == format!("[{}]", all.join(",")), "{key}: {}", output(&description));
    }
}

#[tokio::test]
async fn compressed_objects_that_are_damaged_are_told_so() {
    let directory = tempfile::tempdir().expect("there is room");
    // Made by the zstd program, with a checksum, of `{"n":1}` and `{"n":2}`, a line each.
    let zst = b"\x28\xb5\x2f\xfd\x04\x68\x81\x00\x00{\"n\":1}\n{\"n\":2}\n\x45\x2c\x60\x99";
    let gz = gzip(b"{\"n\":1}\n{\"n\":2}\n");
    let changed = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("whole.zst", zst.to_vec()),
        ("twice.zstd", [&zst[..], zst].concat()),
        ("empty.zst", Vec::new()),
        ("header-cut.zst", zst[..3].to_vec()),
        ("block-cut.zst", zst[..15].to_vec()),
        ("checksum-cut.zst", zst[..zst.len() - 2].to_vec()),
        ("changed.zst", changed(zst, 14)),
        ("no-zstd.zst", b"{\"n\":1}\n".to_vec()),
        ("more.zst", [&zst[..], b"more"].concat()),
        ("skip-cut.zst", [&zst[..], &[0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1]].concat()),
        ("whole.gz", gz.clone()),
        ("empty.gz", Vec::new()),
        ("header-cut.gz", gz[..7].to_vec()),
        ("block-cut.gz", gz[..14].to_vec()),
        ("checksum-cut.gz", gz[..gz.len() - 2].to_vec()),
        ("changed.gz", changed(&gz, gz.len() - 6)),
        ("no-gzip.gz", b"{\"n\":1}\n".to_vec()),
        ("more.gz", [&gz[..], b"more"].concat()),
    ];
    let engine = open_over(&Arc::new(Memory::new()), directory.path()).await;
    let mut told = String::new();
    for (key, bytes) in cases {
        std::fs::write(directory.path().join(key), bytes).expect("there is room");
        let items = read(&engine, &key.replace('.', "-"), reader(key, json!({"InputType": "JSONL"}))).await;
        told += &format!(
            "{key}: {}\n",
            items.replace("Some(\"States.ItemReaderFailed\") Some(\"The object s3://data/", "<")
        );
    }
    expect![[r#"
        whole.zst: [{"n":1},{"n":2}]
        twice.zstd: [{"n":1},{"n":2},{"n":1},{"n":2}]
        empty.zst: []
        header-cut.zst: <header-cut.zst cannot be decompressed: it ends too early")
        block-cut.zst: <block-cut.zst cannot be decompressed: it ends too early")
        checksum-cut.zst: <checksum-cut.zst cannot be decompressed: it ends too early")
        changed.zst: <changed.zst cannot be decompressed: its checksum is another one")
        no-zstd.zst: <no-zstd.zst cannot be decompressed: no frame of zstd begins where one is to begin")
        more.zst: <more.zst cannot be decompressed: no frame of zstd begins where one is to begin")
        skip-cut.zst: <skip-cut.zst cannot be decompressed: it ends too early")
        whole.gz: [{"n":1},{"n":2}]
        empty.gz: <empty.gz cannot be decompressed: incomplete deflate stream")
        header-cut.gz: <header-cut.gz cannot be decompressed: incomplete deflate stream")
        block-cut.gz: <block-cut.gz cannot be decompressed: incomplete deflate stream")
        checksum-cut.gz: <checksum-cut.gz cannot be decompressed: corrupt gzip stream does not have a matching checksum")
        changed.gz: <changed.gz cannot be decompressed: corrupt gzip stream does not have a matching checksum")
        no-gzip.gz: <no-gzip.gz cannot be decompressed: incomplete deflate stream")
        more.gz: <more.gz cannot be decompressed: incomplete deflate stream")
    "#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn results_are_written_to_files_that_a_restart_leaves_whole() {
    // The restart comes in the middle of the second file: some 2,500 of 3,500 bytes are there.
    let small_files = |options: &mut Options| options.map_runs.result_file_bytes_max = 1_500;
    for kind in ["STANDARD", "EXPRESS"] {
        let directory = tempfile::tempdir().expect("there is room");
        let rows: String = (0..600).map(|n| format!("{n}\n")).collect();
        std::fs::write(directory.path().join("rows.csv"), format!("n\n{rows}")).expect("there is room");
        let states = json!({
            "Choose": {"Type": "Choice", "Choices": [
                {"Variable": "$.n", "StringEquals": "7", "Next": "Bad"},
                {"Variable": "$.n", "StringMatches": "5*", "Next": "Wait"}], "Default": "End"},
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "End"},
            "End": {"Type": "Succeed", "OutputPath": "$.n"}, "Bad": {"Type": "Fail", "Error": "Bad"}
        });
        let csv = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
        let fields = [
            ("ItemReader", reader("rows.csv", csv)),
            ("ResultWriter", writer("COMPACT")),
            ("ToleratedFailureCount", json!(1)),
        ];
        let store = Arc::new(Memory::new());
        let engine = open_with(&store, directory.path(), small_files).await;
        let machine = create(&engine, "m", &map(kind, &states, &fields)).await;
        let execution = start(&engine, &machine, "one", &json!({})).await;
        until(&engine, async || {
            let runs = map_runs(&engine, &execution).await;
            (!runs.is_empty() && map_run(&engine, &execution).await.item_counts.succeeded > 400).then_some(())
        })
        .await;
        drop(engine);
        let engine = open_with(&store, directory.path(), small_files).await;
        let description = closed(&engine, &execution).await;
        let result = json::parse(&output(&description)).expect("JSON");
        let run = map_run(&engine, &execution).await;
        assert_eq!(
            counts(&run.item_counts),
            "0 pending, 0 running, 599 succeeded, 1 failed, 0 timed out, 0 aborted, 600 in all"
        );
        let id = run.map_run_arn.rsplit(':').next().expect("it has an id").to_owned();
        let key = format!("out/{id}/manifest.json");
        let details = json!({"Bucket": "data", "Key": (&*key)});
        assert_eq!(result, json!({"MapRunArn": (&run.map_run_arn), "ResultWriterDetails": details}));
        let manifest = std::fs::read_to_string(directory.path().join(&key)).expect("it was written");
        let manifest = json::parse(&manifest).expect("JSON");
        assert_eq!(member(&manifest, "DestinationBucket"), "data");
        let (succeeded, lengths) = results(directory.path(), &run.map_run_arn, "SUCCEEDED");
        let mut numbers: Vec<u64> =
            succeeded.iter().map(|n| n.as_str().expect("a text").parse().expect("a number")).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..600).filter(|n| *n != 7).collect::<Vec<_>>());
        assert_eq!(lengths.len(), 3, "{lengths:?}");
        assert!(lengths.iter().all(|length| *length <= 1_500) && lengths[1] > 1_400, "{lengths:?}");
        let (failed, _) = results(directory.path(), &run.map_run_arn, "FAILED");
        let failed = [member(&failed[0], "Status"), member(&failed[0], "Error"), member(&failed[0], "Input")];
        assert_eq!(failed, ["FAILED", "Bad", r#"{"n":"7"}"#]);
        assert_eq!(results(directory.path(), &run.map_run_arn, "PENDING").0, []);
    }
}

#[tokio::test]
async fn what_was_not_started_is_pending_until_a_redrive_does_it() {
    for kind in ["STANDARD", "EXPRESS"] {
        let directory = tempfile::tempdir().expect("there is room");
        let clock = Arc::new(Clock::default());
        let set = |options: &mut Options| {
            options.environment = clock.clone();
            options.map_runs.result_file_bytes_max = 1_500;
        };
        let engine = open_with(&Arc::new(Memory::new()), directory.path(), set).await;
        let rule = json!({"Condition": "{% $states.input < 3 or $millis() > 1000 %}", "Next": "End"});
        let states = json!({"Choose": {"Type": "Choice", "Choices": [rule]}, "End": {"Type": "Succeed"}});
        let mut write = writer("COMPACT").as_object().expect("an object").clone();
        let arguments = write.get("Parameters").expect("parameters").clone();
        write = write.without("Parameters").with("Arguments", arguments);
        let fields = [("MaxConcurrency", json!(1)), ("ResultWriter", write.into())];
        let map = map(kind, &states, &fields);
        let definition = map.as_object().expect("an object").with("QueryLanguage", "JSONata".into()).into();
        let machine = create(&engine, "m", &definition).await;
        // More than what is read ahead.
        let items: Vec<Value> = (1..=2_000).map(Value::from).collect();
        let execution = start(&engine, &machine, "one", &items.into()).await;
        let failed = closed(&engine, &execution).await;
        assert_eq!(failed.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
        let run = map_run(&engine, &execution).await;
        let numbers = |kind: &str| {
            let (results, lengths) = results(directory.path(), &run.map_run_arn, kind);
            let number =
                |result: &Value| result.as_i64().unwrap_or_else(|| member(result, "Input").parse().expect("a number"));
            (results.iter().map(number).collect::<Vec<_>>(), results, lengths.len())
        };
        assert_eq!(numbers("SUCCEEDED").0, [1, 2]);
        let (failed, records, _) = numbers("FAILED");
        assert_eq!((failed, member(&records[0], "Error")), (vec![3], "States.Runtime"));
        let (pending, records, files) = numbers("PENDING");
        assert_eq!(pending, (4..=2_000).collect::<Vec<_>>());
        assert!(files > 100, "{files}");
        let name = member(&records[0], "Name");
        let (status, arn) = (member(&records[0], "Status"), member(&records[0], "ExecutionArn"));
        assert!(
            status == "PENDING" && name.len() == 36 && arn.ends_with(name) == (kind == "STANDARD"),
            "{}",
            records[0]
        );

        clock.0.store(2000, Ordering::SeqCst);
        let redrive =
            RedriveExecutionRequest::decode(&json!({"executionArn": (&*execution)})).expect("a valid request");
        engine.redrive_execution(redrive).await.expect("it is redriven");
        assert_eq!(closed(&engine, &execution).await.status, ExecutionStatus::Succeeded);
        let (mut succeeded, ..) = numbers("SUCCEEDED");
        succeeded.sort_unstable();
        assert_eq!(succeeded, (1..=2_000).collect::<Vec<_>>());
        assert_eq!((numbers("FAILED").2, numbers("PENDING").2), (0, 0));
    }
}

#[tokio::test]
async fn children_under_way_end_with_their_run() {
    for kind in ["STANDARD", "EXPRESS"] {
        let directory = tempfile::tempdir().expect("there is room");
        let store = Arc::new(Memory::new());
        let engine = open_over(&store, directory.path()).await;
        let states = json!({"Wait": {"Type": "Wait", "Seconds": 100, "End": true}});
        let fields = [("MaxConcurrency", json!(2)), ("ResultWriter", writer("NONE"))];
        let machine = create(&engine, "m", &map(kind, &states, &fields)).await;
        let execution = start(&engine, &machine, "one", &json!([1, 2, 3, 4, 5])).await;
        let run = until(&engine, async || {
            let runs = map_runs(&engine, &execution).await;
            let run = runs.first()?.map_run_arn.clone();
            (children(&engine, &run).await.len() == 2).then_some(run)
        })
        .await;
        let child = children(&engine, &run).await[0].execution_arn.clone();
        let running = describe(&engine, &child).await;
        assert_eq!((running.status, running.map_run_arn.as_ref()), (ExecutionStatus::Running, Some(&run)));
        let stop = StopExecutionRequest::decode(&json!({"executionArn": (&*execution)})).expect("a valid request");
        engine.stop_execution(stop).await.expect("it is stopped");
        let described =
            until(&engine, async || Some(map_run(&engine, &execution).await).filter(|run| run.stop_date_ms.is_some()))
                .await;
        let told = "3 pending, 0 running, 0 succeeded, 0 failed, 0 timed out, 2 aborted, 5 in all";
        assert_eq!([counts(&described.item_counts), counts(&described.execution_counts)], [told, told]);
        let aborted = describe(&engine, &child).await;
        assert_eq!(
            (aborted.status, aborted.redrive_status),
            (ExecutionStatus::Aborted, RedriveStatus::RedrivableByMapRun)
        );
        let statuses =
            |records: &[Value]| records.iter().map(|record| member(record, "Status").to_owned()).collect::<Vec<_>>();
        let (failed, _) = results(directory.path(), &run, "FAILED");
        assert_eq!(statuses(&failed), ["ABORTED", "ABORTED"]);
        let (pending, _) = results(directory.path(), &run, "PENDING");
        assert_eq!(pending.iter().map(|record| member(record, "Input")).collect::<Vec<_>>(), ["3", "4", "5"]);
        // Page by page.
        let mut listed = Vec::new();
        let mut token: Option<Arc<str>> = None;
        loop {
            let mut request = json::ObjectBuilder::new();
            request.insert("mapRunArn", &run).insert("statusFilter", "ABORTED").insert("maxResults", 1);
            request.insert_some("nextToken", token.as_ref());
            let request = ListExecutionsRequest::decode(&request.build().into()).expect("a valid request");
            let page = engine.list_executions(request).await.expect("there is such a run");
            listed.extend(page.executions.into_iter().map(|child| child.execution_arn));
            token = page.next_token.map(Into::into);
            if token.is_none() {
                break;
            }
        }
        listed.sort();
        let mut all: Vec<_> = children(&engine, &run).await.into_iter().map(|child| child.execution_arn).collect();
        all.sort();
        assert_eq!((listed.len(), &listed), (2, &all));
    }
}

#[tokio::test]
async fn results_that_cannot_be_written_fail_the_state() {
    let directory = tempfile::tempdir().expect("there is room");
    let engine = open_over(&Arc::new(Memory::new()), directory.path()).await;
    let states = json!({"P": {"Type": "Pass", "End": true}});
    let writer =
        json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "elsewhere", "Prefix": "out"}});
    let machine = create(&engine, "m", &map("EXPRESS", &states, &[("ResultWriter", writer)])).await;
    let execution = start(&engine, &machine, "one", &json!([1, 2])).await;
    let told = output(&closed(&engine, &execution).await);
    assert!(told.starts_with("Some(\"States.ResultWriterFailed\")"), "{told}");
}
