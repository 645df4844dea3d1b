//! Answers as HTTP: the one place that knows status codes and headers of replies.

use crate::memory::{Held, Memory};
use crate::patience::{Activity, ReplyUnderWay};
use crate::request_id::RequestId;
use api::Exception;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::sync::Arc;

const AMZ_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const METRICS_TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// From so many bytes on it is watched how a client reads a reply; shorter ones fit the system's buffers.
const LONG_BYTES: usize = 64 * 1024;

/// A reply.
pub(crate) type Reply = Response<Full<Bytes>>;

/// A long text on its way: it counts until it is written.
struct Long {
    text: String,
    _held: Held,
    _under_way: ReplyUnderWay,
}

impl AsRef<[u8]> for Long {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// A text as a body. A long one counts as memory and must be read in time.
pub(crate) fn body(text: String, memory: &Arc<Memory>, activity: &Arc<Activity>) -> Bytes {
    if text.len() < LONG_BYTES {
        return text.into();
    }
    let (held, under_way) = (memory.counted(text.len()), activity.reply(text.len()));
    Bytes::from_owner(Long { text, _held: held, _under_way: under_way })
}

/// 200 with a response.
pub(crate) fn success(body: Bytes) -> Reply {
    amz_json(StatusCode::OK, body)
}

/// An exception with the status AWS gives it.
pub(crate) fn exception(exception: &Exception) -> Reply {
    let status = StatusCode::from_u16(exception.code.http_status()).expect("the codes' statuses are HTTP's");
    let mut text = String::new();
    json::write_value(&exception.encode(), &mut text);
    amz_json(status, text.into())
}

fn amz_json(status: StatusCode, body: Bytes) -> Reply {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, AMZ_JSON);
    response
}

/// 200 with a few words for a person or a probe.
pub(crate) fn text(words: &'static str) -> Reply {
    let mut response = Response::new(Full::from(Bytes::from_static(words.as_bytes())));
    response.headers_mut().insert(CONTENT_TYPE, PLAIN_TEXT);
    response
}

/// 200 with metrics.
pub(crate) fn metrics(body: Bytes) -> Reply {
    let mut response = Response::new(Full::from(body));
    response.headers_mut().insert(CONTENT_TYPE, METRICS_TEXT);
    response
}

/// 404 for what is neither the API nor a page.
pub(crate) fn not_found() -> Reply {
    let mut response = text("There is nothing here. The API is POST /, the health check GET /health.\n");
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The same reply with its request's id.
pub(crate) fn with_request_id(mut reply: Reply, request_id: RequestId) -> Reply {
    reply.headers_mut().insert(REQUEST_ID, request_id.header_value());
    reply
}

/// The same reply as the last of its connection.
pub(crate) fn closing(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}
