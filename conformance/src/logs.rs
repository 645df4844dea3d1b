//! Plays the calls of CloudWatch Logs that only name a log group: the server takes its ARN into a logging configuration.

use crate::case::Call;
use json::{Value, json};

/// Whether a call needs a real CloudWatch Logs.
pub fn is_missing(call: &Call) -> bool {
    !["CreateLogGroup", "DescribeLogGroups"].contains(&call.operation.as_str())
}

/// The answer to a call of CloudWatch Logs. Every group asked for is there.
pub fn play(operation: &str, params: &Value, account: &str) -> Value {
    let Some(name) = params.get("logGroupNamePrefix").and_then(Value::as_str) else {
        assert_eq!(operation, "CreateLogGroup", "the recordings look groups up by name");
        return Value::empty_object();
    };
    let arn = format!("arn:aws:logs:us-east-1:{account}:log-group:{name}:*");
    json!({"logGroups": [{"logGroupName": name, "arn": arn}]})
}
