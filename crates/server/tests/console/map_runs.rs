//! Map Runs and their children.

use crate::world::{World, members, table, text};
use expect_test::expect;
use json::{Value, json};

fn shop() -> Value {
    json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "Label": "Each", "ItemsPath": "$.items", "MaxConcurrency": 1, "ToleratedFailureCount": 1, "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Charge", "States": {
                "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true}
            }
        }
    }}})
}

#[tokio::test]
async fn a_map_run_is_found_with_the_children_that_failed_in_front() {
    let world = World::new().await;
    let machine = world.create("shop", &shop(), "STANDARD").await;
    let items = json!([{"n": 1}, {"fail": "Card.Declined"}, {"n": 3}, {"fail": "Card.Stolen"}, {"n": 5}]);
    let arn = world.run(&machine, "bad", json!({"items": items})).await;
    let visits = world.json(&format!("executions/{arn}/visits")).await;
    let each = visits.get("items").and_then(|items| items.as_array()?.first()).expect("the Map").clone();
    let run_arn = text(&each, "mapRunArn");
    assert_eq!(text(&each, "status"), "FAILED");
    let cause = world.json(&format!("executions/{arn}")).await.get("rootCause").cloned().expect("it failed");
    assert_eq!(
        (text(&cause, "error").as_str(), text(&cause, "mapRunArn")),
        ("States.ExceedToleratedFailureThreshold", run_arn.clone())
    );
    let run = world.json(&format!("maprun/{}", run_arn.replace('/', "%2F"))).await;
    let names = ["executionArn", "stateId", "visit", "status", "maxConcurrency", "toleratedFailureCount", "itemCounts"];
    let shown = members(&run, &names);
    expect![[r#"
        executionArn: "arn:aws:states:us-east-1:123456789012:execution:shop:bad"
        stateId: "/States/Each"
        visit: "2"
        status: "FAILED"
        maxConcurrency: 1
        toleratedFailureCount: 1
        itemCounts: {"pending":1,"running":0,"succeeded":2,"failed":2,"timedOut":0,"aborted":0,"pendingRedrive":0,"total":5,"resultsWritten":2}
    "#]].assert_eq(&shown);
    let run_arn = run_arn.replace('/', "%2F");
    let children = async |query: &str| world.json(&format!("executions?mapRun={run_arn}{query}")).await;
    let columns = ["status", "error", "machine", "type"];
    let all = children("").await;
    // Those that failed in the same millisecond are in no order.
    let rows = table(all.get("items").expect("children"), &columns);
    let mut rows: Vec<&str> = rows.lines().collect();
    rows[..2].sort_unstable();
    assert_eq!(
        rows,
        [
            "FAILED Card.Declined shop STANDARD",
            "FAILED Card.Stolen shop STANDARD",
            "SUCCEEDED null shop STANDARD",
            "SUCCEEDED null shop STANDARD"
        ]
    );
    expect![[r#"{"ABORTED":0,"FAILED":2,"PENDING_REDRIVE":0,"RUNNING":0,"SUCCEEDED":2,"TIMED_OUT":0}"#]]
        .assert_eq(&all.get("counts").expect("a first page").to_string());
    let failures = world.json(&format!("maprun/{run_arn}/failures")).await;
    expect![[r#"
        Card.Declined 1 FAILED
        Card.Stolen 1 FAILED
    "#]]
    .assert_eq(&table(failures.get("groups").expect("groups"), &["error", "count", "status"]));
    assert_eq!(members(&failures, &["counted", "areAll"]), "counted: 2\nareAll: true\n");
    // The same in pages.
    let (mut names, mut next) = (String::new(), String::new());
    loop {
        let page = children(&format!("&limit=2{next}")).await;
        names.push_str(&table(page.get("items").expect("children"), &["arn"]));
        match page.get("next") {
            Some(Value::String(cursor)) => next = format!("&cursor={cursor}"),
            _ => break,
        }
    }
    assert_eq!(names, table(all.get("items").expect("children"), &["arn"]));
    let succeeded = children("&status=SUCCEEDED").await;
    expect![[r#"
        SUCCEEDED null shop STANDARD
        SUCCEEDED null shop STANDARD
    "#]]
    .assert_eq(&table(succeeded.get("items").expect("children"), &columns));
    let child = text(all.get("items").and_then(|items| items.as_array()?.first()).expect("a child"), "arn");
    let child = world.json(&format!("executions/{}", child.replace('/', "%2F"))).await;
    assert_eq!(text(&child, "mapRunArn").replace('/', "%2F"), run_arn);
    for path in ["maprun/none", "maprun/none/failures", "executions?mapRun=none"] {
        assert_eq!(world.get(&format!("/console/api/v1/{path}")).await.refusal(), "404 NotFound");
    }
}
