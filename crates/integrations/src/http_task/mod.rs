//! HTTP Task, `http:invoke`: one request to any endpoint, with what a connection adds to it.
//!
//! Results, errors and limits as AWS documents them (`integrations.md` 2.5). Redirects are answers like others: they are not followed.
//!
//! Reading order: this file (one task), `parameters` (what is to be sent), `encoding` (as text), `connection` (what a connection is and
//! adds), `oauth` (its tokens), `addresses` (where requests may go), `inspection` (what TestState tells of it).

mod addresses;
mod connection;
mod encoding;
mod inspection;
mod oauth;
mod parameters;

pub use connection::{Authorization, ClientAuthentication, Connection, Connections, OAuth, Parameters, Secret};
pub use inspection::{HttpExchange, HttpInspection};

use crate::{TaskOutcome, TaskRequest};
use aws_client::{Client, HttpError};
use bytes::Bytes;
use connection::Fault;
use http_body_util::Full;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use json::{ObjectBuilder, Payload, Value};
use parameters::{Body, Call};
use std::time::Duration;

/// How long a request may take (AWS: "HTTP Task timeout", 60 s).
const TIMEOUT: Duration = Duration::from_secs(60);
/// The longest answer, in bytes: what a result may have.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// What AWS asks for of an answer.
const RANGE: &str = "bytes=0-262144";
/// Kinds of answers that are no text.
const BINARY: [&str; 4] = ["application/octet-stream", "image/", "video/", "audio/"];

/// What is sent, its connection's part included.
struct Outgoing {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// Performs one attempt.
pub(crate) async fn invoke(
    connections: &Connections,
    aws: Option<&Client>,
    request: &TaskRequest,
    inspection: Option<&HttpInspection>,
) -> TaskOutcome {
    let call = match Call::read(request.payload.value()) {
        Ok(call) => call,
        Err(reason) => return refused(request, &reason),
    };
    let Some(connection) = connections.find(&call.connection_arn) else {
        let cause = format!("The connection {} is not among the configured ones.", call.connection_arn);
        return TaskOutcome::failed("Events.ConnectionResource.ResourceNotFound", cause);
    };
    let mut is_second_try = false;
    loop {
        let sent = send(connections, connection, aws, request, &call, is_second_try, inspection).await;
        match sent {
            // A token may have been taken back before its time: a fresh one is tried once.
            Ok(response) if rejects_token(&response) && connection.has_token() && !is_second_try => {
                is_second_try = true;
            }
            Ok(response) => return outcome(&response),
            Err(outcome) => return outcome,
        }
    }
}

fn rejects_token(response: &Response<Bytes>) -> bool {
    matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}

async fn send(
    connections: &Connections,
    connection: &Connection,
    aws: Option<&Client>,
    request: &TaskRequest,
    call: &Call,
    renew_token: bool,
    inspection: Option<&HttpInspection>,
) -> Result<Response<Bytes>, TaskOutcome> {
    let added = connections.added(connection, aws, renew_token).await.map_err(|fault| faulty(connection, &fault))?;
    let outgoing = outgoing(call, &added, request).map_err(|reason| refused(request, &reason))?;
    if let Some(inspection) = inspection {
        inspection.sends(call, &added, &outgoing);
    }
    let uri = outgoing.uri.clone();
    let mut wire = Request::new(Full::new(outgoing.body));
    (*wire.method_mut(), *wire.uri_mut(), *wire.headers_mut()) = (outgoing.method, outgoing.uri, outgoing.headers);
    let http = connections.http(connection, wire.uri());
    let answered = http.send(wire, TIMEOUT, ANSWER_BYTES_MAX).await;
    if let (Some(inspection), Ok(response)) = (inspection, &answered) {
        inspection.receives(&uri, response);
    }
    answered.map_err(|error| match error {
        HttpError::Forbidden(address) => {
            let url = &call.endpoint;
            TaskOutcome::Refused { cause: addresses::forbidden(url, address).into() }
        }
        HttpError::TimedOut => {
            let cause = format!("No answer came within {} seconds.", TIMEOUT.as_secs());
            TaskOutcome::failed("States.Http.Socket", cause)
        }
        HttpError::TooLong(_) => TaskOutcome::failed(
            "States.DataLimitExceeded",
            "The state/task 'http' returned a result with a size exceeding the maximum number of bytes service limit.",
        ),
        error @ (HttpError::Unreachable(_) | HttpError::Lost(_)) => {
            TaskOutcome::failed("States.Http.Socket", error.to_string())
        }
    })
}

fn faulty(connection: &Connection, fault: &Fault) -> TaskOutcome {
    let (error, cause) = match fault {
        Fault::Secret(problem) => ("AccessDenied", problem),
        Fault::Token(problem) => ("InvalidConnectionState", problem),
    };
    let cause = format!("The connection {} cannot be used: {cause}", connection.name);
    TaskOutcome::failed(format!("Events.ConnectionResource.{error}"), cause)
}

/// What is sent: what the task says, and what the connection adds, which wins.
fn outgoing(call: &Call, added: &Parameters, request: &TaskRequest) -> Result<Outgoing, String> {
    let uri = encoding::with_query(&call.url(added), &encoding::added_query(&added.query));
    let uri =
        uri.parse::<Uri>().map_err(|_| "The value of the field 'ApiEndpoint' has an invalid format".to_owned())?;
    let body = call.body(&added.body);
    let mut headers = HeaderMap::new();
    for (name, values) in &call.headers {
        let name = header_name(name)?;
        for value in values {
            headers.append(name.clone(), header_value(&name, value)?);
        }
    }
    if !matches!(body, Body::None) && !headers.contains_key(hyper::header::CONTENT_TYPE) {
        headers.insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static(body.content_type()));
    }
    let region = connection::region_of(&call.connection_arn);
    let agent = format!("Amazon|StepFunctions|HttpInvoke|{region}");
    headers.insert(hyper::header::USER_AGENT, header_value(&hyper::header::USER_AGENT, &agent)?);
    headers.insert(hyper::header::RANGE, HeaderValue::from_static(RANGE));
    if let Some(trace) = &request.trace_header
        && let Ok(value) = HeaderValue::from_str(trace)
    {
        headers.insert(HeaderName::from_static("x-amzn-trace-id"), value);
    }
    for (name, value) in &added.headers {
        let name = header_name(name)?;
        headers.insert(name.clone(), header_value(&name, value)?);
    }
    Ok(Outgoing {
        method: call.method.clone(),
        uri,
        headers,
        body: body.into_text().map_or_else(Bytes::new, Bytes::from),
    })
}

