//! `stepwell serve`: up, down, and refusing to start.

use crate::support::{Running, address, call, call_with, command, directory, get, stepwell, whole_request};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const ANY_PORT: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn it_serves_until_told_to_end_and_goes_on_where_it_was() {
    let directory = directory(&[]);
    let machine = r#"{"name": "m", "roleArn": "arn:aws:iam::210987654321:role/r", "definition":
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#;
    let identity = [&ANY_PORT[..], &["--account-id", "210987654321", "--region", "eu-north-1"]].concat();
    for round in 0..2 {
        let mut running = Running::start(command(directory.path(), &identity), false);
        let line = running.wait_for("serves");
        assert!(line.contains("as account 210987654321 in eu-north-1, data in /"), "{line}");
        assert!(line.ends_with("/.stepwell\n"), "{line}");
        let address = address(&line);
        assert!(get(&address, "/health").starts_with("HTTP/1.1 200 "));
        if round == 0 {
            assert!(call(&address, "CreateStateMachine", machine).contains("eu-north-1:210987654321:stateMachine:m"));
        } else {
            assert!(call(&address, "ListStateMachines", "{}").contains("eu-north-1:210987654321:stateMachine:m"));
        }
        running.signal(if round == 0 { "TERM" } else { "INT" });
        assert_eq!(running.wait().0, Some(0));
    }
}

#[test]
fn one_data_directory_has_one_server() {
    let directory = directory(&[]);
    let mut first = Running::start(command(directory.path(), &ANY_PORT), false);
    let line = first.wait_for("serves");
    let second = stepwell(directory.path(), &ANY_PORT);
    assert_eq!(second.code, Some(2));
    assert_eq!(
        second.stderr,
        "error: data directory .stepwell is in use by another process (stepwell explain SW008)\n"
    );
    let address = address(&line);
    let third = stepwell(directory.path(), &["serve", "--listen", &address, "--data", "other"]);
    assert_eq!(third.code, Some(2));
    assert!(third.stderr.starts_with(&format!("error: cannot listen on {address}: ")), "{}", third.stderr);
    assert_eq!(third.stderr.lines().count(), 1);
}

