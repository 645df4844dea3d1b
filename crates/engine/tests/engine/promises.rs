//! Promises that are easily broken: clocks that stand still or go back, forged tokens, requests that were accepted before a restart.

use crate::support::*;
use api::*;
use functions::Functions;
use integrations::Integrations;
use interpreter::Timestamp;
use json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use stepwell_engine::{Engine, Environment, Options, SystemEnvironment, registry::Identity};
use store::{Memory, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// A clock set by hand, which may lose a step with every look at it.
struct Clock {
    now: AtomicI64,
    step: AtomicI64,
}

impl Clock {
    fn new() -> Arc<Clock> {
        Arc::new(Clock { now: AtomicI64::new(1_000_000), step: AtomicI64::new(0) })
    }
}

struct ClockEnvironment(Arc<Clock>);

impl Environment for ClockEnvironment {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now.fetch_sub(self.0.step.load(Ordering::SeqCst), Ordering::SeqCst))
    }

    fn entropy(&self) -> [u8; 16] {
        SystemEnvironment.entropy()
    }
}

async fn open_with(store: &Arc<Memory>, functions: functions::Options, clock: Option<&Arc<Clock>>) -> Engine {
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    if let Some(clock) = clock {
        options.environment = Arc::new(ClockEnvironment(clock.clone()));
    }
    let store: Arc<dyn Store> = store.clone();
    Engine::open(store, Integrations::new(Functions::new(functions)), options).await.expect("a memory store opens")
}

#[tokio::test]
async fn a_heartbeat_in_the_very_millisecond_of_the_start_keeps_its_timer() {
    let clock = Clock::new();
    let engine = open_with(&Arc::new(Memory::new()), functions::Options::default(), Some(&clock)).await;
    let request = CreateActivityRequest::decode(&json!({"name": "work"})).expect("a valid request");
    engine.create_activity(request).await.expect("the activity is created");
    let task = json!({"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 5, "End": true});
    let machine = create(&engine, "worker", &json!({"StartAt": "Work", "States": {"Work": task}})).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let request = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("a valid request");
    let GetActivityTaskResponse::Task { task_token, .. } = engine.get_activity_task(request).await.expect("polls")
    else {
        panic!("there is a task")
    };
    let body = json!({"taskToken": (&*task_token)});
    engine
        .send_task_heartbeat(SendTaskHeartbeatRequest::decode(&body).expect("valid"))
        .await
        .expect("the task is open");
    clock.now.fetch_add(6_000, Ordering::SeqCst);
    assert_eq!(closed(&engine, &execution).await.error.as_deref(), Some("States.Timeout"));
}

#[tokio::test]
async fn a_timer_is_not_lost_when_the_clock_goes_back() {
    let clock = Clock::new();
    let engine = open_with(&Arc::new(Memory::new()), functions::Options::default(), Some(&clock)).await;
    let wait = json!({"Type": "Wait", "Seconds": 5, "End": true});
    let machine = create(&engine, "waits", &json!({"StartAt": "Wait", "States": {"Wait": wait}})).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    clock.step.store(1, Ordering::SeqCst);
    clock.now.fetch_add(5_000, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    clock.step.store(0, Ordering::SeqCst);
    clock.now.fetch_add(5_000, Ordering::SeqCst);
    assert_eq!(output(&closed(&engine, &execution).await), "{}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_neither_ends_an_express_execution_nor_holds_it_up() {
    for set_by in [-50_000_000, 50_000_000] {
        let clock = Clock::new();
        let engine = open_with(&Arc::new(Memory::new()), functions::Options::default(), Some(&clock)).await;
        let definition = json!({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 120, "End": true}}});
        let body = json!({"name": "waits", "definition": (definition.to_string()), "type": "EXPRESS",
            "roleArn": "arn:aws:iam::123456789012:role/test"});
        let request = CreateStateMachineRequest::decode(&body).expect("a valid request");
        let machine = engine.create_state_machine(request).await.expect("the machine is created").state_machine_arn;
        let body = json!({"stateMachineArn": (&*machine.to_string())});
        let request = StartSyncExecutionRequest::decode(&body).expect("a valid request");
        let running = engine.clone();
        let run = tokio::spawn(async move { running.start_sync_execution(request).await });
        tokio::time::sleep(Duration::from_secs(60)).await;
        clock.now.fetch_add(set_by, Ordering::SeqCst);
        let ended = run.await.expect("it does not panic").expect("it ends");
        let took_ms = ended.stop_date_ms - ended.start_date_ms;
        assert_eq!((ended.status.as_str(), took_ms), ("SUCCEEDED", 120_000), "the clock set by {set_by} ms");
    }
}

/// A Lambda endpoint that counts its calls, and answers them or lets them wait.
async fn endpoint(answers: bool) -> (functions::Options, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 65536]).await;
            if answers {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").await;
            }
            open.push(stream);
        }
    });
    (functions::Options { default_endpoint: Some(format!("http://{address}")), ..Default::default() }, calls)
}

async fn types_until(engine: &Engine, execution: &str, wanted: &str) -> Vec<Value> {
    let waiting = async {
        loop {
            let events = history(engine, execution).await;
            if events.iter().any(|event| event.get("type").and_then(Value::as_str) == Some(wanted)) {
                return events.iter().filter_map(|event| event.get("type").cloned()).collect();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the event comes")
}

#[tokio::test]
async fn a_callback_task_that_was_submitted_is_not_called_again_after_a_restart() {
    let (functions, calls) = endpoint(true).await;
    let store = Arc::new(Memory::new());
    let engine = open_with(&store, functions.clone(), None).await;
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}}});
    let machine = create(&engine, "asks", &json!({"StartAt": "Ask", "States": {"Ask": task}})).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let before = types_until(&engine, &execution, "TaskSubmitted").await;
    let engine = open_with(&store, functions, None).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(types_until(&engine, &execution, "TaskSubmitted").await, before);
}

#[tokio::test]
async fn a_task_without_a_token_cannot_be_ended_with_a_forged_one() {
    let (functions, _calls) = endpoint(false).await;
    let engine = open_with(&Arc::new(Memory::new()), functions, None).await;
    let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:slow", "End": true});
    let machine = create(&engine, "calls", &json!({"StartAt": "Call", "States": {"Call": task}})).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let task = interpreter::TaskId { frame: interpreter::FrameId::ROOT, scheduled_event: 3 };
    let forged = interpreter::TaskToken { execution_arn: execution.clone(), task, nonce: 0 }.encode();
    let body = json!({"taskToken": forged, "output": "1"});
    let refused = engine.send_task_success(SendTaskSuccessRequest::decode(&body).expect("a valid request")).await;
    assert!(refused.is_err(), "nobody was given a token");
    assert_eq!(describe(&engine, &execution).await.status, ExecutionStatus::Running);
}

#[tokio::test]
async fn the_execution_of_a_map_run_is_not_the_one_of_the_same_name() {
    let engine = open(&Arc::new(Memory::new())).await;
    let wait = json!({"Type": "Wait", "Seconds": 500, "End": true});
    let machine = create(&engine, "waits", &json!({"StartAt": "Wait", "States": {"Wait": wait}})).await;
    let execution = start(&engine, &machine, "one", &json!({})).await;
    let labelled = execution.replace("execution:waits:", "execution:waits/label:");
    let request = StopExecutionRequest::decode(&json!({"executionArn": labelled})).expect("a valid request");
    assert!(engine.stop_execution(request).await.is_err());
    assert_eq!(describe(&engine, &execution).await.status, ExecutionStatus::Running);
}
