//! One execution: what it is, why it failed, its visits and iterations, how its states stood at any event.

use super::executions::ExecutionRow;
use super::failure::Failure;
use super::fork::ForkedFrom;
use super::payload::Payload;
use super::query::Query;
use super::shape::shapes;
use super::told::Told;
use super::{Console, cursor};
use engine::ExecutionsQuery;
use json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use visits::{Outline, RootCause as Cause, Story, VisitId, VisitStatus as Of};

/// Visits on a page.
const PAGE: usize = 500;
const PAGE_MAX: usize = 5_000;
/// Bytes of causes in lists.
const CAUSE_BYTES_MAX: usize = 1024;

shapes! {
    /// How a visit of a state stands, or an iteration.
    enum VisitStatus {
        /// Its work is done.
        Running = "RUNNING",
        /// It waits for a time, a worker or a task token.
        Waiting = "WAITING",
        /// An attempt failed, and another one comes.
        Retrying = "RETRYING",
        /// It was left.
        Succeeded = "SUCCEEDED",
        /// It failed, and was left through a Catcher.
        Caught = "CAUGHT",
        /// It failed.
        Failed = "FAILED",
        /// The execution took too long while it was open.
        TimedOut = "TIMED_OUT",
        /// It was stopped.
        Aborted = "ABORTED",
    }

    /// An execution.
    struct Execution with row: ExecutionRow {
        /// What it was started with.
        input: Option<Payload>,
        /// What it succeeded with.
        output: Option<Payload>,
        /// Why it failed, in a sentence.
        cause: Option<Arc<str>>,
        /// Its machine.
        state_machine_arn: Arc<str>,
        /// The definition it runs, byte for byte.
        definition: Arc<str>,
        /// The picture of that, as the crate `diagram` makes it; null if there is none.
        scene: Value,
        /// The id of its last event.
        events: u64,
        /// Whether RedriveExecution would go on with it.
        redrivable: bool,
        /// Why not.
        redrive_reason: Option<Arc<str>>,
        /// The execution that started it; null of a fork, whose input only says who started the other one.
        parent: Option<Parent>,
        /// Where it was forked, if it is a fork.
        forked_from: Option<ForkedFrom>,
        /// Executions it started, 100 at most.
        children: Vec<Child>,
        /// X-Ray's header.
        trace_header: Option<Arc<str>>,
        /// Why it failed, if it did.
        root_cause: Option<RootCause>,
        /// Whether it was imported: it can only be looked at.
        imported: bool,
    }

    /// The execution that started another one.
    struct Parent {
        /// Its ARN.
        arn: Arc<str>,
        /// The state that did.
        state_name: Option<Arc<str>>,
    }

    /// An execution that another one started.
    struct Child {
        /// Its ARN.
        arn: Arc<str>,
        /// The place of the state that started it.
        state_id: Option<Arc<str>>,
        /// The visit of that.
        visit: Option<String>,
    }

    /// The visit that made an execution fail.
    struct RootCause {
        /// The state's place in the definition; null if it failed outside all states.
        state_id: Option<Arc<str>>,
        /// Its name.
        state_name: Option<Arc<str>>,
        /// The visit.
        visit: Option<String>,
        /// The iterations it is in, outermost first; null if it is in none.
        iteration: Option<Vec<u64>>,
        /// Which attempt failed, from 1 on; null if its work was never begun.
        attempt: Option<usize>,
        /// How many attempts there were.
        of: Option<usize>,
        /// The event that says so.
        event_id: Option<u64>,
        /// The error's name.
        error: Arc<str>,
        /// In a sentence.
        cause: Option<Arc<str>>,
        /// The field whose expression failed.
        field: Option<Arc<str>>,
        /// The Map Run whose items failed.
        map_run_arn: Option<Arc<str>>,
        /// The machine's last execution that succeeded.
        last_success: Option<Success>,
        /// What may help.
        hint: Option<&'static str>,
    }

    /// An execution that succeeded.
    struct Success {
        /// Its ARN.
        arn: Arc<str>,
    }

    /// A page of visits, oldest first.
    struct Visits {
        /// The visits.
        items: Vec<Visit>,
        /// Where the next page begins.
        next: Option<String>,
        /// How many there are in all, whatever was asked for.
        total: usize,
    }

    /// A state from its entry to its exit.
    struct Visit {
        /// Its name elsewhere: the event it began with.
        id: String,
        /// The state's place in the definition, which is its id in pictures.
        state_id: Arc<str>,
        /// The state's name.
        state_name: Arc<str>,
        /// The state's type.
        r#type: &'static str,
        /// The Parallel or Map visit around it.
        parent_visit: Option<String>,
        /// The branch or iteration it is in.
        index: Option<u64>,
        /// When it was entered.
        entered_at: i64,
        /// When it was left, or ended otherwise.
        exited_at: Option<i64>,
        /// How it stands.
        status: VisitStatus,
        /// The event it began with.
        first_event: u64,
        /// Its last event so far; of a Parallel or Map state, its own.
        last_event: u64,
        /// Attempts at its work, oldest first.
        attempts: Vec<Attempt>,
        /// The error it failed with, or its last attempt.
        error: Option<Arc<str>>,
        /// Why, in a sentence, cut if it is long.
        cause: Option<Arc<str>>,
        /// The place of the state that came next.
        next: Option<Arc<str>>,
        /// Items of a Map state.
        length: Option<u64>,
        /// The Map Run that does the work of a Distributed Map.
        map_run_arn: Option<Arc<str>>,
    }

    /// One attempt at a state's work.
    struct Attempt {
        /// When it was scheduled.
        scheduled_at: i64,
        /// When somebody took it.
        started_at: Option<i64>,
        /// When it ended.
        ended_at: Option<i64>,
        /// The error it failed with.
        error: Option<Arc<str>>,
        /// Why, in a sentence, cut if it is long.
        cause: Option<Arc<str>>,
        /// When the next attempt was scheduled.
        backoff_until: Option<i64>,
        /// Its first and last event.
        events: Vec<u64>,
    }

    /// Iterations of a Map visit, or branches of a Parallel visit.
    struct Iterations {
        /// How many items there are.
        length: u64,
        /// How many iterations have which status.
        counts: BTreeMap<String, usize>,
        /// Those that began, in the order in which they did.
        items: Vec<Iteration>,
        /// Where the next page begins.
        next: Option<String>,
    }

    /// One iteration.
    struct Iteration {
        /// The item's position.
        index: u64,
        /// How it stands.
        status: VisitStatus,
        /// Visits in it, without those that are deeper.
        visits: usize,
        /// When it began.
        started_at: i64,
        /// When it ended.
        stopped_at: Option<i64>,
    }

    /// How all states stand after an event.
    struct Moment {
        /// The event.
        event_id: u64,
        /// When it happened.
        at: i64,
        /// States that were entered, by place.
        states: BTreeMap<String, StateMoment>,
        /// How often each way was taken, by its id in pictures.
        edges: BTreeMap<String, usize>,
        /// The variables that are seen at the event, as an object.
        variables: Option<Payload>,
        /// The visit the event is of.
        visit: Option<String>,
    }

    /// How one state stands.
    struct StateMoment {
        /// What to show: what goes on before what failed, and that before what succeeded.
        status: VisitStatus,
        /// Visits.
        visits: usize,
        /// Of them, those that go on.
        running: usize,
        /// Those that were left.
        succeeded: usize,
        /// Those that failed or ran out of time.
        failed: usize,
        /// Those that were left through a Catcher.
        caught: usize,
        /// Attempts after a visit's first.
        retries: usize,
        /// Items of a Map state, with those whose iterations have ended, and failed; null of other states, and of a Distributed Map.
        items: Option<Items>,
        /// The Map Run of a Distributed Map's last visit.
        map_run_arn: Option<Arc<str>>,
    }

    /// Items of a Map state.
    struct Items {
        /// All of them.
        total: u64,
        /// Those that are over.
        ended: u64,
        /// Of those, the ones that failed.
        failed: u64,
    }
}

