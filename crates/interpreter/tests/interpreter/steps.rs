//! What a step leaves behind for the next one.

use crate::support::Run;
use json::json;
use stepwell_interpreter::{Command, CommandRejected, Effect, ExecutionStatus};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const CALLBACK: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// A branch that counts, and one that waits.
fn counting_beside_a_wait() -> Run {
    Run::new(
        &json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 5, "End": true}}},
            {"StartAt": "Add", "States": {
                "Add": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough"},
                "Enough": {"Type": "Choice", "Default": "Add",
                    "Choices": [{"Variable": "$.n", "NumericEquals": 20, "Next": "Done"}]},
                "Done": {"Type": "Succeed"}}}]}}}),
        &json!({"n": 0}),
    )
}

#[test]
fn a_step_in_between_does_not_hide_that_frames_stand_ready() {
    let mut run = counting_beside_a_wait();
    run.settings.transitions_per_step = 10;
    assert!(run.step(Command::StartExecution).expect("the first step").unfinished);
    assert!(run.fire().expect("the wait is over").unfinished, "the other branch is still in the middle");
    let mut steps = 0;
    while run.step(Command::Continue).expect("it runs").unfinished {
        steps += 1;
    }
    assert!(steps > 2);
    assert!(matches!(run.execution.status, ExecutionStatus::Succeeded { .. }));
}

#[test]
fn the_longest_time_of_all_executions_holds_whatever_the_machine_says() {
    let waits = |timeout: i64| json!({"StartAt": "Wait", "TimeoutSeconds": timeout, "States": {"Wait": {"Type": "Wait", "Seconds": 900, "End": true}}});
    for (machine, limit) in [(600, 300), (200, 200)] {
        let mut run = Run::new(&waits(machine), &json!({}));
        run.settings.execution_seconds_max = Some(300);
        run.step(Command::StartExecution).expect("the first step");
        let start = run.now;
        run.fire().expect("the first timer is the limit");
        assert_eq!(run.now, start.plus_seconds(limit));
        assert!(matches!(run.execution.status, ExecutionStatus::TimedOut(_)));
    }
}

#[test]
fn an_execution_that_closes_is_finished() {
    let mut run = counting_beside_a_wait();
    run.settings.transitions_per_step = 10;
    assert!(run.step(Command::StartExecution).expect("the first step").unfinished);
    let stopped = run.step(Command::StopExecution { error: None, cause: None }).expect("it runs");
    assert!(!stopped.unfinished);
}

#[test]
fn a_request_is_accepted_once() {
    let mut run = Run::new(
        &json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": CALLBACK, "End": true,
            "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}}}}),
        &json!({}),
    );
    run.step(Command::StartExecution).expect("the first step");
    let task = run.tasks[0];
    run.step(Command::TaskSubmitted { task, output: json!({}).into() }).expect("the task is open");
    let events = run.events.len();
    let again = run.step(Command::TaskSubmitted { task, output: json!({}).into() });
    assert_eq!((again.err(), run.events.len()), (Some(CommandRejected::TaskTimedOut), events));
    run.step(Command::TaskSucceeded { task, output: json!(1).into() }).expect("the task is open");
    assert!(!run.execution.is_running());
}

/// Tasks of all kinds, waits, retries and nested Maps, stopped after each number of steps: the harness compares rows and memory.
#[test]
fn every_phase_survives_its_rows() {
    let definition = json!({"StartAt": "Set", "TimeoutSeconds": 1000, "States": {
        "Set": {"Type": "Pass", "Assign": {"v": {"deep": [1, 2.50, null]}}, "Next": "All"},
        "All": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "F", "States": {"F": {"Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": 7, "End": true,
                "Credentials": {"RoleArn": "arn:aws:iam::123456789012:role/other"},
                "Retry": [{"ErrorEquals": ["Once"], "JitterStrategy": "FULL"}, {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 9}]}}},
            {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 3, "TimeoutSeconds": 50, "End": true}}},
            {"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 2, "ItemsPath": "$.items", "End": true,
                "ItemSelector": {"item.$": "$$.Map.Item.Value", "v.$": "$v.deep"},
                "ItemProcessor": {"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$.item", "Assign": {"own.$": "$.v"}, "Next": "P"},
                    "P": {"Type": "Pass", "InputPath": "$own", "End": true}}}}}}]}}});
    for steps in 0..12 {
        let mut run = Run::new(&definition, &json!({"items": [1, 2, 3]}));
        run.step(Command::StartExecution).expect("the first step");
        let (function, activity) = (run.tasks[0], run.tasks[1]);
        for number in 0..steps {
            match number {
                0 => drop(run.step(Command::TaskStarted { task: activity, worker_name: Some("me".into()) })),
                1 => drop(run.step(Command::TaskFailed { task: function, error: Some("Once".into()), cause: None })),
                2 => drop(run.step(Command::HeartbeatRecorded { task: activity })),
                _ if run.execution.is_running() => drop(run.fire()),
                _ => {}
            }
        }
        if run.execution.is_running() {
            run.step(Command::StopExecution { error: None, cause: None }).expect("it runs");
        }
    }
}

