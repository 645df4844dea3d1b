//! `stepwell dev`: a project from its file, and what happens when files are saved.

use crate::support::{Running, address, call, command, directory, stepwell};
use tempfile::TempDir;

/// The Runtime API in a few lines, so that no runtime client has to be installed.
const FUNCTION: &str = r#"
import json, os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime"
while True:
    with urllib.request.urlopen(api + "/invocation/next") as invocation:
        id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(invocation)
    print("greeting", event["name"], flush=True)
    with open("invocations", "a") as file:
        file.write("x")
    answer = {"text": open("word").read() + " " + event["name"], "api": "AWS_ENDPOINT_URL_SFN" in os.environ}
    urllib.request.urlopen(api + "/invocation/" + id + "/response", data=json.dumps(answer).encode())
"#;
const PROJECT: &str = r#"
functions:
  greet:
    build: printf hello > word
    command: python3 -u function.py
    timeout: 20
stateMachines:
  hello: {definition: hello.asl.yaml}
activities: [approve]
run:
  - stateMachine: hello
    input: {name: Ada}
"#;
const HELLO: &str = r#"
StartAt: Greet
States:
  Greet: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: greet, "Payload.$": $}, OutputPath: $.Payload, Next: Rest}
  Rest: {Type: Wait, Seconds: 1, End: true}
"#;
const ANY_PORT: [&str; 3] = ["dev", "--listen", "127.0.0.1:0"];

fn project() -> TempDir {
    directory(&[("stepwell.yaml", PROJECT), ("hello.asl.yaml", HELLO), ("function.py", FUNCTION)])
}

