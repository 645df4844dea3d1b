//! Forks: an execution that begins at a visit that an earlier one made, with that visit's input and variables or with others.

use super::Console;
use super::execution::{no_visit, number};
use super::failure::Failure;
use super::payload::{Payload, reference};
use super::query::Query;
use super::shape::shapes;
use super::subject::Subject;
use super::told::Told;
use crate::body;
use crate::trace_header::TraceHeaders;
use api::Exception;
use arn::{ExecutionArn, StateMachineArn};
use engine::{ForkRequest, ForkedFrom as From};
use hyper::body::Incoming;
use json::Value;
use std::sync::Arc;
use visits::{Story, VisitId};

/// Bytes of a body: the variables and an input, written as JSON in JSON.
const BYTES_MAX: usize = 32 << 20;

shapes! {
    /// Where a fork begins.
    struct ForkedFrom {
        /// The execution it was forked from.
        arn: Arc<str>,
        /// The state it began with.
        state_name: Arc<str>,
        /// Which of that execution's visits of the state, from 1 on.
        number: u64,
        /// That visit's name there.
        visit: String,
    }

    /// Where an execution comes from.
    struct Origin {
        /// Null if it is no fork.
        forked_from: Option<ForkedFrom>,
    }

    /// A fork about to be made.
    struct ForkDraft {
        /// The visit it would begin at: of the outermost scope.
        visit: String,
        /// That visit's state.
        state_name: Arc<str>,
        /// Which visit of the state, from 1 on.
        number: u64,
        /// The state that was asked for, if that is inside the one the fork begins at.
        inside: Option<Arc<str>>,
        /// What the state got.
        input: Payload,
        /// The variables it saw, as an object.
        variables: Payload,
        /// Whether the machine has another definition now than the execution runs.
        is_changed: bool,
        /// Whether the machine's current definition has the state in its outermost scope.
        is_in_current: bool,
    }

    /// What `POST executions/{arn}/fork` takes. A state and a number, or a visit: the last of the state without a number.
    struct ForkBody {
        /// The state.
        state: Option<String>,
        /// Which visit of it, from 1 on.
        number: Option<u64>,
        /// A visit's name.
        visit: Option<String>,
        /// The state's input as JSON text; what the visit got if absent.
        input: Option<String>,
        /// The variables as JSON text, an object; what the visit saw if absent.
        variables: Option<String>,
        /// The new execution's name.
        name: Option<String>,
        /// `current` for the machine's current definition; else `origin`.
        definition: Option<String>,
    }

    /// A fork that was made.
    struct ForkAnswer {
        /// The new execution.
        execution_arn: Arc<str>,
        /// When it started.
        started_at: i64,
        /// Where it began.
        forked_from: ForkedFrom,
    }
}

impl ForkedFrom {
    pub(super) fn of(forked: &From) -> ForkedFrom {
        ForkedFrom {
            arn: forked.execution_arn.clone(),
            state_name: forked.state_name.clone(),
            number: forked.visit,
            visit: forked.entered_event.to_string(),
        }
    }
}

/// Which visit is meant.
enum Meant<'a> {
    Visit(&'a str),
    State(&'a str, Option<u64>),
}

impl<'a> Meant<'a> {
    fn of(visit: Option<&'a str>, state: Option<&'a str>, number: Option<u64>) -> Result<Meant<'a>, Failure> {
        match (visit, state) {
            (Some(visit), None) => Ok(Meant::Visit(visit)),
            (None, Some(state)) => Ok(Meant::State(state, number)),
            (Some(_), Some(_)) => Err(Failure::field("visit", "'visit' and 'state' are not given together")),
            (None, None) => Err(Failure::field("state", "'state' is missing: the state to begin at")),
        }
    }

    fn find(&self, story: &Story) -> Result<VisitId, Failure> {
        match *self {
            Meant::Visit(id) => {
                let id = number(id)?;
                story.visit_of_entry(id).ok_or_else(|| no_visit(id))
            }
            Meant::State(name, wanted) => {
                let of = story.visits().iter().enumerate().filter(|(_, visit)| *visit.name == *name);
                let of: Vec<VisitId> = of.map(|(visit, _)| visit).collect();
                let missing = |message: String| Failure::field("state", message);
                let last =
                    *of.last().ok_or_else(|| missing(format!("The execution did not come to a state '{name}'")))?;
                let Some(wanted) = wanted else { return Ok(last) };
                let found = wanted.checked_sub(1).and_then(|before| of.get(usize::try_from(before).ok()?));
                let visits = if of.len() == 1 { "one visit".to_owned() } else { format!("{} visits", of.len()) };
                found.copied().ok_or_else(|| {
                    Failure::field("number", format!("There is no visit {wanted} of '{name}': it had {visits}"))
                })
            }
        }
    }
}

