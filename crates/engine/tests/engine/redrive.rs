//! RedriveExecution: what a closed execution goes on from survives restarts, every index follows, and what cannot be redriven says why.

use crate::support::*;
use api::*;
use json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use stepwell_engine::{Engine, Environment, Options, Retention, registry::Identity};
use store::{Memory, PartitionId, Range, Store, Table};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[derive(Default)]
struct Clock(AtomicI64);

impl Environment for Clock {
    fn now(&self) -> interpreter::Timestamp {
        interpreter::Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn entropy(&self) -> [u8; 16] {
        [7; 16]
    }
}

async fn open_at(store: &Arc<Memory>, clock: &Arc<Clock>, events_max: u64) -> Engine {
    let mut options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.environment = clock.clone();
    options.settings.events_max = events_max;
    options.retention =
        Retention { default: Some(std::time::Duration::from_secs(30 * 24 * 60 * 60)), ..Retention::default() };
    let integrations = integrations::Integrations::new(functions::Functions::new(functions::Options::default()));
    Engine::open(store.clone(), integrations, options).await.expect("a memory store opens")
}

/// Fails until it has been redriven twice; a variable and a finished branch have to last until then.
fn definition() -> Value {
    let rule = json!({"Condition": "{% $states.context.Execution.RedriveCount = 2 %}", "Next": "Done"});
    let done = json!({"Type": "Succeed", "Output": "{% [$n, $states.context.Execution.RedriveTime != null] %}"});
    let ends = json!({"StartAt": "Ends", "States": {"Ends": {"Type": "Pass", "Output": 1, "End": true}}});
    let fails = json!({"StartAt": "Set", "States": {
        "Set": {"Type": "Pass", "Assign": {"n": 7}, "Next": "Choose"},
        "Choose": {"Type": "Choice", "Choices": [rule]},
        "Done": done
    }});
    json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [ends, fails], "End": true}}})
}

async fn redrive(engine: &Engine, execution: &str, token: Option<&str>) -> Result<i64, Exception> {
    let mut body = json::ObjectBuilder::new();
    body.insert("executionArn", execution).insert_some("clientToken", token);
    let request = RedriveExecutionRequest::decode(&body.build().into()).expect("a valid request");
    Ok(engine.redrive_execution(request).await?.redrive_date_ms)
}

async fn refused(engine: &Engine, execution: &str) -> String {
    let exception = redrive(engine, execution, None).await.expect_err("it is refused");
    assert_eq!(exception.code, Code::ExecutionNotRedrivable);
    let described = describe(engine, execution).await;
    assert_eq!(described.redrive_status, RedriveStatus::NotRedrivable);
    assert_eq!(described.redrive_status_reason.as_deref(), Some(&*exception.message));
    exception.message.to_string()
}

/// Status, redrives and their date of every execution listed with this filter.
async fn listed(engine: &Engine, machine: &str, status: Option<&str>) -> Vec<(ExecutionStatus, u64, Option<i64>)> {
    let mut body = json::ObjectBuilder::new();
    body.insert("stateMachineArn", machine).insert_some("statusFilter", status);
    let request = ListExecutionsRequest::decode(&body.build().into()).expect("valid");
    let page = engine.list_executions(request).await.expect("it lists");
    page.executions.into_iter().map(|item| (item.status, item.redrive_count, item.redrive_date_ms)).collect()
}

#[tokio::test]
async fn an_execution_goes_on_after_restarts_until_it_succeeds() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let machine = create(&engine, "machine", &definition()).await;
    let publish = json!({"stateMachineArn": (machine.as_str())});
    let publish = PublishStateMachineVersionRequest::decode(&publish).expect("valid");
    let version =
        engine.publish_state_machine_version(publish).await.expect("it is published").state_machine_version_arn;
    let execution = start(&engine, &version, "run", &json!({})).await;
    assert_eq!(closed(&engine, &execution).await.redrive_status, RedriveStatus::Redrivable);

    let engine = open(&store).await;
    let first = redrive(&engine, &execution, Some("one")).await.expect("it goes on");
    let described = closed(&engine, &execution).await;
    assert_eq!((described.status, described.redrive_count), (ExecutionStatus::Failed, 1));
    assert_eq!(described.redrive_date_ms, Some(first));
    assert_eq!(listed(&engine, &machine, None).await, [(ExecutionStatus::Failed, 1, Some(first))]);
    assert_eq!(listed(&engine, &version, Some("FAILED")).await.len(), 1);

    let engine = open(&store).await;
    assert_eq!(redrive(&engine, &execution, Some("one")).await.expect("known"), first, "a repetition does nothing");
    let second = redrive(&engine, &execution, Some("two")).await.expect("it goes on");
    let described = closed(&engine, &execution).await;
    assert_eq!(output(&described), "[1,[7,true]]");
    assert_eq!((described.redrive_count, described.redrive_date_ms), (2, Some(second)));
    for of in [&machine, &*version] {
        assert_eq!(listed(&engine, of, None).await, [(ExecutionStatus::Succeeded, 2, Some(second))]);
        assert_eq!(listed(&engine, of, Some("FAILED")).await, []);
    }
    let types = history(&engine, &execution).await;
    let redriven =
        types.iter().filter_map(|event| event.get("executionRedrivenEventDetails")?.get("redriveCount")?.as_i64());
    assert_eq!(redriven.collect::<Vec<_>>(), [1, 2]);
    assert_eq!(refused(&engine, &execution).await, "Execution is SUCCEEDED and cannot be redriven");
}

