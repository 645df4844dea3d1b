//! The events of an execution, in pages in either direction, and ranges of the payloads in them.

use super::failure::Failure;
use super::payload::{self, Payload, floor};
use super::query::Query;
use super::shape::{Shape, shapes};
use super::subject::Subject;
use super::told::Told;
use super::{Console, execution};
use engine::{HistoryEvent, HistoryEventDetails as Details};
use json::{Object, Value};
use std::sync::Arc;

/// Events on a page.
const PAGE: usize = 100;
const PAGE_MAX: usize = 1_000;
/// Bytes of a range of a payload, unless others are asked for.
const RANGE_BYTES: usize = 64 * 1024;
const RANGE_BYTES_MAX: usize = 4 << 20;

shapes! {
    /// A page of events.
    struct Events {
        /// The events: oldest first if `after` was given, newest first otherwise.
        items: Vec<Event>,
        /// What to give as `before`, or `after`, for the next page.
        next: Option<u64>,
        /// How many events there are in all: the last one's id.
        total: u64,
    }

    /// An event.
    struct Event {
        /// Its position, from 1 on.
        id: u64,
        /// The event before it on its chain.
        previous_id: u64,
        /// AWS's HistoryEventType.
        r#type: String,
        /// When it happened.
        at: i64,
        /// The place of the state it is of.
        state_id: Option<Arc<str>>,
        /// The name of that.
        state_name: Option<Arc<str>>,
        /// The visit it is of.
        visit: Option<String>,
        /// What it says, in a few words.
        summary: String,
        /// AWS's details. A text longer than `limits.cutBytes` is cut: `{cut, bytes, ref}` stands in its place.
        details: Value,
    }

    /// A part of a payload's text.
    struct Range {
        /// The part.
        text: String,
        /// The byte it begins with.
        from: usize,
        /// The byte behind its last.
        to: usize,
        /// Bytes of the whole.
        total: usize,
    }
}

impl Console {
    /// `GET executions/{arn}/events?before=&after=&limit=&state=&failed=`
    pub(super) async fn events(&self, arn: &str, query: &Query) -> Result<Events, Failure> {
        let limit = query.limit(PAGE, PAGE_MAX)?;
        let (before, after): (Option<u64>, Option<u64>) = (query.parsed("before")?, query.parsed("after")?);
        if before.is_some() && after.is_some() {
            return Err(Failure::field("after", "Only one of 'before' and 'after' can be given"));
        }
        let (state, failed) = (query.text("state"), query.flag("failed"));
        let subject = self.subject(arn).await?;
        let total = subject.last_event;
        let is_filtered = state.is_some() || failed;
        let mut items = Vec::new();
        let mut place = after.unwrap_or_else(|| before.unwrap_or(u64::MAX).min(total + 1));
        // Filtered ones are looked for in larger pieces.
        let piece = if is_filtered { PAGE_MAX } else { limit };
        let is_there = |place: u64| if after.is_some() { place < total } else { place > 1 };
        while items.len() < limit && is_there(place) {
            let read = match after {
                Some(_) => subject.forward(place + 1, piece).await?,
                None => subject.backward(place - 1, piece).await?,
            };
            let Some(last) = read.last().map(|event| event.id) else { break };
            let shown = self.told(&subject, |told| {
                let wanted = read.iter().filter(|event| is_wanted(told, event, state, failed));
                wanted.map(|event| shown(&subject, told, event)).collect::<Vec<_>>()
            });
            for event in shown.await? {
                if items.len() == limit {
                    break;
                }
                place = event.id;
                items.push(event);
            }
            if items.len() < limit {
                place = last;
            }
        }
        Ok(Events { items, next: is_there(place).then_some(place), total })
    }

    /// `GET payload/{ref}?from=&to=`
    pub(super) async fn payload(&self, reference: &str, query: &Query) -> Result<Range, Failure> {
        let (arn, event, member) = payload::referred(reference)?;
        let subject = self.subject(&arn).await?;
        let text = self.referred(&subject, event, &member).await?;
        let total = text.len();
        let from = floor(&text, query.parsed("from")?.unwrap_or(0));
        let to = query.parsed("to")?.unwrap_or(from.saturating_add(RANGE_BYTES)).max(from).min(total);
        let to = to.min(from.saturating_add(RANGE_BYTES_MAX));
        // To the end of the last character.
        let to = (to..=total).find(|byte| text.is_char_boundary(*byte)).unwrap_or(total);
        Ok(Range { text: text[from..to].to_owned(), from, to, total })
    }

