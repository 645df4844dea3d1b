//! One request: where it goes, and that it is answered whatever happens.

use crate::catch_panic::CatchPanic;
use crate::options::Options;
use crate::request_id::RequestIds;
use crate::{body, operations, reply};
use api::{Code, Exception, Operation};
use engine::Engine;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response};
use json::Value;
use std::sync::Arc;

const WHAT_THIS_IS: &str = "Stepwell: AWS Step Functions workflows on your own machine.\n\
    This is the API; point an AWS client at it, for instance:\n\
    \n    aws stepfunctions list-state-machines --endpoint-url http://HOST:PORT\n";

/// Answers requests.
pub(crate) struct Handler {
    engine: Arc<Engine>,
    body_limits: body::Limits,
    request_ids: RequestIds,
}

impl Handler {
    pub(crate) fn new(engine: Arc<Engine>, options: &Options) -> Handler {
        let body_limits = body::Limits { bytes_max: options.body_bytes_max, timeout: options.body_timeout };
        Handler { engine, body_limits, request_ids: RequestIds::new() }
    }

    /// Sends the workers home that wait for tasks, so that draining does not wait for them.
    pub(crate) fn end_polls(&self) {
        self.engine.end_polls();
    }

    /// The reply to a request.
    pub(crate) async fn handle(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/") => self.answer(request).await,
            (&Method::GET | &Method::HEAD, "/health") => reply::text("ok\n"),
            (&Method::GET | &Method::HEAD, "/") => reply::text(WHAT_THIS_IS),
            _ => reply::not_found(),
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let request_id = self.request_ids.next();
        let (head, incoming) = request.into_parts();
        let operation = match operation(&head.headers) {
            Ok(operation) => operation,
            Err(exception) => return reply::exception(&exception, &request_id),
        };
        let call = async {
            let body = body::read(&head.headers, incoming, self.body_limits).await?;
            let trace_header = text(&head.headers, "x-amzn-trace-id");
            operations::perform(&self.engine, operation, &body, trace_header).await
        };
        let outcome: Result<Value, Exception> = CatchPanic::new(call).await.unwrap_or_else(|| {
            tracing::error!(operation = operation.as_str(), %request_id, "an operation panicked");
            Err(Exception::internal_failure())
        });
        match outcome {
            Ok(body) => reply::success(&body, &request_id),
            Err(exception) => {
                tracing::debug!(operation = operation.as_str(), %request_id, %exception, "an exception was answered");
                reply::exception(&exception, &request_id)
            }
        }
    }
}

/// The operation the headers name. A body that is not AWS JSON belongs to none of them.
fn operation(headers: &HeaderMap) -> Result<Operation, Exception> {
    let content_type = text(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !["application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json"].contains(&media_type) {
        let message = format!("Expected Content-Type application/x-amz-json-1.0, got '{media_type}'");
        return Err(Exception::new(Code::UnknownOperationException, message));
    }
    let target = text(headers, "x-amz-target")
        .ok_or_else(|| Exception::new(Code::UnknownOperationException, "The header X-Amz-Target is missing"))?;
    Operation::from_target(target)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
