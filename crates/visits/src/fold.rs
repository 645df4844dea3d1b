//! How an event changes the story.
//!
//! Events say only what they follow: an event belongs to whatever the event before it on its chain belonged to. What fails takes the visits on
//! the way to the state that catches it along; everything else that is open in there was stopped. What ended without an exit opens again
//! when a redrive goes on in it.

use crate::outline::Outline;
use crate::story::{Attempt, Failure, Lane, LaneId, Place, Run, Story, Visit, VisitId, VisitStatus};
use interpreter::Timestamp;
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details, StateType};
use json::{Object, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// The lane of the execution itself.
const ROOT: LaneId = 0;

impl Story {
    /// An execution that has not started.
    pub fn new() -> Story {
        let root = Lane::new(None, 0, Timestamp(0), 0, Some(0));
        Story {
            visits: Vec::new(),
            lanes: vec![root],
            places: Vec::new(),
            run: Run::Running,
            failure: None,
            failed_in: None,
            last_at: Timestamp(0),
            is_fork: false,
        }
    }

    /// A fork that has not started: it begins with variables that no event tells.
    pub fn forked(variables: &Object) -> Story {
        let mut story = Story::new();
        let texts = variables.iter().map(|(name, value)| (name.clone(), Value::from(value.to_string()))).collect();
        story.lanes[ROOT].assigned.push((0, texts));
        story.is_fork = true;
        story
    }

    /// The story of a whole history, or of its beginning.
    pub fn of(outline: &Outline, events: &[HistoryEvent]) -> Story {
        let mut story = Story::new();
        events.iter().for_each(|event| story.add(outline, event));
        story
    }

    /// Takes in the next event. One that is not the next is left out.
    pub fn add(&mut self, outline: &Outline, event: &HistoryEvent) {
        if event.id != self.last_event() + 1 {
            return;
        }
        let from = self.place(event.previous_event_id);
        self.last_at = event.timestamp;
        let place = self.take(outline, event, from);
        self.places.push(place);
    }

    fn place(&self, event: u64) -> Place {
        let position = event.checked_sub(1).and_then(|position| usize::try_from(position).ok());
        position.and_then(|position| self.places.get(position)).map_or(Place::Lane(ROOT), |(place, _)| *place)
    }

    fn take(&mut self, outline: &Outline, event: &HistoryEvent, from: Place) -> (Place, Option<VisitId>) {
        let at = event.timestamp;
        match &event.details {
            Details::ExecutionStarted { .. } => {
                self.lanes[ROOT].began_at = at;
                (Place::Lane(ROOT), None)
            }
            Details::ExecutionRedriven { .. } => {
                (self.run, self.failure, self.failed_in) = (Run::Running, None, None);
                (Place::Lane(ROOT), None)
            }
            Details::ExecutionSucceeded { .. } => self.close(Run::Succeeded, from, Failure::default(), at),
            Details::ExecutionFailed { error, cause } => {
                self.close(Run::Failed, from, Failure::new(error, cause, event.id), at)
            }
            Details::ExecutionTimedOut { error, cause } => {
                self.close(Run::TimedOut, from, Failure::new(error, cause, event.id), at)
            }
            Details::ExecutionAborted { error, cause } => {
                self.close(Run::Aborted, from, Failure::new(error, cause, event.id), at)
            }
            Details::StateEntered { state_type, name, .. } => self.enter(outline, event, from, *state_type, name),
            Details::StateExited { name, assigned_variables, .. } => {
                let Some(visit) = self.named(from, name) else { return (from, None) };
                let lane = self.visits[visit].lane;
                if let Some(assigned) = assigned_variables.as_ref().filter(|assigned| !assigned.is_empty()) {
                    self.lanes[lane].assigned.push((event.id, assigned.clone()));
                }
                let caught = self.visits[visit].failure.is_some();
                self.reopen(visit);
                self.end(visit, if caught { VisitStatus::Caught } else { VisitStatus::Succeeded }, at);
                let visit_of = &mut self.visits[visit];
                (visit_of.has_exited, visit_of.last_event) = (true, event.id);
                (Place::Lane(lane), Some(visit))
            }
            Details::ParallelStateStarted => self.open(event, from, StateType::Parallel, None),
            Details::MapStateStarted { length } => self.open(event, from, StateType::Map, Some(*length)),
            Details::ParallelStateFailed => self.fail_around(event, from, StateType::Parallel),
            Details::MapStateFailed => self.fail_around(event, from, StateType::Map),
            Details::ParallelStateSucceeded | Details::MapStateSucceeded => {
                let Some(visit) = self.around(from, |_| true) else { return (from, None) };
                self.touch(visit, event.id);
                if let Some(attempt) = self.visits[visit].attempts.last_mut() {
                    attempt.ended_at = Some(at);
                }
                (Place::In(visit), Some(visit))
            }
            Details::StateAborted { .. } => {
                let Some(visit) = self.around(from, |_| true) else { return (from, None) };
                self.stop_within(visit, None, at);
                (from, Some(visit))
            }
            Details::MapIterationStarted { name, index } => {
                let Some(map) = self.named(from, name) else { return (from, None) };
                self.touch_open(map);
                let scope = self.inner_scope(outline, map, None).map(|(_, scope)| scope);
                let lane = self.begin_lane(Some(map), *index, event, scope);
                (Place::Lane(lane), Some(map))
            }
            Details::MapIterationSucceeded { name, index } => {
                let Some(lane) = self.iteration(from, name, *index) else { return (from, None) };
                self.end_lane(lane, VisitStatus::Succeeded, at);
                let map = self.lanes[lane].parent;
                (map.map_or(from, Place::In), map)
            }
            Details::MapIterationFailed { name, index } | Details::MapIterationAborted { name, index } => {
                let failed = matches!(event.details, Details::MapIterationFailed { .. });
                let status = if failed { VisitStatus::Failed } else { VisitStatus::Aborted };
                let lane = self.iteration(from, name, *index);
                if let Some(lane) = lane {
                    self.end_lane(lane, status, at);
                }
                (from, lane.and_then(|lane| self.lanes[lane].parent))
            }
            Details::MapRunStarted { map_run_arn } | Details::MapRunRedriven { map_run_arn, .. } => {
                let Some(visit) = self.around(from, |state_type| state_type == StateType::Map) else {
                    return (from, None);
                };
                self.touch(visit, event.id);
                let of = &mut self.visits[visit];
                (of.map_run, of.failure) = (Some(map_run_arn.clone()), None);
                if of.attempts.last().is_none_or(|attempt| attempt.ended_at.is_some()) {
                    of.attempts.push(Attempt::begun(at, event.id));
                }
                (Place::In(visit), Some(visit))
            }
            Details::MapRunSucceeded { .. } | Details::MapRunFailed { .. } | Details::MapRunAborted => {
                let Some(visit) = self.around(from, |state_type| state_type == StateType::Map) else {
                    return (from, None);
                };
                self.touch(visit, event.id);
                let of = &mut self.visits[visit];
                if let Details::MapRunFailed { error, cause } = &event.details {
                    of.failure = Some(Failure::new(error, cause, event.id));
                }
                if let Some(attempt) = of.attempts.last_mut() {
                    (attempt.ended_at, attempt.failure, attempt.events.1) = (Some(at), of.failure.clone(), event.id);
                }
                (Place::In(visit), Some(visit))
            }
            Details::EvaluationFailed { state, location, error, cause } => {
                let Some(visit) = self.named(from, state) else { return (from, None) };
                let failure = Failure {
                    location: location.clone(),
                    ..Failure::new(&Some(error.clone()), &Some(cause.clone()), event.id)
                };
                self.touch(visit, event.id);
                self.visits[visit].failure = Some(failure);
                (Place::In(visit), Some(visit))
            }
            details => self.work(event, details, from),
        }
    }

    /// Events of a task.
    fn work(&mut self, event: &HistoryEvent, details: &Details, from: Place) -> (Place, Option<VisitId>) {
        let Place::In(visit) = from else { return (from, None) };
        self.touch(visit, event.id);
        let (of, at) = (&mut self.visits[visit], event.timestamp);
        match details {
            Details::TaskScheduled { .. }
            | Details::LambdaFunctionScheduled { .. }
            | Details::ActivityScheduled { .. } => {
                of.waits |= matches!(details, Details::ActivityScheduled { .. });
                of.failure = None;
                of.attempts.push(Attempt {
                    scheduled_at: at,
                    started_at: None,
                    ended_at: None,
                    failure: None,
                    events: (event.id, event.id),
                });
            }
            _ => {
                let failure = failure_of(details, event.id);
                let ends = failure.is_some()
                    || matches!(
                        details,
                        Details::TaskSucceeded { .. }
                            | Details::LambdaFunctionSucceeded { .. }
                            | Details::ActivitySucceeded { .. }
                    );
                if let Some(attempt) = of.attempts.last_mut() {
                    attempt.events.1 = event.id;
                    let starts = matches!(
                        details,
                        Details::TaskStarted { .. } | Details::LambdaFunctionStarted | Details::ActivityStarted { .. }
                    );
                    if starts {
                        attempt.started_at = Some(at);
                    }
                    if ends {
                        (attempt.ended_at, attempt.failure) = (Some(at), failure.clone());
                    }
                }
                if ends {
                    of.failure = failure;
                }
            }
        }
        (Place::In(visit), Some(visit))
    }

    fn enter(
        &mut self,
        outline: &Outline,
        event: &HistoryEvent,
        from: Place,
        state_type: StateType,
        name: &Arc<str>,
    ) -> (Place, Option<VisitId>) {
        let lane = match from {
            Place::Lane(lane) => lane,
            Place::In(around) if self.visits[around].state_type == StateType::Parallel => {
                self.touch_open(around);
                let (index, scope) = match self.inner_scope(outline, around, Some(name)) {
                    Some((index, scope)) => (index as u64, Some(scope)),
                    None => (self.lanes_of(around).count() as u64, None),
                };
                self.begin_lane(Some(around), index, event, scope)
            }
            // A state that a redrive enters again.
            Place::In(before) => self.visits[before].lane,
        };
        let visit = self.visits.len();
        if let Some(before) = self.visit_of_event(event.previous_event_id)
            && self.visits[before].has_exited
            && self.visits[before].lane == lane
        {
            self.visits[before].next = Some(visit);
            let known = outline.state(self.lanes[lane].scope, &self.visits[before].name.clone());
            if self.visits[before].state_type != StateType::Choice
                && known.is_some_and(|known| known.is_caught_by(name))
            {
                // It failed without an event of its own.
                self.visits[before].ended = Some(VisitStatus::Caught);
            }
        }
        self.lanes[lane].visits += 1;
        let known = outline.state(self.lanes[lane].scope, name);
        self.visits.push(Visit {
            first_event: event.id,
            last_event: event.id,
            name: name.clone(),
            place: known.map_or_else(|| name.clone(), |known| known.place.clone()),
            state_type,
            lane,
            entered_at: event.timestamp,
            exited_at: None,
            ended: None,
            attempts: Vec::new(),
            failure: None,
            next: None,
            length: None,
            map_run: None,
            failed_within: None,
            opened: None,
            has_exited: false,
            waits: known.is_some_and(|known| known.waits_for_token),
        });
        (Place::In(visit), Some(visit))
    }

    /// Branches or iterations begin, for the first time or again.
    fn open(
        &mut self,
        event: &HistoryEvent,
        from: Place,
        of: StateType,
        length: Option<u64>,
    ) -> (Place, Option<VisitId>) {
        let Some(visit) = self.around(from, |state_type| state_type == of) else { return (from, None) };
        self.touch(visit, event.id);
        self.stop_within(visit, None, event.timestamp);
        let opened = &mut self.visits[visit];
        (opened.opened, opened.failure, opened.failed_within) = (Some(event.id), None, None);
        opened.length = length.or(opened.length);
        opened.attempts.push(Attempt::begun(event.timestamp, event.id));
        (Place::In(visit), Some(visit))
    }

    fn fail_around(&mut self, event: &HistoryEvent, from: Place, of: StateType) -> (Place, Option<VisitId>) {
        let Some(visit) = self.around(from, |state_type| state_type == of) else { return (from, None) };
        let at = event.timestamp;
        let leaf = self.deepest(from).filter(|leaf| *leaf != visit);
        // Of a Map Run it has failed by itself.
        let failure = self.visits[leaf.unwrap_or(visit)].failure.clone().unwrap_or_default();
        self.stop_within(visit, leaf, at);
        self.touch(visit, event.id);
        let failed = &mut self.visits[visit];
        (failed.failure, failed.failed_within) = (Some(failure.clone()), leaf);
        if let Some(attempt) = failed.attempts.last_mut() {
            (attempt.ended_at, attempt.failure, attempt.events.1) = (Some(at), Some(failure), event.id);
        }
        (Place::In(visit), Some(visit))
    }

    fn close(&mut self, run: Run, from: Place, failure: Failure, at: Timestamp) -> (Place, Option<VisitId>) {
        self.run = run;
        let leaf = self.deepest(from);
        match run {
            Run::Running | Run::Succeeded => {}
            Run::Failed => {
                self.failed_in = leaf;
                for visit in self.upwards(leaf) {
                    let of = self.visits[visit].failure.clone().or_else(|| Some(failure.clone()));
                    self.visits[visit].failure = of;
                    self.end(visit, VisitStatus::Failed, at);
                }
            }
            Run::TimedOut => {
                let open = || (0..self.visits.len()).filter(|visit| self.visits[*visit].ended.is_none());
                let around: HashSet<VisitId> = open().filter_map(|visit| self.parent(visit)).collect();
                self.failed_in = open().find(|visit| !around.contains(visit));
            }
            Run::Aborted => {}
        }
        let status = if run == Run::TimedOut { VisitStatus::TimedOut } else { VisitStatus::Aborted };
        for visit in 0..self.visits.len() {
            self.end(visit, status, at);
        }
        for lane in 1..self.lanes.len() {
            self.end_lane(lane, status, at);
        }
        if !matches!(run, Run::Succeeded) {
            self.failure = Some(failure);
        }
        (from, None)
    }

    /// Ends what is open in a Parallel or Map visit: on the way to `leaf` it failed, everything else was stopped.
    fn stop_within(&mut self, around: VisitId, leaf: Option<VisitId>, at: Timestamp) {
        let failure = leaf.and_then(|leaf| self.visits[leaf].failure.clone());
        let way: Vec<VisitId> = self.upwards(leaf).into_iter().take_while(|visit| *visit != around).collect();
        for visit in way {
            let of = self.visits[visit].failure.clone().or_else(|| failure.clone());
            self.visits[visit].failure = of;
            self.end(visit, VisitStatus::Failed, at);
            let lane = self.visits[visit].lane;
            self.end_lane(lane, VisitStatus::Failed, at);
        }
        // What began after it: everything inside is among that.
        let is_inside = |story: &Story, lane: LaneId| {
            std::iter::successors(story.lanes[lane].parent, |visit| story.parent(*visit)).any(|visit| visit == around)
        };
        let inside: HashSet<LaneId> = (1..self.lanes.len())
            .rev()
            .take_while(|lane| self.lanes[*lane].first_event > self.visits[around].first_event)
            .filter(|lane| self.lanes[*lane].ended.is_none() && is_inside(self, *lane))
            .collect();
        for visit in around + 1..self.visits.len() {
            if self.visits[visit].ended.is_none() && inside.contains(&self.visits[visit].lane) {
                self.end(visit, VisitStatus::Aborted, at);
            }
        }
        for lane in inside {
            self.end_lane(lane, VisitStatus::Aborted, at);
        }
    }

    fn end(&mut self, visit: VisitId, status: VisitStatus, at: Timestamp) {
        let visit = &mut self.visits[visit];
        if visit.ended.is_some() {
            return;
        }
        (visit.ended, visit.exited_at) = (Some(status), Some(at));
        if let Some(attempt) = visit.attempts.last_mut().filter(|attempt| attempt.ended_at.is_none()) {
            attempt.ended_at = Some(at);
        }
    }

    fn end_lane(&mut self, lane: LaneId, status: VisitStatus, at: Timestamp) {
        let lane = &mut self.lanes[lane];
        if lane.ended.is_none() && lane.parent.is_some() {
            (lane.ended, lane.ended_at) = (Some(status), Some(at));
        }
    }

    /// An event goes on in a visit.
    fn touch(&mut self, visit: VisitId, event: u64) {
        self.visits[visit].last_event = event;
        self.touch_open(visit);
    }

    /// A visit that ended without an exit goes on, and so does everything around it.
    fn touch_open(&mut self, visit: VisitId) {
        for visit in self.upwards(Some(visit)) {
            self.reopen(visit);
            let lane = self.visits[visit].lane;
            if self.lanes[lane].parent.is_some() {
                (self.lanes[lane].ended, self.lanes[lane].ended_at) = (None, None);
            }
        }
    }

    fn reopen(&mut self, visit: VisitId) {
        let visit = &mut self.visits[visit];
        if !visit.has_exited {
            (visit.ended, visit.exited_at) = (None, None);
        }
    }

    fn begin_lane(
        &mut self,
        parent: Option<VisitId>,
        index: u64,
        event: &HistoryEvent,
        scope: Option<usize>,
    ) -> LaneId {
        self.lanes.push(Lane::new(parent, index, event.timestamp, event.id, scope));
        self.lanes.len() - 1
    }

    /// The scope in a visit's state that has a state of this name, or the only one.
    fn inner_scope(&self, outline: &Outline, visit: VisitId, name: Option<&str>) -> Option<(usize, usize)> {
        let of = &self.visits[visit];
        let state = outline.state(self.lanes[of.lane].scope, &of.name)?;
        match name {
            Some(name) => outline.inner_with(state, name),
            None => state.inner.first().map(|scope| (0, *scope)),
        }
    }

    /// The visit a chain is in.
    fn deepest(&self, from: Place) -> Option<VisitId> {
        match from {
            Place::In(visit) => Some(visit),
            Place::Lane(lane) => self.lanes[lane].parent,
        }
    }

    /// A visit and those around it.
    fn upwards(&self, visit: Option<VisitId>) -> Vec<VisitId> {
        std::iter::successors(visit, |visit| self.parent(*visit)).collect()
    }

    /// The Parallel or Map visit that a chain is of, or in.
    fn around(&self, from: Place, is_wanted: impl Fn(StateType) -> bool) -> Option<VisitId> {
        let is_around = |visit: &VisitId| {
            let state_type = self.visits[*visit].state_type;
            matches!(state_type, StateType::Parallel | StateType::Map) && is_wanted(state_type)
        };
        let found = |from| self.upwards(self.deepest(from)).into_iter();
        // One that has failed already has another around it that fails with it.
        let going = found(from).filter(is_around).find(|visit| self.visits[*visit].failed_within.is_none());
        going.or_else(|| found(from).find(is_around))
    }

    /// The visit of this name that a chain is of or in, or else the last open one.
    fn named(&self, from: Place, name: &str) -> Option<VisitId> {
        let is_it = |visit: &VisitId| *self.visits[*visit].name == *name;
        let around = self.upwards(self.deepest(from)).into_iter().find(is_it);
        around.or_else(|| (0..self.visits.len()).rev().find(|visit| is_it(visit) && !self.visits[*visit].has_exited))
    }

    /// The lane of an iteration that a chain is in, or else the last one of this index.
    fn iteration(&self, from: Place, map: &str, index: u64) -> Option<LaneId> {
        let start = match from {
            Place::Lane(lane) => lane,
            Place::In(visit) => self.visits[visit].lane,
        };
        let is_it = |lane: &LaneId| {
            let lane = &self.lanes[*lane];
            lane.index == index && lane.parent.is_some_and(|parent| *self.visits[parent].name == *map)
        };
        let up = |lane: &LaneId| self.lanes[*lane].parent.map(|parent| self.visits[parent].lane);
        let around = std::iter::successors(Some(start), up).find(is_it);
        around.or_else(|| (1..self.lanes.len()).rev().find(is_it))
    }
}

impl Default for Story {
    fn default() -> Story {
        Story::new()
    }
}

impl Failure {
    fn new(error: &Option<Arc<str>>, cause: &Option<Arc<str>>, event: u64) -> Failure {
        Failure { error: error.clone(), cause: cause.clone(), location: None, event }
    }
}

impl Attempt {
    fn begun(at: Timestamp, event: u64) -> Attempt {
        Attempt { scheduled_at: at, started_at: Some(at), ended_at: None, failure: None, events: (event, event) }
    }
}

impl Lane {
    fn new(parent: Option<VisitId>, index: u64, at: Timestamp, event: u64, scope: Option<usize>) -> Lane {
        Lane {
            parent,
            index,
            began_at: at,
            ended_at: None,
            ended: None,
            visits: 0,
            first_event: event,
            scope,
            assigned: Vec::new(),
        }
    }
}

fn failure_of(details: &Details, event: u64) -> Option<Failure> {
    match details {
        Details::TaskFailed { error, cause, .. }
        | Details::TaskTimedOut { error, cause, .. }
        | Details::LambdaFunctionFailed { error, cause }
        | Details::LambdaFunctionTimedOut { error, cause }
        | Details::ActivityFailed { error, cause }
        | Details::ActivityTimedOut { error, cause } => Some(Failure::new(error, cause, event)),
        _ => None,
    }
}
