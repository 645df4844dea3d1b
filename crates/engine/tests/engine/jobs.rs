//! What `.sync` tasks wait for: jobs of services and executions of the engine itself, over restarts.

use crate::support::*;
use api::*;
use integrations::{Job, PerformFuture, Performer, TaskOutcome, TaskRequest};
use json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use stepwell_engine::{Engine, Options, registry::Identity};
use store::{Memory, PartitionId, Range, Store, Table};

/// Jobs that are to be stopped.
const ABANDONED_JOBS: Table = Table(46);

/// A service with jobs: notes what it is asked, and ends a job when told to.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    asked: Vec<String>,
    /// Whether a start is answered.
    is_deaf: bool,
    /// Whether a cancellation is answered.
    cannot_cancel: bool,
    has_ended: bool,
}

impl Service {
    fn note(&self, what: String) {
        self.0.lock().expect("nobody panics").asked.push(what);
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics").asked.clone()
    }

    async fn until(&self, is_it: impl Fn(&[String]) -> bool) {
        let asked = async {
            while !is_it(&self.asked()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("it is asked");
    }

    async fn open(&self, store: &Arc<Memory>) -> Engine {
        let options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
        let store: Arc<dyn Store> = store.clone();
        Engine::open(store, self.clone(), options).await.expect("a memory store opens")
    }
}

impl Performer for Service {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        self.note(format!("start {}", request.invocation_id));
        if self.0.lock().expect("nobody panics").is_deaf {
            return Box::pin(std::future::pending());
        }
        let output = json!({"JobId": (request.invocation_id)}).into();
        Box::pin(std::future::ready(Some(TaskOutcome::Submitted { output })))
    }

    fn look(&self, job: Job) -> PerformFuture {
        self.note(format!("look {}", job.submitted.text()));
        let has_ended = self.0.lock().expect("nobody panics").has_ended;
        let ended = has_ended.then(|| TaskOutcome::Succeeded { output: json!({"Status": "SUCCEEDED"}).into() });
        Box::pin(std::future::ready(ended))
    }

    fn cancel(&self, job: Job) -> PerformFuture {
        self.note(format!("cancel {}", job.submitted.text()));
        match self.0.lock().expect("nobody panics").cannot_cancel {
            true => Box::pin(std::future::pending()),
            false => Box::pin(std::future::ready(None)),
        }
    }
}

async fn start_job(engine: &Engine) -> String {
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "End": true,
        "Parameters": {"JobName": "n", "JobQueue": "q", "JobDefinition": "d"}});
    let machine = create(engine, "jobs", &json!({"StartAt": "Job", "States": {"Job": task}})).await;
    start(engine, &machine, "one", &json!({})).await
}

async fn stop(engine: &Engine, execution: &str) {
    let request = StopExecutionRequest::decode(&json!({"executionArn": execution})).expect("valid");
    engine.stop_execution(request).await.expect("it stops");
}

