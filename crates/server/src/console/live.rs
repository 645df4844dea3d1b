//! `GET live`: one WebSocket for a tab, which is told what has changed.
//!
//! A client subscribes to topics: `{"subscribe": {"id": 1, "topic": "execution", "arn": "…", "after": 17}}`, `{"unsubscribe": 1}`. What changes is
//! noted and told at a tick, 20 times a second at most and less often what is dear to read; nobody waits for a socket. Whoever falls behind
//! gets `{"id": 1, "lost": true}`: what it shows is to be read again. How events come into being does not know that anybody looks.

use super::events::shown;
use super::failure::Failure;
use super::shape::Shape;
use super::{Console, guard};
use crate::patience::Activity;
use crate::reply::Reply;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{ExecutionEvents, HistoryEvent, HistoryEventDetails as Details};
use futures_util::{SinkExt, StreamExt};
use http_body_util::Full;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use json::{Value, write_string};
use sha1::{Digest, Sha1};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Sockets at a time.
pub(super) const SOCKETS_MAX: usize = 128;
/// Topics of one socket.
const TOPICS_MAX: usize = 32;
/// Bytes of a client's message.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// Events told in one frame; if there are more, they are to be read.
const EVENTS_MAX: usize = 200;
/// Rows told in one frame.
const ROWS_MAX: usize = 50;
const TICK: Duration = Duration::from_millis(50);
/// How often a client is asked whether it is there, and gone when it does not answer in twice the time.
const PING: Duration = Duration::from_secs(20);

/// What RFC 6455 adds to a client's key.
const ACCEPT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What a client listens to.
enum Topic {
    /// Rows of executions that started or ended, of one machine or all.
    Executions { machine: Option<String>, arns: BTreeSet<Arc<str>> },
    /// Events of one execution, from behind one on.
    Execution { arn: String, after: u64 },
    /// Names of machines whose executions changed.
    Machines { changed: BTreeSet<String> },
    /// That tasks began or ended to wait.
    Tasks,
}

struct Subscription {
    id: i64,
    topic: Topic,
    is_dirty: bool,
    lost: bool,
    told_at: Instant,
}

