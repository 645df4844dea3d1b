//! TestState beyond what is recorded: variables, a state within a Map, the Wait state, and what cannot be tested.

use crate::support::open;
use api::*;
use json::{Value, json};
use std::sync::Arc;
use stepwell_engine::Engine;
use store::Memory;

const ROLE: &str = "arn:aws:iam::123456789012:role/test";

async fn test(engine: &Engine, definition: &Value, more: &Value) -> Result<Value, Exception> {
    let mut body = json::ObjectBuilder::new();
    body.insert("definition", definition.to_string());
    for (key, value) in more.as_object().expect("an object").iter() {
        body.insert(key.clone(), value);
    }
    Ok(engine.test_state(TestStateRequest::decode(&body.build().into())?).await?.encode())
}

async fn refusal(engine: &Engine, definition: &Value, more: &Value) -> String {
    let exception = test(engine, definition, more).await.expect_err("it is refused");
    format!("{:?}: {}", exception.code, exception.message)
}

#[tokio::test]
async fn a_state_sees_what_the_test_gives_it() {
    let engine = open(&Arc::new(Memory::new())).await;
    let pass =
        json!({"Type": "Pass", "Assign": {"n.$": "States.MathAdd($n, 1)"}, "Parameters": {"n.$": "$n"}, "Next": "N"});
    let got = test(&engine, &pass, &json!({"variables": "{\"n\": 1, \"m\": true}", "inspectionLevel": "DEBUG"})).await;
    let input = "{}";
    let expected = json!({
        "output": "{\"n\":1}",
        "inspectionData": {
            "input": input,
            "afterInputPath": input,
            "afterParameters": "{\"n\":1}",
            "afterResultSelector": "{\"n\":1}",
            "afterResultPath": "{\"n\":1}",
            "variables": "{\"n\":2,\"m\":true}"
        },
        "nextState": "N",
        "status": "SUCCEEDED"
    });
    assert_eq!(got.expect("it is tested"), expected);

    let inner = json!({"Type": "Pass", "Parameters": {"at.$": "$$.Map.Item.Index", "item.$": "$$.Map.Item.Value"}, "End": true});
    let map = json!({"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": inner}}, "End": true});
    let machine = json!({"StartAt": "M", "States": {"M": map}});
    let got = test(&engine, &machine, &json!({"stateName": "I", "input": "7"})).await.expect("it is tested");
    assert_eq!(got, json!({"output": "{\"at\":0,\"item\":7}", "status": "SUCCEEDED"}));

    let wait = json!({"Type": "Wait", "TimestampPath": "$.t", "Next": "N"});
    let got = test(&engine, &wait, &json!({"input": "{\"t\":\"2000-01-01T00:00:00Z\"}"})).await.expect("it is tested");
    assert_eq!(got.get("nextState").and_then(Value::as_str), Some("N"));
    let got = test(&engine, &wait, &json!({"input": "{\"t\":1}"})).await.expect("it is tested");
    assert_eq!(got.get("status").and_then(Value::as_str), Some("FAILED"));
    let wait = json!({"Type": "Wait", "Seconds": 1, "Output": "{% $n %}", "QueryLanguage": "JSONata", "End": true});
    let got = test(&engine, &wait, &json!({"variables": "{\"n\": 1}"})).await.expect("it is tested");
    assert_eq!(got, json!({"output": "1", "status": "SUCCEEDED"}));
}

#[tokio::test]
async fn what_cannot_be_tested_says_why() {
    let engine = open(&Arc::new(Memory::new())).await;
    let task = |resource: &str| json!({"Type": "Task", "Resource": resource, "End": true});
    let (mock, role) = (json!({"mock": {"result": "{}"}}), json!({"roleArn": ROLE}));
    let choice = json!({"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "N"}]});
    let parallel =
        json!({"Type": "Parallel", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}], "End": true});
    let both = json!({"mock": {"result": "[1, 2]"}});
    let token = task("arn:aws:states:::sqs:sendMessage.waitForTaskToken");
    let pattern = "ValidationException: TestState supports activities and the service integration patterns '.sync' and '.waitForTaskToken' only when a mock is specified.";
    for (definition, more, expected) in [
        (&choice, &mock, "ValidationException: State type 'Choice' is not supported when a mock is specified"),
        (
            &parallel,
            &both,
            "ValidationException: Mocked result must contain the same number of items as number of Parallel branches.",
        ),
        (&token, &role, pattern),
        (&task("arn:aws:states:us-east-1:123456789012:activity:a"), &role, pattern),
        (
            &task("arn:aws:states:::lambda:invoke"),
            &json!({"mock": {"result": "{}"}, "context": "{\"Task\": {\"Token\": \"t\"}}"}),
            "ValidationException: Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
        ),
        (
            &json!({"Type": "Pass"}),
            &json!({"variables": "1"}),
            "ValidationException: Variables must be a valid JSON object",
        ),
        (
            &json!({"Type": "Pass", "Next": 1}),
            &json!({}),
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/StateName/Next'",
        ),
    ] {
        assert_eq!(refusal(&engine, definition, more).await, expected);
    }
    let made_up = json!({"mock": {"result": "{}"}, "context": "{\"Task\": {\"Token\": \"t\"}}"});
    test(&engine, &token, &made_up).await.expect("it has a token");
}
