//! Bad luck and bad clients: what the server does about them, and that it goes on.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};
use system_tests::{CallError, Client, Server, Setup, SmallDisk, functions, history, http};

const SOON: Duration = Duration::from_secs(20);

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory can be made")
}

fn pass_machine() -> Value {
    json!({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}})
}

/// How many lines there are besides those that only tell what the server found.
fn complaints(said: &str) -> usize {
    said.trim_end().lines().filter(|line| !line.contains(" INFO ")).count()
}

#[test]
fn a_second_server_on_a_data_directory_says_so_and_ends() {
    let directory = directory();
    let setup = Setup::new(directory.path());
    let first = setup.start();
    let second = Setup { log: directory.path().join("second.log"), ..setup };
    let status = second.try_start().expect_err("the directory is in use");
    assert_eq!(status.code(), Some(2));
    let said = second.log_text();
    assert_eq!(complaints(&said), 1, "{said}");
    assert!(said.contains(&second.data.display().to_string()) && said.contains("in use"), "{said}");
    assert!(first.is_healthy());
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_recovers() {
    let directory = directory();
    let disk = directory.path().join("disk");
    std::fs::create_dir(&disk).expect("a directory can be made");
    let _disk = match SmallDisk::mount(&disk, 24) {
        Ok(disk) => disk,
        Err(reason) => return eprintln!("skipped: a small file system cannot be mounted here: {}", reason.trim()),
    };
    let ballast = disk.join("ballast");
    std::fs::write(&ballast, vec![7; 6 << 20]).expect("there is room");
    let functions_file = directory.path().join("functions.yaml");
    functions::write_scripted(&functions_file, &["slow"], &directory.path().join("ledger"), 1, 4);
    let setup = Setup { data: disk.join("data"), functions: Some(functions_file), ..Setup::new(directory.path()) };
    let server = setup.start();
    let client = server.client();
    let machine = client.create_machine("pass", &pass_machine());
    let slow = client.create_machine("slow", &slow_machine());
    let under_way: Vec<String> = (0..8)
        .map(|number| client.start(&slow, &json!({"do": "work", "key": number.to_string(), "ms": 700})))
        .collect();

    let mut acknowledged = Vec::new();
    let mut refusals = Vec::new();
    for bytes in [200_000, 20_000, 2_000, 200, 20] {
        refusals.push(fill(client, &machine, bytes, &mut acknowledged));
    }
    for refusal in &refusals {
        let CallError::Exception { status, name, .. } = refusal else { panic!("no answer: {refusal:?}") };
        assert_eq!((*status, name.as_str()), (503, "ServiceUnavailable"), "{refusal:?}");
    }
    let told = Instant::now() + SOON;
    while !setup.log_text().contains("No space left on device") {
        assert!(Instant::now() < told, "the log does not say why:\n{}", setup.log_text());
        std::thread::sleep(Duration::from_millis(20));
    }
    // Tasks end and timers fire, and neither can be written down.
    std::thread::sleep(Duration::from_secs(2));
    assert!(server.is_healthy());
    let refused = client.call("CreateActivity", json!({"name": "one-more"})).expect_err("there is no room");
    assert_eq!(refused.name(), Some("ServiceUnavailable"), "{refused:?}");
    let lines = setup.log_text().lines().count();
    eprintln!("{} starts acknowledged, then {:?}; {lines} lines of log", acknowledged.len(), refusals[0]);

    std::fs::remove_file(&ballast).expect("it is there");
    let freed = Instant::now();
    let alive = loop {
        match client.call("StartExecution", json!({"stateMachineArn": machine, "input": "{}"})) {
            Ok(started) => break arn_of(&started),
            Err(error) => assert!(freed.elapsed() < SOON, "it does not recover: {error:?}\n{}", setup.log_text()),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    eprintln!("works again after {:?}, without a restart", freed.elapsed());
    acknowledged.push((alive, json!({})));
    for arn in &under_way {
        assert_eq!(client.wait(arn, SOON)["status"], "SUCCEEDED");
        history::check_succeeded(&client.history(arn).expect("it is there"));
    }
    check_all_there(client, &acknowledged, "before the restart");
    server.kill();
    let server = setup.start();
    check_all_there(server.client(), &acknowledged, "after the restart");
    let arn = server.client().start(&machine, &json!({}));
    assert_eq!(server.client().wait(&arn, SOON)["status"], "SUCCEEDED");
}

/// Starts executions with inputs of a size until one is refused.
fn fill(client: Client, machine: &str, bytes: usize, acknowledged: &mut Vec<(String, Value)>) -> CallError {
    for _ in 0..3000 {
        // Text that does not compress.
        let noise: String = std::iter::repeat_with(fastrand::alphanumeric).take(bytes).collect();
        let input = json!({"number": acknowledged.len(), "noise": noise});
        match client.call("StartExecution", json!({"stateMachineArn": machine, "input": input.to_string()})) {
            Ok(started) => acknowledged.push((arn_of(&started), input)),
            Err(error) => return error,
        }
    }
    panic!("the disk never fills");
}

fn slow_machine() -> Value {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:slow";
    json!({"StartAt": "Before", "States": {
        "Before": {"Type": "Wait", "Seconds": 1, "Next": "Slow"},
        "Slow": {"Type": "Task", "Resource": function, "Next": "After"},
        "After": {"Type": "Wait", "Seconds": 1, "End": true},
    }})
}

fn check_all_there(client: Client, acknowledged: &[(String, Value)], when: &str) {
    for (arn, input) in acknowledged {
        let description = client.wait(arn, SOON);
        assert_eq!(description["status"], "SUCCEEDED", "{when}: {description}");
        assert_eq!(description["input"], input.to_string(), "{when}: the input of {arn}");
    }
}

fn arn_of(started: &Value) -> String {
    started["executionArn"].as_str().expect("it has an ARN").to_owned()
}

/// A crash of the machine can leave the last write to the log half done. What that write held may be gone; nothing else.
#[test]
fn a_torn_end_of_the_log_is_cut_off() {
    let directory = directory();
    let setup = Setup::new(directory.path());
    let mut server = setup.start();
    let machine = server.client().create_machine("pass", &pass_machine());
    let mut arns = Vec::new();
    for round in 0..12 {
        arns.extend((0..5).map(|number| server.client().start(&machine, &json!({"number": number}))));
        let segment = last_segment(&setup.data);
        let before = std::fs::read(&segment).expect("it is there");
        let torn = server.client().start(&machine, &json!({"torn": round}));
        server.kill();
        let after = std::fs::read(&segment).expect("it is there");
        let differs = |position: &usize| before.get(*position) != after.get(*position);
        let first = (0..after.len()).find(differs).expect("the last start was written to the log");
        let last = (0..after.len()).rfind(differs).expect("likewise");
        tear(&segment, after, fastrand::usize(first..=last), round % 3);
        server = setup.start();
        for arn in &arns {
            assert_eq!(server.client().wait(arn, SOON)["status"], "SUCCEEDED");
        }
        match server.client().call("DescribeExecution", json!({"executionArn": torn})) {
            Ok(description) => assert_eq!(description["status"], "SUCCEEDED"),
            Err(error) => assert_eq!(error.name(), Some("ExecutionDoesNotExist")),
        }
    }
}

/// Leaves a file as it is up to a byte; from there on it ends, has zeros, or what lay on the disk before.
fn tear(file: &Path, bytes: Vec<u8>, at: usize, how: usize) {
    let mut bytes = bytes;
    match how {
        0 => bytes.truncate(at),
        1 => bytes[at..].fill(0),
        _ => bytes[at..].fill_with(|| fastrand::u8(..)),
    }
    std::fs::write(file, bytes).expect("there is room");
}

/// The youngest file of the log that has something in it.
fn last_segment(data: &Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(data.join("log")).expect("the log is a directory");
    let mut files: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
    files.sort();
    files.pop().expect("a log has a segment")
}

#[test]
fn sigterm_lets_requests_finish_and_ends_polls() {
    let directory = directory();
    let functions_file = directory.path().join("functions.yaml");
    functions::write_scripted(&functions_file, &["slow"], &directory.path().join("ledger"), 1, 2);
    let setup = Setup { functions: Some(functions_file), ..Setup::new(directory.path()) };
    let mut server = setup.start();
    let client = server.client();
    let activity = client.must("CreateActivity", json!({"name": "idle"}))["activityArn"].clone();
    let machine = client.create_machine(
        "slow",
        &json!({"StartAt": "Slow", "States": {"Slow": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:slow", "End": true}}}),
    );
    let slow = client.start(&machine, &json!({"do": "work", "key": "slow", "ms": 1500}));
    let polls: Vec<_> = (0..20)
        .map(|_| {
            let activity = activity.clone();
            std::thread::spawn(move || client.call("GetActivityTask", json!({"activityArn": activity})))
        })
        .collect();
    // A connection that only listens, and one in the middle of its request.
    let _idle = TcpStream::connect(client.address).expect("it is served");
    let mut halfway = TcpStream::connect(client.address).expect("it is served");
    let body = json!({"stateMachineArn": machine, "name": "halfway", "input": "{\"do\":\"print\"}"}).to_string();
    let (begin, rest) = body.split_at(20);
    let head = head("AWSStepFunctions.StartExecution", body.len());
    halfway.write_all(format!("{head}{begin}").as_bytes()).expect("it is taken");
    std::thread::sleep(Duration::from_millis(300));

    server.terminate();
    let asked = Instant::now();
    std::thread::sleep(Duration::from_millis(100));
    halfway.write_all(rest.as_bytes()).expect("a request under way is read to its end");
    let reply = http::read_reply(&mut halfway).expect("and answered");
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    for poll in polls {
        let task = poll.join().expect("a call does not panic").expect("a poll ends with an answer");
        assert!(task.get("taskToken").is_none_or(Value::is_null), "{task}");
    }
    let status = server.ended(Duration::from_secs(15));
    assert!(status.success(), "{status}\n{}", setup.log_text());
    eprintln!("drained in {:?}", asked.elapsed());

    let server = setup.start();
    assert_eq!(server.client().wait(&slow, SOON)["status"], "SUCCEEDED");
    let halfway = slow.replace(slow.rsplit(':').next().expect("a name"), "halfway");
    assert_eq!(server.client().wait(&halfway, SOON)["status"], "SUCCEEDED");
}

fn head(target: &str, length: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: {target}\r\n\
         Content-Length: {length}\r\n\r\n"
    )
}

#[test]
fn bad_requests_get_the_exceptions_of_aws() {
    let directory = directory();
    let server = Setup::new(directory.path()).start();
    let client = server.client();
    let name = |body: &str| match client.call_text("StartExecution", body) {
        Err(CallError::Exception { status, name, .. }) => format!("{status} {name}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(name("{"), "400 SerializationException");
    assert_eq!(name("[]"), "400 SerializationException");
    assert_eq!(name("{\"stateMachineArn\": 5}"), "400 SerializationException");
    assert_eq!(name("{}"), "400 ValidationException");
    assert_eq!(name(&"[".repeat(1_000_000)), "400 SerializationException");
    assert_eq!(name(&format!("{{\"input\":{}", "{\"a\":".repeat(300_000))), "400 SerializationException");
    assert_eq!(name(&" ".repeat(2 << 20)), "400 SerializationException");
    assert_eq!(name(&"x".repeat((2 << 20) + 1)), "413 RequestEntityTooLargeException");
    match client.call("NoSuchOperation", json!({})) {
        Err(CallError::Exception { status: 400, name, .. }) => assert_eq!(name, "UnknownOperationException"),
        other => panic!("{other:?}"),
    }
    let reply = |headers: &[(&str, &str)]| {
        let reply = http::request(client.address, "POST", "/", headers, b"{}").expect("an answer");
        format!("{} {}", reply.status, String::from_utf8_lossy(&reply.body))
    };
    let json = ("Content-Type", "application/x-amz-json-1.0");
    for headers in [
        vec![],
        vec![json],
        vec![json, ("X-Amz-Target", "AWSStepFunctions")],
        vec![json, ("X-Amz-Target", "DynamoDB_20120810.ListTables")],
        vec![("Content-Type", "text/plain"), ("X-Amz-Target", "AWSStepFunctions.ListActivities")],
    ] {
        let reply = reply(&headers);
        assert!(reply.starts_with("40") && reply.contains("UnknownOperationException"), "{headers:?}: {reply}");
    }
    let deep =
        json!({"name": "deep", "roleArn": "arn:aws:iam::123456789012:role/test", "definition": "[".repeat(500_000)});
    assert_eq!(client.call("CreateStateMachine", deep).unwrap_err().name(), Some("InvalidDefinition"));
    let machine = client.create_machine("pass", &pass_machine());
    let start = |input: String| client.call("StartExecution", json!({"stateMachineArn": machine, "input": input}));
    assert_eq!(start("[".repeat(200_000)).unwrap_err().name(), Some("InvalidExecutionInput"));
    assert!(start(format!("\"{}\"", "x".repeat(262_142))).is_ok(), "262,144 bytes are allowed");
    assert!(start(format!("\"{}\"", "x".repeat(262_143))).is_err(), "262,145 bytes are not");
    assert!(server.is_healthy());
}

#[test]
fn slow_and_many_clients_do_not_keep_others_waiting() {
    let directory = directory();
    let server = Setup::new(directory.path()).start();
    let client = server.client();
    let machine = client.create_machine("pass", &pass_machine());
    let body = json!({"stateMachineArn": machine, "name": "slow"}).to_string();

    // A thousand connections stay open, half of them in the middle of a request.
    let mut connections: Vec<TcpStream> = Vec::new();
    for number in 0..1000 {
        let mut connection = TcpStream::connect(client.address).expect("a connection is accepted");
        if number % 2 == 0 {
            let head = head("AWSStepFunctions.ListActivities", 2);
            connection.write_all(head.as_bytes()).expect("it is read");
        }
        connections.push(connection);
    }
    let mut slow = TcpStream::connect(client.address).expect("a connection is accepted");
    let message = format!("{}{body}", head("AWSStepFunctions.StartExecution", body.len()));
    for (position, byte) in message.bytes().enumerate() {
        slow.write_all(&[byte]).expect("it is read");
        if position % 50 == 0 {
            std::thread::sleep(Duration::from_millis(5));
            let begun = Instant::now();
            assert!(server.is_healthy());
            assert!(begun.elapsed() < Duration::from_secs(2), "others wait {:?}", begun.elapsed());
        }
    }
    assert_eq!(http::read_reply(&mut slow).expect("an answer").status, 200);
    for (number, connection) in connections.iter_mut().enumerate() {
        let rest = if number % 2 == 0 { "{}".to_owned() } else { head("AWSStepFunctions.ListActivities", 2) + "{}" };
        connection.write_all(rest.as_bytes()).expect("it is read");
    }
    for mut connection in connections {
        assert_eq!(http::read_reply(&mut connection).expect("an answer").status, 200);
        // It is kept alive.
        connection.set_nonblocking(true).expect("it can be set");
        let nothing = connection.read(&mut [0; 1]).expect_err("nothing more comes, and it is not closed");
        assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    }
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named() {
    let directory = directory();
    let file = directory.path().join("file");
    std::fs::write(&file, "not a directory").expect("a file can be made");
    let setup = Setup { data: file.join("data"), ..Setup::new(directory.path()) };
    assert_eq!(setup.try_start().map(|server: Server| server.pid()).expect_err("no directory").code(), Some(2));
    let said = setup.log_text();
    assert!(complaints(&said) == 1 && said.contains(&setup.data.display().to_string()), "{said}");
}
