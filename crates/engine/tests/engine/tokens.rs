//! Activities and task tokens, restarts included.

use crate::support::*;
use api::*;
use json::{Value, json};
use std::sync::Arc;
use std::task::Poll;
use stepwell_engine::Engine;
use store::Memory;

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

async fn machine_with_activity(engine: &Engine, task: Value) -> String {
    let request = CreateActivityRequest::decode(&json!({"name": "work"})).expect("a valid request");
    engine.create_activity(request).await.expect("the activity is created");
    create(engine, "worker", &json!({"StartAt": "Work", "States": {"Work": task}})).await
}

async fn poll(engine: &Engine) -> (String, String) {
    let request =
        GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY, "workerName": "me"})).expect("a valid request");
    match engine.get_activity_task(request).await.expect("the activity exists") {
        GetActivityTaskResponse::Task { task_token, input } => (task_token.to_string(), input.to_string()),
        GetActivityTaskResponse::Nothing => panic!("there is a task"),
    }
}

async fn succeed(engine: &Engine, token: &str, output: &Value) -> Result<EmptyResponse, Exception> {
    let body = json!({"taskToken": token, "output": (output.to_string())});
    engine.send_task_success(SendTaskSuccessRequest::decode(&body)?).await
}

#[tokio::test]
async fn a_worker_does_a_task_once() {
    let engine = open(&Arc::new(Memory::new())).await;
    let machine = machine_with_activity(&engine, json!({"Type": "Task", "Resource": ACTIVITY, "End": true})).await;
    let execution = start(&engine, &machine, "one", &json!({"job": 7})).await;
    let (token, input) = poll(&engine).await;
    assert_eq!(input, r#"{"job":7}"#);
    succeed(&engine, &token, &json!("done")).await.expect("the task waits");
    assert_eq!(output(&closed(&engine, &execution).await), "\"done\"");
    let again = succeed(&engine, &token, &json!("done")).await.expect_err("a token is good once");
    assert_eq!(again.code, Code::TaskTimedOut);
    let elsewhere = open(&Arc::new(Memory::new())).await;
    let gone = succeed(&elsewhere, &token, &json!("done")).await.expect_err("there is no such execution");
    assert_eq!(gone.code, Code::TaskDoesNotExist);
    let garbage = succeed(&engine, "no token", &json!(1)).await.expect_err("garbage is no token");
    assert_eq!((garbage.code, garbage.message.as_str()), (Code::InvalidToken, "Invalid Token: 'Invalid token'"));
    let forged = token.replace(token.chars().nth(30).expect("tokens are long"), "A");
    assert!(forged == token || succeed(&engine, &forged, &json!(1)).await.is_err(), "a forged token does nothing");
    let kinds: Vec<Value> =
        history(&engine, &execution).await.iter().filter_map(|event| event.get("type").cloned()).collect();
    let expected = [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(kinds, expected.map(Value::from));
}

#[tokio::test]
async fn a_missing_heartbeat_times_the_task_out() {
    let engine = open(&Arc::new(Memory::new())).await;
    let task = json!({"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 1, "TimeoutSeconds": 60, "End": true,
        "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late"}]});
    let machine = create_with_late(&engine, task).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let (token, _) = poll(&engine).await;
    assert_eq!(output(&closed(&engine, &execution).await), r#"{"Error":"States.Timeout","Cause":""}"#);
    assert_eq!(succeed(&engine, &token, &json!(1)).await.expect_err("too late").code, Code::TaskTimedOut);
}

async fn create_with_late(engine: &Engine, task: Value) -> String {
    let request = CreateActivityRequest::decode(&json!({"name": "work"})).expect("a valid request");
    engine.create_activity(request).await.expect("the activity is created");
    create(engine, "late", &json!({"StartAt": "Work", "States": {"Work": task, "Late": {"Type": "Pass", "End": true}}}))
        .await
}

#[tokio::test]
async fn a_task_waits_through_restarts() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let machine = machine_with_activity(&engine, json!({"Type": "Task", "Resource": ACTIVITY, "End": true})).await;
    let execution = start(&engine, &machine, "one", &json!([1])).await;
    let engine = open(&store).await;
    let (token, input) = poll(&engine).await;
    assert_eq!(input, "[1]");
    let engine = open(&store).await;
    succeed(&engine, &token, &json!("after two restarts")).await.expect("the task still waits");
    assert_eq!(output(&closed(&engine, &execution).await), "\"after two restarts\"");
    history(&engine, &execution).await;
}

#[tokio::test]
async fn waits_and_loops_go_on_after_a_restart() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let machine = create(&engine, "waits", &json!({"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 3, "End": true,
        "ItemProcessor": {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "Next": "P"}, "P": {"Type": "Pass", "End": true}}}}}})).await;
    let execution = start(&engine, &machine, "one", &json!([1, 2, 3, 4, 5])).await;
    for _ in 0..6 {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        open(&store).await;
    }
    let engine = open(&store).await;
    assert_eq!(output(&closed(&engine, &execution).await), "[1,2,3,4,5]");
    history(&engine, &execution).await;
}

#[tokio::test]
async fn a_thousand_workers_may_wait_and_no_more() {
    let engine = open(&Arc::new(Memory::new())).await;
    machine_with_activity(&engine, json!({"Type": "Task", "Resource": ACTIVITY, "End": true})).await;
    let request = || GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("a valid request");
    let mut waiting: Vec<_> = (0..1000).map(|_| Box::pin(engine.get_activity_task(request()))).collect();
    std::future::poll_fn(|context| {
        assert!(waiting.iter_mut().all(|poll| poll.as_mut().poll(context).is_pending()), "there is no task");
        Poll::Ready(())
    })
    .await;
    let refused = engine.get_activity_task(request()).await.expect_err("all places are taken");
    assert_eq!(refused.code, Code::ActivityWorkerLimitExceeded);
    engine.end_polls();
    for poll in waiting {
        assert_eq!(poll.await, Ok(GetActivityTaskResponse::Nothing));
    }
}