#[test]
fn a_rejected_command_changes_nothing() {
    let mut run = Run::new(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 3, "TimeoutSeconds": 50, "End": true}}}),
        &json!({}),
    );
    run.step(Command::StartExecution).expect("the first step");
    let task = run.tasks[0];
    run.step(Command::TaskStarted { task, worker_name: None }).expect("nobody has it");
    let before = format!("{:?}", run.execution);
    let other = stepwell_interpreter::TaskId { scheduled_event: task.scheduled_event + 1, ..task };
    for command in [
        Command::TaskStarted { task, worker_name: None },
        Command::TaskSucceeded { task: other, output: json!(1).into() },
        Command::HeartbeatRecorded { task: other },
        Command::TimerFired(stepwell_interpreter::TimerKind::Heartbeat(task)),
        Command::TimerFired(stepwell_interpreter::TimerKind::Delay(task.frame)),
        Command::TimerFired(stepwell_interpreter::TimerKind::ExecutionTimeout),
    ] {
        assert!(run.step(command.clone()).is_err(), "{command:?}");
        assert_eq!(format!("{:?}", run.execution), before, "{command:?}");
    }
}

#[test]
fn a_result_too_large_for_its_state_fails_once() {
    let mut run = Run::new(
        &json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}},
            {"StartAt": "Two", "States": {"Two": {"Type": "Pass", "End": true}}}]}}}),
        &json!("x".repeat(200_000)),
    );
    run.step(Command::StartExecution).expect("the first step");
    let shape = run.shape();
    assert!(!(shape.contains("ParallelStateSucceeded") && shape.contains("ParallelStateFailed")), "{shape}");
    assert!(shape.ends_with("ExecutionFailed\n"), "{shape}");
}

const JOB: &str = "arn:aws:states:::states:startExecution.sync";

/// A job that was started, and how long after that its looks come.
fn started_job(extra: json::Value) -> (Run, stepwell_interpreter::TaskId) {
    let mut task = json!({"Type": "Task", "Resource": JOB, "Parameters": {"StateMachineArn": "s"}, "End": true});
    if let (Some(members), Some(extra)) = (task.as_object(), extra.as_object()) {
        task = extra
            .iter()
            .fold(members.clone(), |members, (name, value)| members.with(name.clone(), value.clone()))
            .into();
    }
    let mut run = Run::new(&json!({"StartAt": "A", "States": {"A": task}}), &json!({}));
    run.step(Command::StartExecution).expect("the first step");
    let task = run.tasks[0];
    run.step(Command::TaskSubmitted { task, output: json!({"ExecutionArn": "e"}).into() }).expect("it was asked for");
    assert!(run.tasks.is_empty(), "it is not started again");
    (run, task)
}

#[test]
fn a_job_is_looked_at_less_and_less_often_until_it_ends() {
    let (mut run, task) = started_job(json!({}));
    let start = run.now.0;
    let mut looks = Vec::new();
    for _ in 0..10 {
        run.fire().expect("a look is due");
        looks.push(run.now.0 - start);
    }
    assert_eq!(looks, [250, 1_250, 3_250, 7_250, 15_250, 31_250, 63_250, 123_250, 183_250, 243_250]);
    assert_eq!(run.jobs, vec![Effect::LookAtJob(task); 10]);
    // Late, lost and doubled replies are nothing: the first one ends the task.
    run.step(Command::TaskSucceeded { task, output: json!(1).into() }).expect("it waits for that");
    assert!(run.step(Command::TaskSucceeded { task, output: json!(2).into() }).is_err());
    assert_eq!(run.jobs.len(), 10, "there is nothing to cancel");
    assert!(matches!(run.execution.status, ExecutionStatus::Succeeded { .. }));
}

#[test]
fn a_job_that_nobody_waits_for_is_cancelled() {
    let cancelled = |run: &Run| match run.jobs.last() {
        Some(Effect::CancelJob(job)) => job.submitted.text().to_string(),
        other => panic!("{other:?}"),
    };
    let (mut run, _) = started_job(json!({}));
    run.step(Command::StopExecution { error: None, cause: None }).expect("it runs");
    assert_eq!(cancelled(&run), r#"{"ExecutionArn":"e"}"#);
    let (mut run, _) = started_job(json!({"TimeoutSeconds": 1}));
    run.fire().expect("a look is due");
    run.fire().expect("the time is over");
    assert_eq!(cancelled(&run), r#"{"ExecutionArn":"e"}"#);
    assert!(matches!(run.execution.status, ExecutionStatus::Failed(_)));
    // Whoever ends it with its token leaves the job alone.
    let (mut run, task) = started_job(json!({}));
    run.step(Command::TaskFailed { task, error: None, cause: None }).expect("it waits for that");
    assert_eq!(run.jobs, []);
}
