//! The root cause of an execution that did not succeed: the visit that failed first, deep down, and its last attempt.

use crate::story::{Failure, Run, Story, VisitId};

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
    /// Why the execution failed or timed out; nothing for any other.
    pub fn root_cause(&self) -> Option<RootCause> {
        if !matches!(self.run(), Run::Failed | Run::TimedOut) {
            return None;
        }
        let own = self.failure.clone().unwrap_or_default();
        let within = |visit: &VisitId| self.visits()[*visit].failed_within;
        let leaf = std::iter::successors(self.failed_in, within).last();
        let Some(leaf) = leaf else {
            return Some(RootCause { visit: None, iterations: Vec::new(), attempt: 0, failure: own });
        };
        let visit = &self.visits()[leaf];
        let failure = visit.failure.clone().filter(|failure| failure.error.is_some()).unwrap_or(own);
        Some(RootCause { visit: Some(leaf), iterations: self.iterations(leaf), attempt: visit.attempts.len(), failure })
    }
}
