//! Executions that ran elsewhere, looked at here: a history as GetExecutionHistory gives it, with its definition. They are in memory only, and
//! the oldest make room for new ones.

use super::Console;
use super::executions::{ExecutionRow, Status};
use super::failure::Failure;
use super::machines::MachineType;
use super::shape::shapes;
use super::subject::About;
use crate::body;
use engine::{HistoryEvent, HistoryEventDetails as Details};
use hyper::body::Incoming;
use json::Value;
use sha1::{Digest, Sha1};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What the names of imported executions begin with.
const SCHEME: &str = "imported:";
/// Bytes of a request: as many as an export has.
const BYTES_MAX: usize = 72 << 20;
/// Events of one execution.
const EVENTS_MAX: usize = 100_000;
/// Executions that are kept, and the bytes of what they were made of.
const KEPT_MAX: usize = 16;
const KEPT_BYTES_MAX: usize = 192 << 20;

shapes! {
    /// An execution that was imported.
    struct ImportAnswer {
        /// What it is looked at with, in place of an ARN.
        id: Arc<str>,
        /// How many events it has.
        events: usize,
    }
}

/// An execution that ran elsewhere.
pub(super) struct Imported {
    pub(super) row: ExecutionRow,
    pub(super) about: About,
    pub(super) events: Vec<HistoryEvent>,
    /// The events as they were given.
    pub(super) shown: Vec<Value>,
    bytes: usize,
}

/// The executions that are kept, the newest in front.
#[derive(Default)]
pub(super) struct Imports(Mutex<VecDeque<Arc<Imported>>>);

impl Imports {
    /// The one of a name, if the name is one's; nothing inside if it is not kept any more.
    pub(super) fn find(&self, name: &str) -> Option<Option<Arc<Imported>>> {
        name.starts_with(SCHEME).then(|| {
            let kept = self.0.lock().expect("nothing panics while holding the lock");
            kept.iter().find(|imported| *imported.row.arn == *name).cloned()
        })
    }

    fn keep(&self, imported: Imported) {
        let mut kept = self.0.lock().expect("nothing panics while holding the lock");
        kept.retain(|known| known.row.arn != imported.row.arn);
        kept.push_front(Arc::new(imported));
        let bytes = |kept: &VecDeque<Arc<Imported>>| kept.iter().map(|imported| imported.bytes).sum::<usize>();
        while kept.len() > KEPT_MAX || (kept.len() > 1 && bytes(&kept) > KEPT_BYTES_MAX) {
            kept.pop_back();
        }
    }
}

impl Console {
    /// `POST import` with `{history, definition?, describe?}`: what GetExecutionHistory answers, all pages of it, or an export; the definition as
    /// it is or within what DescribeStateMachineForExecution answers; and what DescribeExecution answers.
    pub(super) async fn import(&self, body: Incoming) -> Result<ImportAnswer, Failure> {
        let mut held = self.memory.none();
        let limits = body::Limits { bytes_max: BYTES_MAX, ..self.body_limits };
        let bytes = body::read(body, limits, &mut held).await?;
        // Long ones take a while: nobody else waits for that.
        let read = tokio::task::spawn_blocking(move || {
            let imported = read(&body::parse(&bytes)?, &bytes);
            drop(held);
            imported
        });
        let imported = read.await.map_err(|_| Failure::internal())??;
        let answer = ImportAnswer { id: imported.row.arn.clone(), events: imported.events.len() };
        self.imports.keep(imported);
        Ok(answer)
    }
}

