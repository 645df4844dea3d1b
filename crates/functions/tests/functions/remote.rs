//! Functions behind another server's Invoke API.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use expect_test::expect;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::sync::{Arc, Mutex};
use stepwell_functions::{
    FunctionConfig, Functions, InvokeError, InvokeRequest, Options, SecureAnswer, SecureEndpoints, SecureRequest,
    Target,
};

use crate::fixture::{request, text};

/// An endpoint that shows the request it got, or fails as the function's name says.
async fn endpoint() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper::service::service_fn(|request| async { Ok::<_, Infallible>(answer(request).await) });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn answer(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().to_string();
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    let head =
        ["x-amz-invocation-type", "x-amz-log-type", "x-amz-client-context", "x-amzn-trace-id"].map(header).join(" ");
    let (status, error_type, body) = match path.split('/').nth(3).unwrap_or_default() {
        "missing" => {
            (404, Some("ResourceNotFoundException"), r#"{"Type":"User","Message":"Function not found: x"}"#.to_owned())
        }
        "throttled" => {
            (429, Some("TooManyRequestsException"), r#"{"Reason":"R","message":"Rate Exceeded."}"#.to_owned())
        }
        "typed" => (403, None, r#"{"__type":"com.amazonaws#AccessDeniedException","Message":"no"}"#.to_owned()),
        "html" => (502, None, "<html>bad gateway</html>".to_owned()),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            (200, None, String::new())
        }
        _ => {
            let body = request.into_body().collect().await.expect("readable").to_bytes();
            (200, None, format!("{path} {head} {}", String::from_utf8_lossy(&body)))
        }
    };
    let mut response = Response::builder().status(status).header("x-amzn-requestid", "remote-id");
    if let Some(error_type) = error_type {
        response = response.header("x-amzn-errortype", error_type);
    }
    if status == 200 {
        response = response
            .header("x-amz-executed-version", "7")
            .header("x-amz-log-result", "bG9n")
            .header("x-amz-function-error", "Unhandled");
    }
    response.body(Full::new(body.into())).expect("well-formed")
}

fn remote(url: String) -> Functions {
    Functions::new(Options { default_endpoint: Some(url), ..Options::default() })
}

#[tokio::test]
async fn a_request_and_its_answer_pass_through() {
    let functions = remote(format!("http://{}/", endpoint().await));
    let request = InvokeRequest {
        function: "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST".to_owned(),
        log_tail: true,
        client_context: Some("{}".to_owned()),
        trace_header: Some("Root=1".to_owned()),
        ..request("{\"a\":1}")
    };
    let response = functions.invoke(request).await.expect("accepted");
    expect![[r#"/2015-03-31/functions/f/invocations?Qualifier=%24LATEST RequestResponse Tail e30= Root=1 {"a":1}"#]]
        .assert_eq(&text(&response));
    assert_eq!(response.executed_version, "7");
    assert_eq!(response.function_error.as_deref(), Some("Unhandled"));
    assert_eq!(response.log_tail.as_deref(), Some(&b"log"[..]));
    assert_eq!(response.request_id, "remote-id");
    assert!(response.headers.contains(&("x-amz-executed-version".to_owned(), "7".to_owned())));
}

#[tokio::test]
async fn refusals_keep_their_names() {
    let functions = remote(format!("http://{}", endpoint().await));
    let refused = async |name: &str| {
        let error = functions.invoke(InvokeRequest::new(name, "{}", "r")).await.expect_err("refused");
        format!("{} {:?} {}", error.exception(), error.status_code(), error.message())
    };
    expect!["ResourceNotFoundException Some(404) Function not found: x"].assert_eq(&refused("missing").await);
    expect!["TooManyRequestsException Some(429) Rate Exceeded."].assert_eq(&refused("throttled").await);
    expect!["AccessDeniedException Some(403) no"].assert_eq(&refused("typed").await);
    expect!["ServiceException Some(502) <html>bad gateway</html>"].assert_eq(&refused("html").await);
}

/// Writes down what it is to send.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<SecureRequest>>);

impl SecureEndpoints for Recorder {
    fn send(&self, request: SecureRequest) -> SecureAnswer {
        let is_refused = request.path.contains("refused");
        self.0.lock().expect("nobody panics").push(request);
        Box::pin(async move {
            let answer = Response::builder().status(202).body(Bytes::new()).expect("well-formed");
            if is_refused { Err("no way".to_owned()) } else { Ok(answer) }
        })
    }
}

#[tokio::test]
async fn endpoints_with_tls_are_left_to_who_knows_it() {
    let recorder = Arc::new(Recorder::default());
    let secure: Option<Arc<dyn SecureEndpoints>> = Some(recorder.clone());
    let functions = Functions::new(Options {
        default_endpoint: Some("https://lambda.eu-central-1.amazonaws.com/base/".to_owned()),
        secure,
        ..Options::default()
    });
    let event = InvokeRequest { event: true, role_arn: Some("role".to_owned()), ..request("{}") };
    for function in ["f:live", "arn:aws:lambda:eu-west-1:111122223333:function:f", "refused"] {
        let answer = functions.invoke(InvokeRequest { function: function.to_owned(), ..event.clone() }).await;
        match answer {
            Ok(answer) => assert_eq!(answer.status_code, 202),
            Err(error) => {
                expect!["Unable to execute HTTP request: https://lambda.eu-central-1.amazonaws.com/base/: no way"]
                    .assert_eq(&error.message())
            }
        }
    }
    let sent = recorder.0.lock().expect("nobody panics");
    let shown: Vec<String> =
        sent.iter().map(|sent| format!("{} {} {:?}", sent.origin, sent.path, sent.role_arn)).collect();
    expect![[r#"
        https://lambda.eu-central-1.amazonaws.com /base/2015-03-31/functions/f/invocations?Qualifier=live Some("role")
        https://lambda.eu-central-1.amazonaws.com /base/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Af/invocations Some("role")
        https://lambda.eu-central-1.amazonaws.com /base/2015-03-31/functions/refused/invocations Some("role")"#]]
    .assert_eq(&shown.join("\n"));
    assert!(sent[0].headers.contains(&("x-amz-invocation-type".to_owned(), "Event".to_owned())));
}

#[tokio::test]
async fn a_dry_run_tells_whether_there_is_the_function() {
    let functions = Functions::new(Options::default());
    functions.put(FunctionConfig::new(
        "f",
        Target::Command { command: vec!["/nowhere".to_owned()], working_directory: ".".into(), handler: None },
    ));
    let dry_run = |function: &str| InvokeRequest { function: function.to_owned(), dry_run: true, ..request("{}") };
    let answer = functions.invoke(dry_run("f")).await.expect("it is there");
    assert_eq!((answer.status_code, answer.payload.len()), (204, 0));
    assert!(matches!(functions.invoke(dry_run("g")).await, Err(InvokeError::NotFound { .. })));
}

#[tokio::test]
async fn no_answer_is_a_client_error() {
    let refused = async |url: &str, name: &str| {
        let functions = Functions::new(Options::default());
        let target = Target::Url(url.to_owned());
        functions.put(FunctionConfig { timeout: Duration::from_millis(100), ..FunctionConfig::new(name, target) });
        match functions.invoke(InvokeRequest::new(name, "{}", "r")).await {
            Err(InvokeError::Client { message }) => message,
            other => panic!("{other:?}"),
        }
    };
    expect!["Unable to execute HTTP request: http://127.0.0.1:1: Connection refused (os error 111)"]
        .assert_eq(&refused("http://127.0.0.1:1", "f").await);
    expect![[r#"the Lambda endpoint "https://127.0.0.1:1" is not supported: functions are reached by http:// only"#]]
        .assert_eq(&refused("https://127.0.0.1:1", "f").await);
    expect![[r#"the Lambda endpoint "localhost" is not a URL of the form http://host:port"#]]
        .assert_eq(&refused("localhost", "f").await);
    let url = format!("http://{}", endpoint().await);
    expect!["Unable to execute HTTP request: <url>: Read timed out"]
        .assert_eq(&refused(&url, "slow").await.replace(&url, "<url>"));
}