impl From<Of> for VisitStatus {
    fn from(status: Of) -> VisitStatus {
        match status {
            Of::Running => VisitStatus::Running,
            Of::Waiting => VisitStatus::Waiting,
            Of::Retrying => VisitStatus::Retrying,
            Of::Succeeded => VisitStatus::Succeeded,
            Of::Caught => VisitStatus::Caught,
            Of::Failed => VisitStatus::Failed,
            Of::TimedOut => VisitStatus::TimedOut,
            Of::Aborted => VisitStatus::Aborted,
        }
    }
}

impl Console {
    /// `GET executions/{arn}`
    pub(super) async fn execution(&self, arn: &str) -> Result<Execution, Failure> {
        let subject = self.subject(arn).await?;
        let (children, cause) = self
            .told(&subject, |told| (children(told), told.story.root_cause().map(|cause| root_cause(told, cause))))
            .await?;
        let root_cause = match cause {
            Some(cause) => Some(RootCause { last_success: self.last_success(&subject.row.machine).await?, ..cause }),
            None => None,
        };
        let forked_from = subject.forked_from.as_deref().map(ForkedFrom::of);
        let input = subject.about.input.as_ref().filter(|_| forked_from.is_none());
        let parent = input.and_then(|input| parent(input));
        let payload = |member: &'static str| {
            let arn = subject.row.arn.clone();
            move |text: &Arc<str>| Payload::new(text, || super::payload::reference(&arn, 0, member))
        };
        Ok(Execution {
            input: subject.about.input.as_ref().map(payload("input")),
            output: subject.about.output.as_ref().map(payload("output")),
            cause: subject.about.cause,
            state_machine_arn: subject.about.machine_arn,
            scene: super::scene::of(&subject.about.definition),
            definition: subject.about.definition,
            events: subject.last_event,
            redrivable: subject.redrivable,
            redrive_reason: subject.redrive_reason,
            parent,
            forked_from,
            children,
            trace_header: subject.about.trace_header,
            root_cause,
            imported: subject.is_imported,
            row: subject.row,
        })
    }

    async fn last_success(&self, machine: &str) -> Result<Option<Success>, Failure> {
        let query = ExecutionsQuery {
            state_machine_name: Some(machine.to_owned()),
            statuses: vec![api::ExecutionStatus::Succeeded],
            ..ExecutionsQuery::default()
        };
        let page = self.engine.executions_page(&query, None, 1).await?;
        Ok(page.executions.into_iter().next().map(|found| Success { arn: found.execution_arn }))
    }

    /// `GET executions/{arn}/visits?parent=&state=&cursor=&limit=`
    pub(super) async fn visits(&self, arn: &str, query: &Query) -> Result<Visits, Failure> {
        let limit = query.limit(PAGE, PAGE_MAX)?;
        let (parent, state) = (query.text("parent"), query.text("state"));
        let index: Option<u64> = query.parsed("index")?;
        let scope = format!("visits {arn} {parent:?} {state:?} {index:?}");
        let from = match query.text("cursor") {
            Some(given) => cursor::decode(&scope, given)?.parse().map_err(|_| Failure::cursor())?,
            None => 0,
        };
        let around = match parent {
            None => None,
            Some("root") => Some(None),
            Some(id) => Some(Some(number(id)?)),
        };
        let subject = self.subject(arn).await?;
        self.told(&subject, |told| {
            let story = &told.story;
            let around = match around {
                Some(Some(id)) => Some(Some(story.visit_of_entry(id).ok_or_else(|| no_visit(id))?)),
                other => other.map(|_| None),
            };
            let is_wanted = |visit: VisitId| {
                let found = &story.visits()[visit];
                let lane = &story.lanes()[found.lane];
                around.is_none_or(|around| lane.parent == around)
                    && index.is_none_or(|index| lane.index == index)
                    && state.is_none_or(|state| *found.place == *state)
            };
            let total = story.visits().len();
            let mut items = Vec::new();
            let mut next = None;
            for visit in (from..total).filter(|visit| is_wanted(*visit)) {
                if items.len() == limit {
                    next = Some(cursor::encode(&scope, &visit.to_string()));
                    break;
                }
                items.push(shown(story, visit));
            }
            Ok(Visits { items, next, total })
        })
        .await?
    }

    /// `GET executions/{arn}/iterations?visit=&status=&cursor=&limit=`
    pub(super) async fn iterations(&self, arn: &str, query: &Query) -> Result<Iterations, Failure> {
        let limit = query.limit(PAGE, PAGE_MAX)?;
        let id = number(query.text("visit").ok_or_else(|| Failure::field("visit", "'visit' is missing"))?)?;
        let statuses: Vec<&str> = query.text("status").map(|words| words.split(',').collect()).unwrap_or_default();
        let scope = format!("iterations {arn} {id} {statuses:?}");
        let from: usize = match query.text("cursor") {
            Some(given) => cursor::decode(&scope, given)?.parse().map_err(|_| Failure::cursor())?,
            None => 0,
        };
        let subject = self.subject(arn).await?;
        self.told(&subject, |told| {
            let story = &told.story;
            let visit = story.visit_of_entry(id).ok_or_else(|| no_visit(id))?;
            let last = last_visits(story, visit);
            let (mut counts, mut items, mut next) = (BTreeMap::new(), Vec::new(), None);
            for (lane, found) in story.lanes_of(visit) {
                let inside = || last.get(&lane).map_or(Of::Running, |visit| story.status(&story.visits()[*visit]));
                // An iteration between two states runs.
                let status = found.ended.unwrap_or_else(|| match inside() {
                    status @ (Of::Waiting | Of::Retrying) => status,
                    _ => Of::Running,
                });
                let status = VisitStatus::from(status);
                *counts.entry(status.word().to_owned()).or_default() += 1;
                if lane < from || !(statuses.is_empty() || statuses.contains(&status.word())) {
                    continue;
                }
                if items.len() == limit {
                    next.get_or_insert_with(|| cursor::encode(&scope, &lane.to_string()));
                    continue;
                }
                let (started_at, stopped_at) = (found.began_at.0, found.ended_at.map(|time| time.0));
                items.push(Iteration { index: found.index, status, visits: found.visits, started_at, stopped_at });
            }
            let length = story.visits()[visit].length.unwrap_or(counts.values().sum::<usize>() as u64);
            Ok(Iterations { length, counts, items, next })
        })
        .await?
    }

    /// `GET executions/{arn}/at/{eventId}`, which may be `latest`.
    pub(super) async fn at(&self, arn: &str, event: &str) -> Result<Moment, Failure> {
        let subject = self.subject(arn).await?;
        let id = match event {
            "latest" => subject.last_event,
            id => id.parse().ok().filter(|id| (1..=subject.last_event).contains(id)).ok_or_else(|| {
                Failure::not_found(format!("There is no event '{event}'; the last is {}", subject.last_event))
            })?,
        };
        let shown = |outline: &Outline, story: &Story| moment(outline, story, &subject.row.arn);
        if id == subject.last_event {
            // What happened since is told next time.
            return self.told(&subject, |told| shown(&told.outline, &told.story)).await;
        }
        let outline = self.told(&subject, |told| told.outline.clone()).await?;
        let mut story = subject.story();
        while story.last_event() < id {
            let before = story.last_event();
            let wanted = super::subject::CHUNK.min((id - before) as usize);
            subject.forward(before + 1, wanted).await?.iter().for_each(|event| story.add(&outline, event));
            if story.last_event() == before {
                return Err(Failure::internal());
            }
        }
        Ok(shown(&outline, &story))
    }
}

