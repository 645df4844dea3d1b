//! The root cause of an execution that did not succeed: the visit that failed first, deep down, and its last attempt.
//!
//! A Fail state at the end of a Catcher's way often says the error again that led to it: then the state whose error it was is the one to look at.

use crate::story::{Failure, Run, Story, VisitId, VisitStatus};
use interpreter::history::StateType;

/// The visit that made an execution fail.
#[derive(Clone, Debug, PartialEq)]
pub struct RootCause {
    /// The visit; nothing if the execution failed outside all states.
    pub visit: Option<VisitId>,
    /// The iterations it is in, outermost first.
    pub iterations: Vec<u64>,
    /// Which attempt failed, from 1 on; 0 if its work was never begun.
    pub attempt: usize,
    /// What is known of the failure.
    pub failure: Failure,
}

impl Story {
    /// The visit before a Fail state's that was caught with the very error that the Fail state says.
    fn handed_on_by(&self, visit: VisitId) -> Option<VisitId> {
        let failed = &self.visits()[visit];
        let error = failed.failure.as_ref()?.error.as_ref().filter(|_| failed.state_type == StateType::Fail)?;
        self.visits()[..visit].iter().rposition(|before| {
            before.lane == failed.lane
                && self.status(before) == VisitStatus::Caught
                && before.failure.as_ref().is_some_and(|failure| failure.error.as_ref() == Some(error))
        })
    }

    /// Why the execution failed or timed out; nothing for any other.
    pub fn root_cause(&self) -> Option<RootCause> {
        if !matches!(self.run(), Run::Failed | Run::TimedOut) {
            return None;
        }
        let own = self.failure.clone().unwrap_or_default();
        let within = |visit: &VisitId| self.visits()[*visit].failed_within;
        let deepest = |visit: VisitId| std::iter::successors(Some(visit), within).last();
        let Some(mut leaf) = self.failed_in.and_then(deepest) else {
            return Some(RootCause { visit: None, iterations: Vec::new(), attempt: 0, failure: own });
        };
        while let Some(caught) = self.handed_on_by(leaf).and_then(deepest) {
            leaf = caught;
        }
        let visit = &self.visits()[leaf];
        let failure = visit.failure.clone().filter(|failure| failure.error.is_some()).unwrap_or(own);
        Some(RootCause { visit: Some(leaf), iterations: self.iterations(leaf), attempt: visit.attempts.len(), failure })
    }
}
