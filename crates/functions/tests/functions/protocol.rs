//! What a runtime client sees of the Runtime API.

use json::Value;
use stepwell_functions::{FunctionConfig, Functions, InvokeRequest, Options, Target};

use crate::fixture::{failure, functions, request, result, scripted, tests_directory};

#[tokio::test]
async fn an_invocation_arrives_with_its_headers() {
    let functions = functions(scripted());
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let request = InvokeRequest {
        trace_header: Some(trace.to_owned()),
        function: "arn:aws:lambda:eu-west-1:999999999999:function:f:prod".to_owned(),
        client_context: Some(r#"{"custom":{"a":"b"}}"#.to_owned()),
        ..request(r#"{"do":"headers"}"#)
    };
    let id = request.request_id.clone();
    let response = functions.invoke(request).await.expect("accepted");
    let headers = json::parse(&String::from_utf8_lossy(&response.payload)).expect("JSON");
    let header = |name: &str| headers.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(header("lambda-runtime-aws-request-id"), id);
    assert_eq!(header("lambda-runtime-invoked-function-arn"), "arn:aws:lambda:eu-west-1:999999999999:function:f:prod");
    assert_eq!(header("lambda-runtime-client-context"), r#"{"custom":{"a":"b"}}"#);
    assert_eq!(header("lambda-runtime-trace-id"), trace);
    let now_ms =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis() as i64;
    let left_ms = header("lambda-runtime-deadline-ms").parse::<i64>().expect("a number") - now_ms;
    assert!((0..=20_000).contains(&left_ms), "{left_ms}");
    functions.shutdown().await;
}

#[tokio::test]
async fn a_client_out_of_step_is_told_so() {
    let functions = functions(scripted());
    let answers = result(&functions, r#"{"do":"wrong_request_id"}"#).await;
    assert_eq!(answers, json::json!({"answers": [400, 400, 403, 404, 404]}));
    functions.shutdown().await;
}

#[tokio::test]
async fn streamed_responses_are_read_whole() {
    let functions = functions(scripted());
    assert_eq!(result(&functions, r#"{"do":"stream"}"#).await, json::json!({"streamed": true}));
    let error = failure(&functions, r#"{"do":"stream_error"}"#).await;
    assert_eq!(error, r#"{"errorType":"Late","errorMessage":"half way"}"#);
    functions.shutdown().await;
}

#[tokio::test]
async fn a_process_sees_lambdas_variables_and_its_own() {
    let options = Options {
        region: "eu-central-1".to_owned(),
        environment: [("SHARED".to_owned(), "1".to_owned()), ("BOTH".to_owned(), "shared".to_owned())].into(),
        ..Options::default()
    };
    let functions = Functions::new(options);
    let environment =
        [("BOTH".to_owned(), "own".to_owned()), ("AWS_LAMBDA_FUNCTION_NAME".to_owned(), "spoofed".to_owned())].into();
    functions.put(FunctionConfig { environment, memory_mb: 512, ..scripted() });
    let names = [
        "SHARED",
        "BOTH",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "_HANDLER",
        "TZ",
    ];
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let seen = result(&functions, &format!(r#"{{"do":"environment","names":[{}]}}"#, quoted.join(","))).await;
    let values: Vec<&str> =
        names.iter().map(|name| seen.get(name).and_then(Value::as_str).unwrap_or_default()).collect();
    let expected = [
        "1",
        "own",
        "eu-central-1",
        "eu-central-1",
        "f",
        "$LATEST",
        "512",
        "/aws/lambda/f",
        "on-demand",
        "app.handler",
        ":UTC",
    ];
    assert_eq!(values, expected);
    let root = tests_directory().join("runtimes");
    let also = result(&functions, r#"{"do":"environment","names":["LAMBDA_TASK_ROOT","HOME"]}"#).await;
    assert_eq!(also.get("LAMBDA_TASK_ROOT").and_then(Value::as_str), root.to_str());
    assert_eq!(also.get("cwd").and_then(Value::as_str), root.to_str());
    assert_eq!(also.get("HOME").and_then(Value::as_str).map(str::to_owned), std::env::var("HOME").ok());
    functions.shutdown().await;
}

#[tokio::test]
async fn a_program_with_a_slash_is_relative_to_its_directory() {
    let target = Target::Command {
        command: vec!["./nested/start.sh".to_owned()],
        working_directory: tests_directory().join("runtimes"),
        handler: None,
    };
    let functions = functions(FunctionConfig::new("f", target));
    assert_eq!(result(&functions, "[1]").await.get("event"), Some(&json::json!([1])));
    functions.shutdown().await;
}
