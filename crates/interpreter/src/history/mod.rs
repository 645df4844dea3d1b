//! The visible record of an execution: AWS's history events, by AWS's names.

mod details;
mod read;
mod shape;

pub use details::{HistoryEventDetails, StateType};
pub use read::NotAnEvent;

use crate::Timestamp;

/// One event. Ids count 1, 2, 3 … without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEvent {
    /// Position in the history.
    pub id: u64,
    /// The event that led to this one on the same chain of states; 0 where a chain begins.
    pub previous_event_id: u64,
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub details: HistoryEventDetails,
}

/// The most events one Standard execution may have (AWS quota "Maximum execution history size").
pub const EVENTS_MAX: u64 = 25_000;
