//! A function behind Lambda's Invoke API on another server: an emulator, `sam local start-lambda`, a gateway.
//!
//! By plain HTTP requests are not signed. Those to `https` endpoints, AWS's own above all, are sent by [`SecureEndpoints`], who know TLS and sign.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{HeaderMap, HeaderName};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::error::InvokeError;
use crate::function_name::FunctionName;
use crate::invoke::{InvokeRequest, InvokeResponse};

/// The most read of an answer: a function's response and room for its envelope.
const ANSWER_BYTES_MAX: usize = 8 << 20;

/// Who sends requests to endpoints with TLS, and says in them who asks.
pub trait SecureEndpoints: fmt::Debug + Send + Sync {
    /// The answer, or why there is none.
    fn send(&self, request: SecureRequest) -> SecureAnswer;
}

/// What [`SecureEndpoints::send`] resolves to.
pub type SecureAnswer = Pin<Box<dyn Future<Output = Result<Response<Bytes>, String>> + Send>>;

/// A `POST` to an endpoint with TLS.
#[derive(Clone, Debug)]
pub struct SecureRequest {
    /// Such as `https://lambda.eu-central-1.amazonaws.com`.
    pub origin: String,
    /// The path and perhaps a query string, encoded.
    pub path: String,
    /// The headers, but for the host.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// The role that asks.
    pub role_arn: Option<String>,
    /// How long the answer may take.
    pub timeout: Duration,
    /// The most bytes that it may have.
    pub answer_bytes_max: usize,
}

/// The client all remote functions share.
pub(crate) struct Remote {
    client: Client<HttpConnector, Full<Bytes>>,
    secure: Option<Arc<dyn SecureEndpoints>>,
}

impl Remote {
    pub(crate) fn new(secure: Option<Arc<dyn SecureEndpoints>>) -> Remote {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(10)));
        Remote { client: Client::builder(TokioExecutor::new()).build(connector), secure }
    }

    pub(crate) async fn invoke(
        &self,
        url: &str,
        function: &FunctionName,
        request: &InvokeRequest,
        timeout: Duration,
    ) -> Result<InvokeResponse, InvokeError> {
        let request_id = request.request_id.clone();
        if let (Some(secure), true) = (&self.secure, url.starts_with("https://")) {
            let request = secure_request(url, function, request, timeout);
            let answer = secure.send(request).await;
            let answer = answer.map_err(|error| client(format!("Unable to execute HTTP request: {url}: {error}")))?;
            return read(answer, request_id);
        }
        let uri = invoke_uri(url, function)?;
        let request = build(uri, request)?;
        let answer = tokio::time::timeout(timeout, async {
            let (head, body) =
                self.client.request(request).await.map_err(|error| unreachable_endpoint(url, &error))?.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(|error| client(format!("Unable to execute HTTP request: {url}: {error}")))?;
            Ok(Response::from_parts(head, body.to_bytes()))
        });
        let answer =
            answer.await.map_err(|_| client(format!("Unable to execute HTTP request: {url}: Read timed out")))??;
        read(answer, request_id)
    }
}

fn invoke_uri(url: &str, function: &FunctionName) -> Result<Uri, InvokeError> {
    let malformed = || client(format!("the Lambda endpoint {url:?} is not a URL of the form http://host:port"));
    if url.starts_with("https://") {
        return Err(client(format!(
            "the Lambda endpoint {url:?} is not supported: functions are reached by http:// only"
        )));
    }
    let base = url.strip_suffix('/').unwrap_or(url);
    if !base.starts_with("http://") {
        return Err(malformed());
    }
    format!("{base}{}", path(&function.name, function)).parse().map_err(|_| malformed())
}

/// A parsed name and qualifier need no escaping except for the `$` of `$LATEST`.
fn path(name: &str, function: &FunctionName) -> String {
    let qualifier = function.qualifier.replace('$', "%24");
    let query = if function.is_qualified() { format!("?Qualifier={qualifier}") } else { String::new() };
    format!("/2015-03-31/functions/{name}/invocations{query}")
}

fn secure_request(url: &str, function: &FunctionName, request: &InvokeRequest, timeout: Duration) -> SecureRequest {
    // AWS knows accounts and Regions: who names them means them.
    let name = match request.function.contains(":function:") {
        true => function.arn().replace(':', "%3A"),
        false => function.name.clone(),
    };
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
    let base = base.trim_end_matches('/');
    let base = if base.is_empty() { String::new() } else { format!("/{base}") };
    SecureRequest {
        origin: format!("{scheme}://{authority}"),
        path: format!("{base}{}", path(&name, function)),
        headers: headers(request).into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: request.payload.clone(),
        role_arn: request.role_arn.clone(),
        timeout,
        answer_bytes_max: ANSWER_BYTES_MAX,
    }
}

