//! An execution's history turned into the visits of its states, each told when it is over.
//!
//! Events say only what they follow, so what is open is kept as a tree: the execution, in it states, in a Map state its iterations, in
//! those and in Parallel states more states. An event belongs to whatever the event before it on its chain belonged to. A row goes when
//! its visit is over; what a redrive may go on with stays until the execution closes, or the state around it is left.

use super::step::{Closed, Failure, Step, Task, What};
use interpreter::Timestamp;
use interpreter::history::StateType;
use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::sync::Arc;

/// Something that is over.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub id: VisitId,
    /// What it happened in; nothing if it is the execution.
    pub within: Option<VisitId>,
    pub of: Of,
    pub began: Timestamp,
    pub ended: Timestamp,
    pub outcome: Outcome,
}

/// Unique in an execution, and the same whenever it is worked out: the event that it began with, and which redrive it went on in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VisitId {
    pub event: u64,
    pub redrive: u64,
}

/// What was visited.
#[derive(Clone, Debug)]
pub(super) enum Of {
    Execution { status: Closed },
    State { state_type: StateType, name: Arc<str>, retries: u64 },
    Iteration { map: Arc<str>, index: u64 },
    Attempt { task: Task, worker: Option<Arc<str>>, started: Option<Timestamp>, submitted: Option<Timestamp> },
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    /// A state failed, and was left through a Catcher.
    Caught(Failure),
    Failed(Failure),
    /// It was stopped.
    Aborted,
}

impl VisitId {
    /// An attempt never goes on in a redrive.
    pub fn of_attempt(scheduled_event: u64) -> VisitId {
        VisitId { event: scheduled_event, redrive: 0 }
    }
}

type RowId = u32;

/// The execution itself.
const ROOT: RowId = 0;
/// Events of a Map state that later ones may follow, besides its beginning: those of the iterations that ended last.
const MAP_EVENTS_MAX: usize = 4;

/// What is open in one execution.
pub(super) struct Visits {
    rows: HashMap<RowId, Row>,
    /// The rows that events belong to which others may still follow.
    owners: HashMap<u64, RowId>,
    next_row: RowId,
    next_event: u64,
    redrive: u64,
}

struct Row {
    parent: RowId,
    children: BTreeSet<RowId>,
    of: RowKind,
    id: VisitId,
    began: Timestamp,
    /// Events in `owners` that belong to it.
    events: Vec<u64>,
    /// The event that its branches or iterations follow.
    opened: Option<u64>,
    /// Attempts at its work.
    attempts: u64,
    attempt: Option<Attempt>,
    failure: Option<Failure>,
    /// The time of its last event.
    at: Timestamp,
    /// Whether its visit is over and told; a redrive may make it go on.
    is_over: bool,
    /// Whether it is a Parallel or Map state that has failed.
    has_failed: bool,
}

enum RowKind {
    Execution,
    State { state_type: StateType, name: Arc<str> },
    Iteration { map: Arc<str>, index: u64 },
}

struct Attempt {
    event: u64,
    began: Timestamp,
    task: Task,
    worker: Option<Arc<str>>,
    started: Option<Timestamp>,
    submitted: Option<Timestamp>,
}

impl Visits {
    /// An execution that has not started.
    pub fn new() -> Visits {
        let root = Row::new(ROOT, RowKind::Execution, VisitId { event: 0, redrive: 0 }, Timestamp(0));
        Visits { rows: [(ROOT, root)].into(), owners: HashMap::new(), next_row: 1, next_event: 1, redrive: 0 }
    }

    /// The id of the event that comes next.
    pub fn next_event(&self) -> u64 {
        self.next_event
    }