/// A visit of the outermost scope, and what its state had.
struct Begin {
    /// The visit's entry.
    event: u64,
    state_name: Arc<str>,
    number: u64,
    /// The state asked for, if it is inside.
    inside: Option<Arc<str>>,
    variables: json::Object,
}

impl Begin {
    fn of(told: &Told, meant: &Meant<'_>) -> Result<Begin, Failure> {
        let story = &told.story;
        let asked = meant.find(story)?;
        let visit = std::iter::successors(Some(asked), |visit| story.parent(*visit)).last().unwrap_or(asked);
        let found = &story.visits()[visit];
        let is_before = |other: &&visits::Visit| other.lane == found.lane && other.name == found.name;
        Ok(Begin {
            event: found.first_event,
            state_name: found.name.clone(),
            number: story.visits()[..=visit].iter().filter(is_before).count() as u64,
            inside: (visit != asked).then(|| story.visits()[asked].name.clone()),
            variables: story.variables(found.lane, found.first_event),
        })
    }

    /// What the state got.
    async fn input(&self, subject: &Subject) -> Result<json::Payload, Failure> {
        subject.event(self.event).await?.details.payload().cloned().ok_or_else(Failure::internal)
    }
}

impl Console {
    /// `GET executions/{arn}/origin`
    pub(super) async fn origin(&self, arn: &str) -> Result<Origin, Failure> {
        let forked = match ExecutionArn::parse(arn) {
            Ok(arn) => self.engine.forked_from(&arn).await?,
            Err(_) => self.subject(arn).await?.forked_from,
        };
        Ok(Origin { forked_from: forked.as_deref().map(ForkedFrom::of) })
    }

    /// `GET executions/{arn}/fork?visit=`, or `?state=&number=`
    pub(super) async fn fork_draft(&self, arn: &str, query: &Query) -> Result<ForkDraft, Failure> {
        let meant = Meant::of(query.text("visit"), query.text("state"), query.parsed("number")?)?;
        let subject = self.forkable(arn).await?;
        let begin = self.told(&subject, |told| Begin::of(told, &meant)).await??;
        let input = begin.input(&subject).await?;
        let machine = StateMachineArn::parse(&subject.about.machine_arn).map_err(Exception::from)?;
        let current = self.engine.current_revision(&machine).await?;
        let states = json::parse(&current.definition_text).ok().and_then(|text| text.get("States").cloned());
        let variables: Arc<str> = Value::from(begin.variables).to_string().into();
        let arn = &subject.row.arn;
        Ok(ForkDraft {
            visit: begin.event.to_string(),
            number: begin.number,
            inside: begin.inside,
            input: Payload::new(input.text(), || reference(arn, begin.event, "input")),
            variables: Payload::new(&variables, || reference(arn, begin.event, "variables")),
            is_changed: current.definition_text != subject.about.definition,
            is_in_current: states.is_some_and(|states| states.get(&begin.state_name).is_some()),
            state_name: begin.state_name,
        })
    }

