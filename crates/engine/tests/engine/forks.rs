//! Forks: started at a state of another execution, durable like any start, and ordinary to AWS's operations.

use crate::support::*;
use api::*;
use json::{Payload, Value, json};
use std::sync::Arc;
use stepwell_engine::check::{CheckOptions, check};
use stepwell_engine::registry::Identity;
use stepwell_engine::{Engine, ExpressQuery, ForkRefused, ForkRequest, ForkedFrom, Settings};
use store::Memory;

/// Checks an order, waits for a moment that is far off, tells what it got.
fn definition(seconds: i64) -> Value {
    json!({"StartAt": "Check", "QueryLanguage": "JSONata", "States": {
        "Check": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($states.input.items) %}", "Next": "Rest"}], "Default": "Refuse"},
        "Refuse": {"Type": "Fail", "Error": "Bad"},
        "Rest": {"Type": "Wait", "Seconds": seconds, "Next": "Each"},
        "Each": {"Type": "Map", "Items": "{% $states.input.items %}", "Next": "Tell", "ItemProcessor": {"StartAt": "One", "States": {
            "One": {"Type": "Pass", "Output": "{% $states.input & $suffix %}", "End": true}}}},
        "Tell": {"Type": "Pass", "Output": "{% [$states.input, $states.context.Execution.Input.order] %}", "End": true}}})
}

fn request(origin: &str, state: &str, input: &Value, variables: &Value, name: Option<&str>) -> ForkRequest {
    let from = ForkedFrom {
        execution_arn: origin.into(),
        state_name: state.into(),
        entered_event: 2,
        visit: 1,
        input: Payload::from(input.clone()),
        variables: Payload::from(variables.clone()),
    };
    ForkRequest { from, name: name.map(Into::into), runs_current: false, trace_header: None }
}

async fn fork(
    engine: &Engine,
    origin: &str,
    state: &str,
    input: &Value,
    name: Option<&str>,
) -> Result<String, ForkRefused> {
    let request = request(origin, state, input, &json!({"suffix": "!"}), name);
    engine.fork_execution(request).await.map(|started| started.execution_arn.to_string())
}

fn refusal(refused: ForkRefused) -> String {
    format!("{} {}: {}", refused.field.unwrap_or("-"), refused.exception.code.as_str(), refused.exception.message)
}

/// An execution that fails at once.
async fn origin(engine: &Engine, machine: &str) -> String {
    let origin = start(engine, machine, "origin", &json!({"order": 7})).await;
    assert_eq!(closed(engine, &origin).await.status, ExecutionStatus::Failed);
    origin
}

async fn assert_sound(store: &Memory, replayed: u64) {
    let identity = Identity::new("aws", "us-east-1", ACCOUNT);
    let options = CheckOptions { identity, settings: Settings::default(), replays: true };
    let mut found = Vec::new();
    let checked = check(Arc::new(store.reopen()), &options, &mut |finding| found.push(finding)).await;
    assert_eq!(found, []);
    assert_eq!(checked.expect("it reads").replayed, replayed);
}

