//! AWS's own runtime clients, unmodified: `lambda_runtime` (Rust), `awslambdaric` (Python), `aws-lambda-ric` (Node.js).
//!
//! The last two are installed by the commands in their messages below; a test fails, never skips, without them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use expect_test::{Expect, expect};
use json::Value;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use stepwell_functions::{FunctionConfig, InvokeRequest, Target};

use crate::fixture::{failure, functions, request, result, tests_directory};

const NO_PYTHON: &str = "the Python runtime client is not installed; in the workspace run: python3 -m venv .venv && \
     .venv/bin/pip install -r crates/functions/tests/clients/python/requirements.txt";
const NO_NODE: &str = "the Node.js runtime client is not installed; in the workspace run (it builds a native part, with cmake from the \
     requirements of the Python client): PATH=$PWD/.venv/bin:$PATH npm ci --prefix crates/functions/tests/clients/node";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

fn client(command: Vec<String>, working_directory: PathBuf) -> FunctionConfig {
    let target = Target::Command { command, working_directory, handler: Some("function.handler".to_owned()) };
    let environment = [("GREETING".to_owned(), "hello".to_owned())].into();
    FunctionConfig { environment, timeout: Duration::from_secs(20), ..FunctionConfig::new("f", target) }
}

fn python() -> FunctionConfig {
    let python = workspace().join(".venv/bin/python");
    assert!(workspace().join(".venv/bin/cmake").exists() && python.exists(), "{NO_PYTHON}");
    let command = [&python.display().to_string(), "-m", "awslambdaric", "function.handler"].map(str::to_owned);
    client(command.to_vec(), tests_directory().join("clients/python"))
}

fn node() -> FunctionConfig {
    let directory = tests_directory().join("clients/node");
    let program = directory.join("node_modules/aws-lambda-ric");
    assert!(program.join("rapid-client.node").exists(), "{NO_NODE}");
    let command = ["node", &program.join("index.mjs").display().to_string(), "function.handler"].map(str::to_owned);
    client(command.to_vec(), directory)
}

/// This test binary again, as a Lambda function.
fn rust() -> FunctionConfig {
    let program = std::env::current_exe().expect("this program").display().to_string();
    let command = [&program, "--exact", "official_clients::function_in_rust", "--nocapture"].map(str::to_owned);
    client(command.to_vec(), workspace())
}

/// Not a test by itself: the Rust function, started by the server under test.
#[tokio::test]
async fn function_in_rust() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        lambda_runtime::run(service_fn(handler)).await.expect("runs until it is ended");
    }
}

#[expect(clippy::print_stdout, reason = "a function's output is its log")]
async fn handler(event: LambdaEvent<serde_json::Value>) -> Result<serde_json::Value, Error> {
    println!("handling {}", event.payload);
    if event.payload["fail"] == true {
        return Err(Error::from("asked to fail"));
    }
    if event.payload["exit"] == true {
        std::process::exit(3);
    }
    if let Some(bytes) = event.payload["bytes"].as_u64() {
        return Ok("x".repeat(bytes as usize).into());
    }
    let context = event.context;
    Ok(serde_json::json!({
        "event": event.payload,
        "arn": context.invoked_function_arn,
        "requestId": context.request_id,
        "client": context.client_context.map(|context| context.custom),
        "greeting": std::env::var("GREETING")?,
        "name": context.env_config.function_name,
        "pid": std::process::id(),
    }))
}

async fn check(config: FunctionConfig, error: Expect) {
    let functions = functions(config);
    let request = InvokeRequest {
        client_context: Some(r#"{"custom":{"a":"b"}}"#.to_owned()),
        log_tail: true,
        ..request(r#"{"text":"h\u00e9 \ud83d\ude00"}"#)
    };
    let id = request.request_id.clone();
    let response = functions.invoke(request).await.expect("accepted");
    let text = String::from_utf8_lossy(&response.payload).into_owned();
    assert_eq!(response.function_error, None, "{text}\n{:?}", functions.recent_logs("f"));
    let answer = json::parse(&text).expect("JSON");
    let pid = answer.get("pid").cloned();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let expected = json::json!({
        "event": {"text": "h\u{e9} \u{1f600}"}, "arn": arn, "requestId": (id.as_str()), "client": {"a": "b"},
        "greeting": "hello", "name": "f", "pid": (pid.clone().unwrap_or(Value::Null)),
    });
    assert_eq!(answer, expected);
    let tail = String::from_utf8_lossy(&response.log_tail.expect("asked for")).into_owned();
    assert!(tail.contains("handling"), "{tail}");

    // A failure leaves the process ready for more.
    error.assert_eq(&error_of(&failure(&functions, r#"{"fail":true}"#).await));
    assert_eq!(result(&functions, "{}").await.get("pid").cloned(), pid);
    let too_large = failure(&functions, r#"{"bytes":7000000}"#).await;
    assert!(too_large.contains("Function.ResponseSizeTooLarge"), "{too_large}");
    let exit = failure(&functions, r#"{"exit":true}"#).await;
    assert!(exit.contains("Runtime exited with error: exit status 3"), "{exit}");
    result(&functions, "{}").await;
    functions.shutdown().await;
}

/// `errorType` and `errorMessage`, without the stack that follows.
fn error_of(payload: &str) -> String {
    let payload = json::parse(payload).expect("JSON");
    let member = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    format!("{}: {}", member("errorType"), member("errorMessage"))
}

#[tokio::test]
async fn rust_client() {
    check(
        rust(),
        expect!["&alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>: asked to fail"],
    )
    .await;
}

#[tokio::test]
async fn python_client() {
    check(python(), expect!["ValueError: asked to fail"]).await;
}

#[tokio::test]
async fn node_client() {
    check(node(), expect!["RangeError: asked to fail"]).await;
}

#[tokio::test]
async fn python_client_reports_what_it_cannot_load() {
    let mut config = python();
    if let Target::Command { command, handler, .. } = &mut config.target {
        *command.last_mut().expect("the handler") = "absent.handler".to_owned();
        *handler = Some("absent.handler".to_owned());
    }
    let failure = error_of(&failure(&functions(config), "{}").await);
    expect!["Runtime.ImportModuleError: Unable to import module 'absent': No module named 'absent'"]
        .assert_eq(&failure);
}

#[tokio::test]
async fn node_client_reports_what_it_cannot_load() {
    let mut config = node();
    if let Target::Command { command, handler, .. } = &mut config.target {
        *command.last_mut().expect("the handler") = "absent.handler".to_owned();
        *handler = Some("absent.handler".to_owned());
    }
    let failure = error_of(&failure(&functions(config), "{}").await);
    assert!(failure.starts_with("Runtime.ImportModuleError: Error: Cannot find module 'absent'"), "{failure}");
}
