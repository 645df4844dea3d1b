//! The inbox: which tasks wait for an answer from outside, restarts and upgrades included.

use crate::support::*;
use api::*;
use integrations::{PerformFuture, Performer, TaskOutcome, TaskRequest};
use json::{Value, json};
use std::sync::Arc;
use stepwell_engine::check::{CheckOptions, check};
use stepwell_engine::registry::Identity;
use stepwell_engine::{Engine, Options, Settings, TasksQuery, WaitingTask};
use store::{Memory, Store};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// Accepts every request; no answer comes but from outside.
struct Accepts;

impl Performer for Accepts {
    fn perform(&self, _: TaskRequest) -> PerformFuture {
        Box::pin(async { Some(TaskOutcome::Submitted { output: json!({"MessageId": "m"}).into() }) })
    }
}

async fn open_with(store: &Arc<Memory>) -> Engine {
    let shared: Arc<dyn Store> = store.clone();
    Engine::open(shared, Accepts, Options::new(Identity::new("aws", "us-east-1", ACCOUNT))).await.expect("it opens")
}

fn asks(pattern: &Value) -> Value {
    json!({"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "HeartbeatSeconds": 600, "End": true, "Parameters": {"QueueUrl": "https://queue", "MessageBody":
            {"token.$": "$$.Task.Token", "order": pattern}}}}})
}

fn works() -> Value {
    json!({"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": ACTIVITY, "TimeoutSeconds": 60, "End": true}}})
}

async fn page(engine: &Engine, query: &TasksQuery) -> Vec<WaitingTask> {
    let (mut tasks, mut after) = (Vec::new(), None);
    loop {
        let page = engine.tasks_page(query, after, 2).await.expect("it can be read");
        tasks.extend(page.tasks);
        after = page.next;
        if after.is_none() {
            return tasks;
        }
    }
}

/// All that wait, once there are as many.
async fn waiting(engine: &Engine, count: usize) -> Vec<WaitingTask> {
    let mut events = engine.watch();
    loop {
        let tasks = page(engine, &TasksQuery::default()).await;
        if tasks.len() == count {
            return tasks;
        }
        events.recv().await.expect("the engine runs");
    }
}

fn shown(tasks: &[WaitingTask]) -> Vec<String> {
    let show = |task: &WaitingTask| {
        let name = task.execution_arn.rsplit(':').next().unwrap_or_default();
        let clocks = (task.timeout_at_ms.is_some(), task.heartbeat_at_ms.is_some());
        format!("{} {} {name} {clocks:?} {}", task.state_machine_name, task.state_name, task.token.is_some())
    };
    let mut shown: Vec<String> = tasks.iter().map(show).collect();
    shown.sort();
    shown
}

async fn findings(store: &Arc<Memory>) -> Vec<String> {
    let options = CheckOptions {
        identity: Identity::new("aws", "us-east-1", ACCOUNT),
        settings: Settings::default(),
        replays: true,
    };
    let mut found = Vec::new();
    let shared: Arc<dyn Store> = store.clone();
    check(shared, &options, &mut |finding| found.push(format!("{}: {}", finding.kind, finding.what)))
        .await
        .expect("it can be read");
    found
}

async fn activity(engine: &Engine) {
    let request = CreateActivityRequest::decode(&json!({"name": "work"})).expect("a valid request");
    engine.create_activity(request).await.expect("the activity is created");
}

async fn succeed(engine: &Engine, token: &str) {
    let body = json!({"taskToken": token, "output": "\"yes\""});
    engine.send_task_success(SendTaskSuccessRequest::decode(&body).expect("valid")).await.expect("the task waits");
}