#[tokio::test]
async fn a_fork_survives_restarts_and_is_an_ordinary_execution_to_aws() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let machine = create(&engine, "m", &definition(3_000)).await;
    let failed = origin(&engine, &machine).await;
    let input = json!({"items": ["a", "b"]});
    let forked = fork(&engine, &failed, "Rest", &input, Some("mended")).await.expect("it starts");
    assert_eq!(fork(&engine, &failed, "Rest", &input, Some("mended")).await.as_ref().ok(), Some(&forked), "once more");
    for (state, input) in [("Each", &input), ("Rest", &json!({"items": []}))] {
        let refused = fork(&engine, &failed, state, input, Some("mended")).await.expect_err("it is another one");
        assert_eq!(refused.exception.code, Code::ExecutionAlreadyExists);
    }
    let plain = try_start(&engine, &machine, "mended", &json!({"order": 7})).await;
    assert_eq!(plain.expect_err("a fork is no plain start").code, Code::ExecutionAlreadyExists);

    let engine = open(&store).await;
    let described = describe(&engine, &forked).await;
    assert_eq!((described.status, described.input.as_deref()), (ExecutionStatus::Running, Some(r#"{"order":7}"#)));
    let told: Vec<String> = history(&engine, &forked).await.iter().map(ToString::to_string).collect();
    assert!(
        told[0].contains(r#""input":"{\"order\":7}""#)
            && told[1].contains(r#""name":"Rest","input":"{\"items\":[\"a\",\"b\"]}""#),
        "{told:?}"
    );
    let arn = arn::ExecutionArn::parse(&forked).expect("an ARN");
    let from = engine.forked_from(&arn).await.expect("it is there").expect("it is a fork");
    assert_eq!((&*from.execution_arn, &*from.state_name, from.visit), (&*failed, "Rest", 1));
    assert_eq!(
        engine.forked_from(&arn::ExecutionArn::parse(&failed).expect("an ARN")).await.expect("it is there"),
        None
    );
    assert_sound(&store, 2).await;

    // From the container around the iterations, of the execution that still waits; it ends in its first step.
    let at_once = fork(&engine, &forked, "Each", &input, None).await.expect("it starts");
    assert_eq!(output(&closed(&engine, &at_once).await), r#"["a!","b!",7]"#);
    // A fork of what failed fails again, and a redrive goes on from there.
    let again = fork(&engine, &failed, "Check", &json!({}), Some("again")).await.expect("it starts");
    assert_eq!(closed(&engine, &again).await.error.as_deref(), Some("Bad"));
    let redrive = RedriveExecutionRequest::decode(&json!({"executionArn": (again.as_str())})).expect("valid");
    engine.redrive_execution(redrive).await.expect("it goes on");
    assert_eq!(closed(&engine, &again).await.redrive_count, 1);
    engine.shutdown().await.expect("it closes");
    assert_sound(&store, 4).await;
}

#[tokio::test]
async fn what_cannot_be_forked_says_why() {
    let engine = open(&Arc::new(Memory::new())).await;
    let machine = create(&engine, "m", &definition(0)).await;
    let failed = origin(&engine, &machine).await;
    let mut told = String::new();
    for (state, input, variables, name) in [
        ("One", json!({}), json!({}), None),
        ("Nowhere", json!({}), json!({}), None),
        ("Tell", json!("x".repeat(262_200)), json!({}), None),
        ("Tell", json!({}), json!([]), None),
        ("Tell", json!({}), json!({"a b": 1}), None),
        ("Tell", json!({}), json!({"states": 1}), None),
        ("Tell", json!({}), json!({"large": ("x".repeat(262_200))}), None),
        ("Tell", json!({}), json!({}), Some("a b")),
    ] {
        let refused = engine.fork_execution(request(&failed, state, &input, &variables, name)).await;
        told += &format!("{}\n", refusal(refused.expect_err("it is refused")));
    }
    let missing = failed.replace("origin", "nobody");
    told += &refusal(fork(&engine, &missing, "Tell", &json!({}), None).await.expect_err("there is no such execution"));
    expect_test::expect![[r#"
        state ValidationException: The state 'One' is inside 'Each': a fork begins at the outermost state around it, 'Each'
        state ValidationException: The execution's definition has no state 'Nowhere'
        input ValidationException: The input has 262202 bytes, more than 262144
        variables ValidationException: The variables must be an object
        variables ValidationException: No variable can be called 'a b': the name contains invalid characters
        variables ValidationException: No variable can be called 'states': the name is reserved
        variables ValidationException: The variable 'large' has 262202 bytes, more than 262144
        name ValidationException: 'a b' cannot be an execution's name
        - ExecutionDoesNotExist: Execution Does Not Exist: 'arn:aws:states:us-east-1:123456789012:execution:m:nobody'"#]].assert_eq(&told);

    let update = |definition: Value| {
        let body = json!({"stateMachineArn": (machine.as_str()), "definition": (definition.to_string())});
        engine.update_state_machine(UpdateStateMachineRequest::decode(&body).expect("valid"))
    };
    update(json!({"StartAt": "New", "States": {"New": {"Type": "Pass", "Result": "new", "End": true}}}))
        .await
        .expect("it changes");
    let current = |state| ForkRequest { runs_current: true, ..request(&failed, state, &json!({}), &json!({}), None) };
    let refused = engine.fork_execution(current("Tell")).await.expect_err("it is gone");
    assert_eq!(
        refusal(refused),
        "state ValidationException: The state machine's current definition has no state 'Tell'"
    );
    let new = engine.fork_execution(current("New")).await.expect("it starts").execution_arn.to_string();
    assert_eq!(output(&closed(&engine, &new).await), "\"new\"");
    let old = fork(&engine, &failed, "Tell", &json!(1), None).await.expect("the revision it ran is still there");
    assert_eq!(output(&closed(&engine, &old).await), "[1,7]");
}

#[tokio::test]
async fn express_executions_are_forked() {
    let store = Arc::new(Memory::new());
    let engine = open(&store).await;
    let body = json!({"name": "x", "definition": (definition(0).to_string()), "type": "EXPRESS",
        "roleArn": "arn:aws:iam::123456789012:role/test"});
    let created = engine.create_state_machine(CreateStateMachineRequest::decode(&body).expect("valid")).await;
    let machine = created.expect("the machine is created").state_machine_arn.to_string();
    let body = json!({"stateMachineArn": (machine.as_str()), "input": "{\"order\":9}"});
    let ran = engine.start_sync_execution(StartSyncExecutionRequest::decode(&body).expect("valid")).await;
    let failed = ran.expect("it runs").execution_arn;
    let forked = fork(&engine, &failed, "Each", &json!({"items": [1]}), Some("mended")).await.expect("it starts");
    let found = loop {
        match engine.express_execution(&forked) {
            Some(found) if found.status != ExecutionStatus::Running => break found,
            _ => tokio::task::yield_now().await,
        }
    };
    assert_eq!(found.output.as_deref(), Some(r#"["1!",9]"#));
    assert_eq!(found.forked_from.as_ref().map(|from| &*from.execution_arn), Some(&*failed));
    let told = engine.express_history(&forked, 100).await.expect("it can be told").expect("it is kept");
    assert_eq!(told.events[1].details.type_name(), "MapStateEntered");
    assert_eq!(engine.express_executions(&ExpressQuery::default()).len(), 2);
}
