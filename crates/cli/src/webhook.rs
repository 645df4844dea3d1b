//! A URL that events are sent to: a POST for each line that is written.
//!
//! It blocks until an event has arrived or was given up, so it belongs on a thread of its own.

use crate::client::connect;
use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use std::io::{Error, Write};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

/// How often an event is sent, how long is waited before the second time, and how long for an answer.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The URL, and the connection there.
pub(crate) struct Webhook {
    url: Uri,
    runtime: Option<Runtime>,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Webhook {
    /// Whether a place to write to is a URL rather than a file.
    pub(crate) fn is_url(place: &str) -> bool {
        place.starts_with("http://") || place.starts_with("https://")
    }

    /// Sends to `url`.
    pub(crate) fn new(url: &str) -> anyhow::Result<Webhook> {
        let parsed = url.parse::<Uri>().ok().filter(|url| url.host().is_some_and(|host| !host.is_empty()));
        let url = parsed.ok_or_else(|| anyhow!("'{url}' is no URL such as http://127.0.0.1:9000/events"))?;
        Ok(Webhook { url, runtime: None, open: None })
    }

    fn deliver(&mut self, event: &str) -> anyhow::Result<()> {
        // Made on the thread that uses it.
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread().enable_all().build()?,
        };
        let delivered = runtime.block_on(self.deliver_soon(event));
        self.runtime = Some(runtime);
        delivered
    }

    /// Tries again what may go better the next time: no answer, too much at once, trouble over there.
    async fn deliver_soon(&mut self, event: &str) -> anyhow::Result<()> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            let outcome = timeout(ANSWER_TIMEOUT, self.post(event)).await;
            let problem = match outcome.unwrap_or_else(|_| Err(anyhow!("no answer came in time"))) {
                Ok(status) if status.is_success() => return Ok(()),
                Ok(status) => {
                    let is_worth_another = status.is_server_error()
                        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
                    let problem = anyhow!("{} answers {status}", self.url);
                    if !is_worth_another {
                        return Err(problem);
                    }
                    problem
                }
                Err(error) => error.context(self.url.to_string()),
            };
            self.open = None;
            if attempt == ATTEMPTS {
                return Err(problem);
            }
            sleep(pause).await;
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }

    async fn post(&mut self, event: &str) -> anyhow::Result<StatusCode> {
        let host = self.url.host().context("no host")?;
        let is_tls = self.url.scheme_str() == Some("https");
        let mut sender = match self.open.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => {
                let plain = host.trim_start_matches('[').trim_end_matches(']');
                connect(plain, self.url.port_u16().unwrap_or(if is_tls { 443 } else { 80 }), is_tls).await?
            }
        };
        let path = self.url.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::post(path)
            .header(HOST, self.url.authority().context("no host")?.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("stepwell/", env!("CARGO_PKG_VERSION")))
            .body(Full::from(event.to_owned()))?;
        if sender.ready().await.is_err() {
            bail!("the connection was closed");
        }
        let response = sender.send_request(request).await?;
        let status = response.status();
        // Read to its end, so that the connection can be used again.
        response.into_body().collect().await?;
        self.open = Some(sender);
        Ok(status)
    }
}

impl Write for Webhook {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let text = std::str::from_utf8(bytes).map_err(Error::other)?;
        for event in text.lines() {
            self.deliver(event).map_err(|error| Error::other(format!("{error:#}")))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
