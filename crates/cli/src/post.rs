//! POSTs to one URL, again where that may help.
//!
//! It blocks until a message has arrived or was given up, so it belongs on a thread of its own.

use anyhow::anyhow;
use aws_client::{Http, is_url};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

/// How long is waited before the second time.
const PAUSE: Duration = Duration::from_millis(200);
/// How long at most where the other side says how long.
const PAUSE_MAX: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What is read of an answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The URL, and what sends there.
pub(crate) struct Post {
    url: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    patience: Patience,
    runtime: Option<Runtime>,
    http: Http,
}

/// How long somebody is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How often a message is sent; before each time but the first the pause is twice as long.
    pub(crate) attempts: u32,
    /// For an answer.
    pub(crate) answer_timeout: Duration,
    /// Which answers may be better the next time.
    pub(crate) is_worth_another: fn(StatusCode) -> bool,
}

/// What came back instead of success.
pub(crate) struct Refusal {
    pub(crate) problem: anyhow::Error,
    /// Whether it is about this message: another one may fare better.
    pub(crate) is_final: bool,
    wanted_pause: Option<Duration>,
}

impl Post {
    /// Whether a place is meant as a URL rather than a file.
    pub(crate) fn is_place(place: &str) -> bool {
        place.starts_with("http://") || place.starts_with("https://")
    }

    /// Sends to `url`; the error says that it is none.
    pub(crate) fn new(url: &str, headers: Vec<(HeaderName, HeaderValue)>, patience: Patience) -> Result<Post, String> {
        let parsed = url.parse::<Uri>().ok().filter(|_| is_url(url));
        let url = parsed.ok_or_else(|| format!("'{url}' is no URL such as http://127.0.0.1:9000/events"))?;
        Ok(Post { url, headers, patience, runtime: None, http: Http::new(CONNECT_TIMEOUT) })
    }

    /// Sends JSON; the answer's body.
    pub(crate) fn send(&mut self, body: impl Into<Bytes>) -> Result<Bytes, Refusal> {
        // Made on the thread that uses it.
        let made = match self.runtime.take() {
            Some(runtime) => Ok(runtime),
            None => Builder::new_current_thread().enable_all().build(),
        };
        let runtime = made.map_err(|error| Refusal::passing(error.into()))?;
        let sent = runtime.block_on(self.send_soon(body.into()));
        self.runtime = Some(runtime);
        sent
    }

    async fn send_soon(&self, body: Bytes) -> Result<Bytes, Refusal> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            let refusal = match self.post(body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(refusal) => refusal,
            };
            if refusal.is_final || attempt == self.patience.attempts {
                return Err(Refusal { problem: refusal.problem.context(self.url.to_string()), ..refusal });
            }
            sleep(refusal.wanted_pause.unwrap_or(pause).min(PAUSE_MAX)).await;
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }

    async fn post(&self, body: Bytes) -> Result<Bytes, Refusal> {
        let mut request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("stepwell/", env!("CARGO_PKG_VERSION")));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(body)).expect("the URL and the headers were checked");
        let answer = self.http.send(request, self.patience.answer_timeout, ANSWER_BYTES_MAX).await;
        let answer = answer.map_err(|error| Refusal::passing(error.into()))?;
        if answer.status().is_success() { Ok(answer.into_body()) } else { Err(self.refusal(&answer)) }
    }

    fn refusal(&self, answer: &Response<Bytes>) -> Refusal {
        let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Refusal {
            problem: anyhow!("it answers {}", answer.status()),
            is_final: !(self.patience.is_worth_another)(answer.status()),
            wanted_pause: seconds.map(Duration::from_secs),
        }
    }
}

impl Refusal {
    fn passing(problem: anyhow::Error) -> Refusal {
        Refusal { problem, is_final: false, wanted_pause: None }
    }
}
