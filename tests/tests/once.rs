//! A call that was made and whose answer a kill took: after the restart it is made again, with the same idempotency token, and has one effect.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use system_tests::http::{self, Reply};
use system_tests::withholding::Request;
use system_tests::{Client, Moto, Setup, Withholding};

const PATIENCE: Duration = Duration::from_secs(60);

/// A service, what a task of it is like, and where its request has the token.
struct Called {
    name: &'static str,
    resource: &'static str,
    parameters: Value,
    /// How its requests are known: a part of the target or of the path.
    target: &'static str,
    token: &'static str,
    answer: Value,
}

/// Those that moto does not serve with tokens: they are played by this test, which counts by token.
fn played() -> [Called; 4] {
    [
        Called {
            name: "ecs",
            resource: "ecs:runTask",
            parameters: json!({"Cluster": "c", "TaskDefinition": "t"}),
            target: "AmazonEC2ContainerServiceV20141113.RunTask",
            token: "clientToken",
            answer: json!({"tasks": [{"taskArn": "arn:aws:ecs:us-east-1:123456789012:task/c/1"}], "failures": []}),
        },
        Called {
            name: "codebuild",
            resource: "codebuild:startBuild",
            parameters: json!({"ProjectName": "p"}),
            target: "CodeBuild_20161006.StartBuild",
            token: "idempotencyToken",
            answer: json!({"build": {"id": "p:1"}}),
        },
        Called {
            name: "athena",
            resource: "athena:startQueryExecution",
            parameters: json!({"QueryString": "SELECT 1"}),
            target: "AmazonAthena.StartQueryExecution",
            token: "ClientRequestToken",
            answer: json!({"QueryExecutionId": "q"}),
        },
        Called {
            name: "emr-serverless",
            resource: "emr-serverless:startJobRun",
            parameters: json!({"ApplicationId": "a", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r"}),
            target: "/applications/a/jobruns",
            token: "clientToken",
            answer: json!({"applicationId": "a", "jobRunId": "j", "arn": "arn:aws:emr-serverless:us-east-1:123456789012:/x"}),
        },
    ]
}

/// Those that moto serves.
fn of_moto(machine: &str) -> [Called; 2] {
    [
        Called {
            name: "states",
            resource: "states:startExecution",
            parameters: json!({"StateMachineArn": machine, "Input": {"a": 1}}),
            target: "AWSStepFunctions.StartExecution",
            token: "name",
            answer: Value::Null,
        },
        Called {
            name: "secretsmanager",
            resource: "aws-sdk:secretsmanager:putSecretValue",
            parameters: json!({"SecretId": "s", "SecretString": "new"}),
            target: "secretsmanager.PutSecretValue",
            token: "ClientRequestToken",
            answer: Value::Null,
        },
    ]
}

#[test]
fn a_call_that_is_made_again_after_a_kill_has_one_effect() {
    let moto = Moto::start();
    let role = "arn:aws:iam::123456789012:role/r";
    let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}).to_string();
    let machine = json!({"name": "of-moto", "definition": pass, "roleArn": role});
    let machine = ask_moto(&moto, "states", "AWSStepFunctions.CreateStateMachine", &machine);
    let machine = machine["stateMachineArn"].as_str().expect("it was created").to_owned();
    ask_moto(&moto, "secretsmanager", "secretsmanager.CreateSecret", &json!({"Name": "s", "SecretString": "old"}));

    let called: Vec<Called> = played().into_iter().chain(of_moto(&machine)).collect();
    let branches: Vec<Value> = called.iter().map(branch).collect();
    let definition =
        json!({"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": true}}});
    let count = called.len();

    // Which tokens each service was sent.
    let sent: Arc<Mutex<BTreeMap<&str, Vec<String>>>> = Arc::default();
    let noted = sent.clone();
    let address = moto.address().to_owned();
    let services = Withholding::start(move |request| {
        let target = request.header("x-amz-target").unwrap_or(&request.path);
        let found = called.iter().find(|called| target == called.target);
        let Some(called) = found else { return reply(404, &json!({"message": target})) };
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let token = body[called.token].as_str().unwrap_or("none").to_owned();
        noted.lock().expect("no thread panics with it").entry(called.name).or_default().push(token);
        match &called.answer {
            Value::Null => forwarded(&address, request),
            answer => reply(200, answer),
        }
    });

    let directory = tempfile::tempdir().expect("a directory can be made");
    let mut setup = Setup::new(directory.path());
    setup.variables = [
        ("AWS_ENDPOINT_URL", services.url()),
        ("AWS_ENDPOINT_URL_SFN", services.url()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
    ]
    .into();
    services.withhold(|_| true);
    let server = setup.start();
    let own = json!({"name": "m", "definition": definition.to_string(), "roleArn": role});
    let own = server.client().must("CreateStateMachine", own)["stateMachineArn"].clone();
    let execution = server.client().must("StartExecution", json!({"stateMachineArn": own}))["executionArn"].clone();
    // Everything is done, and nobody knows.
    services.wait(count, PATIENCE);
    server.kill();

    services.withhold(|_| false);
    let server = setup.start();
    let described = closed(server.client(), &execution);
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    let sent = sent.lock().expect("no thread panics with it").clone();
    assert_eq!(sent.len(), count, "{sent:?}");
    for (service, tokens) in &sent {
        let different: BTreeSet<&String> = tokens.iter().collect();
        assert_eq!((tokens.len(), different.len()), (2, 1), "{service}: {tokens:?}");
        assert!(tokens[0].len() >= 32, "{service}: {tokens:?}");
    }
    let started = ask_moto(&moto, "states", "AWSStepFunctions.ListExecutions", &json!({"stateMachineArn": machine}));
    assert_eq!(started["executions"].as_array().map(Vec::len), Some(1), "{started}");
    let secret = ask_moto(&moto, "secretsmanager", "secretsmanager.DescribeSecret", &json!({"SecretId": "s"}));
    assert_eq!(secret["VersionIdsToStages"].as_object().map(|versions| versions.len()), Some(2), "{secret}");
    let history = server.client().must("GetExecutionHistory", json!({"executionArn": execution, "maxResults": 1000}));
    let events = history["events"].as_array().expect("a history has events");
    let scheduled = events.iter().filter(|event| event["type"] == "TaskScheduled").count();
    assert_eq!(scheduled, count, "each was one attempt");
}

