//! Executions that ran elsewhere, two of them side by side, and definitions that are no machine's.

use crate::executions::orders;
use crate::world::{World, members, table, text};
use expect_test::expect;
use json::{Value, json};

async fn import(world: &World, request: &Value) -> String {
    let reply = world.post("import", &request.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    text(&reply.json(), "id")
}

#[tokio::test]
async fn an_export_is_imported_as_it_was() {
    let world = World::new().await;
    let machine = world.create("orders", &orders(), "STANDARD").await;
    let long = "long ".repeat(2_000);
    let input = json!({"items": [{"n": 1}, {"fail": "Card.Declined"}], "text": (long.as_str())});
    let arn = world.run(&machine, "bad", input).await;
    let export = world.json(&format!("executions/{arn}/export")).await;
    let id = import(&world, &json!({"history": (&export)})).await;
    assert_eq!(import(&world, &json!({"history": (&export)})).await, id, "the same is not kept twice");

    let (own, imported) =
        (world.json(&format!("executions/{arn}")).await, world.json(&format!("executions/{id}")).await);
    for member in ["name", "machine", "status", "startedAt", "stoppedAt", "error", "definition", "scene", "events"] {
        assert_eq!(imported.get(member), own.get(member), "{member}");
    }
    assert_eq!(imported.get("imported"), Some(&json!(true)));
    assert_eq!(imported.get("redrivable"), Some(&json!(false)));
    for path in ["visits", "iterations?visit=7", "visits/7/data", "events?after=0", "at/12"] {
        // References to what is cut have the name in them.
        let references = |value: Value| match value.to_string().split_once("\"ref\":\"") {
            Some((before, _)) => before.to_owned(),
            None => value.to_string(),
        };
        let own = world.json(&format!("executions/{arn}/{path}")).await;
        let imported = world.json(&format!("executions/{id}/{path}")).await;
        assert_eq!(references(imported), references(own), "{path}");
    }
    let reference = text(imported.get("input").expect("an input"), "ref");
    let range = world.json(&format!("payload/{reference}?from=50&to=60")).await;
    assert_eq!(text(&range, "text").len(), 10);
    let again = world.json(&format!("executions/{id}/export")).await;
    assert_eq!(again.get("events"), export.get("events"));
}

/// As the AWS CLI prints it, newest first and without data.
#[tokio::test]
async fn a_history_of_aws_is_imported() {
    let world = World::new().await;
    let event = |id: u64, previous: u64, name: &str, details: Value| {
        let time = format!("2026-11-2{id}T10:45:04.123000+01:00");
        let mut event = json!({"timestamp": time, "type": name, "id": id, "previousEventId": previous});
        if let (Value::Object(members), Value::Object(more)) = (&mut event, details) {
            more.iter().for_each(|(key, value)| members.set(key.clone(), value.clone()));
        }
        event
    };
    let events = json!([
        (event(
            5,
            4,
            "ExecutionFailed",
            json!({"executionFailedEventDetails": {"error": "Lambda.TooManyRequestsException"}})
        )),
        (event(
            4,
            3,
            "LambdaFunctionScheduleFailed",
            json!({"lambdaFunctionScheduleFailedEventDetails": {"error": "Lambda.TooManyRequestsException"}})
        )),
        (event(
            3,
            2,
            "LambdaFunctionScheduled",
            json!({"lambdaFunctionScheduledEventDetails": {"resource": "arn:aws:lambda:eu-west-1:111122223333:function:charge"}})
        )),
        (event(
            2,
            1,
            "TaskStateEntered",
            json!({"stateEnteredEventDetails": {"name": "Charge", "inputDetails": {"truncated": false}}})
        )),
        (event(
            1,
            0,
            "ExecutionStarted",
            json!({"executionStartedEventDetails": {"roleArn": "arn:aws:iam::111122223333:role/charge"}})
        ))
    ]);
    let arn = "arn:aws:states:eu-west-1:111122223333:execution:Payments:one";
    let definition = json!({"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:charge", "End": true}}});
    let id = import(&world, &json!({"history": {"events": events}, "definition": {"definition": (definition.to_string())}, "describe": {"executionArn": arn}})).await;
    let execution = world.json(&format!("executions/{id}")).await;
    let shown = members(&execution, &["name", "machine", "status", "startedAt", "error", "input", "rootCause"]);
    expect![[r#"
        name: "one"
        machine: "Payments"
        status: "FAILED"
        startedAt: 1795254304123
        error: "Lambda.TooManyRequestsException"
        input: null
        rootCause: {"stateId":"/States/Charge","stateName":"Charge","visit":"2","iteration":null,"attempt":1,"of":1,"eventId":4,"error":"Lambda.TooManyRequestsException","cause":null,"field":null,"mapRunArn":null,"lastSuccess":null,"hint":null}
    "#]]
    .assert_eq(&shown);
    let data = world.json(&format!("executions/{id}/visits/2/data")).await;
    assert_eq!(data.get("steps"), Some(&json!([])), "none was given");
    let events = world.json(&format!("executions/{id}/events")).await;
    let types = table(events.get("items").expect("events"), &["type"]);
    assert!(types.contains("LambdaFunctionScheduleFailed"), "{types}");
}

#[tokio::test]
async fn what_is_wrong_with_an_import_is_told_with_its_place() {
    let world = World::new().await;
    let start = r#"{"id":1,"type":"ExecutionStarted","timestamp":1}"#;
    let mut found = String::new();
    for request in [
        "{}".to_owned(),
        r#"{"history": 7}"#.to_owned(),
        r#"{"history": {"events": {}}}"#.to_owned(),
        r#"{"history": []}"#.to_owned(),
        r#"{"history": [7]}"#.to_owned(),
        r#"{"history": [{"id": 1, "type": "ExecutionStarted", "timestamp": "yesterday"}]}"#.to_owned(),
        r#"{"history": {"events": [{"id": 1, "type": "Dreamt", "timestamp": 1}]}}"#.to_owned(),
        r#"{"history": {"events": [{"id": 1, "type": "PassStateEntered", "timestamp": 1}]}}"#.to_owned(),
        r#"{"history": {"events": [{"id": 1, "type": "TaskFailed", "timestamp": 1, "taskFailedEventDetails": {"resource": []}}]}}"#.to_owned(),
        format!(r#"{{"history": [{start}, {{"id":3,"type":"ExecutionAborted","timestamp":1}}]}}"#),
        format!(r#"{{"history": [{start}, {start}]}}"#),
        format!(r#"{{"history": [{start}], "definition": "States:"}}"#),
        format!(r#"{{"history": [{start}], "describe": "it"}}"#),
    ] {
        let reply = world.post("import", &request).await;
        let error = reply.json().get("error").cloned().unwrap_or_default();
        found.push_str(&format!("{} {}: {}\n", reply.status, text(&error, "field"), text(&error, "message")));
    }
    expect![[r#"
        400 history: 'history' is missing
        400 history.events: 'history' has no 'events', nor is it a list of them
        400 history.events: 'history.events' is no list of events
        400 history: 'history' has no event
        400 history[0]: 'history[0]' is number, not an event
        400 history[0].timestamp: 'history[0].timestamp' must be a time: a text such as 2026-11-27T03:31:51.123Z, or a number of seconds since 1970
        400 history.events[0].type: 'history.events[0].type' is 'Dreamt', which is no type of event
        400 history.events[0].stateEnteredEventDetails.name: 'history.events[0].stateEnteredEventDetails.name' is missing
        400 history.events[0].taskFailedEventDetails.resourceType: 'history.events[0].taskFailedEventDetails.resourceType' is missing
        400 history[1].id: 'history[1].id' is 3, and there is no event 2: is a page missing?
        400 history[1].id: 'history[1].id' is 1 for the second time
        400 definition: 'definition' is not JSON: Unrecognized token 'States': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') at byte 0
        400 describe: 'describe' is no object
    "#]].assert_eq(&found);
    assert_eq!(world.get("/console/api/v1/executions/imported:none").await.refusal(), "404 NotFound");
}

#[tokio::test]
async fn two_executions_are_compared_visit_by_visit() {
    let world = World::new().await;
    let machine = world.create("orders", &orders(), "STANDARD").await;
    let good = world.run(&machine, "good", json!({"items": [{"n": 1}, {"n": 2}]})).await;
    let bad = world.run(&machine, "bad", json!({"items": [{"n": 1}, {"fail": "Card.Declined"}]})).await;
    let compared = world.json(&format!("compare?a={good}&b={bad}")).await;
    let columns = ["stateName", "inputDiffers", "outputDiffers", "visitA", "visitB"];
    let rows = compared.get("rows").and_then(Value::as_array).expect("rows").iter();
    let short = |row: &Value| {
        let cell = |name: &&str| match row.get(name) {
            Some(visit @ Value::Object(_)) => text(visit, "status"),
            other => other.map_or(String::new(), Value::to_string),
        };
        columns.iter().map(cell).collect::<Vec<_>>().join(" ") + "\n"
    };
    expect![[r#"
        "Prepare" true true CAUGHT CAUGHT
        "Each" true true SUCCEEDED FAILED
        "Charge" false false SUCCEEDED SUCCEEDED
        "Charge" true true SUCCEEDED FAILED
        "Ship" false false SUCCEEDED null
        "Air" false false SUCCEEDED null
        "Sea" false false SUCCEEDED null
    "#]]
    .assert_eq(&rows.map(short).collect::<String>());
    expect![[r#"{"stateId":"/States/Each/ItemProcessor/States/Charge","stateName":"Charge","reason":"it succeeded in A, it failed with Card.Declined in B"}"#]]
    .assert_eq(&compared.get("firstDivergence").expect("a member").to_string());
    let same = world.json(&format!("compare?a={good}&b={good}")).await;
    assert_eq!(same.get("firstDivergence"), Some(&Value::Null));
    assert_eq!(world.get("/console/api/v1/compare?a=x").await.refusal(), "400 InvalidParameter");
}

#[tokio::test]
async fn what_only_one_did_in_an_iteration_stands_in_that_iteration() {
    let world = World::new().await;
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "Next": "Last", "ItemProcessor": {"StartAt": "Look", "States": {
            "Look": {"Type": "Choice", "Default": "Keep", "Choices": [{"Variable": "$.dear", "IsPresent": true, "Next": "Ask"}]},
            "Ask": {"Type": "Pass", "Next": "Keep"},
            "Keep": {"Type": "Pass", "End": true}
        }}},
        "Last": {"Type": "Pass", "End": true}
    }});
    let machine = world.create("shop", &definition, "STANDARD").await;
    let a = world.run(&machine, "a", json!([{}, {}, {}])).await;
    let b = world.run(&machine, "b", json!([{"dear": 1}, {}, {"dear": 1}, {}])).await;
    let compared = world.json(&format!("compare?a={a}&b={b}")).await;
    let rows = compared.get("rows").and_then(Value::as_array).expect("rows").iter();
    let short = |row: &Value| {
        let side = |name: &str, letter| if row.get(name) == Some(&Value::Null) { "-" } else { letter };
        let visit = ["visitA", "visitB"].iter().find_map(|name| row.get(name)?.as_object());
        let index = visit.and_then(|visit| visit.get("index")?.as_i64()).map_or(String::new(), |at| format!(" {at}"));
        format!("{}{} {}{index}\n", side("visitA", "A"), side("visitB", "B"), text(row, "stateName"))
    };
    expect![[r#"
        AB Each
        AB Look 0
        -B Ask 0
        AB Keep 0
        AB Look 1
        AB Keep 1
        AB Look 2
        -B Ask 2
        AB Keep 2
        -B Look 3
        -B Keep 3
        AB Last
    "#]]
    .assert_eq(&rows.map(short).collect::<String>());
}

#[tokio::test]
async fn a_definition_is_drawn_with_its_problems() {
    let world = World::new().await;
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
    let reply = world.post("scene", &json!({"definition": definition}).to_string()).await.json();
    assert!(reply.get("scene").is_some_and(|scene| scene.get("nodes").is_some()), "{reply}");
    let problems = table(reply.get("problems").expect("problems"), &["severity", "location"]);
    expect![[r#"
        INFO 
        ERROR 
        ERROR /States/A
    "#]]
    .assert_eq(&problems);
    assert_eq!(world.post("scene", "{}").await.refusal(), "400 InvalidParameter");
}
