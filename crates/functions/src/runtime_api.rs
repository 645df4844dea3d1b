//! The Lambda Runtime API (version 2018-06-01) as one process sees it: ask for the next invocation, post its response or error.
//!
//! Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", and its OpenAPI document. Extensions, SnapStart's
//! `restore` and the telemetry API are not offered.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

use crate::clock;
use crate::fault::{RESPONSE_BYTES_MAX, error_payload};
use crate::process_log::ProcessLog;

const PREFIX: &str = "/2018-06-01/runtime/";
/// The most of an error report that is kept.
const ERROR_BYTES_MAX: usize = 1 << 20;

/// One invocation on its way to a process.
#[derive(Clone)]
pub(crate) struct Invocation {
    pub(crate) request_id: Arc<str>,
    pub(crate) payload: Bytes,
    pub(crate) function_arn: HeaderValue,
    pub(crate) client_context: Option<HeaderValue>,
    pub(crate) trace_id: HeaderValue,
    pub(crate) timeout: Duration,
    /// Its log's tail is asked for.
    pub(crate) keep_tail: bool,
}

/// What the process made of it.
#[derive(Debug)]
pub(crate) enum Answer {
    Response(Bytes),
    /// The JSON the runtime posted, as it is.
    Error(Bytes),
    /// The runtime could not initialise: the JSON it posted.
    InitError(Bytes),
    ResponseTooLarge,
}

/// Where an invocation and a process meet. It holds one invocation at a time.
pub(crate) struct Exchange {
    slot: Mutex<Slot>,
    offered: Notify,
    log: Arc<ProcessLog>,
}

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Offered(Invocation, Reply),
    Running(Arc<str>, oneshot::Sender<Answer>),
}

struct Reply {
    delivered: oneshot::Sender<()>,
    answer: oneshot::Sender<Answer>,
}

/// The other ends of an offered invocation.
pub(crate) struct Offered {
    pub(crate) delivered: oneshot::Receiver<()>,
    pub(crate) answer: oneshot::Receiver<Answer>,
}

impl Exchange {
    pub(crate) fn new(log: Arc<ProcessLog>) -> Exchange {
        Exchange { slot: Mutex::default(), offered: Notify::new(), log }
    }

    /// Hands the process its next invocation, which it gets when it asks.
    pub(crate) fn offer(&self, invocation: Invocation) -> Offered {
        let (delivered_sender, delivered) = oneshot::channel();
        let (answer_sender, answer) = oneshot::channel();
        let mut slot = self.lock();
        assert!(matches!(*slot, Slot::Empty), "a process works on one invocation at a time");
        *slot = Slot::Offered(invocation, Reply { delivered: delivered_sender, answer: answer_sender });
        drop(slot);
        self.offered.notify_one();
        Offered { delivered, answer }
    }

    async fn next(&self) -> Result<Invocation, StatusCode> {
        loop {
            if let Some(next) = self.poll_next() {
                return next;
            }
            self.offered.notified().await;
        }
    }

    fn poll_next(&self) -> Option<Result<Invocation, StatusCode>> {
        let mut slot = self.lock();
        match std::mem::take(&mut *slot) {
            Slot::Empty => None,
            Slot::Offered(invocation, reply) => {
                self.log.begin(invocation.request_id.clone(), invocation.keep_tail);
                *slot = Slot::Running(invocation.request_id.clone(), reply.answer);
                // Whoever waits may be gone; the process then works for nobody, as it would in Lambda.
                let _ = reply.delivered.send(());
                Some(Ok(invocation))
            }
            running @ Slot::Running(..) => {
                *slot = running;
                Some(Err(StatusCode::FORBIDDEN))
            }
        }
    }

    fn is_running(&self, request_id: &str) -> bool {
        matches!(&*self.lock(), Slot::Running(running, _) if &**running == request_id)
    }

    fn answer(&self, request_id: &str, answer: Answer) -> bool {
        let mut slot = self.lock();
        match std::mem::take(&mut *slot) {
            Slot::Running(running, sender) if &*running == request_id => {
                let _ = sender.send(answer);
                true
            }
            other => {
                *slot = other;
                false
            }
        }
    }

    fn fail_init(&self, payload: Bytes) {
        match std::mem::take(&mut *self.lock()) {
            Slot::Offered(_, Reply { answer, .. }) | Slot::Running(_, answer) => {
                let _ = answer.send(Answer::InitError(payload));
            }
            Slot::Empty => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().expect("no panic happens under this lock")
    }
}

/// Serves one process until the future is dropped; its connections end with it.
pub(crate) async fn serve(listener: TcpListener, exchange: Arc<Exchange>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: others must end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let exchange = exchange.clone();
        connections.spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let exchange = exchange.clone();
                async move { Ok::<_, Infallible>(route(&exchange, request).await) }
            });
            // A client that breaks off ends its connection, nothing else.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn route(exchange: &Exchange, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.strip_prefix(PREFIX).unwrap_or_default().split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(exchange).await,
        (&Method::POST, ["invocation", request_id, "response"]) => response(exchange, request_id, request).await,
        (&Method::POST, ["invocation", request_id, "error"]) => error(exchange, request_id, request).await,
        (&Method::POST, ["init", "error"]) => init_error(exchange, request).await,
        _ => problem(
            StatusCode::NOT_FOUND,
            "InvalidPath",
            "This is the Lambda Runtime API, version 2018-06-01; it has no such path.",
        ),
    }
}