#[tokio::test]
async fn one_that_was_stopped_runs_again_and_can_be_stopped_again() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let wait = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1000, "End": true}}});
    let machine = create(&engine, "machine", &wait).await;
    let execution = start(&engine, &machine, "run", &json!({})).await;
    assert_eq!(refused(&engine, &execution).await, "Execution is RUNNING and cannot be redriven");
    for count in 1..4 {
        let stop = StopExecutionRequest::decode(&json!({"executionArn": (execution.as_str())})).expect("valid");
        engine.stop_execution(stop).await.expect("it stops");
        assert_eq!(listed(&engine, &machine, Some("RUNNING")).await, []);
        redrive(&engine, &execution, None).await.expect("it goes on");
        let running = listed(&engine, &machine, Some("RUNNING")).await;
        assert_eq!((running.len(), running[0].1), (1, count));
        assert_eq!(listed(&engine, &machine, Some("ABORTED")).await, []);
        let described = describe(&engine, &execution).await;
        assert_eq!((described.status, described.stop_date_ms), (ExecutionStatus::Running, None));
    }
    let counted = engine.metrics().machines.of(&machine);
    let counts = [
        &counted.executions_started,
        &counted.executions_aborted,
        &counted.executions_redriven,
        &counted.redriven_executions_aborted,
    ];
    assert_eq!(counts.map(|count| count.get()), [1, 3, 3, 2]);
    let missing = redrive(&engine, &execution.replace(":run", ":walk"), None).await.expect_err("there is none");
    assert_eq!(missing.code, Code::ExecutionDoesNotExist);
}

#[tokio::test]
async fn what_cannot_be_redriven_says_why() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock, 10).await;
    let fail = json!({"StartAt": "F", "States": {"F": {"Type": "Fail"}}});
    let (machine, gone) = (create(&engine, "machine", &fail).await, create(&engine, "gone", &fail).await);
    let execution = start(&engine, &machine, "run", &json!({})).await;
    let orphan = start(&engine, &gone, "run", &json!({})).await;
    let delete = DeleteStateMachineRequest::decode(&json!({"stateMachineArn": gone})).expect("valid");
    engine.delete_state_machine(delete).await.expect("it is deleted");
    assert_eq!(refused(&engine, &orphan).await, "State machine is in DELETING status");

    // The tokens of the last fifteen minutes count.
    let first = redrive(&engine, &execution, Some("token")).await.expect("it goes on");
    clock.0.store(first + 15 * 60 * 1000, Ordering::SeqCst);
    assert_eq!(redrive(&engine, &execution, Some("token")).await.expect("known"), first);
    clock.0.store(first + 15 * 60 * 1000 + 1, Ordering::SeqCst);
    let second = redrive(&engine, &execution, Some("token")).await.expect("it goes on");
    assert_eq!(second, clock.0.load(Ordering::SeqCst));

    let described = describe(&engine, &execution).await;
    assert_eq!(described.redrive_status, RedriveStatus::NotRedrivable);
    assert_eq!(refused(&engine, &execution).await, "Execution history event limit exceeded");

    let late = start(&engine, &machine, "late", &json!({})).await;
    clock.0.store(second + 14 * DAY, Ordering::SeqCst);
    redrive(&engine, &late, None).await.expect("it is the last moment");
    clock.0.store(second + 28 * DAY + 1, Ordering::SeqCst);
    assert_eq!(refused(&engine, &late).await, "Execution redrivable period exceeded");
}

/// Rows of executions, of all kinds.
async fn rows(store: &Memory) -> usize {
    let mut rows = 0;
    for partition in (1..=8).map(PartitionId) {
        for table in (16..=25).map(Table) {
            rows += store.scan(partition, Range::all(table)).await.expect("it reads").len();
        }
    }
    rows
}

#[tokio::test]
async fn what_was_kept_for_a_redrive_goes_with_the_execution() {
    let (store, clock) = (Arc::new(Memory::new()), Arc::new(Clock::default()));
    let engine = open_at(&store, &clock, 25_000).await;
    let machine = create(&engine, "machine", &definition()).await;
    let execution = start(&engine, &machine, "run", &json!({})).await;
    clock.0.store(10 * DAY, Ordering::SeqCst);
    redrive(&engine, &execution, None).await.expect("it goes on");
    // Thirty days after the first end it is still there, thirty days after the second it is not.
    for (day, is_there) in [(35, true), (41, false)] {
        clock.0.store(day * DAY, Ordering::SeqCst);
        for number in 0..200 {
            let arn = format!("arn:aws:states:us-east-1:{ACCOUNT}:execution:nobody:{number}");
            let request = StopExecutionRequest::decode(&json!({"executionArn": arn})).expect("valid");
            assert!(engine.stop_execution(request).await.is_err(), "there is no such execution");
        }
        assert_eq!(rows(&store).await > 0, is_there, "day {day}");
    }
}
