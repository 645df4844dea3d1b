//! `stepwell validate`: findings with their places, and exit codes.

use crate::support::{command, directory, finish, stepwell};
use expect_test::expect;

const GOOD: &str = "StartAt: A\nStates:\n  A: {Type: Succeed}\n";
const BAD: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "C": {"Type": "Pass", "Nxt": "A", "End": true}
  }
}
"#;

#[test]
fn findings_have_their_lines_and_marks() {
    let directory = directory(&[("bad.asl.json", BAD), ("good.asl.yaml", GOOD)]);
    let finished = stepwell(directory.path(), &["validate", "good.asl.yaml", "bad.asl.json"]);
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.contains(" --> bad.asl.json:4:35\n"), "{}", finished.stdout);
    assert!(finished.stdout.contains("\n  |                                   ^^^\n"), "{}", finished.stdout);
    assert!(finished.stdout.contains(" --> bad.asl.json:5:27\n"), "{}", finished.stdout);
    assert!(finished.stderr.starts_with("good.asl.yaml: no findings\nbad.asl.json: 2 errors"), "{}", finished.stderr);
}

#[test]
fn findings_as_json() {
    let bad = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "Nxt": "A"}}}"#;
    let directory = directory(&[("bad.asl.json", bad)]);
    let finished = stepwell(directory.path(), &["validate", "--format", "json", "bad.asl.json"]);
    assert_eq!(finished.code, Some(1));
    expect![[r#"
        {"files":[{"file":"bad.asl.json","result":"FAIL","diagnostics":[{"severity":"ERROR","code":"SCHEMA_VALIDATION_FAILED","message":"Field 'Nxt' is not supported","location":"/States/A","line":1,"column":54,"endLine":1,"endColumn":59}]}]}
    "#]]
    .assert_eq(&finished.stdout);
    assert_eq!(finished.stderr, "");
}

#[test]
fn the_type_decides_what_is_allowed() {
    let callback = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}}}}"#;
    let directory = directory(&[("callback.asl.json", callback)]);
    assert_eq!(stepwell(directory.path(), &["validate", "callback.asl.json"]).code, Some(0));
    assert_eq!(stepwell(directory.path(), &["validate", "callback.asl.json", "--type", "EXPRESS"]).code, Some(1));
}

#[test]
fn a_definition_may_come_from_stdin() {
    let directory = directory(&[("good.asl.yaml", GOOD)]);
    let mut command = command(directory.path(), &["validate", "-"]);
    command.stdin(std::fs::File::open(directory.path().join("good.asl.yaml")).expect("it was just written"));
    let finished = finish(command);
    assert_eq!((finished.code, &*finished.stderr), (Some(0), "<stdin>: no findings\n"));
}

#[test]
fn what_cannot_be_read_is_not_a_finding() {
    let directory = directory(&[]);
    let finished = stepwell(directory.path(), &["validate", "missing.asl.json"]);
    assert_eq!(finished.code, Some(2));
    assert_eq!(finished.stderr, "error: cannot read missing.asl.json: No such file or directory (os error 2)\n");
    assert_eq!(stepwell(directory.path(), &["validate"]).code, Some(2));
}