fn read(request: &Value, bytes: &[u8]) -> Result<Imported, Failure> {
    let history = request.get("history").filter(|history| !history.is_null());
    let history = history.ok_or_else(|| Failure::field("history", "'history' is missing"))?;
    let (given, place) = match history {
        Value::Array(events) => (events, "history"),
        other => match other.get("events") {
            Some(Value::Array(events)) => (events, "history.events"),
            Some(_) => return Err(Failure::field("history.events", "'history.events' is no list of events")),
            None => {
                return Err(Failure::field("history.events", "'history' has no 'events', nor is it a list of them"));
            }
        },
    };
    let (events, shown) = read_events(given, place)?;
    let definition = definition(request, history)?;
    let describe = request.get("describe").unwrap_or(&Value::Null);
    if !matches!(describe, Value::Null | Value::Object(_)) {
        return Err(Failure::field("describe", "'describe' is no object"));
    }
    let told = |name: &str| describe.get(name).or_else(|| history.get(name));
    let text = |name: &str| match told(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let arn = text("executionArn");
    let parts: Vec<&str> = arn.iter().flat_map(|arn| arn.split(':')).collect();
    let machine_arn = text("stateMachineArn");
    let machine = machine_arn.as_ref().and_then(|arn| arn.split(':').nth(6)).or(parts.get(6).copied());
    let name = text("name").or_else(|| parts.get(7).map(|name| (*name).into()));
    let id: Arc<str> = format!("{SCHEME}{}", hex(&Sha1::digest(bytes)[..8])).into();
    let ending = Ending::of(&events);
    let payload = |of: fn(&Details) -> bool, member: &str| {
        let event = events.iter().position(|event| of(&event.details))?;
        let details = super::events::details(&shown[event])?;
        details.get(member).and_then(|text| match text {
            Value::String(text) => Some(text.clone()),
            _ => None,
        })
    };
    Ok(Imported {
        row: ExecutionRow {
            arn: id,
            name: name.unwrap_or_else(|| "imported".into()),
            machine: machine.unwrap_or("imported").into(),
            r#type: if parts.get(5) == Some(&"express") { MachineType::Express } else { MachineType::Standard },
            status: ending.status,
            started_at: events[0].timestamp.0,
            stopped_at: ending.at,
            error: ending.error,
            redrive_count: ending.redrives,
            map_run_arn: text("mapRunArn"),
            version: None,
            alias: None,
        },
        about: About {
            machine_arn: machine_arn.unwrap_or_default(),
            input: payload(|details| matches!(details, Details::ExecutionStarted { .. }), "input"),
            output: payload(|details| matches!(details, Details::ExecutionSucceeded { .. }), "output"),
            cause: ending.cause,
            trace_header: text("traceHeader"),
            definition,
        },
        events,
        shown,
        bytes: bytes.len(),
    })
}

/// The events in order, and as they were given: all of them from the first on.
fn read_events(given: &[Value], place: &'static str) -> Result<(Vec<HistoryEvent>, Vec<Value>), Failure> {
    if given.is_empty() {
        return Err(Failure::field(place, format!("'{place}' has no event")));
    }
    if given.len() > EVENTS_MAX {
        return Err(Failure::field(place, format!("'{place}' has more than {EVENTS_MAX} events")));
    }
    let mut events = Vec::with_capacity(given.len());
    for (position, event) in given.iter().enumerate() {
        let read = HistoryEvent::from_value(event).map_err(|wrong| {
            let dot = if wrong.member.is_empty() { "" } else { "." };
            let at = format!("{place}[{position}]{dot}{}", wrong.member);
            Failure::field(at.clone(), format!("'{at}' {}", wrong.message))
        })?;
        events.push((read, event.clone(), position));
    }
    // `--reverse-order` gives the newest first.
    events.sort_by_key(|(event, _, position)| (event.id, *position));
    for (expected, (event, _, position)) in (1..).zip(&events) {
        if event.id != expected {
            let at = format!("{place}[{position}].id");
            let message = match event.id < expected {
                true => format!("'{at}' is {} for the second time", event.id),
                false => format!("'{at}' is {}, and there is no event {expected}: is a page missing?", event.id),
            };
            return Err(Failure::field(at, message));
        }
    }
    let (events, shown) = events.into_iter().map(|(event, given, _)| (event, given)).unzip();
    Ok((events, shown))
}

/// The definition, wherever it stands; without one there is no picture.
fn definition(request: &Value, history: &Value) -> Result<Arc<str>, Failure> {
    let given = request.get("definition").filter(|given| !given.is_null());
    let text: Arc<str> = match given.or_else(|| history.get("definition")) {
        None => return Ok("".into()),
        Some(Value::String(text)) => text.clone(),
        Some(of @ Value::Object(members)) => match members.get("definition") {
            Some(Value::String(text)) => text.clone(),
            _ => of.to_string().into(),
        },
        Some(_) => return Err(Failure::field("definition", "'definition' is no text and no object")),
    };
    if !text.trim().is_empty() {
        json::parse(&text).map_err(|error| {
            let message = format!("'definition' is not JSON: {error} at byte {}", error.offset);
            Failure::field("definition", message)
        })?;
    }
    Ok(text)
}

/// How a history ends.
struct Ending {
    status: Status,
    at: Option<i64>,
    error: Option<Arc<str>>,
    cause: Option<Arc<str>>,
    redrives: u64,
}

impl Ending {
    fn of(events: &[HistoryEvent]) -> Ending {
        let mut ending = Ending { status: Status::Running, at: None, error: None, cause: None, redrives: 0 };
        for event in events {
            let (status, error, cause) = match &event.details {
                Details::ExecutionSucceeded { .. } => (Status::Succeeded, &None, &None),
                Details::ExecutionFailed { error, cause } => (Status::Failed, error, cause),
                Details::ExecutionTimedOut { error, cause } => (Status::TimedOut, error, cause),
                Details::ExecutionAborted { error, cause } => (Status::Aborted, error, cause),
                Details::ExecutionRedriven { redrive_count } => {
                    ending = Ending { redrives: *redrive_count, ..Ending::of(&[]) };
                    continue;
                }
                _ => continue,
            };
            (ending.status, ending.at) = (status, Some(event.timestamp.0));
            (ending.error, ending.cause) = (error.clone(), cause.clone());
        }
        ending
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
