//! What the fold makes of a history.

use interpreter::Timestamp;
use interpreter::history::StateType;
use json::Object;
use std::sync::Arc;

/// A visit by its position, in the order of entry.
pub type VisitId = usize;

/// A lane by its position: 0 is the execution's own.
pub type LaneId = usize;

/// How a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VisitStatus {
    /// Its work is done.
    Running,
    /// It waits for a time, a worker or a task token.
    Waiting,
    /// An attempt failed, and another one comes.
    Retrying,
    /// It was left.
    Succeeded,
    /// It failed, and was left through a Catcher.
    Caught,
    /// It failed.
    Failed,
    /// The execution took too long while it was open.
    TimedOut,
    /// It was stopped.
    Aborted,
}

/// Why something failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The error's name.
    pub error: Option<Arc<str>>,
    /// In a sentence.
    pub cause: Option<Arc<str>>,
    /// The field whose expression failed, as AWS says it.
    pub location: Option<Arc<str>>,
    /// The event that says it.
    pub event: u64,
}

/// One attempt at a state's work.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// When it was scheduled.
    pub scheduled_at: Timestamp,
    /// When somebody took it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Its first and last event so far.
    pub events: (u64, u64),
}

/// A state from its entry to its exit.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The event it began with: its name elsewhere.
    pub first_event: u64,
    /// Its last event so far; of a state with states in it, its own.
    pub last_event: u64,
    /// The state's name.
    pub name: Arc<str>,
    /// The state's place in the definition; its name if that is not known.
    pub place: Arc<str>,
    /// The state's type.
    pub state_type: StateType,
    /// In which branch, iteration or execution.
    pub lane: LaneId,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// When it was left, or ended otherwise.
    pub exited_at: Option<Timestamp>,
    /// How it ended, if it did: see [`Story::status`].
    pub(crate) ended: Option<VisitStatus>,
    /// Attempts at its work, oldest first; of a Parallel or Map state, how often its branches or iterations were begun.
    pub attempts: Vec<Attempt>,
    /// Why it failed, or its last attempt.
    pub failure: Option<Failure>,
    /// The visit that was entered after it.
    pub next: Option<VisitId>,
    /// Items of a Map state.
    pub length: Option<u64>,
    /// The Map Run that does the work of a Distributed Map.
    pub map_run: Option<Arc<str>>,
    /// The visit inside that made it fail.
    pub(crate) failed_within: Option<VisitId>,
    /// The event with which its branches or iterations began last.
    pub(crate) opened: Option<u64>,
    /// The last visit is over and its exit event is there.
    pub(crate) has_exited: bool,
    /// Whether somebody else must end its work.
    pub(crate) waits: bool,
}

impl Visit {
    /// The event it was left with, if it was.
    pub fn exit_event(&self) -> Option<u64> {
        self.has_exited.then_some(self.last_event)
    }
}

/// What visits follow each other in: the execution, a branch, an iteration.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The Parallel or Map visit around it; nothing around the execution.
    pub parent: Option<VisitId>,
    /// The position of the branch or iteration.
    pub index: u64,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended, if it did.
    pub ended: Option<VisitStatus>,
    /// How many visits are directly in it.
    pub visits: usize,
    pub(crate) first_event: u64,
    pub(crate) scope: Option<usize>,
    /// What was assigned in it, by the event that says so.
    pub(crate) assigned: Vec<(u64, Object)>,
}

/// What has become of the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It runs.
    Running,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// It took too long.
    TimedOut,
    /// It was stopped.
    Aborted,
}

/// Where the chain of an event goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Lane(LaneId),
    In(VisitId),
}

/// A history, told.
#[derive(Debug)]
pub struct Story {
    pub(crate) visits: Vec<Visit>,
    pub(crate) lanes: Vec<Lane>,
    /// Of each event, by id less one: where its chain goes on, and the visit it is of.
    pub(crate) places: Vec<(Place, Option<VisitId>)>,
    pub(crate) run: Run,
    pub(crate) failure: Option<Failure>,
    pub(crate) failed_in: Option<VisitId>,
    pub(crate) last_at: Timestamp,
    /// Whether it begins at another state than the machine does.
    pub(crate) is_fork: bool,
}

impl Story {
    /// Visits in the order of entry.
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// Lanes in the order in which they began.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// What has become of the execution.
    pub fn run(&self) -> Run {
        self.run
    }

    /// The last event it has been told.
    pub fn last_event(&self) -> u64 {
        self.places.len() as u64
    }

    /// When that was.
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// The visit that began with an event.
    pub fn visit_of_entry(&self, event: u64) -> Option<VisitId> {
        self.visits.binary_search_by_key(&event, |visit| visit.first_event).ok()
    }

    /// The visit that an event is of.
    pub fn visit_of_event(&self, event: u64) -> Option<VisitId> {
        self.places.get(usize::try_from(event.checked_sub(1)?).ok()?)?.1
    }

    /// The visit around a visit.
    pub fn parent(&self, visit: VisitId) -> Option<VisitId> {
        self.lanes[self.visits[visit].lane].parent
    }

    /// The iterations around a visit, outermost first.
    pub fn iterations(&self, visit: VisitId) -> Vec<u64> {
        let mut found = Vec::new();
        let mut lane = &self.lanes[self.visits[visit].lane];
        while let Some(parent) = lane.parent {
            if self.visits[parent].state_type == StateType::Map {
                found.push(lane.index);
            }
            lane = &self.lanes[self.visits[parent].lane];
        }
        found.reverse();
        found
    }

    /// How a visit stands.
    pub fn status(&self, visit: &Visit) -> VisitStatus {
        if let Some(ended) = visit.ended {
            return ended;
        }
        let last = visit.attempts.last();
        if last.is_some_and(|attempt| attempt.ended_at.is_some() && attempt.failure.is_some()) {
            return VisitStatus::Retrying;
        }
        let is_wait = visit.state_type == StateType::Wait;
        match is_wait || (visit.waits && last.is_some_and(|attempt| attempt.ended_at.is_none())) {
            true => VisitStatus::Waiting,
            false => VisitStatus::Running,
        }
    }

    /// The lanes of a Map or Parallel visit that began last, in the order in which they began.
    pub fn lanes_of(&self, visit: VisitId) -> impl Iterator<Item = (LaneId, &Lane)> {
        let opened = self.visits[visit].opened.unwrap_or(0);
        let of = move |(_, lane): &(LaneId, &Lane)| lane.parent == Some(visit) && lane.first_event > opened;
        self.lanes.iter().enumerate().filter(of)
    }

    /// The variables that a state in a lane sees before an event: what was assigned around it and in it.
    pub fn variables(&self, lane: LaneId, before: u64) -> Object {
        let mut chain = vec![lane];
        let mut inner = lane;
        while let Some(parent) = self.lanes[inner].parent {
            inner = self.visits[parent].lane;
            chain.push(inner);
        }
        let mut variables = Object::new();
        for lane in chain.into_iter().rev() {
            for (_, assigned) in self.lanes[lane].assigned.iter().take_while(|(event, _)| *event < before) {
                for (name, text) in assigned.iter() {
                    let value = text.as_str().and_then(|text| json::parse(text).ok()).unwrap_or_else(|| text.clone());
                    variables.set(name.clone(), value);
                }
            }
        }
        variables
    }
}
