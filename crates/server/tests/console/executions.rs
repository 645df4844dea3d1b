//! One execution: why it failed, its visits, events, payloads.

use crate::world::{World, members, table, text};
use expect_test::{Expect, expect};
use json::{Value, json};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:work";

/// Prepare fails and is caught, then each item is charged, twice if need be, and shipped both ways.
pub(crate) fn orders() -> Value {
    json!({"StartAt": "Prepare", "States": {
        "Prepare": {"Type": "Task", "Resource": FUNCTION, "Parameters": {"fail": "Too.Early"},
            "Catch": [{"ErrorEquals": ["Too.Early"], "ResultPath": null, "Next": "Each"}], "Next": "Each"},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "Next": "Ship", "ItemProcessor": {"StartAt": "Charge", "States": {
            "Charge": {"Type": "Task", "Resource": FUNCTION, "End": true, "Retry": [{"ErrorEquals": ["Card.Declined"], "MaxAttempts": 1, "IntervalSeconds": 0}]}
        }}},
        "Ship": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Air", "States": {"Air": {"Type": "Pass", "End": true}}},
            {"StartAt": "Sea", "States": {"Sea": {"Type": "Pass", "Assign": {"ship": "Ever.$"}, "End": true}}}
        ]}
    }})
}

async fn check(world: &World, path: &str, columns: &[&str], expected: Expect) {
    let answer = world.json(path).await;
    expected.assert_eq(&table(answer.get("items").expect("a list"), columns));
}

const VISIT: [&str; 9] = ["id", "stateId", "type", "parentVisit", "index", "status", "error", "next", "lastEvent"];

