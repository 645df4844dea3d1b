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
    expect![[""]].assert_eq(&members(&draft, &DRAFT));
    let draft = world.json(&format!("executions/{origin}/fork?state=Each")).await;
    expect![[""]].assert_eq(&members(&draft, &DRAFT));

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
    expect![[""]].assert_eq(&members(&execution, &["status", "forkedFrom", "input", "parent"]));
    assert_eq!(world.json(&format!("executions/{forked}/origin")).await.get("forkedFrom"), execution.get("forkedFrom"));
    let visits = world.json(&format!("executions/{forked}/visits")).await;
    let visit = |number: usize| {
        text(&visits.get("items").and_then(|items| items.as_array()?.get(number).cloned()).expect("a visit"), "id")
    };
    let data = world.json(&format!("executions/{forked}/visits/{}/data", visit(0))).await;
    expect![[""]].assert_eq(&members(&data, &["variablesBefore"]));
    // No line leads to it from the machine's beginning.
    let at = world.json(&format!("executions/{forked}/at/latest")).await;
    expect![[""]].assert_eq(&members(&at, &["edges"]));
    // A visit inside the Map is asked for.
    let inside = world.json(&format!("executions/{forked}/fork?visit={}", visit(2))).await;
    expect![[""]].assert_eq(&members(&inside, &["visit", "stateName", "number", "inside"]));
    let compared = world.json(&format!("compare?a={origin}&b={forked}")).await;
    expect![[""]].assert_eq(&members(compared.get("firstDivergence").expect("they part"), &["stateName", "reason"]));

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
    expect![[""]].assert_eq(&told);
}