    async fn referred(&self, subject: &Subject, event: u64, member: &str) -> Result<Arc<str>, Failure> {
        let missing = || Failure::not_found("There is no such payload");
        match (event, member) {
            (0, "input") => subject.about.input.clone().ok_or_else(missing),
            (0, "output") => subject.about.output.clone().ok_or_else(missing),
            (event, "variables") => {
                let moment = self.told(subject, |told| {
                    let visit = told.story.visit_of_event(event);
                    let lane = visit.map_or(0, |visit| told.story.visits()[visit].lane);
                    Value::from(told.story.variables(lane, event + 1)).to_string()
                });
                Ok(moment.await?.into())
            }
            (event, member) => {
                if let Some(text) = self.stage(subject, event, member).await? {
                    return Ok(text);
                }
                let shown = subject.shown(&subject.event(event).await?);
                let details = details(&shown).ok_or_else(missing)?;
                match details.get(member) {
                    Some(Value::String(text)) => Ok(text.clone()),
                    Some(other) => Ok(other.to_string().into()),
                    None => Err(missing()),
                }
            }
        }
    }
}

fn is_wanted(told: &Told, event: &HistoryEvent, state: Option<&str>, failed: bool) -> bool {
    let visit = told.story.visit_of_event(event.id).map(|visit| &told.story.visits()[visit]);
    state.is_none_or(|state| visit.is_some_and(|visit| *visit.place == *state))
        && (!failed || failure(&event.details).is_some())
}

/// An event in an answer.
pub(super) fn shown(subject: &Subject, told: &Told, event: &HistoryEvent) -> Event {
    let story = &told.story;
    let visit = story.visit_of_event(event.id);
    let aws = subject.shown(event);
    let arn = &subject.row.arn;
    Event {
        id: event.id,
        previous_id: event.previous_event_id,
        r#type: aws.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(),
        at: event.timestamp.0,
        state_id: visit.map(|visit| story.visits()[visit].place.clone()),
        state_name: visit.map(|visit| story.visits()[visit].name.clone()),
        visit: visit.map(|visit| execution::name_of(story, visit)),
        summary: summary(&event.details),
        details: details(&aws).map_or(Value::Null, |details| cut(details, arn, event.id).into()),
    }
}

/// The one member of an event that holds its details.
pub(super) fn details(event: &Value) -> Option<&Object> {
    let members = event.as_object()?.iter();
    members.filter(|(name, _)| name.ends_with("EventDetails")).find_map(|(_, details)| details.as_object())
}

fn cut(details: &Object, arn: &str, event: u64) -> Object {
    let mut shown = details.clone();
    for (name, member) in details.iter() {
        if let Value::String(text) = member
            && text.len() > payload::CUT_BYTES
        {
            let cut = Payload::new(text, || payload::reference(arn, event, name)).to_json();
            shown.set(name.clone(), json::parse(&cut).expect("it was written a moment ago"));
        }
    }
    shown
}

fn failure(details: &Details) -> Option<&Option<Arc<str>>> {
    match details {
        Details::ExecutionFailed { error, .. }
        | Details::ExecutionTimedOut { error, .. }
        | Details::ExecutionAborted { error, .. }
        | Details::TaskFailed { error, .. }
        | Details::TaskTimedOut { error, .. }
        | Details::LambdaFunctionFailed { error, .. }
        | Details::LambdaFunctionTimedOut { error, .. }
        | Details::ActivityFailed { error, .. }
        | Details::ActivityTimedOut { error, .. } => Some(error),
        Details::ParallelStateFailed
        | Details::MapStateFailed
        | Details::MapIterationFailed { .. }
        | Details::EvaluationFailed { .. } => Some(&None),
        _ => None,
    }
}

fn summary(details: &Details) -> String {
    match details {
        Details::StateEntered { name, .. } | Details::StateExited { name, .. } => name.to_string(),
        Details::TaskScheduled { resource_type, resource, .. }
        | Details::TaskStarted { resource_type, resource }
        | Details::TaskSubmitted { resource_type, resource, .. }
        | Details::TaskSucceeded { resource_type, resource, .. } => format!("{resource_type}:{resource}"),
        Details::LambdaFunctionScheduled { resource, .. } | Details::ActivityScheduled { resource, .. } => {
            resource.rsplit(':').next().unwrap_or_default().to_owned()
        }
        Details::ActivityStarted { worker_name } => worker_name.as_deref().unwrap_or_default().to_owned(),
        Details::MapStateStarted { length } => format!("{length} items"),
        Details::MapIterationStarted { index, .. }
        | Details::MapIterationSucceeded { index, .. }
        | Details::MapIterationFailed { index, .. }
        | Details::MapIterationAborted { index, .. } => format!("item {index}"),
        Details::EvaluationFailed { error, location, .. } => match location {
            Some(location) => format!("{error} in {location}"),
            None => error.to_string(),
        },
        Details::ExecutionRedriven { redrive_count } => format!("redrive {redrive_count}"),
        details => failure(details).and_then(Option::as_deref).unwrap_or_default().to_owned(),
    }
}
