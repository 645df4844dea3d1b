//! Functions that misbehave, and callers of tokens that do: what the workflow is told, in AWS's words.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use system_tests::{Client, Server, Setup, functions};

const SOON: Duration = Duration::from_secs(20);

struct World {
    server: Server,
    _directory: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let file = directory.path().join("functions.yaml");
        functions::write_scripted(&file, &["scripted"], &directory.path().join("ledger"), 1, 4);
        let mut configured: Value = serde_json::from_slice(&std::fs::read(&file).expect("just written")).expect("JSON");
        let mut hasty = configured["functions"]["scripted"].clone();
        hasty["timeout"] = json!(1);
        configured["functions"]["hasty"] = hasty;
        configured["functions"]["no-program"] = json!({"command": "./is-not-there"});
        std::fs::write(&file, configured.to_string()).expect("the file can be written");
        let setup = Setup { functions: Some(file), ..Setup::new(directory.path()) };
        World { server: setup.start(), _directory: directory }
    }

    fn client(&self) -> Client {
        self.server.client()
    }

    /// Runs one Task and gives what it put out; a failure is caught by States.ALL, and put out itself.
    fn run(&self, name: &str, task: Value) -> Value {
        let mut task = task;
        task["Type"] = json!("Task");
        task["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]);
        task["End"] = json!(true);
        let definition = json!({"StartAt": "Task", "States": {"Task": task, "Caught": {"Type": "Pass", "End": true}}});
        let machine = self.client().create_machine(name, &definition);
        let description = self.client().wait(&self.client().start(&machine, &json!({})), SOON);
        assert_eq!(description["status"], "SUCCEEDED", "{name}: {description}");
        serde_json::from_str(description["output"].as_str().expect("an output")).expect("it is JSON")
    }

    /// Invokes a function with an event.
    fn invoke(&self, name: &str, function: &str, event: Value) -> Value {
        self.run(name, invoke(function, event))
    }
}

fn invoke(function: &str, event: Value) -> Value {
    json!({
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": event},
        "OutputPath": "$",
    })
}

#[track_caller]
fn check_error(caught: &Value, error: &str, cause_contains: &str) {
    assert_eq!(caught["Error"], error, "{caught}");
    let cause = caught["Cause"].as_str().unwrap_or_default();
    assert!(cause.contains(cause_contains), "'{cause_contains}' is not in: {caught}");
}

#[test]
fn what_a_function_does_wrong_is_the_error_that_lambda_gives() {
    let world = World::new();
    let run = |name: &str, function: &str, event: Value| world.invoke(name, function, event);

    let caught = run("missing", "nobody", json!({}));
    check_error(
        &caught,
        "Lambda.ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody",
    );
    check_error(&run("no-program", "no-program", json!({})), "Runtime.InvalidEntrypoint", "is-not-there");
    check_error(&run("hasty", "hasty", json!({"do": "hang"})), "Sandbox.Timedout", "Task timed out after 1.00 seconds");
    check_error(&run("exit", "scripted", json!({"do": "exit"})), "Runtime.ExitError", "exit status 3");
    check_error(
        &run("seven-mb", "scripted", json!({"do": "large", "bytes": 7 << 20})),
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes)",
    );
    check_error(
        &run("three-hundred-kb", "scripted", json!({"do": "large", "bytes": 300_000})),
        "States.DataLimitExceeded",
        "exceeding the maximum number of bytes service limit",
    );

    // What it prints is its log, and no answer.
    assert_eq!(run("print", "scripted", json!({"do": "print"}))["Payload"], json!({"printed": true}));
    // What is no JSON is text.
    assert_eq!(run("nonsense", "scripted", json!({"do": "nonsense"}))["Payload"], "}{ not JSON");
    run("binary", "scripted", json!({"do": "binary"}));
    assert_eq!(run("echo", "scripted", json!({"still": "here"}))["Payload"], json!({"still": "here"}));

    let mut hanging = invoke("scripted", json!({"do": "hang"}));
    hanging["TimeoutSeconds"] = json!(1);
    let begun = Instant::now();
    check_error(&world.run("hang", hanging), "States.Timeout", "");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(world.server.is_healthy());
}

#[test]
fn a_token_counts_once_and_in_time() {
    let world = World::new();
    let client = world.client();
    let activity = client.must("CreateActivity", json!({"name": "by-hand"}))["activityArn"].clone();
    let machine = client.create_machine(
        "by-hand",
        &json!({"StartAt": "By hand", "States": {"By hand": {
            "Type": "Task", "Resource": activity, "TimeoutSeconds": 1, "End": true}}}),
    );
    let take = || {
        let task = client.must("GetActivityTask", json!({"activityArn": activity}));
        task["taskToken"].as_str().expect("a task waits").to_owned()
    };
    let send = |operation: &str, token: &str| {
        let request = match operation {
            "SendTaskSuccess" => json!({"taskToken": token, "output": "\"done\""}),
            _ => json!({"taskToken": token}),
        };
        client.call(operation, request).map(drop).map_err(|error| error.name().unwrap_or("lost").to_owned())
    };
    let all = ["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"];

    let in_time = client.start(&machine, &json!({}));
    let token = take();
    send("SendTaskHeartbeat", &token).expect("the task waits");
    send("SendTaskSuccess", &token).expect("the task waits");
    for operation in all {
        assert_eq!(send(operation, &token), Err("TaskTimedOut".to_owned()), "{operation} with a token that was used");
    }
    assert_eq!(client.wait(&in_time, SOON)["output"], "\"done\"");

    let too_late = client.start(&machine, &json!({}));
    let token = take();
    assert_eq!(client.wait(&too_late, SOON)["error"], "States.Timeout");
    for operation in all {
        assert_eq!(send(operation, &token), Err("TaskTimedOut".to_owned()), "{operation} after the timeout");
    }
    let mut forged = token.clone().into_bytes();
    forged[8] = if forged[8] == b'B' { b'C' } else { b'B' };
    let forged = String::from_utf8(forged).expect("tokens are ASCII");
    for garbage in ["garbage", "A", "AAAAAAAA", "%%%", &token[1..]] {
        for operation in all {
            assert_eq!(send(operation, garbage), Err("InvalidToken".to_owned()), "{operation} with {garbage}");
        }
    }
    let refused = send("SendTaskSuccess", &forged).expect_err("a forged token opens nothing");
    assert!(["InvalidToken", "TaskTimedOut"].contains(&refused.as_str()), "{refused}");
}
