//! Lambda: functions called by their own ARN, and `lambda:invoke`.
//!
//! Results and errors as recorded from AWS (`integrations.md` 1.2 and 2.1).

use crate::metadata::http_metadata;
use crate::{TaskOutcome, TaskRequest};
use asl::definition::IntegrationPattern;
use functions::{Functions, InvokeError, InvokeRequest, InvokeResponse};
use json::{Object, ObjectBuilder, Payload, Value, json};
use std::sync::Arc;

/// A Task whose Resource is a function's ARN: the input is the payload, the function's answer the result.
pub(crate) async fn call_function(functions: &Functions, arn: &str, request: &TaskRequest) -> Option<TaskOutcome> {
    let payload = request.payload.text().as_bytes().to_vec();
    let mut invocation = InvokeRequest::new(arn, payload, &request.invocation_id);
    invocation.role_arn = request.role_arn.as_deref().map(str::to_owned);
    invocation.trace_header = request.trace_header.as_deref().map(str::to_owned);
    Some(match functions.invoke(invocation).await {
        Ok(response) => {
            let text = text_of(&response);
            if response.function_error.is_some() {
                // The cause keeps the function's own spacing here, unlike that of lambda:invoke (recorded).
                TaskOutcome::failed(error_type(&text), text)
            } else {
                TaskOutcome::Succeeded { output: parsed(&text) }
            }
        }
        Err(InvokeError::ShuttingDown) => return None,
        Err(error) => refused_by_lambda(&error, &request.invocation_id),
    })
}

/// `arn:aws:states:::lambda:invoke` and its `.waitForTaskToken` form.
pub(crate) async fn invoke(
    functions: &Functions,
    pattern: IntegrationPattern,
    request: &TaskRequest,
) -> Option<TaskOutcome> {
    let invocation = match read_parameters(request) {
        Ok(invocation) => invocation,
        Err(problem) => return Some(TaskOutcome::unusable(request, problem)),
    };
    Some(match functions.invoke(invocation).await {
        Ok(response) if response.function_error.is_some() => {
            let text = text_of(&response);
            let compact = json::parse(&text).map_or_else(|_| text.clone(), |value| value.to_string().into());
            TaskOutcome::failed(error_type(&text), compact)
        }
        Ok(response) => TaskOutcome::answered(pattern, Payload::from(result(&response))),
        Err(InvokeError::ShuttingDown) => return None,
        Err(error) => refused_by_lambda(&error, &request.invocation_id),
    })
}

fn read_parameters(request: &TaskRequest) -> Result<InvokeRequest, String> {
    let parameters = request.payload.value();
    let text = |name: &str| match parameters.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(_) => Err(format!("The value of the field '{name}' has an invalid format")),
    };
    let Some(mut function) = text("FunctionName")? else {
        return Err("The field 'FunctionName' is required but was missing".to_owned());
    };
    if let Some(qualifier) = text("Qualifier")? {
        function = format!("{function}:{qualifier}");
    }
    let payload = match parameters.get("Payload") {
        None | Some(Value::Null) => Vec::new(),
        // Text that is JSON already is what the function gets (recorded: "0" arrives as 0).
        Some(Value::String(text)) if json::parse(text).is_ok() => text.as_bytes().to_vec(),
        Some(payload) => payload.to_string().into_bytes(),
    };
    let mut invocation = InvokeRequest::new(function, payload, &request.invocation_id);
    invocation.role_arn = request.role_arn.as_deref().map(str::to_owned);
    invocation.trace_header = request.trace_header.as_deref().map(str::to_owned);
    invocation.client_context = text("ClientContext")?;
    invocation.log_tail = text("LogType")?.as_deref() == Some("Tail");
    let kind = text("InvocationType")?;
    invocation.event = kind.as_deref() == Some("Event");
    invocation.dry_run = kind.as_deref() == Some("DryRun");
    Ok(invocation)
}

/// The response with the metadata that optimised integrations carry.
fn result(response: &InvokeResponse) -> Value {
    let mut result = ObjectBuilder::new();
    result.insert("ExecutedVersion", response.executed_version.as_str());
    result.insert_some("LogResult", response.log_tail.as_deref().map(base64_text));
    if ![202, 204].contains(&response.status_code) {
        result.insert("Payload", parsed(&text_of(response)).value());
    }
    result.insert("SdkHttpMetadata", metadata(response));
    result.insert("SdkResponseMetadata", json!({"RequestId": (response.request_id.as_str())}));
    result.insert("StatusCode", u32::from(response.status_code));
    result.build().into()
}

fn metadata(response: &InvokeResponse) -> Object {
    let headers = if response.headers.is_empty() { local_headers(response) } else { response.headers.clone() };
    http_metadata(headers.iter().map(|(name, value)| (&**name, &**value)), response.status_code)
}

/// The headers Lambda's endpoint sends, for a function that ran without one.
fn local_headers(response: &InvokeResponse) -> Vec<(String, String)> {
    let now = jiff::Timestamp::now();
    let id: String = response.request_id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
    let pairs = [
        ("X-Amz-Executed-Version", response.executed_version.clone()),
        ("x-amzn-Remapped-Content-Length", "0".to_owned()),
        ("Connection", "keep-alive".to_owned()),
        ("x-amzn-RequestId", response.request_id.clone()),
        ("Content-Length", response.payload.len().to_string()),
        ("Date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ("X-Amzn-Trace-Id", format!("Root=1-{:08x}-{id};Sampled=0", now.as_second())),
        ("Content-Type", "application/json".to_owned()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Lambda refused the call: the SDK's exception, with the cause the first generation of integrations writes.
fn refused_by_lambda(error: &InvokeError, invocation_id: &str) -> TaskOutcome {
    let exception = error.exception();
    let message = error.message();
    let cause = match (error, error.status_code()) {
        (InvokeError::Service { request_id, .. }, Some(status)) => {
            service_cause(&message, status, exception, request_id)
        }
        (_, Some(status)) => service_cause(&message, status, exception, invocation_id),
        (_, None) => message,
    };
    TaskOutcome::failed(format!("Lambda.{exception}"), cause)
}

fn service_cause(message: &str, status: u16, exception: &str, request_id: &str) -> String {
    format!(
        "{message} (Service: AWSLambda; Status Code: {status}; Error Code: {exception}; Request ID: {request_id}; Proxy: null)"
    )
}

fn text_of(response: &InvokeResponse) -> Arc<str> {
    String::from_utf8_lossy(&response.payload).into()
}

/// JSON as JSON; anything else a function returns stays text.
fn parsed(text: &Arc<str>) -> Payload {
    match json::parse(text) {
        Ok(value) => Payload::from(value),
        Err(_) if text.is_empty() => Payload::from(Value::Null),
        Err(_) => Payload::from(Value::from(text)),
    }
}

/// The error a failed function names, or Lambda's word for one it cannot name.
fn error_type(payload: &str) -> Arc<str> {
    let named = json::parse(payload).ok().and_then(|error| match error.get("errorType") {
        Some(Value::String(error_type)) => Some(error_type.clone()),
        _ => None,
    });
    named.unwrap_or_else(|| "Lambda.Unknown".into())
}

fn base64_text(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
