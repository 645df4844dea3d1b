//! `stepwell why`, of files.

use expect_test::{Expect, expect};
use std::path::Path;
use std::process::Command;

const HISTORY: &str = r#"{
    "definition": "{\"StartAt\":\"Each\",\"States\":{\"Each\":{\"Type\":\"Map\",\"End\":true,\"ItemProcessor\":{\"StartAt\":\"Charge\",\"States\":{\"Charge\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke\",\"End\":true}}}}}}",
    "events": [
        {"id": 1, "type": "ExecutionStarted", "timestamp": "2026-11-27T10:00:00+01:00", "executionStartedEventDetails": {"input": "[1]"}},
        {"id": 2, "type": "MapStateEntered", "timestamp": "2026-11-27T10:00:00+01:00", "stateEnteredEventDetails": {"name": "Each", "input": "[1]"}},
        {"id": 3, "previousEventId": 2, "type": "MapStateStarted", "timestamp": "2026-11-27T10:00:00+01:00", "mapStateStartedEventDetails": {"length": 1}},
        {"id": 4, "previousEventId": 3, "type": "MapIterationStarted", "timestamp": "2026-11-27T10:00:00+01:00", "mapIterationStartedEventDetails": {"name": "Each", "index": 0}},
        {"id": 5, "previousEventId": 4, "type": "TaskStateEntered", "timestamp": "2026-11-27T10:00:00+01:00", "stateEnteredEventDetails": {"name": "Charge", "input": "1"}},
        {"id": 6, "previousEventId": 5, "type": "TaskScheduled", "timestamp": "2026-11-27T10:00:00+01:00", "taskScheduledEventDetails": {"resourceType": "lambda", "resource": "invoke", "parameters": "{}"}},
        {"id": 7, "previousEventId": 6, "type": "TaskFailed", "timestamp": "2026-11-27T10:00:01+01:00", "taskFailedEventDetails": {"resourceType": "lambda", "resource": "invoke", "error": "Declined", "cause": "{\"left\":0}"}},
        {"id": 8, "previousEventId": 7, "type": "MapIterationFailed", "timestamp": "2026-11-27T10:00:01+01:00", "mapIterationFailedEventDetails": {"name": "Each", "index": 0}},
        {"id": 9, "previousEventId": 8, "type": "MapStateFailed", "timestamp": "2026-11-27T10:00:01+01:00"},
        {"id": 10, "previousEventId": 9, "type": "ExecutionFailed", "timestamp": "2026-11-27T10:00:01+01:00", "executionFailedEventDetails": {"error": "Declined", "cause": "{\"left\":0}"}}
    ]
}"#;

fn check(directory: &Path, arguments: &[&str], status: i32, expected: &Expect) {
    let program = env!("CARGO_BIN_EXE_stepwell");
    let output = Command::new(program).arg("why").args(arguments).current_dir(directory).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(status), "{}", text(&output.stderr));
    expected.assert_eq(&(text(&output.stdout) + &text(&output.stderr)));
}

#[test]
fn a_history_in_a_file_is_told() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let directory = directory.path();
    std::fs::write(directory.join("history.json"), HISTORY).expect("it can be written");
    std::fs::write(directory.join("cut.json"), HISTORY.replace("\"id\": 9", "\"id\": 11")).expect("it can be written");
    std::fs::write(directory.join("other.json"), "{}").expect("it can be written");
    check(
        directory,
        &["history.json", "--visits"],
        1,
        &expect![[r#"
        FAILED
          state  Charge
          in     item 0
          error  Declined
          event  7
          cause
            {
              "left": 0
            }

        STATE         STATUS  TOOK   ATTEMPTS  EVENTS  ERROR
        Each          FAILED  1.0 s  1         2-9     Declined
          Charge [0]  FAILED  1.0 s  1         5-7     Declined
    "#]],
    );
    check(
        directory,
        &["cut.json"],
        2,
        &expect![[r#"
        error: cut.json is no history
        Cause: events go from 8 on to 10: is a page missing?
    "#]],
    );
    check(
        directory,
        &["other.json"],
        2,
        &expect![[r#"
        error: other.json is no history: it has no 'events'
    "#]],
    );
}
