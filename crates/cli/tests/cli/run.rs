//! `stepwell run`: output, progress and exit codes.

use crate::support::{Running, command, directory, stepwell};

const MAP: &str = r#"
StartAt: Each
States:
  Each:
    Type: Map
    ItemsPath: $.items
    ItemProcessor:
      StartAt: Double
      States:
        Double: {Type: Pass, Parameters: {"twice.$": "States.MathAdd($, $)"}, End: true}
    End: true
"#;
const FAIL: &str =
    r#"{"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Custom", "Cause": "no\u001b[2J way"}}}"#;
const WAIT: &str = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;

#[test]
fn the_output_is_on_stdout_and_the_states_on_stderr() {
    let directory = directory(&[("map.asl.yaml", MAP)]);
    let finished = stepwell(directory.path(), &["run", "map.asl.yaml", "--input", r#"{"items": [1, 2]}"#]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(finished.stdout, "[{\"twice\":2},{\"twice\":4}]\n");
    assert!(finished.stderr.contains("✓ Each > #1 > Double"), "{}", finished.stderr);
    assert!(finished.stderr.contains("✓ map SUCCEEDED in"), "{}", finished.stderr);
    assert!(!directory.path().join(".stepwell").exists(), "nothing is kept");
}

#[test]
fn a_caught_failure_is_told_where_it_is_caught() {
    let definition = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}],
        "Branches": [
            {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}},
            {"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:missing"}}}]},
        "Mend": {"Type": "Pass", "Result": "mended", "End": true}}}"#;
    let directory = directory(&[("catch.asl.json", definition)]);
    let finished = stepwell(directory.path(), &["run", "catch.asl.json"]);
    assert_eq!((finished.code, &*finished.stdout), (Some(0), "\"mended\"\n"), "{}", finished.stderr);
    let told = |text: &str| assert!(finished.stderr.contains(text), "no {text:?} in:\n{}", finished.stderr);
    told("! Both > branch 2 > T attempt 1: Lambda.ResourceNotFoundException");
    told(", Lambda.ResourceNotFoundException caught");
    told("✓ Mend");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_no_success() {
    let definition = r#"{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}"#;
    let directory = directory(&[("lost.asl.json", definition)]);
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let status = command(directory.path(), &["run", "lost.asl.json"]).stdout(full).status().expect("it was built");
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_failed_execution_tells_error_and_cause() {
    let directory = directory(&[("fail.asl.json", FAIL)]);
    let finished = stepwell(directory.path(), &["run", "fail.asl.json"]);
    assert_eq!((finished.code, &*finished.stdout), (Some(1), ""));
    assert!(finished.stderr.contains("fail FAILED after"), "{}", finished.stderr);
    assert!(finished.stderr.contains("Error: Custom\nCause: no\u{fffd}[2J way\n"), "{}", finished.stderr);
}

#[test]
fn bad_usage_and_definitions_exit_with_2() {
    let directory = directory(&[("bad.asl.json", "{\"StartAt\": 1}"), ("fail.asl.json", FAIL)]);
    let check = |arguments: &[&str], message: &str| {
        let finished = stepwell(directory.path(), arguments);
        assert_eq!((finished.code, &*finished.stdout), (Some(2), ""), "{arguments:?}: {}", finished.stderr);
        assert!(finished.stderr.contains(message), "{arguments:?}: {}", finished.stderr);
    };
    check(&["run", "bad.asl.json"], "--> bad.asl.json:1:13");
    check(&["run", "missing.asl.json"], "cannot read missing.asl.json");
    check(&["run", "fail.asl.json", "--input", "{"], "--input: the input is not JSON");
    check(&["run", "fail.asl.json", "--input", "@missing.json"], "--input: cannot read missing.json");
    check(&["run", "fail.asl.json", "--name", "a b"], "InvalidName");
    check(&["run", "fail.asl.json", "--timeout", "0"], "above 0");
    check(&["run", "fail.asl.json", "--functions", "missing.yaml"], "cannot read missing.yaml");
    check(&["run"], "Usage");
}

#[test]
fn an_execution_that_takes_too_long_is_stopped() {
    let directory = directory(&[("wait.asl.json", WAIT)]);
    let finished = stepwell(directory.path(), &["run", "wait.asl.json", "--timeout", "0.2"]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert!(finished.stderr.contains("wait ABORTED"), "{}", finished.stderr);
}

#[test]
fn an_interrupt_stops_the_execution() {
    let directory = directory(&[("wait.asl.json", WAIT)]);
    let mut running = Running::start(command(directory.path(), &["run", "wait.asl.json"]), true);
    running.wait_for("▶ W");
    running.signal("INT");
    let (code, rest) = running.wait();
    assert_eq!(code, Some(130), "{rest}");
    assert!(rest.contains("wait ABORTED"), "{rest}");
}

#[test]
fn waits_are_scaled() {
    let directory = directory(&[("wait.asl.json", WAIT)]);
    let mut command = command(directory.path(), &["run", "wait.asl.json", "--input", "[7]"]);
    command.env("WAIT_TIME_SCALE", "0");
    let finished = crate::support::finish(command);
    assert_eq!((finished.code, &*finished.stdout), (Some(0), "[7]\n"), "{}", finished.stderr);
}