#[test]
fn refusals_are_one_line() {
    let directory = directory(&[("file", ""), ("functions.yaml", "functions:\n  f: {comand: x}\n")]);
    let check = |arguments: &[&str], message: &str| {
        let finished = stepwell(directory.path(), &[&ANY_PORT[..], arguments].concat());
        assert_eq!((finished.code, &*finished.stdout), (Some(2), ""), "{arguments:?}: {}", finished.stderr);
        assert!(finished.stderr.starts_with("error: "), "{arguments:?}: {}", finished.stderr);
        assert!(finished.stderr.contains(message), "{arguments:?}: {}", finished.stderr);
        assert!(!finished.stderr.contains("panicked"), "{arguments:?}: {}", finished.stderr);
    };
    check(&["--data", "file/below"], "data directory file/below cannot be written");
    check(&["--data", "/proc/stepwell"], "data directory /proc/stepwell cannot be written");
    check(&["--functions", "functions.yaml"], "--> functions.yaml:2:7");
    check(&["--account-id", "7"], "12 digits");
    check(&["--data", "d", "--memory"], "cannot be used with");
    check(&["--memory", "--status-events", "http://"], "'http://' is no URL");
    check(&["--memory", "--status-events", "no/such/file"], "the log of status events no/such/file cannot be written");
    let finished = stepwell(directory.path(), &["serve", "--listen", "0.0.0.0:0", "--memory"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("--allow-remote"), "{}", finished.stderr);
}

#[test]
fn variables_of_step_functions_local_are_honoured() {
    let directory = directory(&[]);
    let mut command = command(directory.path(), &[&ANY_PORT[..], &["--memory"]].concat());
    command.env("AWS_ACCOUNT_ID", "111122223333").env("AWS_DEFAULT_REGION", "cn-north-1").env("LAMBDA_ENDPOINT", "");
    let mut running = Running::start(command, false);
    let line = running.wait_for("serves");
    assert!(line.contains("as account 111122223333 in cn-north-1, data in memory only"), "{line}");
    let created = call(&address(&line), "CreateActivity", r#"{"name": "a"}"#);
    assert!(created.contains("arn:aws-cn:states:cn-north-1:111122223333:activity:a"), "{created}");
    assert!(!directory.path().join(".stepwell").exists());
}

#[test]
fn mocks_stand_for_tasks_and_may_be_changed() {
    let mocks = r#"{"StateMachines": {"m": {"TestCases": {"Case": {"A": "Response"}}}},
        "MockedResponses": {"Response": {"0": {"Return": {"Payload": 1}}}}}"#;
    let broken = mocks.replace("\"Response\"}}}}", "\"Respons\"}}}}");
    let directory = directory(&[("mocks.json", mocks), ("MockConfigFile.json", &broken)]);
    let mut with_variable = command(directory.path(), &[&ANY_PORT[..], &["--memory"]].concat());
    with_variable.env("SFN_MOCK_CONFIG", "mocks.json");
    let mut running = Running::start(with_variable, false);
    let address = address(&running.wait_for("serves"));
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f"}, "End": true}}}"#
        .replace('"', "\\\"")
        .replace('\n', " ");
    let create = format!(
        r#"{{"name": "m", "type": "EXPRESS", "roleArn": "arn:aws:iam::123456789012:role/r",
        "definition": "{definition}"}}"#
    );
    assert!(call(&address, "CreateStateMachine", &create).starts_with("HTTP/1.1 200 "));
    let run = |test_case: &str| {
        let machine = format!("arn:aws:states:us-east-1:123456789012:stateMachine:m#{test_case}");
        call(&address, "StartSyncExecution", &format!(r#"{{"stateMachineArn": "{machine}"}}"#))
    };
    assert!(run("Case").contains(r#""output":"{\"Payload\":1}""#), "{}", run("Case"));
    let unknown = run("Other");
    let told = "There is no test case 'Other' for the state machine 'm': 'mocks.json' has these for it: Case";
    assert!(unknown.starts_with("HTTP/1.1 400 ") && unknown.contains(told), "{unknown}");
    std::fs::write(directory.path().join("mocks.json"), &broken).expect("the directory is writable");
    assert!(run("Case").contains(r#""output":"{\"Payload\":1}""#), "what was right stays");
    let place = "There is no 'Respons' in 'MockedResponses'\\n --> mocks.json:1:54";
    assert!(run("Other").contains(place), "{}", run("Other"));
    std::fs::write(directory.path().join("mocks.json"), mocks.replace("1}", "[2]}"))
        .expect("the directory is writable");
    assert!(run("Case").contains(r#""output":"{\"Payload\":[2]}""#), "{}", run("Case"));
    // Without the variable it is the usual file.
    let refused = stepwell(directory.path(), &[&ANY_PORT[..], &["--memory"]].concat());
    assert_eq!(refused.code, Some(2));
    let findings =
        "MockConfigFile.json cannot be used\nerror[INVALID_MOCKS]: There is no 'Respons' in 'MockedResponses'";
    assert!(refused.stderr.contains(findings), "{}", refused.stderr);
    assert!(refused.stderr.contains("did you mean 'Response'?"), "{}", refused.stderr);
}

#[test]
fn it_tells_what_it_does() {
    let directory = directory(&[("functions.yaml", "functions:\n  f: {command: 'false'}\n")]);
    let arguments = ["--memory", "--access-log", "access.jsonl", "--functions", "functions.yaml"];
    let mut running = Running::start(command(directory.path(), &[&ANY_PORT[..], &arguments].concat()), false);
    let address = address(&running.wait_for("serves"));
    let create = |name: &str, state: &str| {
        let definition = format!(r#"{{"StartAt": "A", "States": {{"A": {state}}}}}"#).replace('"', "\\\"");
        let role = "arn:aws:iam::123456789012:role/r";
        let body = format!(r#"{{"name": "{name}", "roleArn": "{role}", "definition": "{definition}"}}"#);
        assert!(call(&address, "CreateStateMachine", &body).starts_with("HTTP/1.1 200 "), "{body}");
        format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
    };
    let machines = [
        create("well", r#"{"Type": "Succeed"}"#),
        create(
            "badly",
            r#"{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true}"#,
        ),
    ];
    for machine in &machines {
        let body = format!(r#"{{"stateMachineArn": "{machine}", "name": "e"}}"#);
        assert!(call(&address, "StartExecution", &body).starts_with("HTTP/1.1 200 "));
    }
    let express = machines[0].replace(":well", ":express");
    let body = r#"{"name": "express", "roleArn": "arn:aws:iam::123456789012:role/r", "type": "EXPRESS",
        "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#;
    assert!(call(&address, "CreateStateMachine", body).starts_with("HTTP/1.1 200 "));
    let body = format!(r#"{{"stateMachineArn": "{express}"}}"#);
    assert!(call(&address, "StartSyncExecution", &body).starts_with("HTTP/1.1 200 "));
    call(&address, "StopExecution", "{}");
    let metrics = loop {
        let metrics = get(&address, "/metrics");
        if metrics.contains(&format!("stepwell_executions_failed_total{{state_machine_arn=\"{}\"}} 1\n", machines[1])) {
            break metrics;
        }
        std::thread::yield_now();
    };
    let function = "{lambda_function_arn=\"arn:aws:lambda:us-east-1:123456789012:function:f\"}";
    for line in [
        format!("stepwell_executions_started_total{{state_machine_arn=\"{}\"}} 1", machines[0]),
        format!("stepwell_executions_succeeded_total{{state_machine_arn=\"{}\"}} 1", machines[0]),
        format!("stepwell_executions_succeeded_total{{state_machine_arn=\"{express}\"}} 1"),
        format!("stepwell_express_execution_billed_memory_megabytes_total{{state_machine_arn=\"{express}\"}} 64"),
        format!("stepwell_execution_time_seconds_count{{state_machine_arn=\"{}\"}} 1", machines[0]),
        format!("stepwell_execution_time_seconds_bucket{{state_machine_arn=\"{}\",le=\"+Inf\"}} 1", machines[0]),
        format!("stepwell_lambda_functions_scheduled_total{function} 1"),
        format!("stepwell_lambda_functions_failed_total{function} 1"),
        format!("stepwell_lambda_function_time_seconds_count{function} 1"),
        r#"stepwell_api_requests_total{operation="StartExecution",outcome="Success"} 2"#.to_owned(),
        r#"stepwell_api_requests_total{operation="StopExecution",outcome="ValidationException"} 1"#.to_owned(),
        "# HELP stepwell_executions_started_total ExecutionsStarted, by state machine.".to_owned(),
        "stepwell_commits_failed_total 0".to_owned(),
    ] {
        assert!(metrics.lines().any(|told| told == line), "{line} is missing in\n{metrics}");
    }
    running.signal("TERM");
    assert_eq!(running.wait().0, Some(0));
    let log = std::fs::read_to_string(directory.path().join("access.jsonl")).expect("it is there");
    let told = |words: &[&str]| log.lines().filter(|line| words.iter().all(|word| line.contains(word))).count();
    assert_eq!(
        told(&[r#""operation":"StartExecution""#, r#""status":200"#, r#""requestId":""#, r#""peer":"127."#]),
        2,
        "{log}"
    );
    assert_eq!(
        told(&[r#""operation":"StopExecution""#, r#""exception":"ValidationException""#, r#""status":400"#]),
        1,
        "{log}"
    );
    assert!(told(&[r#""path":"/metrics""#]) >= 1, "{log}");
}

/// Reads one request of a connection; the words of its first line, and its body.
fn request(reader: &mut impl BufRead) -> (String, String) {
    let (head, body) = whole_request(reader);
    (head[0].trim().to_owned(), body)
}

#[test]
fn new_statuses_are_sent_to_a_webhook_again_if_it_has_trouble() {
    let directory = directory(&[]);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let hook = format!("http://{}/hook?of=stepwell", listener.local_addr().expect("an address"));
    let arguments = [&ANY_PORT[..], &["--memory", "--status-events", &hook]].concat();
    let mut running = Running::start(command(directory.path(), &arguments), false);
    let address = address(&running.wait_for("serves"));
    let machine = r#"{"name": "m", "roleArn": "arn:aws:iam::123456789012:role/r", "definition":
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#;
    call(&address, "CreateStateMachine", machine);
    let start = r#"{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m", "name": "e"}"#;
    call(&address, "StartExecution", start);
    let mut statuses = Vec::new();
    let mut answers = ["503 Service Unavailable", "200 OK", "204 No Content"].into_iter();
    while statuses.len() < 3 {
        let (mut connection, _) = listener.accept().expect("a connection");
        let mut reader = BufReader::new(connection.try_clone().expect("a socket"));
        // After the answer that is no success a new connection is made.
        while statuses.len() < 3 {
            let (line, body) = request(&mut reader);
            assert_eq!(line, "POST /hook?of=stepwell HTTP/1.1");
            let status =
                ["RUNNING", "SUCCEEDED"].into_iter().find(|status| body.contains(&format!(r#""status":"{status}""#)));
            statuses.push(status.expect("a status"));
            let answer = answers.next().expect("three requests");
            write!(connection, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").expect("it is read");
            if answer.starts_with("503") {
                break;
            }
        }
    }
    assert_eq!(statuses, ["RUNNING", "RUNNING", "SUCCEEDED"]);
    running.signal("TERM");
    assert_eq!(running.wait().0, Some(0));
}

#[test]
fn traces_are_sent_to_an_otlp_endpoint() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}/otlp/", listener.local_addr().expect("an address"));
    let project = format!("traces: {{endpoint: '{endpoint}', headers: {{x-of: the file}}, serviceName: nobody}}\n");
    let directory = directory(&[("stepwell.yaml", &project)]);
    let mut command = command(directory.path(), &[&ANY_PORT[..], &["--memory", "--config", "stepwell.yaml"]].concat());
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20secret, x-other=1").env("OTEL_SERVICE_NAME", "orders");
    command.env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    let mut running = Running::start(command, false);
    let address = address(&running.wait_for("serves"));
    let machine = r#"{"name": "m", "type": "EXPRESS", "roleArn": "arn:aws:iam::123456789012:role/r", "definition":
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}", "tracingConfiguration": {"enabled": true}}"#;
    assert!(call(&address, "CreateStateMachine", machine).starts_with("HTTP/1.1 200 "));
    let body = r#"{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m", "name": "e"}"#;
    let traceparent = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let started = call_with(&address, "StartSyncExecution", &[traceparent], body);
    let echoed = r#""traceHeader":"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1""#;
    assert!(started.contains(echoed), "{started}");
    // The first time there is trouble, the second time all is well.
    let mut bodies = Vec::new();
    for answer in ["503 Service Unavailable", "200 OK"] {
        let (mut connection, _) = listener.accept().expect("a connection");
        let (head, body) = whole_request(&mut BufReader::new(connection.try_clone().expect("a socket")));
        let head = head.concat().to_ascii_lowercase();
        assert!(head.starts_with("post /otlp/v1/traces http/1.1\r\n"), "{head}");
        for line in ["content-type: application/json", "x-key: a secret", "x-other: 1"] {
            assert!(head.contains(&format!("{line}\r\n")), "{head}");
        }
        assert!(!head.contains("x-of"), "the variable is stronger than the file: {head}");
        bodies.push(body);
        write!(connection, "HTTP/1.1 {answer}\r\ncontent-length: 2\r\n\r\n{{}}").expect("it is read");
    }
    assert_eq!(bodies[0], bodies[1]);
    let sent = expect_test::expect![[r#"
        {"resourceSpans":[{"resource":{"attributes":[{"key":"deployment.environment.name","value":{"stringValue":"test"}},{"key":"service.name","value":{"stringValue":"orders"}},{"key":"telemetry.sdk.name","value":{"stringValue":"stepwell"}},{"key":"telemetry.sdk.language","value":{"stringValue":"rust"}},{"key":"telemetry.sdk.version","value":{"stringValue":"VERSION"}}]},"scopeSpans":[{"scope":{"name":"stepwell","version":"VERSION"},"spans":[
        {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"STATE","parentSpanId":"ROOT","name":"A","kind":1,"startTimeUnixNano":"TIME","endTimeUnixNano":"TIME","attributes":[{"key":"aws.step_functions.state.name","value":{"stringValue":"A"}},{"key":"aws.step_functions.state.type","value":{"stringValue":"Succeed"}},{"key":"aws.step_functions.status","value":{"stringValue":"SUCCEEDED"}},{"key":"aws.step_functions.event.id","value":{"intValue":"2"}}]},
        {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"ROOT","parentSpanId":"b7ad6b7169203331","name":"m","kind":2,"startTimeUnixNano":"TIME","endTimeUnixNano":"TIME","attributes":[{"key":"aws.step_functions.execution.arn","value":{"stringValue":"arn:aws:states:us-east-1:123456789012:express:m:e:ID"}},{"key":"aws.step_functions.state_machine.arn","value":{"stringValue":"arn:aws:states:us-east-1:123456789012:stateMachine:m"}},{"key":"aws.step_functions.execution.status","value":{"stringValue":"SUCCEEDED"}}]}]}]}]}"#]];
    sent.assert_eq(&shown_spans(&bodies[0]));
    assert!(get(&address, "/metrics").contains("stepwell_spans_dropped_total 0\n"));
    running.signal("TERM");
    assert_eq!(running.wait().0, Some(0));
}

/// The request with a line for each span; ids that are made up, and times, have their names instead.
fn shown_spans(body: &str) -> String {
    let mut shown = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("UnixNano\":\"") {
        let (_, after) = after.split_once('"').expect("a text ends");
        shown.push_str(&format!("{before}UnixNano\":\"TIME\""));
        rest = after;
    }
    shown.push_str(rest);
    let id = body.split("express:m:e:").nth(1).expect("the execution").get(..36).expect("a UUID");
    let root = body.rsplit("spanId\":\"").next().expect("the execution ends last").get(..16).expect("an id");
    let state = body.split("spanId\":\"").nth(1).expect("a state").get(..16).expect("an id");
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    for (text, name) in [(id, "ID"), (root, "ROOT"), (state, "STATE"), (&version, "\"VERSION\"")] {
        shown = shown.replace(text, name);
    }
    shown.replace("{\"traceId", "\n{\"traceId")
}
