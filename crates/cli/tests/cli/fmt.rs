//! `stepwell fmt`, and what it shares with `lint` and `validate`: directories, byte order marks, placeholders.

use crate::support::{command, directory, finish, stepwell};

const UGLY: &str = "{\"StartAt\":\"A\",\r\n \"States\":{\"A\":{\"Type\":\"Succeed\"}}}";
const LAID_OUT: &str =
    "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\n      \"Type\": \"Succeed\"\n    }\n  }\n}\n";
const YAML: &str = "StartAt: A # first\nStates:\n  A: {Type: Succeed}\n";

#[test]
fn files_are_laid_out_once() {
    let directory = directory(&[("a.asl.json", UGLY), ("b.asl.yaml", YAML)]);
    let run = |arguments: &[&str]| stepwell(directory.path(), &[&["fmt"], arguments].concat());
    let text = || std::fs::read_to_string(directory.path().join("a.asl.json")).expect("readable");

    let checked = run(&["--check", "."]);
    assert_eq!((checked.code, &*checked.stderr), (Some(1), "./a.asl.json: not laid out\n"));
    let shown = run(&["--diff", "a.asl.json", "b.asl.yaml"]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.stdout.starts_with("--- a.asl.json\n+++ a.asl.json\n@@ -1,2 +1,8 @@\n"), "{}", shown.stdout);
    assert_eq!(text(), UGLY);

    let done = run(&["a.asl.json", "b.asl.yaml"]);
    assert_eq!((done.code, &*done.stderr), (Some(0), "a.asl.json: laid out\n"));
    assert_eq!(text(), LAID_OUT);
    assert_eq!(run(&["--check", "."]).code, Some(0));
    let names = std::fs::read_dir(directory.path()).expect("readable").count();
    assert_eq!(names, 2, "nothing else is left behind");
}

#[test]
fn stdin_is_printed() {
    let directory = directory(&[("a", UGLY)]);
    let mut command = command(directory.path(), &["fmt", "-"]);
    command.stdin(std::fs::File::open(directory.path().join("a")).expect("it was just written"));
    let finished = finish(command);
    assert_eq!((finished.code, &*finished.stdout), (Some(0), LAID_OUT));
}

#[test]
fn what_cannot_be_read_stays() {
    let directory = directory(&[("a.asl.json", "{\"a\": }"), ("b.asl.json", UGLY)]);
    let finished = stepwell(directory.path(), &["fmt", "a.asl.json", "missing.asl.json", "b.asl.json"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains(" --> a.asl.json:1:7\n"), "{}", finished.stderr);
    assert!(finished.stderr.contains("error: cannot read missing.asl.json: "), "{}", finished.stderr);
    let text = |name| std::fs::read_to_string(directory.path().join(name)).expect("readable");
    assert_eq!((&*text("a.asl.json"), &*text("b.asl.json")), ("{\"a\": }", LAID_OUT));
    assert_eq!(stepwell(directory.path(), &["fmt", "a.asl.json"]).code, Some(1));
}

#[test]
fn directories_stand_for_their_definitions() {
    let directory = directory(&[("one.asl.json", UGLY), ("notes.json", "[]"), ("two.asl.yml", YAML)]);
    let below = directory.path().join("deep/er");
    std::fs::create_dir_all(&below).expect("writable");
    std::fs::write(below.join("three.asl.json"), "{}").expect("writable");
    std::fs::create_dir(directory.path().join("node_modules")).expect("writable");
    std::fs::write(directory.path().join("node_modules/four.asl.json"), "{}").expect("writable");
    let finished = stepwell(directory.path(), &["validate", "."]);
    assert_eq!(finished.code, Some(1));
    let files: Vec<&str> = finished.stderr.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(files, ["./deep/er/three.asl.json", "./one.asl.json", "./two.asl.yml"]);
    let empty = stepwell(directory.path(), &["lint", "deep/er/three.asl.json", "node_modules/.."]);
    assert_eq!(empty.code, Some(1));
    std::fs::remove_file(below.join("three.asl.json")).expect("it was just written");
    assert_eq!(stepwell(directory.path(), &["lint", "deep"]).code, Some(2));
}

#[test]
fn what_a_deployment_fills_in_is_let_pass() {
    let task = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Function.Arn}", "TimeoutSeconds": "${Timeout}", "End": true}}}"#;
    let wrong = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:${AWS::Partition}:states:::sqs:send", "End": true}}}"#;
    let directory = directory(&[("task.asl.json", &format!("\u{feff}{task}")), ("wrong.asl.json", wrong)]);
    let passed = stepwell(directory.path(), &["validate", "task.asl.json"]);
    assert_eq!(passed.code, Some(0));
    assert_eq!(passed.stderr, "task.asl.json: no findings (placeholders ${...} taken as filled in)\n");
    assert_eq!(stepwell(directory.path(), &["lint", "task.asl.json"]).code, Some(0));
    assert_eq!(stepwell(directory.path(), &["validate", "wrong.asl.json"]).code, Some(1));
    let run = stepwell(directory.path(), &["run", "task.asl.json", "--input", "{}"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("help: a placeholder such as ${Name} must be filled in before"), "{}", run.stderr);
}
