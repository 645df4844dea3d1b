//! Machines and executions in lists.

use crate::world::{World, table, text};
use expect_test::expect;
use json::{Value, json};

fn echo() -> Value {
    json!({"StartAt": "Work", "States": {"Work": {
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true
    }}})
}

fn wait() -> Value {
    json!({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}})
}

#[tokio::test]
async fn a_machine_shows_how_it_has_done() {
    let world = World::new().await;
    let orders = world.create("orders", &echo(), "STANDARD").await;
    world.create("quick", &json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}), "EXPRESS").await;
    world.run(&orders, "first", json!({})).await;
    world.run(&orders, "second", json!({"fail": "Card.Declined"})).await;
    let machines = world.json("machines").await;
    let columns = ["name", "type", "queryLanguage", "states", "running", "failureRate", "services"];
    expect![[r#"
        orders STANDARD JSONPath 1 0 0.5 ["lambda"]
        quick EXPRESS JSONPath 1 0 null []
    "#]]
    .assert_eq(&table(machines.get("items").expect("a list"), &columns));
    let machine = world.json("machines/orders").await;
    assert_eq!(text(&machine, "definition"), echo().to_string());
    let nodes = machine.get("scene").and_then(|scene| scene.get("nodes")).expect("a picture");
    assert!(table(nodes, &["id"]).contains("/States/Work\n"));
    let recent = machine.get("recent").expect("a strip");
    let mut strip: Vec<String> = table(recent, &["name", "status"]).lines().map(str::to_owned).collect();
    strip.sort();
    assert_eq!(strip, ["first SUCCEEDED", "second FAILED"]);
    assert_eq!(world.get("/console/api/v1/machines/none").await.refusal(), "404 NotFound");
    let metrics = world.json("machines/orders/metrics?span=60000&buckets=6").await;
    let buckets = metrics.get("buckets").and_then(Value::as_array).expect("buckets").to_vec();
    let sum = |name: &str| buckets.iter().filter_map(|bucket| bucket.get(name)?.as_i64()).sum::<i64>();
    assert_eq!((buckets.len(), sum("succeeded"), sum("failed"), sum("running")), (6, 1, 1, 0));
    assert!(buckets.iter().any(|bucket| bucket.get("p95Ms").is_some_and(|p95| !p95.is_null())));
    assert_eq!(metrics.get("executions"), Some(&json!(2)));
    for query in ["span=0", "buckets=501"] {
        let path = format!("/console/api/v1/machines/orders/metrics?{query}");
        assert_eq!(world.get(&path).await.refusal(), "400 InvalidParameter", "{query}");
    }
}

#[tokio::test]
async fn pages_stay_right_while_executions_come_and_end() {
    let world = World::new().await;
    let (orders, waits) =
        (world.create("orders", &echo(), "STANDARD").await, world.create("waits", &wait(), "STANDARD").await);
    let quick = world.create("quick", &json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}), "EXPRESS").await;
    let start = async |machine: &str, name: &str| {
        let request = json!({"stateMachineArn": machine, "name": name});
        text(&world.aws("StartExecution", request).await, "executionArn")
    };
    let mut expected = Vec::new();
    for number in 0..12 {
        let machine = [&orders, &waits, &quick][number % 3];
        expected.push(start(machine, &format!("e{number}")).await);
    }
    let mut seen: Vec<String> = Vec::new();
    let mut next = String::new();
    loop {
        let page = world.json(&format!("executions?limit=5{next}")).await;
        let items = page.get("items").expect("a list");
        seen.extend(table(items, &["arn"]).lines().map(str::to_owned));
        match page.get("next").and_then(Value::as_str) {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
        // What comes meanwhile is newer, and what ends stays where it is.
        start(&orders, &format!("new{}", seen.len())).await;
        let waiting = seen.iter().find(|arn| arn.contains(":waits:")).expect("there is one on the first page");
        world.aws("StopExecution", json!({"executionArn": (waiting.as_str()), "error": "Enough"})).await;
    }
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn counts_and_rows_come_from_one_predicate() {
    let world = World::new().await;
    let (orders, waits) =
        (world.create("orders", &echo(), "STANDARD").await, world.create("waits", &wait(), "STANDARD").await);
    world.run(&orders, "apple-1", json!({})).await;
    world.run(&orders, "apple-2", json!({"fail": "Card.Declined"})).await;
    world.run(&orders, "pear", json!({})).await;
    world.aws("StartExecution", json!({"stateMachineArn": (waits.as_str()), "name": "apple-3"})).await;
    let list = world.json("executions?q=APPLE&status=FAILED,RUNNING").await;
    let mut rows: Vec<String> = table(list.get("items").expect("a list"), &["name", "machine", "status", "error"])
        .lines()
        .map(str::to_owned)
        .collect();
    rows.sort();
    assert_eq!(rows, ["apple-2 orders FAILED Card.Declined", "apple-3 waits RUNNING null"]);
    assert_eq!(
        list.get("counts").expect("counts").to_string(),
        r#"{"ABORTED":0,"FAILED":1,"RUNNING":1,"SUCCEEDED":1,"TIMED_OUT":0}"#
    );
    assert_eq!(world.json("executions?machine=orders&from=9000000000000").await.get("items"), Some(&json!([])));
    for (query, expected) in [
        ("status=SLEEPING", "400 InvalidParameter"),
        ("kind=all&limit=0", "400 InvalidParameter"),
        ("limit=501", "400 InvalidParameter"),
        ("from=yesterday", "400 InvalidParameter"),
        ("kind=other", "400 InvalidParameter"),
        ("cursor=AAAA", "400 InvalidCursor"),
        ("cursor=%00", "400 InvalidCursor"),
        ("q=%ff", "400 InvalidParameter"),
    ] {
        assert_eq!(world.get(&format!("/console/api/v1/executions?{query}")).await.refusal(), expected, "{query}");
    }
    let page = world.json("executions?limit=1").await;
    let cursor = text(&page, "next");
    let elsewhere = world.get(&format!("/console/api/v1/executions?limit=1&machine=orders&cursor={cursor}")).await;
    assert_eq!(elsewhere.refusal(), "400 InvalidCursor");
}
