//! The inbox: tasks that wait for an answer, and activities.

use crate::world::{World, table, text};
use expect_test::expect;
use json::{Value, json};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// Once as many tasks wait.
async fn waiting(world: &World, query: &str, count: usize) -> Value {
    let mut events = world.engine.watch();
    loop {
        let tasks = world.json(&format!("tasks?{query}")).await;
        if tasks.get("items").and_then(Value::as_array).is_some_and(|items| items.len() == count) {
            return tasks;
        }
        events.recv().await.expect("the engine runs");
    }
}

#[tokio::test]
async fn tasks_wait_until_they_are_answered() {
    let world = World::new().await;
    world.aws("CreateActivity", json!({"name": "work"})).await;
    let work = json!({"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": ACTIVITY, "End": true}}});
    let works = world.create("works", &work, "STANDARD").await;
    for number in 0..3 {
        let request = json!({"stateMachineArn": (works.as_str()), "name": (format!("e{number}")),
            "input": (json!({"number": number, "long": ("x".repeat(5000))}).to_string())});
        world.aws("StartExecution", request).await;
    }
    let first = waiting(&world, "limit=2", 2).await;
    let next = text(&first, "next");
    let rest = world.json(&format!("tasks?limit=2&cursor={next}")).await;
    let columns = ["kind", "machine", "stateName", "activityArn", "token", "timeoutAt"];
    let items = [&first, &rest].map(|page| table(page.get("items").expect("a list"), &columns)).concat();
    expect![[r#"
        activity works Work arn:aws:states:us-east-1:123456789012:activity:work null null
        activity works Work arn:aws:states:us-east-1:123456789012:activity:work null null
        activity works Work arn:aws:states:us-east-1:123456789012:activity:work null null
    "#]]
    .assert_eq(&items);
    assert_eq!(rest.get("next"), Some(&Value::Null));
    let activities = world.json("activities").await;
    assert_eq!(table(activities.get("items").expect("a list"), &["name", "waitingTasks", "pollers"]), "work 3 0\n");

    let task = world.aws("GetActivityTask", json!({"activityArn": ACTIVITY, "workerName": "me"})).await;
    let arn = "arn:aws:states:us-east-1:123456789012:execution:works:";
    let taken = world.json("tasks").await;
    let taken = taken
        .get("items")
        .and_then(Value::as_array)
        .and_then(|items| items.iter().find(|item| item.get("token") == task.get("taskToken")).cloned());
    let taken = taken.expect("it waits still, for whoever has its token");
    let execution = text(&taken, "executionArn");
    assert!(execution.starts_with(arn), "{execution}");
    // A long payload is read where it stands in the history.
    let reference = taken.get("payload").map(|payload| text(payload, "ref")).expect("a payload");
    let payload = world.json(&format!("payload/{reference}?from=0&to=20")).await;
    assert!(text(&task, "input").starts_with(&text(&payload, "text")), "{payload}");
    world.aws("SendTaskSuccess", json!({"taskToken": (text(&task, "taskToken")), "output": "1"})).await;
    waiting(&world, "machine=works", 2).await;
    assert_eq!(world.json(&format!("tasks?execution={execution}")).await.get("items"), Some(&json!([])));
    let first = world.json("tasks?limit=1").await;
    let first = first.get("items").and_then(Value::as_array).and_then(|items| items.iter().next()).expect("two wait");
    let id = text(first, "id");
    assert!(waiting(&world, &format!("id={}", &id[..9]), 1).await.to_string().contains(&id));

    for (query, expected) in [
        ("cursor=AAAA", "400 InvalidCursor"),
        ("id=xyz", "400 InvalidParameter"),
        ("limit=0", "400 InvalidParameter"),
        ("execution=none", "400 InvalidParameter"),
        ("execution=arn:aws:states:us-east-1:123456789012:execution:works:none", "404 ExecutionDoesNotExist"),
    ] {
        assert_eq!(world.get(&format!("/console/api/v1/tasks?{query}")).await.refusal(), expected, "{query}");
    }
    // A cursor is of the list that gave it.
    let reply = world.get(&format!("/console/api/v1/tasks?machine=works&cursor={next}")).await;
    assert_eq!(reply.refusal(), "400 InvalidCursor");
    assert_eq!(world.get("/console/api/v1/activities?cursor=none").await.refusal(), "400 InvalidCursor");
}