#[tokio::test]
async fn a_job_is_started_again_with_its_identity_until_it_is_known_and_then_only_looked_at() {
    let (store, service) = (Arc::new(Memory::new()), Service::default());
    service.0.lock().expect("nobody panics").is_deaf = true;
    let engine = service.open(&store).await;
    let execution = start_job(&engine).await;
    service.until(|asked| asked.len() == 1).await;
    // Killed after the job was started and before that was known.
    service.0.lock().expect("nobody panics").is_deaf = false;
    let engine = service.open(&store).await;
    service.until(|asked| asked.iter().any(|asked| asked.starts_with("look"))).await;
    drop(engine);
    // Killed while it waits.
    let engine = service.open(&store).await;
    service.0.lock().expect("nobody panics").has_ended = true;
    assert_eq!(output(&closed(&engine, &execution).await), r#"{"Status":"SUCCEEDED"}"#);
    let starts: Vec<String> = service.asked().into_iter().filter(|asked| asked.starts_with("start")).collect();
    assert_eq!(starts.len(), 2);
    assert_eq!(starts[0], starts[1], "an idempotency token makes them one");
    let looks: Vec<String> = service.asked().into_iter().filter(|asked| asked.starts_with("look")).collect();
    assert!(looks.iter().all(|look| look.contains(&starts[0]["start ".len()..])), "{looks:?}");
    let types: Vec<String> = history(&engine, &execution).await.iter().map(event_type).collect();
    assert_eq!(types[2..7], ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited"]);
}

#[tokio::test]
async fn a_job_of_a_stopped_execution_is_cancelled_even_after_a_kill() {
    let (store, service) = (Arc::new(Memory::new()), Service::default());
    service.0.lock().expect("nobody panics").cannot_cancel = true;
    let engine = service.open(&store).await;
    let execution = start_job(&engine).await;
    service.until(|asked| asked.iter().any(|asked| asked.starts_with("look"))).await;
    stop(&engine, &execution).await;
    let cancels = |asked: &[String]| asked.iter().filter(|asked| asked.starts_with("cancel")).count();
    service.until(|asked| cancels(asked) == 1).await;
    service.0.lock().expect("nobody panics").cannot_cancel = false;
    let engine = service.open(&store).await;
    service.until(|asked| cancels(asked) == 2).await;
    // Once that is done its row goes, so that it is not done again.
    let rows = async || {
        let mut rows = 0;
        for partition in (1..=8).map(PartitionId) {
            rows += store.scan(partition, Range::all(ABANDONED_JOBS)).await.expect("it reads").len();
        }
        rows
    };
    let gone = async {
        while rows().await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the row goes");
    engine.shutdown().await.expect("it closes");
    assert_eq!(cancels(&service.asked()), 2);
}

fn event_type(event: &Value) -> String {
    event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn nested(engine: &Engine, suffix: &str, child: &Value, more: Value) -> String {
    let child = create(engine, "child", child).await;
    let mut parameters = json!({"StateMachineArn": child, "Input": {"n": 1}});
    if let (Some(members), Some(more)) = (parameters.as_object(), more.as_object()) {
        parameters =
            more.iter().fold(members.clone(), |all, (name, value)| all.with(name.clone(), value.clone())).into();
    }
    let resource = format!("arn:aws:states:::states:startExecution{suffix}");
    let task = json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
    let machine = create(engine, "parent", &json!({"StartAt": "Child", "States": {"Child": task}})).await;
    start(engine, &machine, "parent", &json!({})).await
}

async fn children(engine: &Engine) -> Vec<(String, ExecutionStatus)> {
    let machine = format!("arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:child");
    let request = ListExecutionsRequest::decode(&json!({"stateMachineArn": machine})).expect("valid");
    let listed = engine.list_executions(request).await.expect("the machine exists").executions;
    listed.iter().map(|listed| (listed.execution_arn.to_string(), listed.status)).collect()
}

async fn child(engine: &Engine) -> String {
    let started = async {
        loop {
            if let Some((arn, _)) = children(engine).await.pop() {
                return arn;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), started).await.expect("a child starts")
}

fn value(execution: &DescribeExecutionResponse) -> Value {
    json::parse(&output(execution)).expect("JSON")
}

#[tokio::test]
async fn an_execution_waits_for_another() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let passes = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let parent = nested(&engine, ".sync:2", &passes, json!({})).await;
    let result = value(&closed(&engine, &parent).await);
    assert_eq!(result.get("Output"), Some(&json!({"n": 1})));
    assert_eq!(result.get("Status"), Some(&json!("SUCCEEDED")));
    assert!(result.get("StopDate").and_then(Value::as_i64).is_some_and(|stop| stop > 1_000_000_000_000), "{result}");
    // Its name is the attempt's, so that it would be found again.
    let name = result.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(name.len(), 36);
    assert_eq!(children(&engine).await.len(), 1);
}

#[tokio::test]
async fn an_execution_fails_with_the_one_it_waits_for() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let fails = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}});
    let parent = nested(&engine, ".sync", &fails, json!({"Name": "given"})).await;
    let failed = closed(&engine, &parent).await;
    assert_eq!(failed.error.as_deref(), Some("States.TaskFailed"));
    let cause = json::parse(&failed.cause.expect("there is one")).expect("JSON");
    let told =
        ["Error", "Cause", "Status", "Name", "Input"].map(|name| cause.get(name).cloned().unwrap_or(Value::Null));
    assert_eq!(Value::from(told.to_vec()), json!(["E", "c", "FAILED", "given", "{\"n\":1}"]));
}

#[tokio::test]
async fn an_execution_goes_on_waiting_after_a_kill_and_takes_the_other_with_it_when_it_stops() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let waits = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    let parent = nested(&engine, ".sync", &waits, json!({})).await;
    let waiting = child(&engine).await;
    let submitted = async {
        while history(&engine, &parent).await.len() < 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), submitted).await.expect("it is submitted");
    let engine = open(&store).await;
    assert_eq!(describe(&engine, &parent).await.status, ExecutionStatus::Running);
    stop(&engine, &parent).await;
    assert_eq!(closed(&engine, &waiting).await.status, ExecutionStatus::Aborted);
    assert_eq!(children(&engine).await.len(), 1);
}

#[tokio::test]
async fn an_execution_that_is_stopped_fails_the_one_that_waits_for_it_at_once() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let waits = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    let parent = nested(&engine, ".sync", &waits, json!({})).await;
    let waiting = child(&engine).await;
    stop(&engine, &waiting).await;
    let failed = closed(&engine, &parent).await;
    assert!(failed.cause.is_some_and(|cause| cause.contains(r#""Status":"ABORTED""#)));
}

#[tokio::test]
async fn an_execution_hands_its_token_to_another() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let waits = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let parent = nested(&engine, ".waitForTaskToken", &waits, json!({"Input": {"Token.$": "$$.Task.Token"}})).await;
    let input = json::parse(&output(&closed(&engine, &child(&engine).await).await)).expect("JSON");
    let token = input.get("Token").and_then(Value::as_str).expect("a token").to_owned();
    let body = json!({"taskToken": token, "output": "{\"done\":true}"});
    engine.send_task_success(SendTaskSuccessRequest::decode(&body).expect("valid")).await.expect("it is good");
    assert_eq!(output(&closed(&engine, &parent).await), r#"{"done":true}"#);
}

#[tokio::test]
async fn what_cannot_be_started_is_told_as_the_sdk_tells_it() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let passes = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let gone = format!("arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:gone");
    let parent = nested(&engine, "", &passes, json!({"StateMachineArn": (gone.as_str())})).await;
    let failed = closed(&engine, &parent).await;
    assert_eq!(failed.error.as_deref(), Some("StepFunctions.StateMachineDoesNotExistException"));
    let cause = failed.cause.unwrap_or_default();
    let expected = format!(
        "State Machine Does Not Exist: '{gone}' (Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: "
    );
    assert!(cause.starts_with(&expected), "{cause}");
}
