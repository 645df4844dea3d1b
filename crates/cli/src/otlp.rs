//! Spans to an OpenTelemetry collector, or whoever else takes OTLP over HTTP, in its JSON encoding.
//!
//! Everything that was told since the last request goes into the next one. The variables are those of OpenTelemetry's SDKs (specification,
//! "OpenTelemetry Protocol Exporter" and "General SDK Configuration").

use crate::configuration::TracesConfiguration;
use crate::post::{Patience, Post};
use anyhow::{Context, anyhow};
use engine::{Lines, Lost, Sink};
use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use json::{Value, json};
use std::time::Duration;

/// OTLP specification, "OTLP/HTTP Response": which failures are worth another request.
const RETRYABLE: [StatusCode; 4] = [
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];
/// Twelve seconds in all; then the spans are dropped.
const ATTEMPTS: u32 = 7;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const SERVICE_NAME: &str = "stepwell";

/// Where spans are sent.
pub(crate) struct Otlp {
    post: Post,
    /// What a request has before its spans.
    head: String,
}

/// What a request has after its spans.
const TAIL: &str = "]}]}]}";

impl Otlp {
    /// Where the flag, the variables or the project say, in this order; nowhere if none of them does.
    pub(crate) fn configured(
        flag: Option<&str>,
        project: Option<&TracesConfiguration>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Option<Otlp>> {
        let says = |name: &str, value: &str| variable(name).is_some_and(|set| set.eq_ignore_ascii_case(value));
        let is_off = says("OTEL_SDK_DISABLED", "true") || says("OTEL_TRACES_EXPORTER", "none");
        let traces = |name: &str| variable(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"));
        let general = |name: &str| variable(&format!("OTEL_EXPORTER_OTLP_{name}"));
        let below = |base: &str| format!("{}/v1/traces", base.trim_end_matches('/'));
        let of_variables =
            || if is_off { None } else { traces("ENDPOINT").or_else(|| general("ENDPOINT").map(|base| below(&base))) };
        let of_project = || if is_off { None } else { project?.endpoint.as_deref().map(below) };
        let Some(url) = flag.map(below).or_else(of_variables).or_else(of_project) else { return Ok(None) };
        let headers = match traces("HEADERS").or_else(|| general("HEADERS")) {
            Some(list) => pairs(&list).context("OTEL_EXPORTER_OTLP_HEADERS")?,
            None => project.map(|project| project.headers.clone()).unwrap_or_default(),
        };
        let resource = variable("OTEL_RESOURCE_ATTRIBUTES").map(|list| pairs(&list)).transpose();
        let resource = resource.context("OTEL_RESOURCE_ATTRIBUTES")?.unwrap_or_default();
        let service = variable("OTEL_SERVICE_NAME").or_else(|| project?.service_name.clone());
        let timeout = traces("TIMEOUT").or_else(|| general("TIMEOUT"));
        let timeout = timeout.map(|ms| ms.parse().map(Duration::from_millis)).transpose();
        let answer_timeout = timeout.context("OTEL_EXPORTER_OTLP_TIMEOUT is no number of milliseconds")?;
        let patience = Patience {
            attempts: ATTEMPTS,
            answer_timeout: answer_timeout.unwrap_or(ANSWER_TIMEOUT),
            is_worth_another: |status| RETRYABLE.contains(&status),
        };
        let headers: anyhow::Result<Vec<_>> = headers.iter().map(|(name, value)| header(name, value)).collect();
        let post = Post::new(&url, headers?, patience).map_err(|problem| anyhow!("traces: {problem}"))?;
        Ok(Some(Otlp { post, head: head(service, resource) }))
    }
}

impl Sink for Otlp {
    fn deliver(&mut self, lines: &Lines) -> Result<(), Lost> {
        let mut body = String::with_capacity(self.head.len() + lines.text().len() + TAIL.len());
        body.push_str(&self.head);
        for (position, line) in lines.iter().enumerate() {
            if position > 0 {
                body.push(',');
            }
            body.push_str(line.text);
        }
        body.push_str(TAIL);
        match self.post.send(body) {
            Ok(answer) => rejected(&answer),
            Err(refusal) => Err(Lost { lines: lines.count(), problem: format!("{:#}", refusal.problem) }),
        }
    }
}

/// A request may succeed in part.
fn rejected(answer: &[u8]) -> Result<(), Lost> {
    let answer = std::str::from_utf8(answer).ok().and_then(|text| json::parse(text).ok());
    let partial = answer.as_ref().and_then(|answer| answer.get("partialSuccess"));
    let Some(partial) = partial else { return Ok(()) };
    let count = partial.get("rejectedSpans");
    let count = count.and_then(|count| count.as_i64().or_else(|| count.as_str()?.parse().ok())).unwrap_or(0);
    let lines = u64::try_from(count).unwrap_or(0);
    let message = partial.get("errorMessage").and_then(Value::as_str).unwrap_or("no reason was given");
    if lines == 0 { Ok(()) } else { Err(Lost { lines, problem: format!("spans were rejected: {message}") }) }
}

/// The resource and the scope, up to the first span.
fn head(service: Option<String>, attributes: Vec<(String, String)>) -> String {
    let named = attributes.iter().any(|(name, _)| name == "service.name");
    let default = (!named).then(|| SERVICE_NAME.to_owned());
    let version = env!("CARGO_PKG_VERSION");
    let service = service.or(default);
    let kept = attributes.into_iter().filter(|(name, _)| name != "service.name" || service.is_none());
    let mut all: Vec<(String, String)> = kept.collect();
    all.extend(service.map(|name| ("service.name".to_owned(), name)));
    all.push(("telemetry.sdk.name".to_owned(), "stepwell".to_owned()));
    all.push(("telemetry.sdk.language".to_owned(), "rust".to_owned()));
    all.push(("telemetry.sdk.version".to_owned(), version.to_owned()));
    let all: Vec<Value> =
        all.into_iter().map(|(name, value)| json!({"key": name, "value": {"stringValue": value}})).collect();
    let resource = json!({"attributes": all});
    let scope = json!({"name": "stepwell", "version": version});
    format!(r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"scope":{scope},"spans":["#)
}

/// `name=value,name=value`, values with percent signs.
fn pairs(list: &str) -> anyhow::Result<Vec<(String, String)>> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').with_context(|| format!("'{}' is no name=value", pair.trim()))?;
        Ok((unescaped(name.trim())?, unescaped(value.trim())?))
    };
    list.split(',').filter(|pair| !pair.trim().is_empty()).map(pair).collect()
}

fn unescaped(text: &str) -> anyhow::Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = (*first == b'%').then(|| after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()));
        match escaped {
            None => bytes.push(*first),
            Some(digits) => {
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.push(byte.with_context(|| format!("'{text}' has a % without two hexadecimal digits"))?);
                rest = &after[2..];
            }
        }
    }
    String::from_utf8(bytes).context("a value is not UTF-8")
}

fn header(name: &str, value: &str) -> anyhow::Result<(HeaderName, HeaderValue)> {
    let name = name.parse::<HeaderName>().with_context(|| format!("traces: '{name}' is no name of a header"))?;
    // The value may be a secret.
    let mut value =
        value.parse::<HeaderValue>().with_context(|| format!("traces: the value of '{name}' is no header's"))?;
    value.set_sensitive(true);
    Ok((name, value))
}
