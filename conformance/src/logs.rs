//! Plays CloudWatch Logs: groups that are all there, and one stream that holds what the server logged.

use crate::case::Call;
use json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Whether a call needs a real CloudWatch Logs.
pub fn is_missing(call: &Call) -> bool {
    !["CreateLogGroup", "DescribeLogGroups", "DescribeLogStreams", "GetLogEvents"].contains(&call.operation.as_str())
}

/// The log of a server, which it may go on with after a restart.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nothing panics while holding the lock").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// What was logged so far.
    fn read(&self) -> Vec<Value> {
        let text = self.0.lock().expect("nothing panics while holding the lock").clone();
        let text = String::from_utf8(text).expect("the log is text");
        text.lines().map(|line| json::parse(line).expect("a line is JSON")).collect()
    }

    /// The events of all streams, once the end of an execution is among them.
    async fn events(&self) -> Value {
        let ends = |event: &Value| {
            let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
            kind.starts_with("Execution") && kind != "ExecutionStarted"
        };
        let waiting = async {
            while !self.read().iter().any(ends) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        // Without one the comparison says what is missing.
        let _ = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        let event = |event: Value| json!({"message": (event.to_string())});
        json!({"events": (self.read().into_iter().map(event).collect::<Vec<Value>>())})
    }
}

/// The answer to a call of CloudWatch Logs. Every group asked for is there.
pub async fn play(operation: &str, params: &Value, account: &str, lines: &Lines) -> Value {
    if operation == "GetLogEvents" {
        return lines.events().await;
    }
    if operation == "DescribeLogStreams" {
        return json!({"logStreams": [{"logStreamName": "states/stream"}]});
    }
    let Some(name) = params.get("logGroupNamePrefix").and_then(Value::as_str) else {
        assert_eq!(operation, "CreateLogGroup", "the recordings look groups up by name");
        return Value::empty_object();
    };
    let arn = format!("arn:aws:logs:us-east-1:{account}:log-group:{name}:*");
    json!({"logGroups": [{"logGroupName": name, "arn": arn}]})
}
