//! Forks: where they would begin and with what, what they need, and how they are shown.

use crate::world::{World, members, text};
use expect_test::expect;
use json::{Value, json};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:work";

fn looping() -> Value {
    json!({"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Assign": {"seen.$": "$.n"}, "Next": "Enough"},
        "Enough": {"Type": "Choice", "Default": "Count", "Choices": [{"Variable": "$.n", "NumericEquals": 2, "Next": "Each"}]},
        "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": FUNCTION, "End": true}}},
            "ItemsPath": "$.items", "Next": "Done"},
        "Done": {"Type": "Pass", "Parameters": {"seen.$": "$seen"}, "End": true}}})
}

#[tokio::test]
async fn a_visit_is_forked_with_what_it_had_or_with_something_else() {
    let world = World::new().await;
    let machine = world.create("loops", &looping(), "STANDARD").await;
    // The loop drops the items: the Map fails.
    let origin = world.run(&machine, "origin", json!({"n": 0})).await;
    const DRAFT: [&str; 7] = ["visit", "stateName", "number", "inside", "input", "variables", "isInCurrent"];
    let draft = world.json(&format!("executions/{origin}/fork?state=Count&number=2")).await;
    expect![[r#"
        visit: "6"
        stateName: "Count"
        number: 2
        inside: null
        input: {"text":"{\"n\":1}"}
        variables: {"text":"{\"seen\":1}"}
        isInCurrent: true
    "#]]
    .assert_eq(&members(&draft, &DRAFT));
    let draft = world.json(&format!("executions/{origin}/fork?state=Each")).await;
    expect![[r#"
        visit: "10"
        stateName: "Each"
        number: 1
        inside: null
        input: {"text":"{\"n\":2}"}
        variables: {"text":"{\"seen\":2}"}
        isInCurrent: true
    "#]]
    .assert_eq(&members(&draft, &DRAFT));

    let fork = async |body: Value| world.post(&format!("executions/{origin}/fork"), &body.to_string()).await;
    let mended = json!({"state": "Each", "input": "{\"items\":[{\"a\":1},{\"fail\":\"Bad\"}]}", "name": "mended"});
    let mut watch = world.engine.watch();
    let reply = fork(mended).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let forked = text(&reply.json(), "executionArn");
    while !watch
        .recv()
        .await
        .expect("the engine runs")
        .events
        .iter()
        .any(|event| event.details.type_name() == "ExecutionFailed")
    {}
    let execution = world.json(&format!("executions/{forked}")).await;
    expect![[r#"
        status: "FAILED"
        forkedFrom: {"arn":"arn:aws:states:us-east-1:123456789012:execution:loops:origin","stateName":"Each","number":1,"visit":"10"}
        input: {"text":"{\"n\":0}"}
        parent: null
    "#]].assert_eq(&members(&execution, &["status", "forkedFrom", "input", "parent"]));
    assert_eq!(world.json(&format!("executions/{forked}/origin")).await.get("forkedFrom"), execution.get("forkedFrom"));
    let visits = world.json(&format!("executions/{forked}/visits")).await;
    let visit = |number: usize| {
        text(&visits.get("items").and_then(|items| items.as_array()?.get(number).cloned()).expect("a visit"), "id")
    };
    let data = world.json(&format!("executions/{forked}/visits/{}/data", visit(0))).await;
    expect![[r#"
        variablesBefore: {"text":"{\"seen\":2}"}
    "#]]
    .assert_eq(&members(&data, &["variablesBefore"]));
    // No line leads to it from the machine's beginning.
    let at = world.json(&format!("executions/{forked}/at/latest")).await;
    expect![[r#"
        edges: {"/States/Each/ItemProcessor/StartAt":2,"/States/Each/ItemProcessor/States/Work/End":1}
    "#]]
    .assert_eq(&members(&at, &["edges"]));
    // A visit inside the Map is asked for.
    let inside = world.json(&format!("executions/{forked}/fork?visit={}", visit(2))).await;
    expect![[r#"
        visit: "2"
        stateName: "Each"
        number: 1
        inside: "Work"
    "#]]
    .assert_eq(&members(&inside, &["visit", "stateName", "number", "inside"]));
    let compared = world.json(&format!("compare?a={origin}&b={forked}")).await;
    expect![[r#"
        stateName: "Count"
        reason: "only A came here"
    "#]]
    .assert_eq(&members(compared.get("firstDivergence").expect("they part"), &["stateName", "reason"]));

    let mut told = String::new();
    for body in [
        json!({}),
        json!({"state": "Work"}),
        json!({"state": "Count", "number": 3}),
        json!({"state": "Count", "number": 0}),
        json!({"state": "Done", "input": "{"}),
        json!({"state": "Count", "input": "{"}),
        json!({"state": "Count", "variables": "[1]"}),
        json!({"state": "Count", "variables": "{\"a b\":1}"}),
        json!({"state": "Count", "name": "mended"}),
        json!({"state": "Count", "name": "a/b"}),
        json!({"state": "Count", "sate": "Count"}),
        json!({"state": "Count", "definition": "other"}),
    ] {
        let reply = fork(body).await;
        let json = reply.json();
        let error = json.get("error").unwrap_or(&Value::Null);
        let field = error.get("field").and_then(Value::as_str).unwrap_or("-");
        told += &format!("{} {field}: {}\n", reply.status, text(error, "message"));
    }
    let reply = world.post(&format!("executions/{forked}/fork"), r#"{"state":"Work"}"#).await;
    told += &reply.text();
    expect![[r#"
        400 state: 'state' is missing: the state to begin at
        400 state: The execution did not come to a state 'Work'
        400 number: There is no visit 3 of 'Count': it had 2 visits
        400 number: 'number' is a visit's number, from 1 on
        400 input: 'input' is not JSON: Unexpected end-of-input: expected close marker for Object at byte 1
        400 input: 'input' is not JSON: Unexpected end-of-input: expected close marker for Object at byte 1
        400 variables: 'variables' must be an object: a member for each variable
        400 variables: No variable can be called 'a b': the name contains invalid characters
        400 -: Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:loops:mended'
        400 name: 'a/b' cannot be an execution's name
        400 sate: There is no member 'sate'
        400 definition: 'definition' is `origin` or `current`
        {"error":{"code":"InvalidParameter","message":"The state 'Work' is inside 'Each': a fork begins at the outermost state around it, which is visit 1 of 'Each'","field":"state"}}"#]].assert_eq(&told);
}