    /// Rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes in the next event and tells what is over with it.
    pub fn add(&mut self, step: &Step, over: &mut Vec<Visit>) {
        self.next_event = step.id + 1;
        let from = self.owners.get(&step.previous).copied().unwrap_or(ROOT);
        let at = step.at;
        match &step.what {
            What::Started => self.begin_run(step, 0),
            What::Redriven { count } => self.begin_run(step, *count),
            What::Closed { status, failure } => self.close(from, *status, failure, at, over),
            What::Entered { state_type, name } => {
                let lane = self.lane(from);
                self.leave_event(lane, step.previous);
                let kind = RowKind::State { state_type: *state_type, name: name.clone() };
                self.begin(lane, kind, step);
            }
            What::Exited { name } => {
                let Some(row) = self.state(from, name) else { return };
                let lane = self.row(row).parent;
                let failure = self.row_mut(row).failure.take();
                self.end(row, failure.map_or(Outcome::Succeeded, Outcome::Caught), at, over);
                self.forget(row);
                self.own(lane, step.id);
            }
            What::Aborted => {
                if let Some(around) = self.around(from, |_| true) {
                    self.end_within(around, from, at, over);
                }
            }
            What::Opened { of } => {
                let Some(row) = self.around(from, |state_type| state_type == *of) else { return };
                if self.row(row).opened.is_some() && !self.row(row).is_over {
                    // A retry, with new branches or iterations. Its delay is over by now.
                    self.end_within(row, from, self.row(from).at, over);
                    self.forget_within(row);
                }
                self.forget_events(row);
                self.go_on(row, step);
                let row = self.row_mut(row);
                (row.opened, row.failure) = (Some(step.id), None);
                row.attempts += 1;
            }
            What::Failed { of } => {
                let Some(row) = self.around(from, |state_type| state_type == *of) else { return };
                let failure = self.row(from).failure.clone().unwrap_or_default();
                self.end_within(row, from, at, over);
                self.own(row, step.id);
                let row = self.row_mut(row);
                (row.failure, row.has_failed, row.at) = (Some(failure), true, at);
            }
            What::IterationStarted { map, index } => {
                let Some(map_row) = self.state(from, map) else { return };
                self.begin(map_row, RowKind::Iteration { map: map.clone(), index: *index }, step);
            }
            What::IterationSucceeded { map, index } => {
                let is_it = |row: &Row| matches!(&row.of, RowKind::Iteration { map: of, index: number } if of == map && number == index);
                let Some(row) = self.upwards(from).find(|row| is_it(self.row(*row))) else { return };
                let map = self.row(row).parent;
                self.end(row, Outcome::Succeeded, at, over);
                self.forget(row);
                // The next iteration follows the iteration that made room; the end of the state follows this event.
                self.own(map, step.previous);
                self.own(map, step.id);
                self.forget_early_events(map);
            }
            What::Scheduled { task } => {
                self.go_on(from, step);
                let row = self.row_mut(from);
                row.attempts += 1;
                row.failure = None;
                let task = task.clone();
                row.attempt =
                    Some(Attempt { event: step.id, began: at, task, worker: None, started: None, submitted: None });
            }
            What::TaskStarted { worker } => {
                self.go_on(from, step);
                if let Some(attempt) = &mut self.row_mut(from).attempt {
                    (attempt.started, attempt.worker) = (Some(at), worker.clone());
                }
            }
            What::TaskSubmitted => {
                self.go_on(from, step);
                if let Some(attempt) = &mut self.row_mut(from).attempt {
                    attempt.submitted = Some(at);
                }
            }
            What::TaskEnded { failure } => {
                self.go_on(from, step);
                self.row_mut(from).failure = failure.clone();
                self.end_attempt(from, failure.clone().map_or(Outcome::Succeeded, Outcome::Failed), at, over);
            }
            What::EvaluationFailed { state, failure } => {
                // It may skip the state's own entry.
                let Some(row) = self.state(from, state).or_else(|| self.last_state(state)) else { return };
                self.own(row, step.id);
                let row = self.row_mut(row);
                (row.failure, row.at) = (Some(failure.clone()), at);
            }
            What::Other => {}
        }
    }