pub(super) fn no_visit(id: u64) -> Failure {
    Failure::not_found(format!("There is no visit '{id}'"))
}

/// The event that a visit's name is.
pub(super) fn number(id: &str) -> Result<u64, Failure> {
    id.parse().map_err(|_| Failure::not_found(format!("There is no visit '{id}'")))
}

/// The name of a visit.
pub(super) fn name_of(story: &Story, visit: VisitId) -> String {
    story.visits()[visit].first_event.to_string()
}

pub(super) fn shown(story: &Story, visit: VisitId) -> Visit {
    let found = &story.visits()[visit];
    let lane = &story.lanes()[found.lane];
    let scheduled = found.attempts.iter().skip(1).map(|attempt| Some(attempt.scheduled_at.0)).chain([None]);
    let attempts = found.attempts.iter().zip(scheduled).map(|(attempt, next)| Attempt {
        scheduled_at: attempt.scheduled_at.0,
        started_at: attempt.started_at.map(|time| time.0),
        ended_at: attempt.ended_at.map(|time| time.0),
        error: attempt.failure.as_ref().and_then(|failure| failure.error.clone()),
        cause: attempt.failure.as_ref().and_then(|failure| failure.cause.as_ref()).map(short),
        backoff_until: next,
        events: vec![attempt.events.0, attempt.events.1],
    });
    Visit {
        id: found.first_event.to_string(),
        state_id: found.place.clone(),
        state_name: found.name.clone(),
        r#type: found.state_type.name(),
        parent_visit: lane.parent.map(|parent| name_of(story, parent)),
        index: lane.parent.map(|_| lane.index),
        entered_at: found.entered_at.0,
        exited_at: found.exited_at.map(|time| time.0),
        status: story.status(found).into(),
        first_event: found.first_event,
        last_event: found.last_event,
        attempts: attempts.collect(),
        error: found.failure.as_ref().and_then(|failure| failure.error.clone()),
        cause: found.failure.as_ref().and_then(|failure| failure.cause.as_ref()).map(short),
        next: found.next.map(|next| story.visits()[next].place.clone()),
        length: found.length,
        map_run_arn: found.map_run.clone(),
    }
}