#[tokio::test]
async fn a_failure_is_traced_to_its_root() {
    let world = World::new().await;
    let machine = world.create("orders", &orders(), "STANDARD").await;
    let good = world.run(&machine, "good", json!({"items": [{}]})).await;
    let arn = world.run(&machine, "bad", json!({"items": [{"n": 1}, {"fail": "Card.Declined"}, {"n": 3}]})).await;
    let execution = world.json(&format!("executions/{arn}")).await;
    expect![[r#"
        status: "FAILED"
        error: "Card.Declined"
        cause: "as it was told"
        machine: "orders"
        redrivable: true
        events: 27
    "#]]
    .assert_eq(&members(&execution, &["status", "error", "cause", "machine", "redrivable", "events"]));
    let cause = execution.get("rootCause").expect("it failed");
    expect![[r#"
        stateId: "/States/Each/ItemProcessor/States/Charge"
        iteration: [1]
        attempt: 2
        of: 2
        error: "Card.Declined"
        field: null
    "#]]
    .assert_eq(&members(cause, &["stateId", "iteration", "attempt", "of", "error", "field"]));
    assert_eq!(cause.get("lastSuccess").map(|found| text(found, "arn")), Some(good.clone()));
    check(
        &world,
        &format!("executions/{arn}/visits"),
        &VISIT,
        expect![[r#"
            2 /States/Prepare Task null null CAUGHT Too.Early /States/Each 6
            7 /States/Each Map null null FAILED Card.Declined null 26
            10 /States/Each/ItemProcessor/States/Charge Task 7 0 SUCCEEDED null null 14
            17 /States/Each/ItemProcessor/States/Charge Task 7 1 FAILED Card.Declined null 23
        "#]],
    )
    .await;
    check(
        &world,
        &format!("executions/{good}/visits?limit=3"),
        &VISIT,
        expect![[r#"
            2 /States/Prepare Task null null CAUGHT Too.Early /States/Each 6
            7 /States/Each Map null null SUCCEEDED null /States/Ship 17
            10 /States/Each/ItemProcessor/States/Charge Task 7 0 SUCCEEDED null null 14
        "#]],
    )
    .await;
    let visits = world.json(&format!("executions/{arn}/visits")).await;
    let each = text(visits.get("items").and_then(|items| items.as_array()?.get(1)).expect("the Map"), "id");
    let iterations = world.json(&format!("executions/{arn}/iterations?visit={each}")).await;
    expect![[r#"
        length: 3
        counts: {"FAILED":1,"SUCCEEDED":1}
    "#]]
    .assert_eq(&members(&iterations, &["length", "counts"]));
    check(
        &world,
        &format!("executions/{arn}/iterations?visit={each}&status=FAILED"),
        &["index", "status", "visits"],
        expect![[r#"
            1 FAILED 1
        "#]],
    )
    .await;
    let inside = format!("executions/{arn}/visits?parent={each}&index=1");
    check(
        &world,
        &inside,
        &["stateName", "status"],
        expect![[r#"
            Charge FAILED
        "#]],
    )
    .await;
    let latest = world.json(&format!("executions/{arn}/at/latest")).await;
    expect![[r#"
        eventId: 27
        edges: {"/StartAt":1,"/States/Each/ItemProcessor/StartAt":2,"/States/Each/ItemProcessor/States/Charge/End":1,"/States/Prepare/Catch[0]":1}
        visit: null
    "#]]
    .assert_eq(&members(&latest, &["eventId", "edges", "visit"]));
    let states = latest.get("states").and_then(Value::as_object).expect("states");
    let lines: String = states.iter().map(|(place, state)| format!("{place} {state}\n")).collect();
    expect![[r#"
        /States/Each {"status":"FAILED","visits":1,"running":0,"succeeded":0,"failed":1,"caught":0,"retries":0,"items":{"total":3,"ended":2,"failed":1},"mapRunArn":null}
        /States/Each/ItemProcessor/States/Charge {"status":"FAILED","visits":2,"running":0,"succeeded":1,"failed":1,"caught":0,"retries":1,"items":null,"mapRunArn":null}
        /States/Prepare {"status":"CAUGHT","visits":1,"running":0,"succeeded":0,"failed":0,"caught":1,"retries":0,"items":null,"mapRunArn":null}
    "#]]
    .assert_eq(&lines);
    let data = world.json(&format!("executions/{arn}/visits/17/data")).await;
    let steps = table(data.get("steps").expect("steps"), &["name", "payload"]);
    let sent = r#"{"text":"{\"fail\":\"Card.Declined\"}"}"#;
    assert_eq!(steps, format!("input {sent}\narguments {sent}\n"));
    let export = world.json(&format!("executions/{arn}/export")).await;
    assert_eq!(export.get("events").and_then(Value::as_array).map(|events| events.len()), Some(27));
    let overlay = world.json("machines/orders/overlay?sample=10").await;
    assert_eq!(overlay.get("sampled"), Some(&json!(2)));
    let charge = overlay.get("states").and_then(|states| states.get("/States/Each/ItemProcessor/States/Charge"));
    assert_eq!(
        members(charge.expect("it was entered"), &["entered", "succeeded", "failed", "retried"]),
        "entered: 3\nsucceeded: 2\nfailed: 1\nretried: 1\n"
    );
    assert_eq!(world.json("health").await.get("openExecutions"), Some(&json!(0)));
    let early = world.json(&format!("executions/{arn}/at/3")).await;
    expect![[r#"
        eventId: 3
        states: {"/States/Prepare":{"status":"RUNNING","visits":1,"running":1,"succeeded":0,"failed":0,"caught":0,"retries":0,"items":null,"mapRunArn":null}}
        visit: "2"
    "#]]
    .assert_eq(&members(&early, &["eventId", "states", "visit"]));
}

#[tokio::test]
async fn an_error_that_a_fail_state_hands_on_is_the_failing_states() {
    let world = World::new().await;
    let definition = json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Note"}], "Branches": [
            {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": FUNCTION, "Parameters": {"fail": "Card.Declined"}, "End": true}}}
        ]},
        "Note": {"Type": "Pass", "Next": "Give up"},
        "Give up": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"}
    }});
    let machine = world.create("orders", &definition, "STANDARD").await;
    let arn = world.run(&machine, "bad", json!({})).await;
    let execution = world.json(&format!("executions/{arn}")).await;
    expect![[r#"
        stateId: "/States/Both/Branches[0]/States/Charge"
        attempt: 1
        error: "Card.Declined"
    "#]]
    .assert_eq(&members(execution.get("rootCause").expect("it failed"), &["stateId", "attempt", "error"]));
}

#[tokio::test]
async fn a_redrive_goes_on_in_the_same_visits() {
    let world = World::new().await;
    let machine = world.create("orders", &orders(), "STANDARD").await;
    let arn = world.run(&machine, "bad", json!({"items": [{"fail": "Card.Declined"}]})).await;
    let mut watch = world.engine.watch();
    world.aws("RedriveExecution", json!({"executionArn": (arn.as_str())})).await;
    while !watch
        .recv()
        .await
        .expect("it runs")
        .events
        .iter()
        .any(|event| matches!(event.details, engine::HistoryEventDetails::ExecutionFailed { .. }))
    {}
    let visits = world.json(&format!("executions/{arn}/visits")).await;
    let items = visits.get("items").expect("visits");
    expect![[r#"
        2 /States/Prepare Task null null CAUGHT Too.Early /States/Each 6
        7 /States/Each Map null null FAILED Card.Declined null 30
        10 /States/Each/ItemProcessor/States/Charge Task 7 0 FAILED Card.Declined null 27
    "#]]
    .assert_eq(&table(items, &VISIT));
    let attempts = items
        .as_array()
        .expect("visits")
        .iter()
        .map(|visit| visit.get("attempts").and_then(Value::as_array).map_or(0, |attempts| attempts.len()));
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 1, 4]);
}

#[tokio::test]
async fn events_come_in_pages_either_way() {
    let world = World::new().await;
    let machine = world.create("orders", &orders(), "STANDARD").await;
    let arn = world.run(&machine, "bad", json!({"items": [{"fail": "Card.Declined"}]})).await;
    let path = |query: &str| format!("executions/{arn}/events?{query}");
    check(
        &world,
        &path("limit=3"),
        &["id", "previousId", "type", "stateId", "visit", "summary", "details"],
        expect![[r#"
            20 19 ExecutionFailed null null Card.Declined {"error":"Card.Declined","cause":"as it was told"}
            19 16 MapStateFailed /States/Each 7  null
            18 16 TaskStateAborted /States/Each 7  null
        "#]],
    )
    .await;
    let collect = async |direction: &str, mut next: u64, limit: usize, more: &str| {
        let mut ids = Vec::new();
        loop {
            let page = world.json(&path(&format!("{direction}={next}&limit={limit}{more}"))).await;
            let items = page.get("items").expect("events");
            ids.extend(table(items, &["id"]).lines().map(|id| id.parse::<u64>().expect("a number")));
            match page.get("next").and_then(Value::as_i64) {
                Some(place) => next = place as u64,
                None => return ids,
            }
        }
    };
    let total = world.json(&path("limit=1")).await.get("total").and_then(Value::as_i64).expect("a number") as u64;
    assert_eq!(collect("after", 0, 4, "").await, (1..=total).collect::<Vec<_>>());
    assert_eq!(collect("before", total + 1, 5, "").await, (1..=total).rev().collect::<Vec<_>>());
    let failed = collect("before", u64::MAX, 1, "&failed=1").await;
    assert_eq!(failed, collect("after", 0, 100, "&failed=1").await.into_iter().rev().collect::<Vec<_>>());
    assert!(failed.len() > 3 && (failed.len() as u64) < total);
    for (query, expected) in [
        ("before=x", "400 InvalidParameter"),
        ("before=1&after=2", "400 InvalidParameter"),
        ("limit=100000", "400 InvalidParameter"),
    ] {
        assert_eq!(world.get(&format!("/console/api/v1/{}", path(query))).await.refusal(), expected, "{query}");
    }
    for path in [
        "executions/arn:aws:states:us-east-1:123456789012:execution:orders:none",
        "executions/nonsense",
        "executions/arn:aws:states:us-east-1:123456789012:express:orders:a:b",
        "payload/nonsense",
        "payload/",
    ] {
        assert_eq!(world.get(&format!("/console/api/v1/{path}")).await.status, 404, "{path}");
    }
    let gone = format!("/console/api/v1/executions/{arn}/at/{}", total + 1);
    assert_eq!(world.get(&gone).await.refusal(), "404 NotFound");
}

#[tokio::test]
async fn long_payloads_are_cut_and_read_by_range() {
    let world = World::new().await;
    let machine = world.create("orders", &orders(), "STANDARD").await;
    let long = "é".repeat(100_000);
    let arn = world.run(&machine, "long", json!({"items": [], "text": (long.as_str())})).await;
    let execution = world.json(&format!("executions/{arn}")).await;
    let input = execution.get("input").expect("an input");
    let total = format!("{{\"items\":[],\"text\":\"{long}\"}}").len();
    assert_eq!(input.get("bytes").and_then(Value::as_i64), Some(total as i64));
    assert!(text(input, "cut").len() <= 1024);
    let mut read = String::new();
    while read.len() < total {
        let path = format!("payload/{}?from={}&to={}", text(input, "ref"), read.len(), read.len() + 60_001);
        let range = world.json(&path).await;
        assert_eq!(range.get("from").and_then(Value::as_i64), Some(read.len() as i64));
        read.push_str(&text(&range, "text"));
    }
    assert_eq!(read, format!("{{\"items\":[],\"text\":\"{long}\"}}"));
    let events = world.get(&format!("/console/api/v1/executions/{arn}/events")).await;
    assert!(events.body.len() < 60_000, "{}", events.body.len());
}

#[tokio::test]
async fn express_executions_are_shown_like_standard_ones() {
    let world = World::new().await;
    let machine = world.create("quick", &orders(), "EXPRESS").await;
    let request = json!({"stateMachineArn": (machine.as_str()), "name": "one", "input": r#"{"items":[{"fail":"Card.Declined"}]}"#});
    let arn = text(&world.aws("StartSyncExecution", request).await, "executionArn");
    let execution = world.json(&format!("executions/{arn}")).await;
    assert_eq!(text(&execution, "type"), "EXPRESS");
    assert_eq!(text(execution.get("rootCause").expect("it failed"), "stateName"), "Charge");
    let visits = world.json(&format!("executions/{arn}/visits")).await;
    assert_eq!(
        table(visits.get("items").expect("visits"), &["stateName", "status"]),
        "Prepare CAUGHT\nEach FAILED\nCharge FAILED\n"
    );
    assert!(world.json("executions?kind=express&status=FAILED").await.to_string().contains(&arn));
}

#[tokio::test]
async fn what_each_field_made_of_the_data_is_worked_out() {
    let world = World::new().await;
    let long = "long ".repeat(1_000);
    let definition = json!({"StartAt": "Fetch", "States": {
        "Fetch": {"Type": "Task", "Resource": FUNCTION, "InputPath": "$.order", "Parameters": {"n.$": "$.n", "by.$": "$$.Execution.Name"},
            "ResultSelector": {"got.$": "$.n", "long": (long.as_str())}, "ResultPath": "$.fetched", "OutputPath": "$.fetched.got", "Next": "Both"},
        "Both": {"Type": "Parallel", "ResultSelector": {"second.$": "$[1]"}, "Next": "Each", "Branches": [
            {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}},
            {"StartAt": "Two", "States": {"Two": {"Type": "Pass", "Result": [1, 2], "End": true}}}
        ]},
        "Each": {"Type": "Map", "ItemsPath": "$.second", "ItemSelector": {"of.$": "$$.Map.Item.Value"}, "Next": "Chance",
            "ItemProcessor": {"StartAt": "Pick", "States": {"Pick": {"Type": "Pass", "OutputPath": "$.of", "End": true}}}},
        "Chance": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"id": "{% $uuid() %}"}, "Output": "{% $random() %}", "End": true}
    }});
    let machine = world.create("fields", &definition, "STANDARD").await;
    let arn = world.run(&machine, "one", json!({"order": {"n": 7}})).await;
    let visits = world.json(&format!("executions/{arn}/visits")).await;
    let mut found = String::new();
    for visit in visits.get("items").and_then(Value::as_array).expect("visits").iter() {
        let data = world.json(&format!("executions/{arn}/visits/{}/data", text(visit, "id"))).await;
        found.push_str(&format!("{}\n", text(visit, "stateName")));
        for step in data.get("steps").and_then(Value::as_array).expect("steps").iter() {
            let payload = step.get("payload").expect("a payload");
            let shown = match payload.get("text") {
                Some(_) => text(payload, "text"),
                None => {
                    let reference = text(payload, "ref");
                    let whole = world.json(&format!("payload/{reference}")).await;
                    format!("{} bytes", text(&whole, "text").len())
                }
            };
            let by = step.get("expression").filter(|by| !by.is_null());
            let by = by.map(|by| format!(" <- {:.40}", by.to_string())).unwrap_or_default();
            let shown =
                if text(visit, "stateName") == "Chance" && text(step, "name") == "output" { "…" } else { &shown };
            found.push_str(&format!("    {}: {shown}{by}\n", text(step, "name")));
        }
    }
    expect![[r#"
        Fetch
            input: {"order":{"n":7}}
            afterInputPath: {"n":7} <- "$.order"
            afterParameters: {"n":7,"by":"one"} <- {"n.$":"$.n","by.$":"$$.Execution.Name"}
            result: {"n":7,"by":"one"}
            afterResultSelector: 5019 bytes <- {"got.$":"$.n","long":"long long long lo
            afterResultPath: 5047 bytes <- "$.fetched"
            output: 7 <- "$.fetched.got"
        Both
            input: 7
            afterResultSelector: {"second":[1,2]} <- {"second.$":"$[1]"}
            output: {"second":[1,2]}
        One
            input: 7
            output: 7
        Two
            input: 7
            result: [1,2] <- [1,2]
            output: [1,2]
        Each
            input: {"second":[1,2]}
            items: [1,2] <- "$.second"
            afterItemSelector: {"of":1} <- {"of.$":"$$.Map.Item.Value"}
            output: [1,2]
        Pick
            input: {"of":1}
            output: 1 <- "$.of"
        Pick
            input: {"of":2}
            output: 2 <- "$.of"
        Chance
            input: [1,2]
            output: … <- "{% $random() %}"
    "#]]
    .assert_eq(&found);
}
