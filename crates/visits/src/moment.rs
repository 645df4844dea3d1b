//! How the states stand: of each, how often it was visited and with what end.

use crate::outline::Outline;
use crate::story::{Story, VisitStatus};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How all states and ways stand.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// By place.
    pub states: BTreeMap<Arc<str>, StateMoment>,
    /// How often each way was taken, by its place.
    pub ways: BTreeMap<Arc<str>, usize>,
}

/// How one state stands.
#[derive(Clone, Debug, Default)]
pub struct StateMoment {
    /// Visits.
    pub visits: usize,
    /// By status.
    pub by_status: BTreeMap<VisitStatus, usize>,
    /// Attempts after a visit's first.
    pub retries: usize,
    /// How long the visits took that are over, in ms.
    pub took_ms: Vec<i64>,
    /// The last visit's status.
    pub last: Option<VisitStatus>,
    /// How many items the visits of a Map state have, by what has become of them.
    pub items: Items,
    /// The Map Run of the last visit.
    pub map_run: Option<Arc<str>>,
}

/// Items of a Map state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// All of them.
    pub total: u64,
    /// Those whose iterations have ended.
    pub ended: u64,
    /// Of those, the ones that failed.
    pub failed: u64,
}

impl StateMoment {
    /// The one status to show: what goes on before what went wrong, and that before the rest.
    pub fn status(&self) -> Option<VisitStatus> {
        use VisitStatus as S;
        let going =
            [S::Retrying, S::Running, S::Waiting].into_iter().find(|status| self.by_status.contains_key(status));
        let wrong = || {
            // A loop that failed once and then succeeded has succeeded; iterations side by side have not.
            let failed = [S::Failed, S::TimedOut].into_iter().find(|status| self.by_status.contains_key(status));
            failed.filter(|_| self.last != Some(S::Succeeded) || self.visits > 1)
        };
        going.or_else(wrong).or(self.last)
    }
}

impl Story {
    /// How things stand after the last event it was told.
    pub fn moment(&self, outline: &Outline) -> Moment {
        let mut moment = Moment::default();
        for visit in self.visits() {
            let status = self.status(visit);
            let state = moment.states.entry(visit.place.clone()).or_default();
            state.visits += 1;
            *state.by_status.entry(status).or_default() += 1;
            state.retries += visit.attempts.len().saturating_sub(1);
            state.took_ms.extend(visit.exited_at.map(|exited| exited.0 - visit.entered_at.0));
            state.last = Some(status);
            state.items.total += visit.length.unwrap_or(0);
            state.map_run = visit.map_run.clone();
            let lane = &self.lanes()[visit.lane];
            let Some(known) = outline.state(lane.scope, &visit.name) else { continue };
            let next = visit.next.map(|next| self.visits()[next].name.clone());
            if visit.has_exited {
                let caught = (status == VisitStatus::Caught).then(|| {
                    visit.failure.as_ref().and_then(|failure| failure.error.as_deref()).unwrap_or("States.ALL")
                });
                // Of one that was left a moment ago the next may be still to come.
                let way = known.exit(next.as_deref(), caught);
                way.into_iter().for_each(|way| *moment.ways.entry(way).or_default() += 1);
            }
        }
        // A fork did not come the way from the machine's start.
        let begins = |lane: &&crate::story::Lane| lane.visits > 0 && !(self.is_fork && lane.parent.is_none());
        for lane in self.lanes().iter().filter(begins) {
            let start = outline.start(lane.scope);
            start.into_iter().for_each(|start| *moment.ways.entry(start).or_default() += 1);
        }
        for lane in self.lanes() {
            let Some(around) = lane.parent.map(|parent| &self.visits()[parent]) else { continue };
            // What began before a redrive is done once more.
            let counts = around.length.is_some() && around.opened.is_some_and(|opened| lane.first_event > opened);
            if let Some(status) = lane.ended.filter(|_| counts)
                && let Some(state) = moment.states.get_mut(&around.place)
            {
                state.items.ended += 1;
                state.items.failed += u64::from(status != VisitStatus::Succeeded);
            }
        }
        moment
    }
}