    /// The execution starts, or goes on from what had not succeeded.
    fn begin_run(&mut self, step: &Step, redrive: u64) {
        self.redrive = redrive;
        for row in self.rows.values_mut().filter(|row| row.is_over || matches!(row.of, RowKind::Execution)) {
            (row.began, row.id.redrive) = (step.at, redrive);
            (row.is_over, row.has_failed, row.failure, row.attempts) = (false, false, None, 0);
        }
        self.own(ROOT, step.id);
    }

    fn close(&mut self, from: RowId, status: Closed, failure: &Failure, at: Timestamp, over: &mut Vec<Visit>) {
        let outcome = match status {
            Closed::Succeeded => Outcome::Succeeded,
            Closed::Failed | Closed::TimedOut => Outcome::Failed(failure.clone()),
            Closed::Aborted => Outcome::Aborted,
        };
        if status == Closed::Failed {
            for row in self.upwards(from).filter(|row| *row != ROOT).collect::<Vec<_>>() {
                let failure = self.row(row).failure.clone().unwrap_or_else(|| failure.clone());
                self.end(row, Outcome::Failed(failure), at, over);
            }
        }
        let open: Vec<RowId> = self.row(ROOT).children.iter().copied().collect();
        for row in open {
            self.end(row, Outcome::Aborted, at, over);
        }
        let root = self.row(ROOT);
        let of = Of::Execution { status };
        over.push(Visit { id: root.id, within: None, of, began: root.began, ended: at, outcome });
    }

    fn row(&self, row: RowId) -> &Row {
        &self.rows[&row]
    }

    fn row_mut(&mut self, row: RowId) -> &mut Row {
        self.rows.get_mut(&row).expect("events belong to rows that are there")
    }

    fn begin(&mut self, parent: RowId, of: RowKind, step: &Step) {
        let row = self.next_row;
        self.next_row += 1;
        let id = VisitId { event: step.id, redrive: self.redrive };
        self.rows.insert(row, Row::new(parent, of, id, step.at));
        self.row_mut(parent).children.insert(row);
        self.own(row, step.id);
    }

    fn own(&mut self, row: RowId, event: u64) {
        if let Some(before) = self.owners.insert(event, row) {
            self.row_mut(before).events.retain(|other| *other != event);
        }
        self.row_mut(row).events.push(event);
    }

    /// The chain of a row goes on with this event.
    fn go_on(&mut self, row: RowId, step: &Step) {
        self.leave_event(row, step.previous);
        self.own(row, step.id);
        self.row_mut(row).at = step.at;
    }

    /// Nothing else will follow an event of this row, unless its branches do.
    fn leave_event(&mut self, row: RowId, event: u64) {
        if self.owners.get(&event) == Some(&row) && self.row(row).opened != Some(event) {
            self.owners.remove(&event);
            self.row_mut(row).events.retain(|other| *other != event);
        }
    }

    fn forget_events(&mut self, row: RowId) {
        for event in mem::take(&mut self.row_mut(row).events) {
            self.owners.remove(&event);
        }
    }

    fn forget_early_events(&mut self, map: RowId) {
        let row = self.row_mut(map);
        let opened = row.opened;
        let (mut keep, mut rest): (Vec<u64>, Vec<u64>) =
            mem::take(&mut row.events).into_iter().partition(|event| Some(*event) == opened);
        keep.extend(rest.split_off(rest.len().saturating_sub(MAP_EVENTS_MAX)));
        row.events = keep;
        for event in rest {
            self.owners.remove(&event);
        }
    }

    /// What a state that follows an event of this row is in.
    fn lane(&mut self, row: RowId) -> RowId {
        match self.row(row).of {
            RowKind::State { state_type, .. } if state_type != StateType::Parallel => {
                // A Fail state that a redrive enters again: its former visit is over.
                let parent = self.row(row).parent;
                self.forget(row);
                parent
            }
            _ => row,
        }
    }

    fn upwards(&self, row: RowId) -> impl Iterator<Item = RowId> {
        std::iter::successors(Some(row), |row| (*row != ROOT).then(|| self.row(*row).parent))
    }

    /// The open state of this name that a row is, or is in.
    fn state(&self, from: RowId, wanted: &str) -> Option<RowId> {
        self.upwards(from).find(|row| self.row(*row).is_state(wanted)).or_else(|| self.last_state(wanted))
    }