impl Console {
    /// Answers the handshake and serves the socket from then on.
    pub(super) fn live(self: &Arc<Self>, head: &Parts, activity: &Arc<Activity>) -> Result<Reply, Failure> {
        guard::check(head)?;
        guard::check_api(head)?;
        let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_websocket = text(header::UPGRADE).eq_ignore_ascii_case("websocket");
        let (version, key) = (text(header::SEC_WEBSOCKET_VERSION), text(header::SEC_WEBSOCKET_KEY));
        let upgrade = head.extensions.get::<OnUpgrade>().filter(|_| is_websocket && version == "13" && !key.is_empty());
        let upgrade = upgrade.cloned().ok_or_else(Failure::upgrade)?;
        let place = self.sockets.clone().try_acquire_owned();
        let place = place.map_err(|_| Failure::busy("There are as many live connections as may be"))?;
        let accept = STANDARD.encode(Sha1::digest(format!("{key}{ACCEPT}")));
        let (console, activity) = (self.clone(), activity.clone());
        tokio::spawn(async move {
            // The connection is this socket's now; its silence is no idleness.
            let _under_way = activity.request();
            match upgrade.await {
                Ok(upgraded) => console.serve(upgraded, place).await,
                Err(error) => tracing::debug!(%error, "a live connection was not upgraded"),
            }
        });
        let mut reply = Response::new(Full::default());
        *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = reply.headers_mut();
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, HeaderValue::try_from(accept).expect("it is Base64"));
        Ok(reply)
    }

    async fn serve(self: Arc<Self>, upgraded: Upgraded, _place: OwnedSemaphorePermit) {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        let closing = self.closing.subscribe();
        if let Err(error) = self.talk(&mut socket, closing).await {
            tracing::debug!(%error, "a live connection ended early");
        }
        // The client may be gone.
        let _ = tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await;
    }

    async fn talk(
        &self,
        socket: &mut WebSocketStream<TokioIo<Upgraded>>,
        mut closing: watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let mut events = self.engine.watch();
        let mut topics: Vec<Subscription> = Vec::new();
        let (mut heard, mut pinged) = (Instant::now(), Instant::now());
        loop {
            tokio::select! {
                () = async { drop(closing.wait_for(|closing| *closing).await) } => return Ok(()),
                message = socket.next() => {
                    heard = Instant::now();
                    match message {
                        None | Some(Ok(Message::Close(_))) => return Ok(()),
                        Some(Ok(Message::Text(text))) => {
                            if let Some(refusal) = asked(&mut topics, &text) {
                                socket.send(Message::text(refusal)).await?;
                            }
                        }
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return Err(error),
                    }
                }
                told = events.recv() => match told {
                    Ok(told) => topics.iter_mut().for_each(|topic| topic.note(&told)),
                    Err(RecvError::Lagged(_)) => topics.iter_mut().for_each(|topic| topic.lost = true),
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = tokio::time::sleep_until(next(&topics, pinged)) => {
                    if heard.elapsed() >= 2 * PING + PING / 2 {
                        return Ok(());
                    }
                    if pinged.elapsed() >= PING {
                        pinged = Instant::now();
                        socket.send(Message::Ping(Default::default())).await?;
                    }
                    for topic in topics.iter_mut().filter(|topic| topic.is_due()) {
                        for frame in self.frames(topic).await {
                            socket.send(Message::text(frame)).await?;
                        }
                    }
                }
            }
        }
    }

    /// What a topic has to tell.
    async fn frames(&self, subscription: &mut Subscription) -> Vec<String> {
        let id = subscription.id;
        (subscription.is_dirty, subscription.told_at) = (false, Instant::now());
        let mut frames = Vec::new();
        if std::mem::take(&mut subscription.lost) {
            frames.push(format!("{{\"id\":{id},\"lost\":true}}"));
            match &mut subscription.topic {
                Topic::Executions { arns, .. } => arns.clear(),
                Topic::Machines { changed } => changed.clear(),
                // Its events are read from the history: none is missing.
                Topic::Execution { .. } | Topic::Tasks => {}
            }
        }
        match &mut subscription.topic {
            Topic::Executions { arns, .. } if arns.len() > ROWS_MAX => {
                arns.clear();
                frames.push(format!("{{\"id\":{id},\"lost\":true}}"));
            }
            Topic::Executions { arns, .. } => {
                let mut rows = Vec::new();
                for arn in std::mem::take(arns) {
                    // One that is gone is no news.
                    rows.extend(self.subject(&arn).await.ok().map(|subject| subject.row));
                }
                if !rows.is_empty() {
                    frames.push(format!("{{\"id\":{id},\"rows\":{}}}", rows.to_json()));
                }
            }
            Topic::Execution { arn, after } => match self.news(id, arn, after).await {
                Ok(frame) => frames.extend(frame),
                Err(failure) => frames.push(format!("{{\"id\":{id},{}", &failure.body()[1..])),
            },
            Topic::Machines { changed } => {
                let names: Vec<String> = std::mem::take(changed).into_iter().collect();
                if !names.is_empty() {
                    frames.push(format!("{{\"id\":{id},\"changed\":{}}}", names.to_json()));
                }
            }
            Topic::Tasks => frames.push(format!("{{\"id\":{id},\"changed\":true}}")),
        }
        frames
    }

    /// The events of an execution behind the last that was told, and how it stands.
    async fn news(&self, id: i64, arn: &str, after: &mut u64) -> Result<Option<String>, Failure> {
        let subject = self.subject(arn).await?;
        let last = subject.last_event;
        if last <= *after {
            return Ok(None);
        }
        let mut frame = format!("{{\"id\":{id},\"lastEvent\":{last},\"execution\":{}", subject.row.to_json());
        if last - *after > EVENTS_MAX as u64 {
            frame.push_str(",\"lost\":true");
        } else {
            let events = subject.forward(*after + 1, EVENTS_MAX).await?;
            let events =
                self.told(&subject, |told| events.iter().map(|event| shown(&subject, told, event)).collect::<Vec<_>>());
            frame.push_str(",\"events\":");
            events.await?.write(&mut frame);
        }
        *after = last;
        frame.push('}');
        Ok(Some(frame))
    }
}

/// When something is to be done even if nothing happens.
fn next(topics: &[Subscription], pinged: Instant) -> Instant {
    let due = topics.iter().filter(|topic| topic.is_dirty || topic.lost).map(Subscription::due);
    due.min().map_or(pinged + PING, |due| due.min(pinged + PING))
}

