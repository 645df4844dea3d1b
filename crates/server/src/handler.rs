//! One request: where it goes, and that it is answered whatever happens.

use crate::access_log::AccessLog;
use crate::catch_panic::catch_panic;
use crate::console::Console;
use crate::exchange::Exchange;
use crate::memory::Memory;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::patience::{Activity, Patience};
use crate::reply::Reply;
use crate::request_id::{RequestId, RequestIds};
use crate::trace_header::TraceHeaders;
use crate::{body, caller, metrics, operations, reply};
use api::{Code, Exception, Operation};
use engine::Engine;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Method, Request, Version};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

const WHAT_THIS_IS: &str = "Stepwell: AWS Step Functions workflows on your own machine.\n\
    This is the API; point an AWS client at it, for instance:\n\
    \n    aws stepfunctions list-state-machines --endpoint-url http://HOST:PORT\n";

/// Answers requests.
pub(crate) struct Handler {
    engine: Arc<Engine>,
    body_limits: body::Limits,
    patience: Patience,
    memory: Arc<Memory>,
    metrics: Metrics,
    data_directory: Option<PathBuf>,
    access_log: Option<AccessLog>,
    request_ids: RequestIds,
    console: Arc<Console>,
}

/// A reply and what is said about it.
struct Answer {
    reply: Reply,
    operation: Option<Operation>,
    exception: Option<Code>,
    request_bytes: usize,
}

impl Handler {
    /// Requests come to `address`; the console is off if other machines can reach it.
    pub(crate) fn new(engine: Arc<Engine>, options: &Options, address: Option<SocketAddr>) -> Handler {
        let body_limits = body::Limits { bytes_max: options.body_bytes_max, timeout: options.body_timeout };
        let memory = Memory::new(options.all_bodies_bytes_max);
        let data_directory = options.data_directory.clone();
        let is_on = options.console && address.is_some_and(|address| address.ip().is_loopback());
        Handler {
            console: Arc::new(Console::new(engine.clone(), memory.clone(), body_limits, options, is_on)),
            engine,
            body_limits,
            patience: Patience::new(options),
            memory,
            metrics: Metrics::default(),
            data_directory,
            access_log: options.access_log.clone(),
            request_ids: RequestIds::new(),
        }
    }

    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Sends the workers home that wait for tasks and ends what is told live, so that draining does not wait for them.
    pub(crate) fn end_polls(&self) {
        self.engine.end_polls();
        self.console.close();
    }

    /// The reply to a request of a connection.
    pub(crate) async fn handle(&self, request: Request<Incoming>, peer: SocketAddr, activity: &Arc<Activity>) -> Reply {
        let _under_way = activity.request();
        let begun = Instant::now();
        let request_id = self.request_ids.next();
        let (head, body) = request.into_parts();
        // Where a request in chunks ends, a proxy in front may see otherwise: nothing after it is taken for a request.
        let is_chunked = head.version < Version::HTTP_2 && head.headers.contains_key(TRANSFER_ENCODING);
        let answer = self.route(&head, body, request_id, activity).await;
        let Answer { mut reply, operation, exception, request_bytes } = answer;
        if is_chunked {
            reply = reply::closing(reply);
        }
        let took = begun.elapsed();
        if operation.is_some() || exception.is_some() {
            self.metrics.request(operation, exception, took);
        }
        if let Some(log) = &self.access_log {
            let exchange = Exchange {
                request_id,
                peer,
                version: head.version,
                method: &head.method,
                path: head.uri.path(),
                headers: &head.headers,
                operation,
                status: reply.status().as_u16(),
                exception: exception.map(Code::as_str),
                request_bytes,
                reply_bytes: reply.body().size_hint().exact().unwrap_or(0) as usize,
                took,
            };
            log.write(exchange.line());
        }
        reply::with_request_id(reply, request_id)
    }

    async fn route(&self, head: &Parts, body: Incoming, request_id: RequestId, activity: &Arc<Activity>) -> Answer {
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/") => self.answer(head, body, request_id, activity).await,
            (&Method::GET | &Method::HEAD, "/health") => Answer::page(reply::text("ok\n")),
            (&Method::GET | &Method::HEAD, "/metrics") => {
                let text = self.metrics_text().await;
                Answer::page(reply::metrics(reply::body(text, &self.memory, activity)))
            }
            (&Method::GET | &Method::HEAD, "/") if self.console.is_wanted(&head.headers) => {
                Answer::page(self.console.redirect())
            }
            (&Method::GET | &Method::HEAD, "/") => Answer::page(reply::text(WHAT_THIS_IS)),
            (_, path) if path == "/console" || path.starts_with("/console/") => {
                let handled = catch_panic(self.console.handle(head, body, activity)).await;
                Answer::page(handled.unwrap_or_else(|| {
                    tracing::error!(path, %request_id, "the console panicked");
                    Console::broken()
                }))
            }
            _ => Answer::page(reply::not_found()),
        }
    }

    async fn metrics_text(&self) -> String {
        let dropped = self.access_log.as_ref().map_or(0, AccessLog::dropped);
        let store_bytes = match self.data_directory.clone() {
            // A size that cannot be told is left out, as it is without a directory.
            Some(directory) => tokio::task::spawn_blocking(move || metrics::bytes_below(&directory)).await.ok(),
            None => None,
        };
        self.metrics.text(&self.engine, &self.memory, dropped, store_bytes)
    }

    async fn answer(&self, head: &Parts, body: Incoming, request_id: RequestId, activity: &Arc<Activity>) -> Answer {
        let mut request_bytes = 0;
        let operation = operation(&head.headers);
        let outcome = match &operation {
            Ok(operation) => {
                let call = self.call(*operation, head, body, &mut request_bytes);
                catch_panic(call).await.unwrap_or_else(|| {
                    tracing::error!(operation = operation.as_str(), %request_id, "an operation panicked");
                    Err(Exception::internal_failure())
                })
            }
            Err(exception) => Err(exception.clone()),
        };
        let operation = operation.ok();
        let (reply, exception) = match outcome {
            Ok(text) => (reply::success(reply::body(text, &self.memory, activity)), None),
            Err(exception) => {
                let name = operation.map_or("", Operation::as_str);
                tracing::debug!(operation = name, %request_id, %exception, "an exception was answered");
                (reply::exception(&exception), Some(exception.code))
            }
        };
        Answer { reply, operation, exception, request_bytes }
    }

    /// Reads the body and performs the operation; the reply's text.
    async fn call(
        &self,
        operation: Operation,
        head: &Parts,
        body: Incoming,
        request_bytes: &mut usize,
    ) -> Result<String, Exception> {
        let mut held = self.memory.none();
        let bytes = body::read(body, self.body_limits.of(operation), &mut held).await?;
        *request_bytes = bytes.len();
        let request = body::parse(&bytes)?;
        drop(bytes);
        let trace = TraceHeaders::of(&head.headers);
        let account = caller::account(&head.headers).filter(|account| *account != self.engine.account());
        let of_account = account.map(|account| self.engine.in_account(account));
        let engine = of_account.as_ref().unwrap_or(&self.engine);
        operations::perform(engine, operation, operations::Given { request, _held: held }, &trace).await
    }
}

impl Answer {
    /// What is no operation.
    fn page(reply: Reply) -> Answer {
        Answer { reply, operation: None, exception: None, request_bytes: 0 }
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
