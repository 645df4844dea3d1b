//! What TestState tells of an HTTP Task: the request as it was sent, and the answer.
//!
//! Texts as AWS writes them (developer guide, "Testing a state", the example of the TRACE level): headers are one text,
//! `[name: value, name: value]`. Unless secrets are revealed, what a connection adds is left out: headers, query parameters, fields of the body.

use super::Outgoing;
use super::connection::Parameters;
use super::parameters::Call;
use bytes::Bytes;
use hyper::header::{HeaderMap, RANGE, USER_AGENT};
use hyper::{Response, Uri};
use json::{ObjectBuilder, Value};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard};

/// Collects what is sent and answered while a task is performed. Cloning shares it: what came before a timeout can still be told.
#[derive(Clone, Debug)]
pub struct HttpInspection(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    reveals_secrets: bool,
    exchange: Mutex<HttpExchange>,
}

/// A request and its answer. Of several, the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpExchange {
    /// What was sent, if it came to that: AWS's `InspectionDataRequest`.
    pub request: Option<Value>,
    /// What was answered: AWS's `InspectionDataResponse`.
    pub response: Option<Value>,
}

impl HttpInspection {
    /// Nothing is seen yet.
    pub fn new(reveals_secrets: bool) -> HttpInspection {
        HttpInspection(Arc::new(Inner { reveals_secrets, exchange: Mutex::default() }))
    }

    /// What was seen so far.
    pub fn exchange(&self) -> HttpExchange {
        self.exchange_mut().clone()
    }

    /// Notes what is about to be sent.
    pub(super) fn sends(&self, call: &Call, added: &Parameters, outgoing: &Outgoing) {
        let reveals = self.0.reveals_secrets;
        let body = if reveals { call.body(&added.body) } else { call.body_without(&added.body) };
        let mut request = ObjectBuilder::new();
        request.insert_some("protocol", outgoing.uri.scheme_str());
        request.insert("method", outgoing.method.as_str());
        request.insert("url", if reveals { outgoing.uri.to_string() } else { call.url(added) });
        request.insert("headers", self.headers(call, added, outgoing));
        request.insert_some("body", body.into_text());
        *self.exchange_mut() = HttpExchange { request: Some(request.build().into()), response: None };
    }

    /// Notes what is answered. A body that is no text is left out.
    pub(super) fn receives(&self, uri: &Uri, answer: &Response<Bytes>) {
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
        let mut response = ObjectBuilder::new();
        response.insert_some("protocol", uri.scheme_str());
        response.insert("statusCode", answer.status().as_str());
        response.insert("statusMessage", answer.status().canonical_reason().unwrap_or_default());
        response.insert("headers", listed(headers));
        let body = (!super::is_binary(answer)).then(|| String::from_utf8_lossy(answer.body()));
        response.insert_some("body", body.as_deref());
        self.exchange_mut().response = Some(response.build().into());
    }

    /// Names as they stand in the task and in the connection; then what Step Functions sets.
    fn headers(&self, call: &Call, added: &Parameters, outgoing: &Outgoing) -> String {
        let is_added = |name: &str| added.headers.iter().any(|(added, _)| added.eq_ignore_ascii_case(name));
        let given = call.headers.iter().filter(|(name, _)| !is_added(name));
        let given = given.flat_map(|(name, values)| values.iter().map(|value| (&**name, &**value)));
        let added = added.headers.iter().filter(|_| self.0.reveals_secrets);
        let added = added.map(|(name, value)| (name.as_str(), value.as_str()));
        let own = [("User-Agent", USER_AGENT), ("Range", RANGE)].into_iter().filter(|(name, _)| !is_added(name));
        listed(given.chain(added).chain(own.filter_map(|(name, key)| Some((name, text(&outgoing.headers, &key)?)))))
    }

    fn exchange_mut(&self) -> MutexGuard<'_, HttpExchange> {
        self.0.exchange.lock().expect("nothing panics with it")
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &hyper::header::HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn listed<V: std::fmt::Display>(headers: impl Iterator<Item = (impl AsRef<str>, V)>) -> String {
    let mut all = String::from("[");
    for (index, (name, value)) in headers.enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(all, "{separator}{}: {value}", name.as_ref());
    }
    all.push(']');
    all
}