impl Subscription {
    fn pause(&self) -> Duration {
        match self.topic {
            Topic::Execution { .. } => TICK,
            Topic::Executions { .. } => 2 * TICK,
            Topic::Machines { .. } | Topic::Tasks => 10 * TICK,
        }
    }

    fn due(&self) -> Instant {
        self.told_at + self.pause()
    }

    fn is_due(&self) -> bool {
        (self.is_dirty || self.lost) && Instant::now() >= self.due()
    }

    fn note(&mut self, told: &ExecutionEvents) {
        let machine = || told.execution_arn.split(':').nth(6).unwrap_or_default();
        let is_news = match &mut self.topic {
            Topic::Execution { arn, .. } => *told.execution_arn == **arn,
            Topic::Executions { machine: wanted, arns } => {
                let fits =
                    wanted.as_ref().is_none_or(|wanted| wanted == machine()) && told.events.iter().any(is_status);
                // One more than can be told is enough to know that it cannot.
                if fits && arns.len() <= ROWS_MAX {
                    arns.insert(told.execution_arn.clone());
                }
                fits
            }
            Topic::Machines { changed } => {
                let fits = told.events.iter().any(is_status);
                if fits {
                    changed.insert(machine().to_owned());
                }
                fits
            }
            Topic::Tasks => told.events.iter().any(is_task),
        };
        self.is_dirty |= is_news;
    }
}

/// Whether an execution has another status than before.
fn is_status(event: &HistoryEvent) -> bool {
    matches!(
        event.details,
        Details::ExecutionStarted { .. }
            | Details::ExecutionSucceeded { .. }
            | Details::ExecutionFailed { .. }
            | Details::ExecutionTimedOut { .. }
            | Details::ExecutionAborted { .. }
            | Details::ExecutionRedriven { .. }
    )
}

/// Whether a task may have begun or ended to wait for somebody outside: by itself, or with what is around it.
fn is_task(event: &HistoryEvent) -> bool {
    let kind = event.details.type_name();
    let is_own = ["Activity", "Task"].iter().any(|start| kind.starts_with(start)) && !kind.starts_with("TaskState");
    is_own || ["Failed", "Aborted", "TimedOut"].iter().any(|end| kind.ends_with(end))
}

/// Does what a client asks for; what is wrong with it.
fn asked(topics: &mut Vec<Subscription>, text: &str) -> Option<String> {
    let message = json::parse(text).ok();
    if let Some(id) = message.as_ref().and_then(|message| message.get("unsubscribe")?.as_i64()) {
        topics.retain(|topic| topic.id != id);
        return None;
    }
    let wanted = message.as_ref().and_then(|message| message.get("subscribe"));
    let id = wanted.and_then(|wanted| wanted.get("id")?.as_i64());
    let topic = wanted.and_then(topic);
    let (Some(id), Some(topic)) = (id, topic) else {
        return Some(refusal(id, "A message is {\"subscribe\": {\"id\", \"topic\"}} or {\"unsubscribe\": id}"));
    };
    topics.retain(|topic| topic.id != id);
    if topics.len() >= TOPICS_MAX {
        return Some(refusal(Some(id), "There are as many topics as one connection may have"));
    }
    // What happened since `after` is told at once.
    let is_dirty = matches!(topic, Topic::Execution { .. });
    let now = Instant::now();
    topics.push(Subscription { id, topic, is_dirty, lost: false, told_at: now.checked_sub(TICK).unwrap_or(now) });
    None
}

fn topic(wanted: &Value) -> Option<Topic> {
    let text = |name: &str| wanted.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(match wanted.get("topic")?.as_str()? {
        "executions" => {
            let machine = wanted.get("filter").and_then(|filter| filter.get("machine")?.as_str().map(str::to_owned));
            Topic::Executions { machine, arns: BTreeSet::new() }
        }
        "execution" => {
            let after = wanted.get("after").and_then(Value::as_i64);
            Topic::Execution { arn: text("arn")?, after: after.map_or(0, i64::unsigned_abs) }
        }
        "machines" => Topic::Machines { changed: BTreeSet::new() },
        "tasks" => Topic::Tasks,
        _ => return None,
    })
}

fn refusal(id: Option<i64>, message: &str) -> String {
    let mut text = id.map_or("{".to_owned(), |id| format!("{{\"id\":{id},"));
    text.push_str("\"error\":{\"code\":\"InvalidParameter\",\"message\":");
    write_string(message, &mut text);
    text.push_str(",\"field\":null}}");
    text
}
