//! The console: its pages, and the API below `/console/api/v1` that they, and whoever else wants more than AWS's API has, work with.
//!
//! An answer is JSON: members in camelCase, times in whole milliseconds since 1970, sizes in bytes. GET changes nothing; whatever else there
//! is needs the header `X-Stepwell-Console: 1`. Lists are read with cursors and hold no more than was asked for, long payloads are cut and
//! read by range: nothing loads everything. What AWS's API can do is done with its operations, by name, through the same code.
//!
//! Reading order: `guard` (who may ask), this file (the table of contents), `shape` (how a type is described once), a file per resource.

mod assets;
mod aws;
mod bootstrap;
mod compare;
mod cursor;
mod data;
mod events;
mod execution;
mod executions;
mod failure;
mod fork;
mod guard;
mod health;
mod import;
mod live;
mod machines;
mod map_run;
mod metrics;
mod overlay;
mod payload;
mod query;
mod scene;
mod shape;
mod stages;
mod subject;
mod tasks;
mod told;
#[cfg(test)]
mod typescript;

use crate::body;
use crate::function_logs::FunctionLogs;
use crate::memory::Memory;
use crate::options::Options;
use crate::patience::Activity;
use crate::reply::{self, Reply};
use crate::trace_header::TraceHeaders;
use engine::Engine;
use failure::Failure;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use query::Query;
use shape::Shape;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// Where the API is.
const API: &str = "/console/api/v1/";

/// The console of one server.
pub(crate) struct Console {
    engine: Arc<Engine>,
    memory: Arc<Memory>,
    body_limits: body::Limits,
    data_directory: Option<PathBuf>,
    function_logs: Option<FunctionLogs>,
    /// Whether only this machine can reach it.
    is_on: bool,
    started_at_ms: i64,
    stories: told::Stories,
    imports: import::Imports,
    /// Places for live connections.
    sockets: Arc<Semaphore>,
    /// Whether the server shuts down.
    closing: watch::Sender<bool>,
}

/// What becomes of a request: JSON.
type Answer = Result<String, Failure>;

impl Console {
    pub(crate) fn new(
        engine: Arc<Engine>,
        memory: Arc<Memory>,
        body_limits: body::Limits,
        options: &Options,
        is_on: bool,
    ) -> Console {
        let started_at_ms = engine.now_ms();
        Console {
            engine,
            memory,
            body_limits,
            data_directory: options.data_directory.clone(),
            function_logs: options.function_logs.clone(),
            is_on,
            started_at_ms,
            stories: told::Stories::default(),
            imports: import::Imports::default(),
            sockets: Arc::new(Semaphore::new(live::SOCKETS_MAX)),
            closing: watch::channel(false).0,
        }
    }

    /// Whether a request to the address itself comes from a browser that wants a page.
    pub(crate) fn is_wanted(&self, headers: &HeaderMap) -> bool {
        let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accepts.is_some_and(|accepts| accepts.split(',').any(|part| part.trim_start().starts_with("text/html")))
    }

    /// Sends a browser there.
    pub(crate) fn redirect(&self) -> Reply {
        assets::redirect()
    }

    /// Ends live connections.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// The reply after a bug.
    pub(crate) fn broken() -> Reply {
        let failure = Failure::internal();
        json(failure.status, failure.body().into())
    }

    /// The reply to a request below `/console`.
    pub(crate) async fn handle(self: &Arc<Self>, head: &Parts, body: Incoming, activity: &Arc<Activity>) -> Reply {
        let path = head.uri.path();
        let Some(resource) = path.strip_prefix(API) else { return self.page(head, path) };
        if self.is_on && resource == "live" && head.method == Method::GET {
            return match self.live(head, activity) {
                Ok(reply) => reply,
                Err(failure) => json(failure.status, failure.body().into()),
            };
        }
        let answer = match self.is_on {
            true => self.answer(head, resource, body).await,
            false => Err(Failure::forbidden("ConsoleOff", "The console is served on loopback addresses only")),
        };
        match answer {
            Ok(text) => json(StatusCode::OK, reply::body(text, &self.memory, activity)),
            Err(failure) => json(failure.status, failure.body().into()),
        }
    }

