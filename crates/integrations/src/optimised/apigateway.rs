//! `apigateway:invoke`: a request to a REST or HTTP API ("Create API Gateway REST APIs with Step Functions"); results and failures as recorded.

use super::Call;
use crate::{TaskOutcome, metadata};
use aws_client::{Request, Scope, basic_time, is_aws_host, percent_encoded};
use json::{ObjectBuilder, Payload, Value};
use std::time::Duration;

/// As long as a REST API may take, and a little.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What an answer may have: API Gateway's own limit.
const ANSWER_BYTES_MAX: usize = 10 << 20;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// Headers that a task may not set (guide).
const FORBIDDEN: [&str; 10] = [
    "authorization",
    "connection",
    "content-md5",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "transfer-encoding",
];
const FORBIDDEN_TOO: [&str; 5] = ["trailer", "upgrade", "via", "www-authenticate", "x-forwarded-for"];

pub(super) async fn invoke(call: Call<'_>) -> TaskOutcome {
    let (origin, mut request) = match request(call.request.payload.value()) {
        Ok(built) => built,
        Err(problem) => return TaskOutcome::unusable(call.request, problem),
    };
    if call.request.payload.value().get("AuthType").and_then(Value::as_str) == Some("IAM_ROLE")
        && let Err(outcome) = sign(call, &origin, &mut request).await
    {
        return outcome;
    }
    let unreachable = |message: String| {
        TaskOutcome::failed("ApiGateway.SdkClientException", format!("Unable to execute HTTP request: {message}"))
    };
    let message = match request.to_message(&origin) {
        Ok(message) => message,
        Err(problem) => return TaskOutcome::unusable(call.request, problem),
    };
    let answer = match call.client.http().send(message, TIMEOUT, ANSWER_BYTES_MAX).await {
        Ok(answer) => answer,
        Err(error) => return unreachable(format!("{origin}: {error}")),
    };
    let (head, body) = answer.into_parts();
    let text = String::from_utf8_lossy(&body).into_owned();
    let status = head.status.as_u16();
    if !(200..300).contains(&status) {
        return TaskOutcome::failed(format!("ApiGateway.{status}"), text);
    }
    let mut headers = ObjectBuilder::new();
    for name in head.headers.keys() {
        let values = head.headers.get_all(name).iter();
        let values: Vec<Value> =
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned().into()).collect();
        headers.insert(capitals(name.as_str()), values);
    }
    let mut result = ObjectBuilder::new();
    result.insert("Headers", headers.build());
    result.insert("ResponseBody", json::parse(&text).unwrap_or_else(|_| text.into()));
    result.insert("StatusCode", u32::from(status));
    result.insert("StatusText", head.status.canonical_reason().unwrap_or_default());
    TaskOutcome::answered(call.pattern, Payload::from(Value::from(result.build())))
}

/// A header as API Gateway spells it: HTTP does not keep its capitals.
fn capitals(name: &str) -> &str {
    if name == "connection" { "Connection" } else { metadata::spelled(name) }
}

/// Where a request goes, and the request.
fn request(parameters: &Value) -> Result<(String, Request), String> {
    let text = |name: &str| match parameters.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(&**text)),
        Some(_) => Err(invalid(name)),
    };
    let missing = |name: &str| format!("The field '{name}' is required but was missing");
    let endpoint = text("ApiEndpoint")?.ok_or_else(|| missing("ApiEndpoint"))?;
    let method = text("Method")?.ok_or_else(|| missing("Method"))?;
    if !METHODS.contains(&method) {
        return Err(format!("The field 'Method' should have one of these values: [{}]", METHODS.join(", ")));
    }
    if !["NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"].contains(&text("AuthType")?.unwrap_or("NO_AUTH")) {
        return Err(
            "The field 'AuthType' should have one of these values: [NO_AUTH, IAM_ROLE, RESOURCE_POLICY]".to_owned()
        );
    }
    // A host is enough, as in the guide; a URL is what emulators have.
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
    let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
    let origin = format!("{scheme}://{authority}");
    if !aws_client::is_url(&origin) {
        return Err(invalid("ApiEndpoint"));
    }
    let mut path = String::new();
    for part in [base, text("Stage")?.unwrap_or_default(), text("Path")?.unwrap_or_default()] {
        let part = part.trim_matches('/');
        if !part.is_empty() {
            path.push('/');
            path.push_str(&percent_encoded(part, "/%:@!$&'()*+,;="));
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    let mut request = Request::new(method, &path);
    request.set("host", authority);
    for (name, values) in lists(parameters, "QueryParameters")? {
        for value in values {
            request.add_query(name, &value);
        }
    }
    for (name, values) in lists(parameters, "Headers")? {
        let small = name.to_ascii_lowercase();
        if FORBIDDEN.contains(&&*small) || FORBIDDEN_TOO.contains(&&*small) || small.starts_with("x-amz") {
            return Err(format!("The header '{name}' cannot be set"));
        }
        request.headers.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }
    if let Some(body) = parameters.get("RequestBody").filter(|body| !body.is_null()) {
        let keeps_nulls = parameters.get("AllowNullValues").and_then(Value::as_bool) == Some(true);
        let body = if keeps_nulls { body.clone() } else { without_nulls(body) };
        request.body = match &body {
            Value::String(text) => text.as_bytes().to_vec().into(),
            other => other.to_string().into_bytes().into(),
        };
        if request.header("content-type").is_none() {
            request.set("content-type", "application/json");
        }
    }
    Ok((origin, request))
}

/// The lists of texts in an object, by their names. A text alone is refused (recorded).
pub(super) fn lists<'p>(parameters: &'p Value, field: &str) -> Result<Vec<(&'p str, Vec<String>)>, String> {
    let members = match parameters.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(invalid(field)),
    };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| invalid(field));
    let list = |(name, values): (&'p json::Key, &Value)| {
        let values = values.as_array().ok_or_else(|| invalid(field))?;
        Ok((&**name, values.iter().map(text).collect::<Result<_, _>>()?))
    };
    members.iter().map(list).collect()
}

/// Members that are null are left out unless the task asks for them.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect::<json::Object>().into()
        }
        Value::Array(elements) => elements.iter().map(without_nulls).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

fn invalid(field: &str) -> String {
    format!("The value of the field '{field}' has an invalid format")
}

async fn sign(call: Call<'_>, origin: &str, request: &mut Request) -> Result<(), TaskOutcome> {
    let host = origin.split("://").nth(1).unwrap_or_default().split(':').next().unwrap_or_default();
    let is_aws = is_aws_host(host);
    let credentials = call.client.credentials(call.request.role_arn.as_deref(), is_aws).await;
    let credentials = credentials.map_err(|error| call.failed(error))?;
    // The Region is in the host's name.
    let region = host.split('.').nth(2).filter(|_| is_aws).unwrap_or(&call.client.settings().region);
    request.sign(&credentials, &Scope { region, service: "execute-api", now: &basic_time() });
    Ok(())
}