    /// The state of this name that was entered last.
    fn last_state(&self, wanted: &str) -> Option<RowId> {
        let named = self.rows.iter().filter(|(_, row)| row.is_state(wanted) && !row.is_over);
        named.map(|(id, _)| *id).max()
    }

    /// The Parallel or Map state that a row is, or is in, and that has not failed.
    fn around(&self, from: RowId, is_wanted: impl Fn(StateType) -> bool) -> Option<RowId> {
        self.upwards(from).find(|row| match &self.row(*row).of {
            RowKind::State { state_type: state_type @ (StateType::Parallel | StateType::Map), .. } => {
                is_wanted(*state_type) && !self.row(*row).has_failed
            }
            _ => false,
        })
    }

    /// Ends what is open in a Parallel or Map state: what is on the way from the failure has failed, everything else was stopped then.
    fn end_within(&mut self, around: RowId, from: RowId, at: Timestamp, over: &mut Vec<Visit>) {
        let failure = self.row(from).failure.clone().unwrap_or_default();
        let way: Vec<RowId> = self.upwards(from).take_while(|row| *row != around && *row != ROOT).collect();
        for row in way {
            self.end(row, Outcome::Failed(failure.clone()), at, over);
        }
        let open: Vec<RowId> = self.row(around).children.iter().copied().collect();
        for row in open {
            self.end(row, Outcome::Aborted, at, over);
        }
    }

    /// Tells that a visit is over, and those within it, unless that was told before.
    fn end(&mut self, row: RowId, outcome: Outcome, at: Timestamp, over: &mut Vec<Visit>) {
        let open: Vec<RowId> = self.row(row).children.iter().copied().collect();
        for child in open {
            self.end(child, Outcome::Aborted, at, over);
        }
        if self.row(row).is_over {
            return;
        }
        self.end_attempt(row, Outcome::Aborted, at, over);
        let within = Some(self.row(self.row(row).parent).id);
        let ended = self.row_mut(row);
        ended.is_over = true;
        ended.at = at;
        let of = match &ended.of {
            RowKind::State { state_type, name } => {
                Of::State { state_type: *state_type, name: name.clone(), retries: ended.attempts.saturating_sub(1) }
            }
            RowKind::Iteration { map, index } => Of::Iteration { map: map.clone(), index: *index },
            RowKind::Execution => unreachable!("the execution is closed, not ended"),
        };
        over.push(Visit { id: ended.id, within, of, began: ended.began, ended: at, outcome });
    }

    fn end_attempt(&mut self, row: RowId, outcome: Outcome, at: Timestamp, over: &mut Vec<Visit>) {
        let row = self.row_mut(row);
        let Some(Attempt { event, began, task, worker, started, submitted }) = row.attempt.take() else { return };
        over.push(Visit {
            id: VisitId::of_attempt(event),
            within: Some(row.id),
            of: Of::Attempt { task, worker, started, submitted },
            began,
            ended: at,
            outcome,
        });
    }

    fn forget(&mut self, row: RowId) {
        self.forget_within(row);
        self.forget_events(row);
        let Some(forgotten) = self.rows.remove(&row) else { return };
        self.row_mut(forgotten.parent).children.remove(&row);
    }

    fn forget_within(&mut self, row: RowId) {
        for child in mem::take(&mut self.row_mut(row).children) {
            self.forget(child);
        }
    }
}

impl Row {
    fn new(parent: RowId, of: RowKind, id: VisitId, began: Timestamp) -> Row {
        Row {
            parent,
            children: BTreeSet::new(),
            of,
            id,
            began,
            events: Vec::new(),
            opened: None,
            attempts: 0,
            attempt: None,
            failure: None,
            at: began,
            is_over: false,
            has_failed: false,
        }
    }

    fn is_state(&self, wanted: &str) -> bool {
        matches!(&self.of, RowKind::State { name, .. } if **name == *wanted)
    }
}