    fn page(&self, head: &Parts, path: &str) -> Reply {
        if !self.is_on {
            return assets::off();
        }
        if let Err(failure) = guard::check(head) {
            return assets::refused(
                failure.status,
                "The console answers requests to localhost, 127.0.0.1 and [::1] only.",
            );
        }
        match (&head.method, path.strip_prefix("/console/")) {
            (&Method::GET | &Method::HEAD, None) => assets::redirect(),
            (_, Some(api)) if api == "api" || api.starts_with("api/") => {
                let failure = Failure::not_found("There is no such resource; the API is below /console/api/v1/");
                json(failure.status, failure.body().into())
            }
            (&Method::GET | &Method::HEAD, Some(name)) => assets::serve(name, &head.headers),
            _ => assets::refused(StatusCode::METHOD_NOT_ALLOWED, "There are only pages here."),
        }
    }

    async fn answer(&self, head: &Parts, resource: &str, body: Incoming) -> Answer {
        guard::check(head)?;
        guard::check_api(head)?;
        let parts: Vec<String> = resource.split('/').map(query::decode).collect::<Option<_>>().ok_or_else(no_such)?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let query = Query::parse(head.uri.query())?;
        match head.method {
            Method::GET | Method::HEAD => self.get(&parts, &query).await,
            Method::POST => self.post(&parts, &TraceHeaders::of(&head.headers), body).await,
            _ => Err(Failure::method()),
        }
    }

    /// The table of contents of what can be read.
    async fn get(&self, resource: &[&str], query: &Query) -> Answer {
        match resource {
            ["health"] => Ok(self.health().await?.to_json()),
            ["machines", name, "metrics"] => Ok(self.metrics(name, query).await?.to_json()),
            ["machines", name, "overlay"] => Ok(self.overlay(name, query).await?.to_json()),
            ["executions", arn, "visits", id, "data"] => Ok(self.data(arn, id).await?.to_json()),
            ["executions", arn, "export"] => self.export(arn).await,
            ["executions", arn, "fork"] => Ok(self.fork_draft(arn, query).await?.to_json()),
            ["executions", arn, "origin"] => Ok(self.origin(arn).await?.to_json()),
            ["bootstrap"] => Ok(self.bootstrap().to_json()),
            ["machines"] => Ok(self.machines(query).await?.to_json()),
            ["machines", name] => Ok(self.machine(name).await?.to_json()),
            ["executions"] => Ok(self.executions(query).await?.to_json()),
            ["executions", arn] => Ok(self.execution(arn).await?.to_json()),
            ["executions", arn, "visits"] => Ok(self.visits(arn, query).await?.to_json()),
            ["executions", arn, "iterations"] => Ok(self.iterations(arn, query).await?.to_json()),
            ["executions", arn, "events"] => Ok(self.events(arn, query).await?.to_json()),
            ["executions", arn, "at", event] => Ok(self.at(arn, event).await?.to_json()),
            ["tasks"] => Ok(self.tasks(query).await?.to_json()),
            ["activities"] => Ok(self.activities(query).await?.to_json()),
            ["maprun", arn, "failures"] => Ok(self.failed_children(arn).await?.to_json()),
            ["maprun", arn] => Ok(self.map_run(arn).await?.to_json()),
            ["compare"] => Ok(self.compare(query).await?.to_json()),
            ["payload", reference] => Ok(self.payload(reference, query).await?.to_json()),
            _ => Err(no_such()),
        }
    }

    /// The table of contents of what can be done.
    async fn post(&self, resource: &[&str], trace: &TraceHeaders, body: Incoming) -> Answer {
        match resource {
            ["executions", arn, "fork"] => Ok(self.fork(arn, trace, body).await?.to_json()),
            ["import"] => Ok(self.import(body).await?.to_json()),
            ["scene"] => Ok(self.drawn(body).await?.to_json()),
            ["aws", operation] => self.aws(operation, trace, body).await,
            _ => Err(no_such()),
        }
    }
}

fn no_such() -> Failure {
    Failure::not_found("There is no such resource")
}

fn json(status: StatusCode, body: hyper::body::Bytes) -> Reply {
    let mut reply = Response::new(Full::from(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    assets::harden(headers);
    reply
}
