//! A history told as the visits of states it is made of: who entered what, within which iteration or branch, how often it was tried, how it
//! ended, and which visit is the root cause of a failure. A pure fold over events in order; a definition gives the places of states, and all
//! but those is told without one.
//!
//! Reading order: [`Outline`] (the definition), [`Story`], `fold` (how an event changes it), `moment` (how things stand), `cause`.

mod cause;
mod fold;
mod moment;
mod outline;
mod story;

pub use cause::RootCause;
pub use moment::{Items, Moment, StateMoment};
pub use outline::Outline;
pub use story::{Attempt, Failure, Lane, LaneId, Run, Story, Visit, VisitId, VisitStatus};
