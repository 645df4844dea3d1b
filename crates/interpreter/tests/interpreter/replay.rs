//! What a history tells. That every step of the other tests is told by its history is checked where they take it.

use crate::support::Run;
use json::{Value, json};
use stepwell_interpreter::history::HistoryEventDetails;
use stepwell_interpreter::{Command, replay};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

fn task(task: Value) -> Run {
    let states = match task.get("Catch") {
        Some(_) => json!({"T": task, "Caught": {"Type": "Succeed"}}),
        None => json!({"T": task}),
    };
    Run::new(&json!({"StartAt": "T", "States": states}), &json!({"n": 0}))
}

#[test]
fn retries_that_leave_no_event_are_found() {
    // What the task is to be given is larger than it may be.
    let task = json!({"Type": "Task", "Resource": FUNCTION, "Parameters": {"x.$": "States.Array($, $)"}, "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "JitterStrategy": "FULL", "MaxDelaySeconds": 9}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]});
    let states = json!({"T": task, "Caught": {"Type": "Succeed"}});
    let mut run = Run::new(&json!({"StartAt": "T", "States": states}), &Value::from("x".repeat(200_000)));
    run.step(Command::StartExecution).expect("the first step");
    // Steps check themselves; these come later than they could.
    while run.execution.is_running() {
        let timer = *run.timers.first().expect("a retry is armed");
        run.now = timer.due.plus_milliseconds(700);
        run.step(Command::TimerFired(timer.kind)).expect("the delay is over");
    }
    let types = ["ExecutionStarted", "TaskStateEntered", "TaskStateExited", "SucceedStateEntered"];
    let emitted: Vec<_> = run.events.iter().map(|event| event.details.type_name()).collect();
    assert_eq!(emitted[..4], types);
}

#[test]
fn heartbeats_and_timeouts_are_told_apart() {
    for (heartbeats, error, caught) in [
        (0, "States.HeartbeatTimeout", true),
        (2, "States.HeartbeatTimeout", true),
        (2, "States.DataLimitExceeded", false),
    ] {
        let mut run = task(json!({"Type": "Task", "Resource": ACTIVITY, "End": true,
            "TimeoutSeconds": 60, "HeartbeatSeconds": 5, "Catch": [{"ErrorEquals": [error], "Next": "Caught"}]}));
        run.step(Command::StartExecution).expect("the first step");
        let task = run.tasks[0];
        run.step(Command::TaskStarted { task, worker_name: None }).expect("a worker takes it");
        for _ in 0..heartbeats {
            run.now = run.now.plus_seconds(4);
            run.step(Command::HeartbeatRecorded { task }).expect("the task is open");
        }
        run.fire().expect("the heartbeat is missed");
        let succeeded =
            matches!(run.events.last().expect("events").details, HistoryEventDetails::ExecutionSucceeded { .. });
        assert_eq!(succeeded, caught);
    }
}

#[test]
fn a_history_that_was_changed_is_noticed() {
    let mut run = task(json!({"Type": "Task", "Resource": FUNCTION, "End": true, "TimeoutSeconds": 5}));
    run.step(Command::StartExecution).expect("the first step");
    let task = run.tasks[0];
    run.step(Command::TaskSucceeded { task, output: json!({"n": 1}).into() }).expect("the task is open");
    let check = |events: &[_]| {
        replay::check(&run.definition, &run.execution, events, &run.settings)
            .expect_err("it is another history")
            .to_string()
    };
    let begins = |text: String, with: &str| assert!(text.starts_with(with), "{text}");
    begins(check(&run.events[..4]), "the history leads to another execution than the stored one: status: ");
    begins(check(&run.events[1..]), "event 2 cannot be explained: ");
    begins(check(&run.events[..6]), "event 5 cannot be explained: the history ends before ");
    let mut events = run.events.clone();
    events[4].details = HistoryEventDetails::LambdaFunctionSucceeded { output: json!({"n": 2}).into() };
    begins(check(&events), "event 5 cannot be explained: recorded is ");
}