#[tokio::test]
async fn tasks_are_listed_from_when_they_wait_until_they_are_answered() {
    let store = Arc::new(Memory::new());
    let engine = open_with(&store).await;
    activity(&engine).await;
    let (asks, works) = (create(&engine, "asks", &asks(&json!(7))).await, create(&engine, "works", &works()).await);
    for name in ["one", "two", "three"] {
        start(&engine, &asks, name, &json!({})).await;
    }
    let worked = start(&engine, &works, "four", &json!({"job": 1})).await;
    let tasks = waiting(&engine, 4).await;
    let expected = [
        "asks Ask one (false, true) true",
        "asks Ask three (false, true) true",
        "asks Ask two (false, true) true",
        "works Work four (false, false) false",
    ];
    assert_eq!(shown(&tasks), expected);
    assert!(tasks.is_sorted_by_key(|task| std::cmp::Reverse(task.since_ms)), "the newest come first");
    // What a worker takes stays, with a token and clocks that run.
    let poll = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("valid");
    let GetActivityTaskResponse::Task { task_token, .. } = engine.get_activity_task(poll).await.expect("it polls")
    else {
        panic!("a task waits")
    };
    let engine = open_with(&store).await;
    let of_machine = TasksQuery { state_machine_name: Some("works".to_owned()), ..TasksQuery::default() };
    let taken = page(&engine, &of_machine).await;
    assert_eq!(shown(&taken), ["works Work four (true, false) true"]);
    assert_eq!((taken[0].token.as_deref(), &*taken[0].payload), (Some(&*task_token), r#"{"job":1}"#));
    assert_eq!(
        (taken[0].activity_arn.as_deref(), taken[0].since_ms),
        (Some(ACTIVITY), tasks_of(&tasks, "four").since_ms)
    );
    assert_eq!(findings(&store).await, Vec::<String>::new());
    // An id's beginning is enough, and the token that is told is the one that was sent.
    let two = tasks_of(&tasks, "two");
    let by_id = TasksQuery { id: Some(two.id[..8].to_owned()), ..TasksQuery::default() };
    assert_eq!(page(&engine, &by_id).await, std::slice::from_ref(two));
    let token = two.token.clone().expect("it was sent");
    assert!(two.payload.contains(&token), "{}", two.payload);
    succeed(&engine, &token).await;
    succeed(&engine, &task_token).await;
    closed(&engine, &worked).await;
    let execution =
        arn::ExecutionArn::parse("arn:aws:states:us-east-1:123456789012:execution:asks:one").expect("an ARN");
    let of_execution = TasksQuery { execution: Some(execution.clone()), ..TasksQuery::default() };
    assert_eq!(shown(&page(&engine, &of_execution).await), ["asks Ask one (false, true) true"]);
    let stop = StopExecutionRequest::decode(&json!({"executionArn": (execution.to_string())})).expect("valid");
    engine.stop_execution(stop).await.expect("it runs");
    let engine = open_with(&store).await;
    assert_eq!(shown(&waiting(&engine, 1).await), ["asks Ask three (false, true) true"]);
    assert!(page(&engine.in_account("210987654321"), &TasksQuery::default()).await.is_empty(), "another account's");
    assert_eq!(findings(&store).await, Vec::<String>::new());
}

fn tasks_of<'t>(tasks: &'t [WaitingTask], name: &str) -> &'t WaitingTask {
    tasks.iter().find(|task| task.execution_arn.ends_with(&format!(":{name}"))).expect("it waits")
}

#[tokio::test]
async fn a_branch_that_goes_takes_its_task_along() {
    let store = Arc::new(Memory::new());
    let engine = open_with(&store).await;
    activity(&engine).await;
    let branch = |name: &str, state: Value| json!({"StartAt": name, "States": {name: state}});
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        "Branches": [
            (branch("A", json!({"Type": "Task", "Resource": ACTIVITY, "End": true}))),
            (branch("B", json!({"Type": "Task", "Resource": ACTIVITY, "End": true, "TimeoutSeconds": 9,
                "Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]})))
        ]}, "Caught": {"Type": "Wait", "Seconds": 900, "End": true}}});
    let machine = create(&engine, "both", &definition).await;
    start(&engine, &machine, "one", &json!({})).await;
    waiting(&engine, 2).await;
    for (error, left) in [("Again", 1), ("Enough", 0)] {
        // A retry is another task; the failure of one branch ends the other.
        waiting(&engine, 2).await;
        loop {
            let poll = GetActivityTaskRequest::decode(&json!({"activityArn": ACTIVITY})).expect("valid");
            let task = engine.get_activity_task(poll).await.expect("it polls");
            let GetActivityTaskResponse::Task { task_token, .. } = task else { panic!("a task waits") };
            let tasks = page(&engine, &TasksQuery::default()).await;
            let taken = tasks.iter().find(|task| task.token.as_deref() == Some(&*task_token)).expect("it is listed");
            if taken.timeout_at_ms.is_none() {
                continue;
            }
            let body = json!({"taskToken": (&*task_token), "error": error});
            engine.send_task_failure(SendTaskFailureRequest::decode(&body).expect("valid")).await.expect("it waits");
            break;
        }
        assert_eq!(page(&engine, &TasksQuery::default()).await.len(), left);
        assert_eq!(findings(&store).await, Vec::<String>::new());
    }
}
