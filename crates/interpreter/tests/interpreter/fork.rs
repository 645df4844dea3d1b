//! Forks: executions that begin at a state of an earlier one, with its input and variables or with others. The harness compares them with their
//! rows and their history after every step.

use crate::support::Run;
use asl::definition::TOP;
use json::{Payload, Value, json};
use std::sync::Arc;
use stepwell_interpreter::{Command, CommandRejected, ExecutionStatus, ForkedFrom, Header};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// Sets a variable, calls a function with it, maps over what that gives.
fn definition() -> Value {
    json!({"StartAt": "Set", "QueryLanguage": "JSONata", "States": {
        "Set": {"Type": "Pass", "Assign": {"rate": 2}, "Next": "Call"},
        "Call": {"Type": "Task", "Resource": FUNCTION, "Next": "Each"},
        "Each": {"Type": "Map", "Next": "Sum", "Items": "{% $states.input %}", "ItemProcessor": {"StartAt": "Times", "States": {
            "Times": {"Type": "Pass", "Output": "{% $states.input * $rate %}", "End": true}}}},
        "Sum": {"Type": "Pass", "End": true,
            "Output": "{% {'sum': $sum($states.input), 'rate': $rate, 'of': $states.context.Execution.Input} %}"}}})
}

fn fork(state: &str, input: &Value, variables: &Value) -> Run {
    let mut run = Run::new(&definition(), &json!({"order": 7}));
    run.execution.header.forked_from = Some(Arc::new(ForkedFrom {
        execution_arn: "arn:aws:states:us-east-1:123456789012:execution:m:origin".into(),
        state_name: state.into(),
        entered_event: 4,
        visit: 1,
        input: Payload::from(input.clone()),
        variables: Payload::from(variables.clone()),
    }));
    run
}

fn output(run: &Run) -> String {
    match &run.execution.status {
        ExecutionStatus::Succeeded { output } => output.text().to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn it_begins_at_the_state_with_input_and_variables_of_its_own() {
    let mut run = fork("Call", &json!({"mended": true}), &json!({"rate": 3}));
    run.step(Command::StartExecution).expect("the first step");
    assert_eq!(
        run.shape(),
        "1 <- 0 ExecutionStarted\n2 <- 0 TaskStateEntered\n3 <- 2 LambdaFunctionScheduled\n4 <- 3 LambdaFunctionStarted\n"
    );
    let payloads: Vec<_> = run.events.iter().filter_map(|event| event.details.payload()).map(Payload::text).collect();
    assert_eq!(
        payloads.iter().map(|text| &***text).collect::<Vec<_>>(),
        [r#"{"order":7}"#, r#"{"mended":true}"#, r#"{"mended":true}"#]
    );
    run.step(Command::TaskSucceeded { task: run.tasks[0], output: json!([1, 2]).into() }).expect("the task is open");
    assert_eq!(output(&run), r#"{"sum":9,"rate":3,"of":{"order":7}}"#);
}

#[test]
fn it_begins_at_a_map() {
    // More than a little of variables stands in rows of its own.
    let long = "x".repeat(2_000);
    let mut run = fork("Each", &json!([1, 2, 3]), &json!({"rate": 10, "long": long}));
    run.settings.transitions_per_step = 2;
    let mut outcome = run.step(Command::StartExecution).expect("the first step");
    while outcome.unfinished {
        outcome = run.step(Command::Continue).expect("it runs");
    }
    assert!(run.shape().starts_with("1 <- 0 ExecutionStarted\n2 <- 0 MapStateEntered\n"), "{}", run.shape());
    assert_eq!(output(&run), r#"{"sum":60,"rate":10,"of":{"order":7}}"#);
}

#[test]
fn a_redrive_of_it_goes_on_from_what_failed() {
    let mut run = fork("Call", &json!(1), &json!({"rate": 3}));
    run.step(Command::StartExecution).expect("the first step");
    let failed = Command::TaskFailed { task: run.tasks[0], error: Some("E".into()), cause: None };
    run.step(failed).expect("the task is open");
    assert!(matches!(run.execution.status, ExecutionStatus::Failed(_)));
    run.step(Command::RedriveExecution { client_token: None }).expect("it goes on");
    assert_eq!(run.shape().matches("StateEntered").count(), 1, "the state is not entered again");
    run.step(Command::TaskSucceeded { task: run.tasks[0], output: json!([1]).into() }).expect("the task is open");
    assert_eq!(output(&run), r#"{"sum":3,"rate":3,"of":{"order":7}}"#);
}

#[test]
fn a_state_that_is_inside_another_is_none_to_begin_at() {
    for name in ["Times", "Nowhere"] {
        let mut run = fork(name, &json!(1), &json!({}));
        assert!(run.definition.scope(TOP).states.iter().all(|state| &*state.name != name));
        assert_eq!(run.step(Command::StartExecution).err(), Some(CommandRejected::NoSuchState));
        assert_eq!((run.events.len(), run.execution.next_event_id), (0, 1), "a rejected command changes nothing");
    }
}

#[test]
fn its_header_is_read_and_one_with_marks_of_a_later_program_is_not() {
    let plain = Run::new(&definition(), &json!({})).execution.header;
    let mut row = plain.to_row();
    assert_eq!(Header::from_row(&row), Ok(plain));
    let forked = fork("Call", &json!([1]), &json!({"a": 1})).execution.header;
    assert_eq!(Header::from_row(&forked.to_row()), Ok(forked));
    // The last byte has the marks.
    for mark in 3..8 {
        *row.last_mut().expect("it has bytes") = 1 << mark;
        assert!(Header::from_row(&row).is_err(), "no program may run what it does not know as if it were nothing");
    }
}
