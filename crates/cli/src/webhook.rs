//! A URL that events are sent to: a POST for each line that is written.
//!
//! It blocks until an event has arrived or was given up, so it belongs on a thread of its own.

use anyhow::anyhow;
use aws_client::{Http, HttpError, is_url};
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use std::io::{Error, Write};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

/// How often an event is sent, how long is waited before the second time, and how long for an answer.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Nobody looks at the answer's body.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The URL, and what sends there.
pub(crate) struct Webhook {
    url: Uri,
    runtime: Option<Runtime>,
    http: Http,
}

impl Webhook {
    /// Whether a place to write to is a URL rather than a file.
    pub(crate) fn is_url(place: &str) -> bool {
        place.starts_with("http://") || place.starts_with("https://")
    }

    /// Sends to `url`.
    pub(crate) fn new(url: &str) -> anyhow::Result<Webhook> {
        let parsed = url.parse::<Uri>().ok().filter(|_| is_url(url));
        let url = parsed.ok_or_else(|| anyhow!("'{url}' is no URL such as http://127.0.0.1:9000/events"))?;
        Ok(Webhook { url, runtime: None, http: Http::new(ANSWER_TIMEOUT) })
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
    async fn deliver_soon(&self, event: &str) -> anyhow::Result<()> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            let problem = match self.post(event).await {
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
                Err(error) => anyhow!("{}: {error}", self.url),
            };
            if attempt == ATTEMPTS {
                return Err(problem);
            }
            sleep(pause).await;
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }

    async fn post(&self, event: &str) -> Result<StatusCode, HttpError> {
        let request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("stepwell/", env!("CARGO_PKG_VERSION")))
            .body(Full::from(event.to_owned()));
        let request = request.expect("the URL was checked, the headers are constants");
        Ok(self.http.send(request, ANSWER_TIMEOUT, ANSWER_BYTES_MAX).await?.status())
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
