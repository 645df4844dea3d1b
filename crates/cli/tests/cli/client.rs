//! The commands that call an endpoint, against a server of their own.

use crate::support::{Finished, Running, address, call, command, directory, finish};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const ROLE: &str = "arn:aws:iam::123456789012:role/test";

/// A server, and a directory to work in.
struct World {
    _server: Running,
    address: String,
    directory: TempDir,
}

impl World {
    fn new() -> World {
        let directory = directory(&[]);
        let mut server =
            Running::start(command(directory.path(), &["serve", "--memory", "--listen", "127.0.0.1:0"]), false);
        let address = address(&server.wait_for("http://"));
        World { _server: server, address, directory }
    }

    fn machine(&self, name: &str, kind: &str, state: &str) {
        let definition = format!(r#"{{\"StartAt\":\"S\",\"States\":{{\"S\":{}}}}}"#, state.replace('"', "\\\""));
        let body =
            format!(r#"{{"name": "{name}", "type": "{kind}", "roleArn": "{ROLE}", "definition": "{definition}"}}"#);
        let reply = call(&self.address, "CreateStateMachine", &body);
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.directory.path(), arguments);
        let nowhere = self.directory.path().join("nowhere");
        command.env("AWS_ENDPOINT_URL_SFN", format!("http://{}", self.address));
        command.env("AWS_CONFIG_FILE", &nowhere).env("AWS_SHARED_CREDENTIALS_FILE", &nowhere);
        command
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.command(arguments))
    }

    /// What a command prints that must end well.
    #[track_caller]
    fn prints(&self, arguments: &[&str]) -> String {
        let Finished { code, stdout, stderr } = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {stdout}{stderr}");
        stdout
    }

    /// What a command says that cannot do its work.
    #[track_caller]
    fn refuses(&self, arguments: &[&str]) -> String {
        let Finished { code, stdout, stderr } = self.run(arguments);
        assert_eq!((code, &*stdout), (Some(2), ""), "{arguments:?}: {stderr}");
        stderr
    }
}

