//! Answers as HTTP: the one place that knows status codes and headers of replies.

use crate::request_id::RequestId;
use api::Exception;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use json::Value;

const AMZ_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// 200 with a response.
pub(crate) fn success(body: &Value, request_id: &RequestId) -> Response<Full<Bytes>> {
    amz_json(StatusCode::OK, body, request_id)
}

/// An exception with the status AWS gives it.
pub(crate) fn exception(exception: &Exception, request_id: &RequestId) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(exception.code.http_status()).expect("the codes' statuses are HTTP's");
    amz_json(status, &exception.encode(), request_id)
}

fn amz_json(status: StatusCode, body: &Value, request_id: &RequestId) -> Response<Full<Bytes>> {
    let mut text = String::new();
    json::write_value(body, &mut text);
    let mut response = Response::new(Full::from(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, AMZ_JSON);
    response.headers_mut().insert(REQUEST_ID, request_id.header_value());
    response
}

/// 200 with a few words for a person or a probe.
pub(crate) fn text(words: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(Bytes::from_static(words.as_bytes())));
    response.headers_mut().insert(CONTENT_TYPE, PLAIN_TEXT);
    response
}

/// 404 for what is neither the API nor a page.
pub(crate) fn not_found() -> Response<Full<Bytes>> {
    let mut response = text("There is nothing here. The API is POST /, the health check GET /health.\n");
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