    /// `POST executions/{arn}/fork`
    pub(super) async fn fork(&self, arn: &str, trace: &TraceHeaders, body: Incoming) -> Result<ForkAnswer, Failure> {
        let mut held = self.memory.none();
        let limits = body::Limits { bytes_max: BYTES_MAX, ..self.body_limits };
        let bytes = body::read(body, limits, &mut held).await?;
        let asked = read(&body::parse(&bytes)?)?;
        drop(bytes);
        let payload = |field, text: Option<&String>| text.map(|text| payload(field, text)).transpose();
        let (input, variables) =
            (payload("input", asked.input.as_ref())?, payload("variables", asked.variables.as_ref())?);
        if variables.as_ref().is_some_and(|variables| variables.value().as_object().is_none()) {
            return Err(Failure::field("variables", "'variables' must be an object: a member for each variable"));
        }
        let meant = Meant::of(asked.visit.as_deref(), asked.state.as_deref(), asked.number)?;
        let subject = self.forkable(arn).await?;
        let begin = self.told(&subject, |told| Begin::of(told, &meant)).await??;
        if let Some(inside) = begin.inside {
            let (around, number) = (begin.state_name, begin.number);
            let message = format!(
                "The state '{inside}' is inside '{around}': a fork begins at the outermost state around it, which is visit {number} of '{around}'"
            );
            return Err(Failure::field("state", message));
        }
        let input = match input {
            Some(input) => input,
            None => begin.input(&subject).await?,
        };
        let from = From {
            execution_arn: subject.row.arn.clone(),
            state_name: begin.state_name,
            entered_event: begin.event,
            visit: begin.number,
            input,
            variables: variables.unwrap_or_else(|| json::Payload::from_value(begin.variables.into())),
        };
        let forked_from = ForkedFrom::of(&from);
        let trace_header = trace.x_ray.as_deref().or(trace.w3c.as_deref()).map(Into::into);
        let name = asked.name.map(Into::into);
        let runs_current = asked.definition.as_deref() == Some("current");
        let request = ForkRequest { from, name, runs_current, trace_header };
        let made = self.engine.fork_execution(request).await.map_err(|refused| match refused.field {
            Some(field) => Failure::field(field, refused.exception.message.to_string()),
            None => refused.exception.into(),
        })?;
        Ok(ForkAnswer { execution_arn: made.execution_arn, started_at: made.start_date_ms, forked_from })
    }

    /// An execution, unless it ran elsewhere.
    async fn forkable(&self, arn: &str) -> Result<Subject, Failure> {
        let subject = self.subject(arn).await?;
        match subject.is_imported {
            true => Err(Failure::not_forkable("An imported execution cannot be forked: it can only be looked at")),
            false => Ok(subject),
        }
    }
}

fn read(body: &Value) -> Result<ForkBody, Failure> {
    let members = body.as_object().ok_or_else(|| Failure::field("body", "The body is no object"))?;
    const KNOWN: [&str; 7] = ["state", "number", "visit", "input", "variables", "name", "definition"];
    if let Some(unknown) = members.keys().find(|name| !KNOWN.contains(&&***name)) {
        return Err(Failure::field(unknown.to_string(), format!("There is no member '{unknown}'")));
    }
    let text = |name: &'static str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(_) => Err(Failure::field(name, format!("'{name}' is no text"))),
    };
    let number = match body.get("number") {
        None | Some(Value::Null) => None,
        Some(given) => {
            match given.as_i64().and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0) {
                Some(number) => Some(number),
                None => return Err(Failure::field("number", "'number' is a visit's number, from 1 on")),
            }
        }
    };
    let definition = text("definition")?;
    if !matches!(definition.as_deref(), None | Some("origin" | "current")) {
        return Err(Failure::field("definition", "'definition' is `origin` or `current`"));
    }
    Ok(ForkBody {
        state: text("state")?,
        number,
        visit: text("visit")?,
        input: text("input")?,
        variables: text("variables")?,
        name: text("name")?,
        definition,
    })
}

fn payload(field: &'static str, text: &str) -> Result<json::Payload, Failure> {
    match json::parse(text) {
        Ok(value) => Ok(json::Payload::from_parts(text, value)),
        Err(error) => {
            let message = format!("'{field}' is not JSON: {error} at byte {}", error.offset);
            Err(Failure::field(field, message))
        }
    }
}