fn short(cause: &Arc<str>) -> Arc<str> {
    match cause.len() > CAUSE_BYTES_MAX {
        true => format!("{}…", &cause[..super::payload::floor(cause, CAUSE_BYTES_MAX)]).into(),
        false => cause.clone(),
    }
}

/// The last visit of each lane directly in a visit.
fn last_visits(story: &Story, around: VisitId) -> BTreeMap<visits::LaneId, VisitId> {
    let inside = story.visits().iter().enumerate().skip(around + 1);
    inside
        .filter(|(_, visit)| story.lanes()[visit.lane].parent == Some(around))
        .map(|(id, visit)| (visit.lane, id))
        .collect()
}

fn root_cause(told: &Told, cause: Cause) -> RootCause {
    let visit = cause.visit.map(|visit| &told.story.visits()[visit]);
    let attempts = visit.map_or(0, |visit| visit.attempts.len());
    let error = cause.failure.error.unwrap_or_else(|| "States.Timeout".into());
    RootCause {
        state_id: visit.map(|visit| visit.place.clone()),
        state_name: visit.map(|visit| visit.name.clone()),
        visit: visit.map(|visit| visit.first_event.to_string()),
        iteration: Some(cause.iterations).filter(|iterations| !iterations.is_empty()),
        attempt: (cause.attempt > 0).then_some(cause.attempt),
        of: (attempts > 0).then_some(attempts),
        event_id: (cause.failure.event > 0).then_some(cause.failure.event),
        hint: hint(&error),
        error,
        cause: cause.failure.cause,
        field: cause.failure.location,
        map_run_arn: visit.and_then(|visit| visit.map_run.clone()),
        last_success: None,
    }
}

