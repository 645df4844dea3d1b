//! The state machine that is killed: everything an execution can wait for, side by side.

use serde_json::{Value, json};

/// Iterations of the Map state.
pub const ITEMS: usize = 30;
/// Rounds of the Choice loop.
pub const ROUNDS: u64 = 4;

/// The definition. Functions are `work`; keys are unique to a scheduled event, but for the attempts of tasks that a crash can make time out.
pub fn everything(activity_arn: &str) -> Value {
    json!({
        "StartAt": "Side by side",
        "States": {
            "Side by side": {
                "Type": "Parallel",
                "Branches": [items(), rounds(), flaky(), activity(activity_arn), callback()],
                "ResultSelector": {"items.$": "$[0]", "rounds.$": "$[1]", "flaky.$": "$[2]", "activity.$": "$[3]", "callback.$": "$[4]"},
                "Next": "Last",
            },
            "Last": {"Type": "Pass", "End": true},
        },
    })
}

/// What an execution of that name must put out.
pub fn expected_output(name: &str) -> Value {
    let items: Vec<String> = (0..ITEMS).map(|index| format!("{name}/item/{index}")).collect();
    json!({
        "items": items,
        "rounds": {"round": ROUNDS},
        "flaky": format!("{name}/flaky/1"),
        "activity": format!("{name}/activity"),
        "callback": format!("{name}/callback"),
    })
}

/// What an execution gets.
pub fn input() -> Value {
    json!({"items": (0..ITEMS).collect::<Vec<_>>()})
}

fn work(key: &Value, ms: u64) -> Value {
    json!({"do": "work", "key.$": key, "ms": ms, "wait_ms": 150})
}

fn items() -> Value {
    json!({
        "StartAt": "Items",
        "States": {
            "Items": {
                "Type": "Map",
                "ItemsPath": "$.items",
                "MaxConcurrency": 5,
                "ItemSelector": {"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"},
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Work on item",
                    "States": {
                        "Work on item": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "Parameters": {
                                "FunctionName": "work",
                                "Payload": work(&json!("States.Format('{}/item/{}', $$.Execution.Name, $.index)"), 15),
                            },
                            "ResultSelector": {"key.$": "$.Payload.key", "until.$": "$.Payload.until"},
                            "Next": "Rest",
                        },
                        "Rest": {"Type": "Wait", "TimestampPath": "$.until", "OutputPath": "$.key", "End": true},
                    },
                },
                "End": true,
            },
        },
    })
}

fn rounds() -> Value {
    json!({
        "StartAt": "First round",
        "States": {
            "First round": {"Type": "Pass", "Result": {"round": 0}, "Next": "Round"},
            "Round": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {
                    "FunctionName": "work",
                    "Payload": work(&json!("States.Format('{}/round/{}', $$.Execution.Name, $.round)"), 5),
                },
                "ResultPath": null,
                "Next": "Count",
            },
            "Count": {"Type": "Pass", "Parameters": {"round.$": "States.MathAdd($.round, 1)"}, "Next": "A second"},
            "A second": {"Type": "Wait", "Seconds": 1, "Next": "Again?"},
            "Again?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.round", "NumericLessThan": ROUNDS, "Next": "Round"}],
                "Default": "Enough",
            },
            "Enough": {"Type": "Succeed"},
        },
    })
}

/// Called by its own ARN; it fails once.
fn flaky() -> Value {
    json!({
        "StartAt": "Prepare",
        "States": {
            "Prepare": {"Type": "Pass", "Result": {"do": ["fail", "work"]}, "Next": "Flaky"},
            "Flaky": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                "Parameters": {
                    "do.$": "States.ArrayGetItem($.do, $$.State.RetryCount)",
                    "key.$": "States.Format('{}/flaky/{}', $$.Execution.Name, $$.State.RetryCount)",
                    "ms": 10,
                },
                "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                "OutputPath": "$.key",
                "End": true,
            },
        },
    })
}

/// A worker may lose its task with the reply that a crash cuts off; the heartbeat brings it back, as on AWS.
fn activity(arn: &str) -> Value {
    json!({
        "StartAt": "By a worker",
        "States": {
            "By a worker": {
                "Type": "Task",
                "Resource": arn,
                "Parameters": {"key.$": "States.Format('{}/activity', $$.Execution.Name)"},
                "HeartbeatSeconds": 2,
                "TimeoutSeconds": 600,
                "Retry": [{
                    "ErrorEquals": ["States.HeartbeatTimeout", "States.Timeout"],
                    "IntervalSeconds": 1,
                    "BackoffRate": 1.0,
                    "MaxAttempts": 1000,
                }],
                "End": true,
            },
        },
    })
}

fn callback() -> Value {
    json!({
        "StartAt": "Ask",
        "States": {
            "Ask": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {
                    "FunctionName": "work",
                    "Payload": {
                        "do": "work",
                        "key.$": "States.Format('{}/callback', $$.Execution.Name)",
                        "token.$": "$$.Task.Token",
                        "ms": 5,
                    },
                },
                "End": true,
            },
        },
    })
}