#[test]
fn executions_are_started_watched_and_found_by_name() {
    let world = World::new();
    world.machine("greets", "STANDARD", r#"{"Type":"Pass","Result":"hello","End":true}"#);
    world.machine("fails", "STANDARD", r#"{"Type":"Fail","Error":"Oops","Cause":"because"}"#);
    world.machine("quick", "EXPRESS", r#"{"Type":"Pass","End":true}"#);

    let waited = world.run(&["start", "greets", "--name", "one", "--wait"]);
    assert_eq!((waited.code, &*waited.stdout), (Some(0), "\"hello\"\n"), "{}", waited.stderr);
    assert!(waited.stderr.contains("greets:one SUCCEEDED in"), "{}", waited.stderr);
    let waited = world.run(&["start", "fails", "--name", "two", "--wait"]);
    assert_eq!((waited.code, &*waited.stdout), (Some(1), ""), "{}", waited.stderr);
    assert!(waited.stderr.contains("Error: Oops\nCause: because"), "{}", waited.stderr);
    assert_eq!(world.prints(&["start", "quick", "--wait", "--input", "[1]"]), "[1]\n");
    assert_eq!(
        world.prints(&["start", "greets", "--name", "three"]),
        "arn:aws:states:us-east-1:123456789012:execution:greets:three\n"
    );

    let listed = world.prints(&["list"]);
    assert_eq!(
        listed.lines().map(|line| &line[..16]).collect::<Vec<_>>(),
        ["NAME    TYPE    ", "fails   STANDARD", "greets  STANDARD", "quick   EXPRESS "]
    );
    let listed = world.prints(&["list", "fails", "--status", "failed"]);
    assert!(listed.lines().nth(1).expect("an execution").starts_with("two   FAILED  20"), "{listed}");
    let described = world.prints(&["describe", "two"]);
    assert!(described.starts_with("fails:two  FAILED\n  arn "), "{described}");
    assert!(world.prints(&["describe", "greets"]).contains("      \"StartAt\": \"S\","), "a definition laid out");
    let json = world.prints(&["describe", "greets:one", "--json"]);
    assert!(json.contains(r#""output":"\"hello\"""#) && json.lines().count() == 1, "{json}");
    let start = json.split(r#""startDate":"#).nth(1).expect("a date");
    assert!(start.as_bytes()[10] == b'.', "a date is not written with an exponent: {json}");

    let history = world.prints(&["history", "one"]);
    let kinds: Vec<&str> = history.lines().filter_map(|line| line.split_whitespace().nth(3)).collect();
    assert_eq!(kinds, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
    let last = world.prints(&["history", "one", "--reverse", "--limit", "1", "--json"]);
    assert!(last.starts_with(r#"{"events":[{"timestamp":"#) && last.contains("ExecutionSucceeded"), "{last}");

    let redriven = world.run(&["redrive", "fails:two", "--wait"]);
    assert_eq!(redriven.code, Some(1), "{}", redriven.stderr);
    assert!(world.prints(&["describe", "two"]).contains("redrives    1, last 20"), "the redrive is told");
}

#[test]
fn an_execution_is_forked_with_a_mended_input() {
    let world = World::new();
    for kind in ["STANDARD", "EXPRESS"] {
        let choice = r#"{"Type":"Choice","Choices":[{"Variable":"$.n","IsPresent":true,"Next":"T"}],"Default":"F"},"F":{"Type":"Fail","Error":"Oops"},"T":{"Type":"Pass","InputPath":"$.n","End":true}"#;
        world.machine(kind, kind, choice);
    }
    assert_eq!(world.run(&["start", "STANDARD", "--name", "one", "--wait"]).code, Some(1));
    let forked = world.run(&["fork", "one", "--state", "S", "--input", r#"{"n":7}"#, "--name", "two", "--wait"]);
    assert_eq!((forked.code, &*forked.stdout), (Some(0), "7\n"), "{}", forked.stderr);
    let described = world.prints(&["describe", "two"]);
    assert!(described.contains("forked from STANDARD:one at S, visit 1"), "{described}");
    assert!(!world.prints(&["describe", "one"]).contains("forked"));
    assert!(world.prints(&["describe", "two", "--json"]).contains(r#""forkedFrom":{"arn":"#));
    let forked = world.run(&["fork", "STANDARD:one", "--state", "F", "--visit", "1"]);
    assert!(
        forked.stdout.starts_with("arn:") && forked.stderr.contains("forked from STANDARD:one at F"),
        "{}",
        forked.stderr
    );
    let express = world.prints(&["start", "EXPRESS"]);
    let forked = world.run(&["fork", express.trim(), "--state", "S", "--input", r#"{"n":[1]}"#, "--wait"]);
    assert_eq!((forked.code, &*forked.stdout), (Some(0), "[1]\n"), "{}", forked.stderr);

    let refused = world.refuses(&["fork", "one", "--state", "T"]);
    assert!(refused.contains("The execution did not come to a state 'T'"), "{refused}");
    assert!(
        world.refuses(&["fork", "one", "--state", "S", "--variables", "[1]"]).contains("'variables' must be an object")
    );
    assert!(world.refuses(&["fork", "one", "--state", "S", "--input", "{"]).contains("--input: the input is not JSON"));
}

#[test]
fn a_task_is_done_while_its_history_is_followed() {
    let world = World::new();
    call(&world.address, "CreateActivity", r#"{"name": "work"}"#);
    let activity = "arn:aws:states:us-east-1:123456789012:activity:work";
    world.machine("works", "STANDARD", &format!(r#"{{"Type":"Task","Resource":"{activity}","End":true}}"#));
    let token = |name: &str| {
        world.prints(&["start", "works", "--name", name]);
        let task = call(&world.address, "GetActivityTask", &format!(r#"{{"activityArn": "{activity}"}}"#));
        task.split(r#""taskToken":""#).nth(1).and_then(|rest| rest.split('"').next()).expect("a token").to_owned()
    };
    let done = token("done");
    let mut following = Running::start(world.command(&["history", "works:done", "--follow"]), false);
    following.wait_for("ActivityStarted");
    world.prints(&["send-task-heartbeat", &done]);
    assert_eq!(world.prints(&["send-task-success", &done, "--output", "7", "--json"]), "{}\n");
    let (code, rest) = following.wait();
    assert_eq!(code, Some(0), "{rest}");
    assert!(rest.lines().last().expect("events").ends_with("ExecutionSucceeded          7"), "{rest}");
    assert!(world.refuses(&["send-task-success", &done]).contains("TaskTimedOut"), "a token is good once");

    let failed = token("failed");
    world.prints(&["send-task-failure", &failed, "--error", "Late", "--cause", "it rained"]);
    assert_eq!(world.run(&["history", "failed", "--follow", "--json"]).code, Some(1));
    let stopped = token("stopped");
    world.prints(&["stop", "works:stopped", "--error", "Enough"]);
    assert!(world.refuses(&["send-task-heartbeat", &stopped]).contains("TaskTimedOut"), "it was stopped");
    assert_eq!(world.prints(&["list", "--activities"]).lines().nth(1).map(|line| &line[..4]), Some("work"));
}

#[test]
fn tasks_that_wait_are_listed_and_answered() {
    let world = World::new();
    call(&world.address, "CreateActivity", r#"{"name": "work"}"#);
    let activity = "arn:aws:states:us-east-1:123456789012:activity:work";
    world.machine(
        "works",
        "STANDARD",
        &format!(r#"{{"Type":"Task","Resource":"{activity}","TimeoutSeconds":900,"End":true}}"#),
    );
    world.machine("other", "STANDARD", r#"{"Type":"Pass","End":true}"#);
    for name in ["one", "two", "three"] {
        world.prints(&["start", "works", "--name", name, "--input", r#"{"order":7}"#]);
        if name != "three" {
            call(&world.address, "GetActivityTask", &format!(r#"{{"activityArn": "{activity}"}}"#));
        }
    }
    let listed = world.prints(&["tasks", "--state-machine", "works"]);
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["ID", "KIND", "STATE", "EXECUTION", "WAITS", "LEFT", "PAYLOAD"]);
    assert_eq!((lines.len(), &lines[1][1..6]), (4, &["activity,", "not", "taken", "S", "works:three"][..]), "{listed}");
    assert!(listed.lines().all(|line| line.starts_with("ID") || line.ends_with(r#"{"order":7}"#)), "{listed}");
    let two = lines.iter().find(|line| line.contains(&"works:two")).expect("it waits");
    assert_eq!(
        world.prints(&["tasks", "--state-machine", "other"]),
        format!("{}\n", ["ID  KIND  STATE  EXECUTION  WAITS  LEFT  PAYLOAD"].concat())
    );

    world.prints(&["tasks", "heartbeat", two[0]]);
    world.prints(&["tasks", "succeed", two[0], "--output", "7"]);
    assert!(world.prints(&["describe", "two"]).contains("SUCCEEDED"), "its id is enough");
    world.prints(&["send-task-failure", "works:one", "--error", "Enough"]);
    assert!(world.prints(&["describe", "one"]).contains("Enough"), "so is its execution, where one task waits");
    let json = world.prints(&["tasks", "--execution", "works:three", "--json"]);
    assert!(json.starts_with(r#"{"tasks":[{"id":""#) && json.contains(r#""token":null"#), "{json}");
    for (arguments, told) in [
        (&["tasks", "succeed", "works:three"][..], "no worker has taken the task of state 'S' of works:three yet"),
        (&["tasks", "succeed", "works:two"], "no task of works:two waits for an answer"),
        (&["tasks", "fail", two[0]], "no task that waits for an answer has an id that begins with"),
        (&["tasks", "succeed", "notatoken"], "InvalidToken"),
        (&["tasks", "--endpoint-url", "http://127.0.0.1:9"], "it cannot be reached"),
    ] {
        let stderr = world.refuses(arguments);
        assert!(stderr.contains(told), "{arguments:?}: {stderr}");
    }
}

#[test]
fn what_the_console_shows_is_told_in_a_terminal() {
    let world = World::new();
    let each = r#"{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"Ask","States":{
        "Ask":{"Type":"Choice","Default":"Keep","Choices":[{"Variable":"$.bad","IsPresent":true,"Next":"Drop"}]},
        "Keep":{"Type":"Pass","End":true},"Drop":{"Type":"Fail","Error":"Bad"}}}}"#;
    world.machine("inline", "STANDARD", &each.replace('\n', " "));
    let apart = each.replace(r#""ItemProcessor":{"#, r#""ToleratedFailurePercentage":90,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#);
    world.machine("apart", "STANDARD", &apart.replace('\n', " "));
    for (machine, name, input) in [
        ("inline", "good", "[{},{}]"),
        ("inline", "bad", r#"[{},{"bad":1}]"#),
        ("apart", "many", r#"[{},{"bad":1},{"bad":2}]"#),
    ] {
        world.run(&["start", machine, "--name", name, "--input", input, "--wait"]);
    }

    let same = world.prints(&["compare", "inline:good", "inline:good"]);
    assert!(same.ends_with("They went the same way, and every visit had the same input and output.\n"), "{same}");
    let compared = world.run(&["compare", "good", "bad"]);
    let lines: Vec<Vec<&str>> = compared
        .stdout
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(compared.code, Some(1), "{}", compared.stderr);
    let at = |line: &[&str]| {
        lines.iter().position(|found| found.starts_with(line)).unwrap_or_else(|| panic!("{line:?}: {lines:?}"))
    };
    assert!(at(&["A", "inline:good", "SUCCEEDED"]) < at(&["B", "inline:bad", "FAILED"]));
    assert!(at(&["They were started with different inputs."]) < at(&["S", "SUCCEEDED", "FAILED"]));
    at(&["Keep [1]", "SUCCEEDED", "-"]);
    at(&["Drop [1]", "-", "FAILED"]);

    let stats = world.prints(&["stats", "inline"]);
    let cells: Vec<Vec<&str>> = stats.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(cells.contains(&vec!["succeeded", "1"]) && cells.contains(&vec!["failed", "1"]), "{stats}");
    assert!(
        stats.lines().any(|line| line.starts_with("S / Keep ") && line.split_whitespace().nth(3) == Some("3")),
        "{stats}"
    );

    let told = world.prints(&["map-run", "apart:many"]);
    let cells: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(cells.iter().any(|line| line.starts_with(&["items", "3:", "1", "succeeded,", "2", "failed"])), "{told}");
    assert!(cells.iter().any(|line| line.starts_with(&["2", "FAILED", "Bad"])), "{told}");
    assert!(world.refuses(&["map-run", "inline:good"]).contains("inline:good has no Map Run"), "it has none");
    assert!(
        world.refuses(&["stats", "inline", "--last", "soon"]).contains("a time is a number with m, h or d behind it"),
        "no time"
    );
}

#[test]
fn what_cannot_be_is_told_in_a_line() {
    let world = World::new();
    world.machine("one", "STANDARD", r#"{"Type":"Pass","End":true}"#);
    world.machine("two", "STANDARD", r#"{"Type":"Pass","End":true}"#);
    for machine in ["one", "two"] {
        world.prints(&["start", machine, "--name", "same"]);
    }
    for (arguments, told) in [
        (&["start", "three"][..], "there is no state machine 'three'; there are one, two"),
        (&["start", "one", "--name", "a b"], "InvalidName: Invalid Name: 'a b'"),
        (&["start", "one", "--input", "{"], "--input: the input is not JSON"),
        (&["history", "same"], "'same' may be any of one:same, two:same"),
        (&["history", "other"], "there is no execution 'other'"),
        (&["describe", "other"], "there is no state machine and no execution 'other'"),
        (&["describe", "one:other"], "State Machine Does Not Exist"),
        (&["stop", "arn:aws:states:us-east-1:123456789012:execution:one:none"], "ExecutionDoesNotExist"),
        (&["redrive", "one:same"], "ExecutionNotRedrivable"),
        (&["list", "--endpoint-url", "127.0.0.1"], "is no URL"),
        (&["list", "--endpoint-url", "http://127.0.0.1:9"], "it cannot be reached"),
        (&["list", "--endpoint-url", "aws"], "AWS wants credentials"),
        (&["list", "--profile", "none"], "there is no profile 'none'"),
    ] {
        let stderr = world.refuses(arguments);
        assert!(stderr.contains(told), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_profile_says_who_asks() {
    let world = World::new();
    world.machine("mine", "STANDARD", r#"{"Type":"Pass","End":true}"#);
    let file =
        |name: &str, text: &str| std::fs::write(world.directory.path().join(name), text).expect("it can be written");
    file("config", "[profile other]\nregion = us-east-1\ncredential_process = cat keys.json\n");
    file("keys.json", r#"{"Version": 1, "AccessKeyId": "210987654321", "SecretAccessKey": "secret"}"#);
    let listed = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        command.env("AWS_CONFIG_FILE", Path::new("config"));
        finish(command).stdout
    };
    assert!(listed(&["list"]).contains("mine"));
    // The server takes a key of twelve digits for an account, which has nothing yet.
    assert_eq!(listed(&["list", "--profile", "other"]), "NAME  TYPE  CREATED\n");
}
