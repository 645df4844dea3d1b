//! What a server delivers to AWS's services, as moto's imitation of them takes it.

use serde_json::{Value, json};
use std::process::Command;
use system_tests::moto::installed;
use system_tests::{Moto, Setup, binaries};

/// What the script prints.
fn script(moto: &Moto, task: &str) -> String {
    let script = binaries::workspace().join("tests/clients/deliveries_moto.py");
    let mut command = Command::new(installed("python"));
    command.arg(script).args([&moto.url, task]).env("AWS_DEFAULT_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let output = command.output().expect("Python can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn logs_and_status_events_arrive_at_moto() {
    let moto = Moto::start();
    script(&moto, "prepare");
    let directory = tempfile::tempdir().expect("a directory can be made");
    let arguments = ["--execution-log", "cloudwatch", "--status-events", "eventbridge:orders"];
    let variables = [("AWS_ENDPOINT_URL", moto.url.clone()), ("AWS_ACCESS_KEY_ID", "test".to_owned())];
    let secret = ("AWS_SECRET_ACCESS_KEY", "test".to_owned());
    let mut server = Setup {
        arguments: arguments.map(str::to_owned).into(),
        variables: variables.into_iter().chain([secret]).collect(),
        ..Setup::new(directory.path())
    }
    .start();
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:/orders/log:*";
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}).to_string();
    let created = server.client().must(
        "CreateStateMachine",
        json!({"name": "m", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r",
            "loggingConfiguration": {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]}}),
    );
    let machine = created["stateMachineArn"].clone();
    server.client().must("StartExecution", json!({"stateMachineArn": machine, "name": "e"}));
    // What was begun is delivered before the end.
    while server.metric(&format!("stepwell_executions_succeeded_total{{state_machine_arn={machine}}}")) < 1.0 {
        std::thread::yield_now();
    }
    server.terminate();
    assert!(server.ended(std::time::Duration::from_secs(20)).success());
    let read = script(&moto, "read");
    let lines = read.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut told = Vec::new();
    for line in lines {
        let (stream, message) = (line["stream"].as_str().expect("a name"), &line["message"]);
        match line["group"].as_str() {
            Some("/orders/log") => {
                let parts: Vec<&str> = stream.split('/').collect();
                assert_eq!(parts[..2], ["states", "m"], "{stream}");
                let shape: String = parts[2].chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
                assert_eq!((&*shape, parts[3].len()), ("0000-00-00-00-00", 8), "{stream}");
                told.push(format!("{} {}", message["id"], message["type"]));
            }
            _ => told.push(format!("{} {}", message["source"], message["detail"]["executionArn"])),
        }
    }
    assert_eq!(
        told,
        [
            r#""1" "ExecutionStarted""#,
            r#""2" "SucceedStateEntered""#,
            r#""3" "SucceedStateExited""#,
            r#""4" "ExecutionSucceeded""#,
            r#""aws.states" "arn:aws:states:us-east-1:123456789012:execution:m:e""#,
        ]
    );
}