/// What usually helps.
fn hint(error: &str) -> Option<&'static str> {
    Some(match error {
        "States.Timeout" => "Something took longer than TimeoutSeconds allows, or a heartbeat did not come in time.",
        "States.HeartbeatTimeout" => "The worker or task did not send SendTaskHeartbeat within HeartbeatSeconds.",
        "States.DataLimitExceeded" => {
            "A payload is longer than 256 KiB: keep large data elsewhere and hand on where it is."
        }
        "States.NoChoiceMatched" => "No rule of the Choice state holds for its input, and it has no Default.",
        "States.ParameterPathFailure" => "A path of a template finds nothing in the state's input.",
        "States.ResultPathMatchFailure" => "ResultPath cannot be applied to the state's input, which is no object.",
        "States.QueryEvaluationError" => {
            "A JSONata expression failed or gave nothing: look at the field's value in Data."
        }
        "States.IntrinsicFailure" => "An intrinsic function got arguments it cannot take.",
        "States.BranchFailed" => "A branch of a Parallel state failed.",
        "States.Permissions" => "The credentials the task is called with do not allow it.",
        _ => return None,
    })
}

fn children(told: &Told) -> Vec<Child> {
    let child = |(event, arn): &(u64, Arc<str>)| {
        let visit = told.story.visit_of_event(*event);
        Child {
            arn: arn.clone(),
            state_id: visit.map(|visit| told.story.visits()[visit].place.clone()),
            visit: visit.map(|visit| name_of(&told.story, visit)),
        }
    };
    told.children.iter().map(child).collect()
}

/// The execution that said in the input that it started this one, as AWS's own console has executions do.
fn parent(input: &str) -> Option<Parent> {
    const STARTED_BY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";
    let input = input.contains(STARTED_BY).then(|| json::parse(input).ok())??;
    Some(Parent { arn: input.get(STARTED_BY)?.as_str()?.into(), state_name: None })
}

fn moment(outline: &Outline, story: &Story, arn: &Arc<str>) -> Moment {
    let found = story.moment(outline);
    let event_id = story.last_event();
    let visit = story.visit_of_event(event_id);
    let lane = visit.map_or(0, |visit| story.visits()[visit].lane);
    let variables = story.variables(lane, event_id + 1);
    let text: Arc<str> = Value::from(variables).to_string().into();
    let states = found.states.iter().filter_map(|(place, state)| {
        let count = |statuses: &[Of]| statuses.iter().filter_map(|status| state.by_status.get(status)).sum();
        Some((
            place.to_string(),
            StateMoment {
                status: state.status()?.into(),
                visits: state.visits,
                running: count(&[Of::Running, Of::Waiting, Of::Retrying]),
                succeeded: count(&[Of::Succeeded]),
                failed: count(&[Of::Failed, Of::TimedOut]),
                caught: count(&[Of::Caught]),
                retries: state.retries,
                items: Some(state.items)
                    .filter(|items| items.total > 0 && state.map_run.is_none())
                    .map(|items| Items { total: items.total, ended: items.ended, failed: items.failed }),
                map_run_arn: state.map_run.clone(),
            },
        ))
    });
    Moment {
        event_id,
        at: story.last_at().0,
        states: states.collect(),
        edges: found.ways.iter().map(|(way, count)| (way.to_string(), *count)).collect(),
        variables: Some(Payload::new(&text, || super::payload::reference(arn, event_id, "variables"))),
        visit: visit.map(|visit| name_of(story, visit)),
    }
}