fn headers(request: &InvokeRequest) -> Vec<(&'static str, String)> {
    use base64::Engine;
    let kind = match request {
        InvokeRequest { dry_run: true, .. } => "DryRun",
        InvokeRequest { event: true, .. } => "Event",
        _ => "RequestResponse",
    };
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-amz-invocation-type", kind.to_owned()),
        ("x-amz-log-type", if request.log_tail { "Tail" } else { "None" }.to_owned()),
        ("amz-sdk-invocation-id", request.request_id.clone()),
    ];
    let context = request.client_context.as_ref();
    let context = context.map(|context| base64::engine::general_purpose::STANDARD.encode(context));
    headers.extend(context.map(|context| ("x-amz-client-context", context)));
    headers.extend(request.trace_header.clone().map(|header| ("x-amzn-trace-id", header)));
    headers
}

fn build(uri: Uri, request: &InvokeRequest) -> Result<Request<Full<Bytes>>, InvokeError> {
    let mut builder = Request::post(uri);
    for (name, value) in headers(request) {
        builder = builder.header(name, value);
    }
    builder
        .body(Full::new(request.payload.clone()))
        .map_err(|error| client(format!("Unable to execute HTTP request: {error}")))
}

fn read(answer: Response<Bytes>, request_id: String) -> Result<InvokeResponse, InvokeError> {
    let headers = answer.headers();
    let request_id = text(headers, "x-amzn-requestid").map_or(request_id, str::to_owned);
    let status_code = answer.status().as_u16();
    if !answer.status().is_success() {
        return Err(refused(status_code, headers, answer.body(), request_id));
    }
    let log_tail = text(headers, "x-amz-log-result").and_then(|encoded| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.decode(encoded).ok()
    });
    Ok(InvokeResponse {
        status_code,
        function_error: text(headers, "x-amz-function-error").map(str::to_owned),
        executed_version: text(headers, "x-amz-executed-version").unwrap_or("$LATEST").to_owned(),
        log_tail,
        headers: headers.iter().filter_map(header).collect(),
        request_id,
        payload: answer.into_body(),
    })
}

fn header((name, value): (&HeaderName, &hyper::header::HeaderValue)) -> Option<(String, String)> {
    Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The exception an endpoint answered with: `x-amzn-ErrorType: Name[:http://…]`, body `{"Type":…,"Message":…}` or `{"__type":…,"message":…}`.
fn refused(status: u16, headers: &HeaderMap, body: &Bytes, request_id: String) -> InvokeError {
    let body_text = String::from_utf8_lossy(body);
    let parsed = json::parse(&body_text).ok();
    let member = |names: [&str; 2]| {
        let parsed = parsed.as_ref()?;
        names.iter().find_map(|name| parsed.get(name)?.as_str().map(str::to_owned))
    };
    let named = text(headers, "x-amzn-errortype").map(str::to_owned).or_else(|| member(["__type", "code"]));
    let exception = named
        .as_deref()
        .map(|name| name.split(':').next().unwrap_or(name))
        .map(|name| name.rsplit('#').next().unwrap_or(name));
    let message = member(["Message", "message"]).unwrap_or_else(|| body_text.chars().take(1_000).collect());
    match (exception, status) {
        (Some("ResourceNotFoundException"), _) => InvokeError::NotFound { message },
        (Some("TooManyRequestsException"), _) | (None, 429) => {
            InvokeError::TooManyRequests { message, reason: member(["Reason", "reason"]).unwrap_or_default() }
        }
        (Some("RequestTooLargeException"), _) | (None, 413) => InvokeError::RequestTooLarge { message },
        (Some(exception), 400) => InvokeError::InvalidRequest { exception: exception.to_owned(), message },
        (exception, status) => InvokeError::Service {
            exception: exception.unwrap_or("ServiceException").to_owned(),
            status,
            message,
            request_id,
        },
    }
}

fn unreachable_endpoint(url: &str, error: &hyper_util::client::legacy::Error) -> InvokeError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    client(format!("Unable to execute HTTP request: {url}: {cause}"))
}

fn client(message: String) -> InvokeError {
    InvokeError::Client { message }
}