async fn next(exchange: &Exchange) -> Response<Full<Bytes>> {
    let Ok(invocation) = exchange.next().await else {
        return problem(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "The current invocation has not been answered yet.",
        );
    };
    let deadline_ms = clock::now_ms().saturating_add(i64::try_from(invocation.timeout.as_millis()).unwrap_or(i64::MAX));
    let mut response = Response::new(Full::new(invocation.payload));
    let headers = response.headers_mut();
    let request_id =
        HeaderValue::from_str(&invocation.request_id).expect("Functions::invoke lets only header-safe ids in");
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("lambda-runtime-aws-request-id", request_id);
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline_ms));
    headers.insert("lambda-runtime-invoked-function-arn", invocation.function_arn);
    headers.insert("lambda-runtime-trace-id", invocation.trace_id);
    if let Some(context) = invocation.client_context {
        headers.insert("lambda-runtime-client-context", context);
    }
    response
}

async fn response(exchange: &Exchange, request_id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !exchange.is_running(request_id) {
        return unknown_request();
    }
    let Some(body) = read(request.into_body(), RESPONSE_BYTES_MAX).await else { return cut_off() };
    let answer = match body {
        // A streamed response that broke in the middle says so in its trailers.
        Body { trailers: Some(trailers), .. } if trailers.contains_key("lambda-runtime-function-error-type") => {
            Answer::Error(streamed_error(&trailers))
        }
        Body { too_large: true, .. } => Answer::ResponseTooLarge,
        Body { bytes, .. } => Answer::Response(bytes),
    };
    let too_large = matches!(answer, Answer::ResponseTooLarge);
    match exchange.answer(request_id, answer) {
        true if too_large => {
            let message = format!("Exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes).");
            problem(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
        }
        true => accepted(),
        false => unknown_request(),
    }
}

async fn error(exchange: &Exchange, request_id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !exchange.is_running(request_id) {
        return unknown_request();
    }
    let error_type = error_type(request.headers());
    let Some(body) = read(request.into_body(), ERROR_BYTES_MAX).await else { return cut_off() };
    if exchange.answer(request_id, Answer::Error(reported(body, &error_type))) { accepted() } else { unknown_request() }
}

async fn init_error(exchange: &Exchange, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let error_type = error_type(request.headers());
    let Some(body) = read(request.into_body(), ERROR_BYTES_MAX).await else { return cut_off() };
    exchange.fail_init(reported(body, &error_type));
    accepted()
}

struct Body {
    bytes: Bytes,
    too_large: bool,
    trailers: Option<HeaderMap>,
}

/// Reads a whole body but keeps at most `limit` bytes: a client that is told "too large" half way would see a broken pipe instead. `None` if
/// it ends early.
async fn read(mut body: Incoming, limit: usize) -> Option<Body> {
    let mut bytes = Vec::new();
    let mut too_large = false;
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        let frame = match frame.ok()?.into_data() {
            Ok(data) => {
                too_large |= bytes.len() + data.len() > limit;
                if !too_large {
                    bytes.extend_from_slice(&data);
                }
                continue;
            }
            Err(frame) => frame,
        };
        trailers = frame.into_trailers().ok();
    }
    Some(Body { bytes: bytes.into(), too_large, trailers })
}

/// The posted error as it is, or one in its place if there is none that fits.
fn reported(body: Body, error_type: &str) -> Bytes {
    if body.too_large {
        return error_payload(error_type, "The runtime reported an error too large to keep.");
    }
    if body.bytes.is_empty() {
        error_payload(error_type, "The runtime reported an error without a body.")
    } else {
        body.bytes
    }
}

fn streamed_error(trailers: &HeaderMap) -> Bytes {
    use base64::Engine;
    let encoded = trailers.get("lambda-runtime-function-error-body").map_or(&[][..], HeaderValue::as_bytes);
    let error_type = error_type(trailers);
    match base64::engine::general_purpose::STANDARD.decode(encoded) {
        Ok(body) if !body.is_empty() => body.into(),
        _ => error_payload(&error_type, "The function failed while it streamed its response."),
    }
}

fn error_type(headers: &HeaderMap) -> String {
    let header = headers.get("lambda-runtime-function-error-type").and_then(|value| value.to_str().ok());
    header.unwrap_or("Runtime.Unknown").to_owned()
}

fn accepted() -> Response<Full<Bytes>> {
    json_response(StatusCode::ACCEPTED, Bytes::from_static(b"{\"status\":\"OK\"}"))
}

fn unknown_request() -> Response<Full<Bytes>> {
    problem(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

fn cut_off() -> Response<Full<Bytes>> {
    problem(StatusCode::BAD_REQUEST, "IncompleteBody", "The request body ended early.")
}

fn problem(status: StatusCode, error_type: &str, message: &str) -> Response<Full<Bytes>> {
    json_response(status, error_payload(error_type, message))
}

fn json_response(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
