//! Executions from start to end, on the memory store.

use crate::support::*;
use api::*;
use expect_test::expect;
use json::{Value, json};
use std::sync::Arc;
use store::Memory;

#[tokio::test]
async fn a_workflow_of_every_control_state_runs_to_its_end() {
    let engine = open(&Arc::new(Memory::new())).await;
    let machine = create(
        &engine,
        "all",
        &json!({"StartAt": "Begin", "States": {
            "Begin": {"Type": "Pass", "Result": [1, 2, 3], "ResultPath": "$.items", "Assign": {"factor": 10}, "Next": "Each"},
            "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1,
                "ItemSelector": {"n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "who.$": "$.who"},
                "ItemProcessor": {"StartAt": "Add", "States": {
                    "Add": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($.n, $factor)", "who.$": "$.who"}, "End": true}}},
                "ResultPath": "$.sums", "Next": "Pause"},
            "Pause": {"Type": "Wait", "Seconds": 0, "Next": "Both"},
            "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "Decide", "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Result": "left", "End": true}}},
                {"StartAt": "Right", "States": {"Right": {"Type": "Wait", "Seconds": 0, "Next": "Right2"}, "Right2": {"Type": "Succeed", "OutputPath": "$.who"}}}]},
            "Decide": {"Type": "Choice", "Choices": [
                {"And": [{"Variable": "$.who", "StringMatches": "w*d"}, {"Variable": "$.sums[2].sum", "NumericGreaterThan": 12}], "Next": "Good"}], "Default": "Bad"},
            "Good": {"Type": "Succeed"},
            "Bad": {"Type": "Fail", "Error": "Bad", "CausePath": "$.who"}
        }}),
    )
    .await;
    let execution = start(&engine, &machine, "one", &json!({"who": "world"})).await;
    let description = closed(&engine, &execution).await;
    expect![[r#"{"who":"world","items":[1,2,3],"sums":[{"sum":11,"who":"world"},{"sum":12,"who":"world"},{"sum":13,"who":"world"}],"both":["left","world"]}"#]]
        .assert_eq(&output(&description));
    expect![[r#"
        1 <- 0 ExecutionStarted
        2 <- 0 PassStateEntered
        3 <- 2 PassStateExited
        4 <- 3 MapStateEntered
        5 <- 4 MapStateStarted
        6 <- 5 MapIterationStarted
        7 <- 6 PassStateEntered
        8 <- 7 PassStateExited
        9 <- 8 MapIterationSucceeded
        10 <- 8 MapIterationStarted
        11 <- 10 PassStateEntered
        12 <- 11 PassStateExited
        13 <- 12 MapIterationSucceeded
        14 <- 12 MapIterationStarted
        15 <- 14 PassStateEntered
        16 <- 15 PassStateExited
        17 <- 16 MapIterationSucceeded
        18 <- 17 MapStateSucceeded
        19 <- 17 MapStateExited
        20 <- 19 WaitStateEntered
        21 <- 20 WaitStateExited
        22 <- 21 ParallelStateEntered
        23 <- 22 ParallelStateStarted
        24 <- 23 PassStateEntered
        25 <- 24 PassStateExited
        26 <- 23 WaitStateEntered
        27 <- 26 WaitStateExited
        28 <- 27 SucceedStateEntered
        29 <- 28 SucceedStateExited
        30 <- 29 ParallelStateSucceeded
        31 <- 29 ParallelStateExited
        32 <- 31 ChoiceStateEntered
        33 <- 32 ChoiceStateExited
        34 <- 33 SucceedStateEntered
        35 <- 34 SucceedStateExited
        36 <- 35 ExecutionSucceeded
    "#]]
    .assert_eq(&shape(&history(&engine, &execution).await));
}

#[tokio::test]
async fn failures_are_retried_caught_or_end_the_execution() {
    let engine = open(&Arc::new(Memory::new())).await;
    let machine = create(
        &engine,
        "failing",
        &json!({"StartAt": "Both", "States": {
            "Both": {"Type": "Parallel", "Branches": [
                {"StartAt": "Long", "States": {"Long": {"Type": "Wait", "Seconds": 1000, "End": true}}},
                {"StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "Oops", "Cause": "on purpose"}}}],
                "Retry": [{"ErrorEquals": ["Oops"], "IntervalSeconds": 1, "MaxAttempts": 1, "MaxDelaySeconds": 1}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Path"}], "End": true},
            "Path": {"Type": "Pass", "InputPath": "$.nothing", "End": true}
        }}),
    )
    .await;
    let execution = start(&engine, &machine, "one", &json!({"a": 1})).await;
    let description = closed(&engine, &execution).await;
    assert_eq!(description.status, ExecutionStatus::Failed);
    expect![[r#"Some("States.Runtime") Some("An error occurred while executing the state 'Path' (entered at the event id #13). Invalid path '$.nothing' : No results for path: $['nothing']")"#]].assert_eq(&output(&description));
    expect![[r#"
        1 <- 0 ExecutionStarted
        2 <- 0 ParallelStateEntered
        3 <- 2 ParallelStateStarted
        4 <- 3 WaitStateEntered
        5 <- 3 FailStateEntered
        6 <- 5 WaitStateAborted
        7 <- 5 ParallelStateStarted
        8 <- 7 WaitStateEntered
        9 <- 7 FailStateEntered
        10 <- 9 WaitStateAborted
        11 <- 9 ParallelStateFailed
        12 <- 11 ParallelStateExited
        13 <- 12 PassStateEntered
        14 <- 13 ExecutionFailed
    "#]]
    .assert_eq(&shape(&history(&engine, &execution).await));
}

#[tokio::test]
async fn a_name_is_used_once() {
    let engine = open(&Arc::new(Memory::new())).await;
    let definition = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1000, "End": true}}});
    let machine = create(&engine, "waiting", &definition).await;
    let first = try_start(&engine, &machine, "one", &json!({})).await.expect("a new name");
    let again = try_start(&engine, &machine, "one", &json!({})).await.expect("the same start while it runs");
    assert_eq!(first, again);
    let other = try_start(&engine, &machine, "one", &json!({"other": "input"})).await.expect_err("another input");
    assert_eq!(other.code, Code::ExecutionAlreadyExists);
    let stop =
        StopExecutionRequest::decode(&json!({"executionArn": (&first.execution_arn), "error": "E", "cause": "C"}));
    let stopped = engine.stop_execution(stop.expect("a valid request")).await.expect("it runs");
    let description = describe(&engine, &first.execution_arn).await;
    assert_eq!((description.status, description.stop_date_ms), (ExecutionStatus::Aborted, Some(stopped.stop_date_ms)));
    assert_eq!((description.error.as_deref(), description.cause.as_deref()), (Some("E"), Some("C")));
    let closed = try_start(&engine, &machine, "one", &json!({})).await.expect_err("a name of a closed execution");
    assert_eq!(closed.message, format!("Execution Already Exists: '{}'", first.execution_arn));
}

/// Far more than a partition takes into a batch come while it does something else.
#[tokio::test]
async fn of_many_requests_at_once_each_is_answered() {
    let engine = open(&Arc::new(Memory::new())).await;
    let definition = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1000, "End": true}}});
    let machine = create(&engine, "waiting", &definition).await;
    let first = start(&engine, &machine, "one", &json!({})).await;
    // Nothing happens with these that would end a batch.
    for answer in all_at_once(5_000, &engine, &machine, |_| "one".to_owned()).await {
        assert_eq!(answer.expect("it is answered").execution_arn.to_string(), first);
    }
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_history_limit_and_lets_others_run() {
    let engine = open(&Arc::new(Memory::new())).await;
    let loops = create(
        &engine,
        "loops",
        &json!({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "B"}], "Default": "End"},
        "B": {"Type": "Pass", "Next": "A"}, "End": {"Type": "Succeed"}}}),
    )
    .await;
    let quick =
        create(&engine, "quick", &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}})).await;
    let endless = start(&engine, &loops, "endless", &json!({"a": 1})).await;
    let short = start(&engine, &quick, "short", &json!({})).await;
    assert_eq!(closed(&engine, &short).await.status, ExecutionStatus::Succeeded);
    let description = closed(&engine, &endless).await;
    expect![[r#"Some("States.Runtime") Some("The execution reached the maximum number of history events (25000).")"#]]
        .assert_eq(&output(&description));
    let events = history(&engine, &endless).await;
    assert_eq!(events.len(), 25_000);
    assert_eq!(events[24_999].get("type"), Some(&Value::from("ExecutionFailed")));
}

#[tokio::test]
async fn executions_are_listed_newest_first_by_status_and_page() {
    let engine = open(&Arc::new(Memory::new())).await;
    let machine = create(&engine, "m", &json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.fail", "BooleanEquals": true, "Next": "F"}], "Default": "S"},
        "F": {"Type": "Fail"}, "S": {"Type": "Succeed"}}})).await;
    for number in 0..25 {
        let execution =
            start(&engine, &machine, &format!("run-{number:02}"), &json!({"fail": (number % 5 == 0)})).await;
        closed(&engine, &execution).await;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let list = async |status: Option<&str>| {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut body = json::ObjectBuilder::new();
            body.insert("stateMachineArn", machine.as_str()).insert("maxResults", 4);
            body.insert_some("statusFilter", status).insert_some("nextToken", token.take());
            let request = ListExecutionsRequest::decode(&body.build().into()).expect("a valid request");
            let page = engine.list_executions(request).await.expect("the machine exists");
            names.extend(page.executions.into_iter().map(|item| item.name.to_string()));
            match page.next_token {
                Some(next) => token = Some(next),
                None => return names,
            }
        }
    };
    let all: Vec<String> = (0..25).rev().map(|number| format!("run-{number:02}")).collect();
    assert_eq!(list(None).await, all);
    assert_eq!(list(Some("FAILED")).await, ["run-20", "run-15", "run-10", "run-05", "run-00"]);
    assert_eq!(list(Some("RUNNING")).await, Vec::<String>::new());
}

/// `id <- previous Type` of every event: the shape of a history in lines.
fn shape(history: &[Value]) -> String {
    let line = |event: &Value| {
        let number = |key: &str| event.get(key).and_then(Value::as_i64).expect("events have ids");
        let kind = event.get("type").and_then(Value::as_str).expect("events have a type");
        format!("{} <- {} {kind}\n", number("id"), number("previousEventId"))
    };
    history.iter().map(line).collect()
}
