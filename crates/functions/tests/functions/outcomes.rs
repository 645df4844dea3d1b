//! What a caller gets for whatever a function does.

use std::time::Duration;

use expect_test::expect;
use stepwell_functions::{FunctionConfig, InvokeRequest, Target};

use crate::fixture::{failure, functions, invoke, request, result, scripted, text, with_init};

#[tokio::test]
async fn a_result_comes_back_as_it_was_posted() {
    let functions = functions(scripted());
    let response = invoke(&functions, r#"{"do":"raw","text":"{ \"b\" : 1.0 }"}"#).await.expect("accepted");
    assert_eq!((response.status_code, response.function_error.as_deref()), (200, None));
    assert_eq!(text(&response), "{ \"b\" : 1.0 }");
    assert_eq!(response.executed_version, "$LATEST");
    // Custom runtimes may return what is not JSON, and no payload at all is an empty object.
    assert_eq!(text(&invoke(&functions, r#"{"do":"raw","text":"<html>"}"#).await.expect("accepted")), "<html>");
    assert!(text(&invoke(&functions, "").await.expect("accepted")).starts_with(r#"{"event": {},"#));
    functions.shutdown().await;
}

#[tokio::test]
async fn an_error_is_the_runtimes_own_report() {
    let functions = functions(scripted());
    expect![[r#"{"errorMessage": "broken", "errorType": "Custom", "stackTrace": ["here"]}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"error","message":"broken"}"#).await);
    expect![[r#"{"errorType":"Silent","errorMessage":"The runtime reported an error without a body."}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"empty_error"}"#).await);
    functions.shutdown().await;
}

#[tokio::test]
async fn a_process_that_ends_is_an_exit_error_and_the_next_invocation_gets_a_new_one() {
    let functions = functions(scripted());
    expect![[r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited with error: exit status 7"}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"exit","status":7}"#).await);
    expect![[r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited without providing a reason"}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"exit","status":0}"#).await);
    expect![[r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited with error: signal: segmentation fault"}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"signal","signal":11}"#).await);
    // A response cut off in the middle is no response.
    expect![[r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited with error: exit status 3"}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"cut_off"}"#).await);
    result(&functions, "{}").await;
    functions.shutdown().await;
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout() {
    let functions = functions(FunctionConfig { timeout: Duration::from_millis(300), ..scripted() });
    expect![[
        r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: <id> Error: Task timed out after 0.30 seconds"}"#
    ]]
    .assert_eq(&failure(&functions, r#"{"do":"sleep","seconds":600}"#).await);
    result(&functions, "{}").await;
    functions.shutdown().await;
}

#[tokio::test]
async fn a_response_over_six_megabytes_is_an_error() {
    let functions = functions(scripted());
    let largest = invoke(&functions, r#"{"do":"large","bytes":6291556}"#).await.expect("accepted");
    assert_eq!(largest.payload.len(), 6_291_556);
    expect![[r#"{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}"#]]
        .assert_eq(&failure(&functions, r#"{"do":"large","bytes":7340032}"#).await);
    result(&functions, "{}").await;
    functions.shutdown().await;
}

#[tokio::test]
async fn initialisation_may_fail_in_every_way() {
    let broken = functions(with_init("error"));
    expect![[r#"{"errorType": "Runtime.ImportModuleError", "errorMessage": "no such module", "stackTrace": []}"#]]
        .assert_eq(&failure(&broken, "{}").await);
    broken.put(with_init("exit"));
    expect![[r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited without providing a reason"}"#]]
        .assert_eq(&failure(&broken, "{}").await);
    let short = Duration::from_millis(100);
    broken.put(FunctionConfig { timeout: short, init_timeout: short, ..with_init("hang") });
    expect![[
        r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: <id> Error: Task timed out after 0.10 seconds"}"#
    ]]
    .assert_eq(&failure(&broken, "{}").await);
    // Slow is not broken: the time to initialise does not count as the invocation's.
    broken.put(FunctionConfig { timeout: Duration::from_millis(350), ..with_init("slow") });
    result(&broken, "{}").await;
    broken.shutdown().await;
}

#[tokio::test]
async fn a_command_that_cannot_start_is_an_invalid_entrypoint() {
    let command = |program: &str, directory: &str| {
        let target =
            Target::Command { command: vec![program.to_owned()], working_directory: directory.into(), handler: None };
        FunctionConfig::new("f", target)
    };
    let functions = functions(command("./no-such-program", "/"));
    expect![[r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: <id> Error: fork/exec ./no-such-program: No such file or directory (os error 2)"}"#]]
        .assert_eq(&failure(&functions, "{}").await);
    functions.put(command("/etc/passwd", "/"));
    expect![[r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: <id> Error: fork/exec /etc/passwd: Permission denied (os error 13)"}"#]]
        .assert_eq(&failure(&functions, "{}").await);
    functions.put(command("true", "/no-such-directory"));
    expect![[r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: <id> Error: fork/exec true: working directory /no-such-directory: No such file or directory (os error 2)"}"#]]
        .assert_eq(&failure(&functions, "{}").await);
}

#[tokio::test]
async fn what_lambda_refuses_is_refused() {
    let functions = functions(scripted());
    let refused = async |request: InvokeRequest| {
        let error = functions.invoke(request).await.expect_err("refused");
        format!("{} {:?} {}", error.exception(), error.status_code(), error.message())
    };
    expect!["ResourceNotFoundException Some(404) Function not found: arn:aws:lambda:us-east-1:123456789012:function:none:$LATEST"]
        .assert_eq(&refused(InvokeRequest::new("none", "{}", "r")).await);
    expect![
        "RequestTooLargeException Some(413) Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    ]
    .assert_eq(&refused(InvokeRequest::new("f", vec![b' '; 6_291_457], "r")).await);
    expect![
        "InvalidRequestContentException Some(400) a request id has 1 to 128 letters, digits, hyphens and underscores"
    ]
    .assert_eq(&refused(InvokeRequest::new("f", "{}", "r\r\nx: y")).await);
    let context = InvokeRequest { client_context: Some("{\n}".to_owned()), ..request("{}") };
    expect!["InvalidRequestContentException Some(400) Client context must be a valid Base64-encoded JSON object."]
        .assert_eq(&refused(context).await);
}
