//! The events about new statuses of Standard executions.

use crate::support::*;
use api::*;
use expect_test::expect;
use json::{Value, json};
use std::sync::Arc;
use stepwell_engine::{Engine, Options, registry::Identity};
use store::{Memory, Store};

async fn open_telling(lines: &Lines) -> Engine {
    let functions = functions::Functions::new(functions::Options::default());
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.status_changes = Some(Box::new(lines.clone()));
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    Engine::open(store, integrations::Integrations::new(functions), options).await.expect("a memory store opens")
}

/// The events, their id and their times by name.
fn told(lines: &Lines) -> Vec<Value> {
    lines.text().lines().map(|line| json::parse(line).expect("JSON")).collect()
}

fn without_times(event: &Value) -> String {
    let mut event = event.as_object().expect("an object").clone();
    let mut detail = event.get("detail").and_then(Value::as_object).expect("an object").clone();
    for name in ["startDate", "stopDate", "redriveDate"] {
        if detail.get(name).and_then(Value::as_i64).is_some() {
            detail = detail.with(name, "TIME".into());
        }
    }
    assert_eq!(event.get("time").and_then(Value::as_str).map(str::len), Some("2026-11-26T12:00:00Z".len()));
    event = event.with("id", "ID".into()).with("time", "TIME".into()).with("detail", detail.into());
    Value::from(event).to_string()
}

#[tokio::test]
async fn every_new_status_is_told_as_aws_tells_it() {
    let lines = Lines::default();
    let engine = open_telling(&lines).await;
    let fail = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No", "Cause": "Way"}}});
    let machine = create(&engine, "m", &fail).await;
    let execution = start(&engine, &machine, "e", &json!({"n": 1})).await;
    while describe(&engine, &execution).await.status == ExecutionStatus::Running {
        tokio::task::yield_now().await;
    }
    engine.shutdown().await.expect("it closes");
    let events: Vec<String> = told(&lines).iter().map(without_times).collect();
    expect![[r#"
        {"version":"0","id":"ID","detail-type":"Step Functions Execution Status Change","source":"aws.states","account":"123456789012","region":"us-east-1","time":"TIME","resources":["arn:aws:states:us-east-1:123456789012:execution:m:e"],"detail":{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:m:e","stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","name":"e","status":"RUNNING","startDate":"TIME","stopDate":null,"input":"{\"n\":1}","output":null,"stateMachineVersionArn":null,"stateMachineAliasArn":null,"redriveCount":0,"redriveDate":null,"redriveStatus":"NOT_REDRIVABLE","redriveStatusReason":"Execution is RUNNING and cannot be redriven","inputDetails":{"included":true},"outputDetails":null,"error":null,"cause":null}}
        {"version":"0","id":"ID","detail-type":"Step Functions Execution Status Change","source":"aws.states","account":"123456789012","region":"us-east-1","time":"TIME","resources":["arn:aws:states:us-east-1:123456789012:execution:m:e"],"detail":{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:m:e","stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:m","name":"e","status":"FAILED","startDate":"TIME","stopDate":"TIME","input":"{\"n\":1}","output":null,"stateMachineVersionArn":null,"stateMachineAliasArn":null,"redriveCount":0,"redriveDate":null,"redriveStatus":"REDRIVABLE","redriveStatusReason":"Execution is FAILED and is redrivable","inputDetails":{"included":true},"outputDetails":null,"error":"No","cause":"Way"}}"#]].assert_eq(&events.join("\n"));
}

#[tokio::test]
async fn data_that_is_too_large_is_left_out() {
    let lines = Lines::default();
    let engine = open_telling(&lines).await;
    let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let machine = create(&engine, "m", &pass).await;
    // Quotes are escaped in an event, so that the text counts almost twice.
    let input = json!({"texts": (vec![Value::from("x"); 30_000])});
    let execution = start(&engine, &machine, "e", &input).await;
    while describe(&engine, &execution).await.status == ExecutionStatus::Running {
        tokio::task::yield_now().await;
    }
    engine.shutdown().await.expect("it closes");
    let included = |event: &Value| {
        let detail = event.get("detail").expect("a detail");
        ["input", "output"].map(|name| {
            let details = detail.get(&format!("{name}Details")).expect("details");
            let is_included = details.get("included").and_then(Value::as_bool);
            assert_eq!(is_included == Some(true), detail.get(name).is_some_and(|data| !data.is_null()));
            is_included
        })
    };
    let included: Vec<_> = told(&lines).iter().map(included).collect();
    assert_eq!(included, [[Some(true), None], [Some(false), Some(true)]]);
}
