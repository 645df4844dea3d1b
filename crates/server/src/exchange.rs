//! What is said of one request in the access log.

use crate::request_id::RequestId;
use api::Operation;
use hyper::header::{HeaderMap, USER_AGENT};
use hyper::{Method, Version};
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

/// A request and how it was answered.
pub(crate) struct Exchange<'e> {
    pub(crate) request_id: RequestId,
    pub(crate) peer: SocketAddr,
    pub(crate) version: Version,
    pub(crate) method: &'e Method,
    pub(crate) path: &'e str,
    pub(crate) headers: &'e HeaderMap,
    pub(crate) operation: Option<Operation>,
    pub(crate) status: u16,
    pub(crate) exception: Option<&'static str>,
    pub(crate) request_bytes: usize,
    pub(crate) reply_bytes: usize,
    pub(crate) took: Duration,
}

/// What a client says of itself is cut to so many bytes.
const CLIENT_TEXT_BYTES_MAX: usize = 256;

impl Exchange<'_> {
    /// Its line, with the end of it.
    pub(crate) fn line(&self) -> String {
        let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default();
        let mut line =
            format!("{{\"time\":\"{now:.3}\",\"requestId\":\"{}\",\"peer\":\"{}\"", self.request_id, self.peer);
        text(&mut line, "protocol", &format!("{:?}", self.version));
        text(&mut line, "method", self.method.as_str());
        text(&mut line, "path", cut(self.path));
        if let Some(operation) = self.operation {
            text(&mut line, "operation", operation.as_str());
        }
        if let Some(exception) = self.exception {
            text(&mut line, "exception", exception);
        }
        for (member, header) in [("userAgent", USER_AGENT.as_str()), ("traceId", "x-amzn-trace-id")] {
            if let Some(value) = self.headers.get(header).and_then(|value| value.to_str().ok()) {
                text(&mut line, member, cut(value));
            }
        }
        let Exchange { status, request_bytes, reply_bytes, took, .. } = self;
        let milliseconds = took.as_secs_f64() * 1000.0;
        // Writing to a text cannot fail.
        let _ = writeln!(
            line,
            ",\"status\":{status},\"requestBytes\":{request_bytes},\"replyBytes\":{reply_bytes},\"durationMs\":{milliseconds:.3}}}"
        );
        line
    }
}

fn text(line: &mut String, member: &str, value: &str) {
    line.push_str(",\"");
    line.push_str(member);
    line.push_str("\":");
    json::write_string(value, line);
}

fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(CLIENT_TEXT_BYTES_MAX)).rfind(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