fn header_name(name: &str) -> Result<HeaderName, String> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("The header '{name}' has an invalid name"))
}

fn header_value(name: &HeaderName, value: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(value).map_err(|_| format!("The header '{name}' has an invalid value"))
}

fn content_type(response: &Response<Bytes>) -> String {
    let content_type = response.headers().get(hyper::header::CONTENT_TYPE);
    content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
}

/// Whether an answer is no text.
fn is_binary(response: &Response<Bytes>) -> bool {
    let content_type = content_type(response);
    BINARY.iter().any(|binary| content_type.starts_with(binary))
}

fn outcome(response: &Response<Bytes>) -> TaskOutcome {
    if is_binary(response) {
        let content_type = content_type(response);
        let cause =
            format!("The response of the endpoint has the content type '{content_type}', which is not supported.");
        return TaskOutcome::Refused { cause: cause.into() };
    }
    let text = String::from_utf8_lossy(response.body());
    if !response.status().is_success() {
        return TaskOutcome::failed(format!("States.Http.StatusCode.{}", response.status().as_u16()), &*text);
    }
    let body = match json::parse(&text) {
        Ok(value) => value,
        Err(_) => Value::from(&*text),
    };
    let mut result = ObjectBuilder::new();
    result.insert("Headers", headers_shown(response.headers()));
    result.insert("ResponseBody", body);
    result.insert("StatusCode", u32::from(response.status().as_u16()));
    result.insert("StatusText", response.status().canonical_reason().unwrap_or_default());
    TaskOutcome::Succeeded { output: Payload::from(Value::from(result.build())) }
}

/// Names of headers, each with all its values.
fn headers_shown(headers: &HeaderMap) -> Value {
    let mut shown = ObjectBuilder::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let values: Vec<Value> = values.map(|value| Value::from(&*String::from_utf8_lossy(value.as_bytes()))).collect();
        shown.insert(name.as_str(), values);
    }
    shown.build().into()
}

fn refused(request: &TaskRequest, reason: &str) -> TaskOutcome {
    let parameters = request.payload.text();
    let cause = format!("The Parameters '{parameters}' could not be used to start the Task: [{reason}]");
    TaskOutcome::Refused { cause: cause.into() }
}