#[test]
fn once_builds_runs_and_prints_the_output() {
    let project = project();
    let finished = stepwell(project.path(), &[&ANY_PORT[..], &["--once"]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(finished.stdout, "{\n  \"text\": \"hello Ada\",\n  \"api\": true\n}\n");
    for line in ["building greet: printf hello > word", "greet | greeting Ada", "✓ Greet", "SUCCEEDED in"] {
        assert!(finished.stderr.contains(line), "no {line:?} in:\n{}", finished.stderr);
    }
}

#[test]
fn an_express_state_machine_runs_too() {
    let machine = "stateMachines:\n  hello: {definition: hello.asl.yaml, type: EXPRESS}\n";
    let run = "executionLog: log.jsonl\nrun: [{stateMachine: hello, input: {name: Ada}}]\n";
    let pass = "StartAt: Greet\nStates:\n  Greet: {Type: Pass, End: true}\n";
    let project = directory(&[("stepwell.yaml", &format!("{machine}{run}")), ("hello.asl.yaml", pass)]);
    let finished = stepwell(project.path(), &[&ANY_PORT[..], &["--once"]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(finished.stdout, "{\n  \"name\": \"Ada\"\n}\n");
    for line in ["hello/", "✓ Greet", "SUCCEEDED in"] {
        assert!(finished.stderr.contains(line), "no {line:?} in:\n{}", finished.stderr);
    }
}

#[test]
fn an_execution_goes_on_after_a_kill() {
    let project = project();
    let mut killed = Running::start(command(project.path(), &ANY_PORT), true);
    killed.wait_for("▶ Rest");
    killed.signal("KILL");
    killed.wait();
    let finished = stepwell(project.path(), &[&ANY_PORT[..], &["--once"]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("goes on where it was"), "{}", finished.stderr);
    assert!(finished.stdout.contains("hello Ada"), "{}", finished.stdout);
    let invocations = std::fs::read_to_string(project.path().join("invocations")).expect("it was invoked");
    assert_eq!(invocations, "x", "a task that has succeeded is not run again");
}

#[test]
fn saved_files_are_taken_in() {
    let project = project();
    let save = |name: &str, text: &str| std::fs::write(project.path().join(name), text).expect("it is writable");
    let mut running = Running::start(command(project.path(), &ANY_PORT), true);
    let address = address(&running.wait_for("serves"));
    running.wait_for("watching for changes");
    assert!(call(&address, "ListActivities", "{}").contains(":activity:approve"));

    save("hello.asl.yaml", &HELLO.replace("Next: Rest", "Next: Nowhere"));
    running.wait_for("--> hello.asl.yaml:4:");
    running.wait_for("state machine hello stays as it was");
    save("hello.asl.yaml", &HELLO.replace("Seconds: 1", "Seconds: 2"));
    running.wait_for("state machine hello updated");
    save("function.py", &FUNCTION.replace("greeting", "welcoming"));
    running.wait_for("function greet changed");
    save("stepwell.yaml", &PROJECT.replace("timeout", "timout"));
    running.wait_for("Field 'timout' is not known in 'greet'");
    save("stepwell.yaml", &PROJECT.replace("  hello:", "  servus: {definition: hello.asl.yaml}\n  hello:"));
    running.wait_for("state machine servus created");

    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:servus";
    call(&address, "StartExecution", &format!(r#"{{"stateMachineArn": "{arn}", "input": "{{\"name\": \"Eve\"}}"}}"#));
    running.wait_for("greet | welcoming Eve");
    running.signal("TERM");
    assert_eq!(running.wait().0, Some(0));
}

#[test]
fn exit_codes_of_once() {
    let fail = r#"{"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "No"}}}"#;
    let file = "stateMachines: {m: {definition: m.asl.json}}\nrun: [{stateMachine: m}]\n";
    let check = |files: &[(&str, &str)], code: i32, message: &str| {
        let directory = directory(files);
        let finished = stepwell(directory.path(), &[&ANY_PORT[..], &["--once"]].concat());
        assert_eq!(finished.code, Some(code), "{}", finished.stderr);
        assert!(finished.stderr.contains(message), "{}", finished.stderr);
    };
    check(&[("stepwell.yaml", file), ("m.asl.json", fail)], 1, "Error: No");
    check(&[("stepwell.yaml", file), ("m.asl.json", "{}")], 2, "state machine m stays as it was");
    check(&[("stepwell.yaml", file)], 2, "There is no file");
    check(&[], 2, "there is no stepwell.yaml");
    check(&[("stepwell.yaml", "functions: {f: {command: x, build: exit 7}}")], 2, "the build failed (exit status: 7)");
}

#[test]
fn every_finding_in_the_file_has_its_place() {
    let file = r#"functions:
  one: {timeout: 3}
  two: {command: x, url: "http://y"}
  three: {command: "'open", concurrency: 0, environment: [a]}
  "fo ur": {url: "ftp://z"}
stateMachines:
  m: {definition: m.asl.json, type: FAST}
run:
  - {stateMachine: n}
"#;
    let directory = directory(&[("stepwell.yaml", file), ("m.asl.json", "{}")]);
    let finished = stepwell(directory.path(), &[&ANY_PORT[..], &["--once"]].concat());
    assert_eq!(finished.code, Some(2));
    let place = |line: &str| line.trim_start().strip_prefix("--> ./stepwell.yaml:").map(str::to_owned);
    let mut findings = Vec::new();
    for line in finished.stderr.lines() {
        if let Some(message) = line.strip_prefix("error[INVALID_CONFIGURATION]: ") {
            findings.push(message.to_owned());
        } else if let (Some(place), Some(finding)) = (place(line), findings.last_mut()) {
            finding.insert_str(0, &format!("{place} "));
        }
    }
    expect_test::expect![[r#"
        2:8 A function needs a 'command' that runs it, or the 'url' of a Lambda endpoint
        3:26 A function has either 'command' or 'url'
        4:20 A quote in 'command' is never closed
        4:42 'concurrency' must be a whole number from 1 to 1000
        4:58 'environment' must be a mapping
        5:3 A function's name has 1 to 64 letters, digits, hyphens and underscores
        5:18 'url' must be a URL such as http://127.0.0.1:3001
        7:37 'type' must be STANDARD or EXPRESS
        9:20 There is no state machine 'n' under 'stateMachines'"#]]
    .assert_eq(&findings.join("\n"));
}
