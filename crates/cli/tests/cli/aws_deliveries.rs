//! What is delivered to services of AWS, to an endpoint that has its troubles.

use crate::support::{Running, address, call, command, directory, get, whole_request};
use expect_test::expect;
use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

/// A server that answers one request after the other, and tells of each: what was asked for, and the body.
fn recorder(answers: &[(u16, &str)]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (told, requests) = channel();
    let answers: Vec<(u16, String)> = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    std::thread::spawn(move || {
        for (status, answer) in answers {
            let (mut connection, _) = listener.accept().expect("a connection");
            let (head, body) = whole_request(&mut BufReader::new(connection.try_clone().expect("a socket")));
            let head = head.concat();
            let target = head.split("amz-target: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            assert!(head.contains("AWS4-HMAC-SHA256 Credential="), "{head}");
            told.send(format!("{} {body}", target.expect("a target"))).expect("the test goes on");
            let length = answer.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            write!(connection, "{head}{answer}").expect("it is read");
        }
    });
    (url, requests)
}

fn serve(directory: &std::path::Path, arguments: &[&str], variables: &[(&str, &str)]) -> (Running, String) {
    let all = [&["serve", "--listen", "127.0.0.1:0", "--memory"], arguments].concat();
    let mut command = command(directory, &all);
    command.envs(variables.iter().copied());
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_MAX_ATTEMPTS", "3");
    let mut running = Running::start(command, false);
    let address = address(&running.wait_for("serves"));
    let machine = r#"{"name": "m", "roleArn": "arn:aws:iam::123456789012:role/r", "definition":
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Fail\", \"Error\": \"E\"}}}", "loggingConfiguration": {"level": "FATAL",
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/g/log:*"}}]}}"#;
    assert!(call(&address, "CreateStateMachine", machine).starts_with("HTTP/1.1 200 "));
    (running, address)
}

fn start(address: &str, name: &str) {
    let body =
        format!(r#"{{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m", "name": "{name}"}}"#);
    assert!(call(address, "StartExecution", &body).starts_with("HTTP/1.1 200 "));
}

/// Numbers of a time, and of what is random, have their names instead.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-' || c == ':' || c == 'T';
    for word in text.split_inclusive(|c| !is_part(c)) {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let (name, end) = word.split_at(word.trim_end_matches(|c| !is_part(c)).len());
        // The end of a stream's name is eight digits of base 16.
        let is_random = name.len() == 8 && name.chars().all(|c| c.is_ascii_hexdigit());
        masked.push_str(if (digits > 6 || is_random) && !name.contains("123456789012") { "#" } else { name });
        masked.push_str(end);
    }
    masked
}

fn wait_for_metric(address: &str, line: &str) {
    while !get(address, "/metrics").contains(&format!("{line}\n")) {
        std::thread::yield_now();
    }
}

#[test]
fn log_events_go_to_their_group_whatever_happens_on_the_way() {
    let missing = r#"{"__type":"ResourceNotFoundException","message":"The specified log stream does not exist."}"#;
    let too_old = r#"{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":1}}"#;
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let answers = [(200, "{}"), (503, ""), (400, missing), (200, "{}"), (200, "{}"), (200, too_old), (400, denied)];
    let (url, requests) = recorder(&answers);
    let directory = directory(&[]);
    let (running, address) = serve(directory.path(), &[], &[("AWS_ENDPOINT_URL_LOGS", &url)]);
    let mut told = Vec::new();
    for (name, count) in [("a", 5), ("b", 1), ("c", 1)] {
        start(&address, name);
        told.extend(requests.iter().take(count).map(|request| masked(&request)));
    }
    expect![[r##"
        Logs_#.CreateLogStream {"logGroupName":"/g/log","logStreamName":"states/m/#/#"}
        Logs_#.PutLogEvents {"logGroupName":"/g/log","logStreamName":"states/m/#/#","logEvents":[{"timestamp"#,"message":"{\"id\":\"3\",\"type\":\"ExecutionFailed\",\"details\":{\"error\":\"E\"},\"previous_event_id\":\"2\",\"event_timestamp\":\"#\",\"execution_arn\":\"arn:aws:states:us-east-1:123456789012:execution:m:a\",\"redrive_count\":\"0\"}"}]}
        Logs_#.PutLogEvents {"logGroupName":"/g/log","logStreamName":"states/m/#/#","logEvents":[{"timestamp"#,"message":"{\"id\":\"3\",\"type\":\"ExecutionFailed\",\"details\":{\"error\":\"E\"},\"previous_event_id\":\"2\",\"event_timestamp\":\"#\",\"execution_arn\":\"arn:aws:states:us-east-1:123456789012:execution:m:a\",\"redrive_count\":\"0\"}"}]}
        Logs_#.CreateLogStream {"logGroupName":"/g/log","logStreamName":"states/m/#/#"}
        Logs_#.PutLogEvents {"logGroupName":"/g/log","logStreamName":"states/m/#/#","logEvents":[{"timestamp"#,"message":"{\"id\":\"3\",\"type\":\"ExecutionFailed\",\"details\":{\"error\":\"E\"},\"previous_event_id\":\"2\",\"event_timestamp\":\"#\",\"execution_arn\":\"arn:aws:states:us-east-1:123456789012:execution:m:a\",\"redrive_count\":\"0\"}"}]}
        Logs_#.PutLogEvents {"logGroupName":"/g/log","logStreamName":"states/m/#/#","logEvents":[{"timestamp"#,"message":"{\"id\":\"3\",\"type\":\"ExecutionFailed\",\"details\":{\"error\":\"E\"},\"previous_event_id\":\"2\",\"event_timestamp\":\"#\",\"execution_arn\":\"arn:aws:states:us-east-1:123456789012:execution:m:b\",\"redrive_count\":\"0\"}"}]}
        Logs_#.PutLogEvents {"logGroupName":"/g/log","logStreamName":"states/m/#/#","logEvents":[{"timestamp"#,"message":"{\"id\":\"3\",\"type\":\"ExecutionFailed\",\"details\":{\"error\":\"E\"},\"previous_event_id\":\"2\",\"event_timestamp\":\"#\",\"execution_arn\":\"arn:aws:states:us-east-1:123456789012:execution:m:c\",\"redrive_count\":\"0\"}"}]}"##]].assert_eq(&told.join("\n"));
    wait_for_metric(&address, "stepwell_log_events_dropped_total 2");
    running.signal("TERM");
    assert_eq!(running.wait().0, Some(0));
}

#[test]
fn status_events_go_to_a_bus_and_those_it_could_not_take_again() {
    let throttled = r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"slowly"}]}"#;
    let taken = r#"{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}"#;
    let refused = r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail","ErrorMessage":"no"}]}"#;
    let (url, requests) = recorder(&[(200, throttled), (200, taken), (200, refused)]);
    let directory = directory(&[("stepwell.yaml", "statusEvents: eventbridge:orders\n")]);
    let (running, address) =
        serve(directory.path(), &["--functions", "stepwell.yaml"], &[("AWS_ENDPOINT_URL_EVENTBRIDGE", &url)]);
    let machine = r#"{"name": "w", "roleArn": "arn:aws:iam::123456789012:role/r", "definition":
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": 99, \"End\": true}}}"}"#;
    assert!(call(&address, "CreateStateMachine", machine).starts_with("HTTP/1.1 200 "));
    let body = r#"{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:w", "name": "e"}"#;
    assert!(call(&address, "StartExecution", body).starts_with("HTTP/1.1 200 "));
    let mut told: Vec<String> = requests.iter().take(2).map(|request| masked(&request)).collect();
    assert_eq!(told[0], told[1]);
    let body = r#"{"executionArn": "arn:aws:states:us-east-1:123456789012:execution:w:e"}"#;
    assert!(call(&address, "StopExecution", body).starts_with("HTTP/1.1 200 "));
    told.extend(requests.iter().take(1).map(|request| masked(&request)));
    expect![[r##"
        AWSEvents.PutEvents {"Entries":[{"Time"#,"Source":"aws.states","Resources":["arn:aws:states:us-east-1:123456789012:execution:w:e"],"DetailType":"Step Functions Execution Status Change","Detail":"{\"executionArn\":\"arn:aws:states:us-east-1:123456789012:execution:w:e\",\"stateMachineArn\":\"arn:aws:states:us-east-1:123456789012:stateMachine:w\",\"name\":\"e\",\"status\":\"RUNNING\",\"startDate\"#,\"stopDate\":null,\"input\":\"{}\",\"output\":null,\"stateMachineVersionArn\":null,\"stateMachineAliasArn\":null,\"redriveCount\":0,\"redriveDate\":null,\"redriveStatus\":\"NOT_REDRIVABLE\",\"redriveStatusReason\":\"Execution is RUNNING and cannot be redriven\",\"inputDetails\":{\"included\":true},\"outputDetails\":null,\"error\":null,\"cause\":null}","EventBusName":"orders"}]}
        AWSEvents.PutEvents {"Entries":[{"Time"#,"Source":"aws.states","Resources":["arn:aws:states:us-east-1:123456789012:execution:w:e"],"DetailType":"Step Functions Execution Status Change","Detail":"{\"executionArn\":\"arn:aws:states:us-east-1:123456789012:execution:w:e\",\"stateMachineArn\":\"arn:aws:states:us-east-1:123456789012:stateMachine:w\",\"name\":\"e\",\"status\":\"ABORTED\",\"startDate\"#,\"stopDate\"#,\"input\":\"{}\",\"output\":null,\"stateMachineVersionArn\":null,\"stateMachineAliasArn\":null,\"redriveCount\":0,\"redriveDate\":null,\"redriveStatus\":\"REDRIVABLE\",\"redriveStatusReason\":\"Execution is ABORTED and is redrivable\",\"inputDetails\":{\"included\":true},\"outputDetails\":null,\"error\":null,\"cause\":null}","EventBusName":"orders"}]}"##]].assert_eq(&told[1..].join("\n"));
    wait_for_metric(&address, "stepwell_status_events_dropped_total 1");
    running.signal("TERM");
    assert_eq!(running.wait().0, Some(0));
}