fn branch(called: &Called) -> Value {
    let resource = format!("arn:aws:states:::{}", called.resource);
    let state = json!({"Type": "Task", "Resource": resource, "Parameters": called.parameters, "End": true});
    json!({"StartAt": called.name, "States": {called.name: state}})
}

#[track_caller]
fn closed(client: Client, execution: &Value) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let described = client.must("DescribeExecution", json!({"executionArn": execution}));
        if described["status"] != "RUNNING" {
            return described;
        }
        assert!(Instant::now() < deadline, "{described}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn reply(status: u16, body: &Value) -> Reply {
    Reply {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
    }
}

fn forwarded(address: &str, request: &Request) -> Reply {
    let kept = |name: &str| !["host", "connection", "content-length"].contains(&name);
    let headers = request.headers.iter().filter(|(name, _)| kept(name));
    let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    http::request(address, &request.method, &request.path, &headers, &request.body).expect("moto answers")
}

/// Calls moto as a client would.
fn ask_moto(moto: &Moto, service: &str, target: &str, body: &Value) -> Value {
    let credential = format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let headers = [
        ("Authorization", credential.as_str()),
        ("X-Amz-Target", target),
        ("Content-Type", "application/x-amz-json-1.0"),
    ];
    let answer =
        http::request(moto.address(), "POST", "/", &headers, body.to_string().as_bytes()).expect("moto answers");
    assert_eq!(answer.status, 200, "{target}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).expect("JSON")
}
