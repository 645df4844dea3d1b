//! Reading a request's body: no longer than allowed, no slower than allowed, JSON.

use api::{Code, Exception};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HeaderMap};
use json::Value;
use std::time::Duration;

/// What a body may cost.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) bytes_max: usize,
    pub(crate) timeout: Duration,
}

/// The body as a value, or the exception that says what is wrong with it.
pub(crate) async fn read(headers: &HeaderMap, incoming: Incoming, limits: Limits) -> Result<Value, Exception> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits.bytes_max as u64) {
        return Err(too_large(limits.bytes_max));
    }
    let collected = tokio::time::timeout(limits.timeout, Limited::new(incoming, limits.bytes_max).collect()).await;
    let bytes = match collected {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large(limits.bytes_max)),
        Ok(Err(error)) => return Err(unreadable(&format!("The body could not be read: {error}"))),
        Err(_) => return Err(unreadable("The body did not arrive in time")),
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| unreadable(&format!("The body is not UTF-8 from byte {} on", error.valid_up_to())))?;
    let json_limits = json::Limits { bytes_max: limits.bytes_max, ..json::Limits::default() };
    json::parse_with(text, json_limits)
        .map_err(|error| unreadable(&format!("The body is not JSON: {error} at byte {}", error.offset)))
}

fn too_large(bytes_max: usize) -> Exception {
    let message = format!("The body is longer than {bytes_max} bytes");
    Exception::new(Code::RequestEntityTooLargeException, message)
}

fn unreadable(message: &str) -> Exception {
    Exception::new(Code::SerializationException, message)
}
