//! TestState beyond what is recorded: variables, a state within a Map, the Wait state, an HTTP Task, and what cannot be tested.

use crate::support::{ACCOUNT, open};
use api::*;
use expect_test::expect;
use functions::Functions;
use integrations::Integrations;
use integrations::http_task::{Authorization, Connection, Connections, Parameters, Secret};
use json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use stepwell_engine::registry::Identity;
use stepwell_engine::{Engine, Options};
use store::Memory;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

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

/// Answers requests in order, each on a connection of its own; then nobody listens.
async fn answering(answers: [&'static str; 4]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("it listens");
            let mut sent = Vec::new();
            while !sent.ends_with(b"}") {
                assert!(stream.read_buf(&mut sent).await.expect("the request is sent") > 0, "the request ends early");
            }
            stream.write_all(answer.as_bytes()).await.expect("the answer is read");
        }
    });
    address
}

#[tokio::test]
async fn an_http_task_shows_what_it_sends_and_gets() {
    let fine = "HTTP/1.1 201 Created\r\nx-a: 1\r\nx-a: 2\r\nconnection: close\r\ncontent-length: 8\r\n\r\n{\"id\":7}";
    let broken = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 4\r\n\r\nbusy";
    let address = answering([fine, fine, fine, broken]).await;
    let secret = |text: &str| Secret::Text(text.to_owned());
    let connection = Connection {
        name: "crm".to_owned(),
        authorization: Authorization::Basic { username: secret("ada"), password: secret("s3:cret") },
        parameters: Parameters {
            headers: vec![("X-Tenant".to_owned(), secret("t1"))],
            query: vec![("v".to_owned(), secret("2"))],
            body: json!({"source": "us"}).as_object().expect("an object").clone(),
        },
        allow_plain_http: false,
        allow_link_local: false,
    };
    let performer = Integrations::new(Functions::new(functions::Options::default()))
        .with_connections(Connections::new([connection]));
    let options = Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    let engine = Engine::open(Arc::new(Memory::new()), performer, options).await.expect("a memory store opens");
    let task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint": (format!("http://{address}/v1?a=b")),
            "Method": "POST",
            "Authentication": {"ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/crm/0b4e"},
            "Headers": {"X-Tenant": "mine", "X-List": ["1", "2"]},
            "QueryParameters": {"v": "1", "q": "a b"},
            "RequestBody": {"source": "me", "name": "Ada"}
        },
        "Retry": [{"ErrorEquals": ["States.Http.StatusCode.503"], "IntervalSeconds": 3}],
        "End": true
    });
    let mut told = String::new();
    for (what, more) in [
        ("revealed", json!({"inspectionLevel": "TRACE", "revealSecrets": true})),
        ("hidden", json!({"inspectionLevel": "TRACE"})),
        ("less", json!({"inspectionLevel": "DEBUG", "revealSecrets": true})),
        ("busy", json!({"inspectionLevel": "TRACE"})),
        ("nobody there", json!({"inspectionLevel": "TRACE"})),
    ] {
        let mut with_role = more.as_object().expect("an object").clone();
        with_role.set("roleArn".to_owned(), ROLE.into());
        let got = test(&engine, &task, &with_role.into()).await.expect("it is tested");
        let seen = |name: &str| got.get("inspectionData")?.get(name).cloned();
        let status = got.get("status").and_then(Value::as_str).expect("a status");
        let _ = writeln!(told, "{what}: {status}");
        for (name, value) in ["request", "response"].into_iter().filter_map(|name| Some((name, seen(name)?))) {
            let _ = writeln!(told, "{name} {value}");
        }
    }
    expect![[r#"
        revealed: SUCCEEDED
        request {"protocol":"http","method":"POST","url":"http://ADDRESS/v1?a=b&q=a%20b&v=2","headers":"[X-List: 1, X-List: 2, X-Tenant: t1, Authorization: Basic YWRhOnMzOmNyZXQ=, User-Agent: Amazon|StepFunctions|HttpInvoke|eu-west-1, Range: bytes=0-262144]","body":"{\"source\":\"us\",\"name\":\"Ada\"}"}
        response {"protocol":"http","statusCode":"201","statusMessage":"Created","headers":"[x-a: 1, x-a: 2, connection: close, content-length: 8]","body":"{\"id\":7}"}
        hidden: SUCCEEDED
        request {"protocol":"http","method":"POST","url":"http://ADDRESS/v1?a=b&q=a%20b","headers":"[X-List: 1, X-List: 2, User-Agent: Amazon|StepFunctions|HttpInvoke|eu-west-1, Range: bytes=0-262144]","body":"{\"name\":\"Ada\"}"}
        response {"protocol":"http","statusCode":"201","statusMessage":"Created","headers":"[x-a: 1, x-a: 2, connection: close, content-length: 8]","body":"{\"id\":7}"}
        less: SUCCEEDED
        busy: RETRIABLE
        request {"protocol":"http","method":"POST","url":"http://ADDRESS/v1?a=b&q=a%20b","headers":"[X-List: 1, X-List: 2, User-Agent: Amazon|StepFunctions|HttpInvoke|eu-west-1, Range: bytes=0-262144]","body":"{\"name\":\"Ada\"}"}
        response {"protocol":"http","statusCode":"503","statusMessage":"Service Unavailable","headers":"[connection: close, content-length: 4]","body":"busy"}
        nobody there: FAILED
        request {"protocol":"http","method":"POST","url":"http://ADDRESS/v1?a=b&q=a%20b","headers":"[X-List: 1, X-List: 2, User-Agent: Amazon|StepFunctions|HttpInvoke|eu-west-1, Range: bytes=0-262144]","body":"{\"name\":\"Ada\"}"}
    "#]].assert_eq(&told.replace(&address, "ADDRESS"));
}
