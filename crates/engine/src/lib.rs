//! Executions kept alive and durable: partitions, timers, dispatch of tasks, and the operations of the API on top.
//!
//! Reading order: [`Engine`], `operations`, `partition`, `express`, `tasks`, `map_runs`, `activities`, `keys`; `looks` is what consoles see; [`registry`] holds what exists besides
//! executions; [`check`] tells whether what is stored fits together.
//! Everything below the operations takes time and randomness from an [`Environment`].

mod activities;
mod caught;
pub mod check;
mod engine;
mod environment;
mod express;
mod hash;
mod histories;
mod keys;
mod logs;
mod looks;
mod map_runs;
pub mod metrics;
mod nested;
mod observe;
mod operations;
mod outbox;
mod partition;
pub mod registry;
mod room;
mod status_changes;
mod tasks;
mod texts;
mod traces;
mod watch;

pub use engine::{Dropped, Engine, Options};
pub(crate) use engine::{damaged, read_failed, unavailable};
pub use environment::{Environment, SystemEnvironment};
pub use express::{ExpressExecution, ExpressHistory, ExpressKind, ExpressOptions, ExpressQuery, Recent};
pub use interpreter::history::{EVENTS_MAX, HistoryEvent, HistoryEventDetails, StateType};
pub use interpreter::{ForkedFrom, Settings, Timestamp, Work};
pub use keys::table_name;
pub use looks::{
    AtActivity, COUNT_MAX, ExecutionsPage, ExecutionsQuery, ListedExecution, ListedMachine, Look, Revisit, Revisited,
    StatusCounts, TaskPlace, TasksPage, TasksQuery, WaitingTask,
};
pub use map_runs::MapRunOptions;
pub use observe::{ScheduledInvocations, earliest_timer, nothing_is_left};
pub use operations::{ForkRefused, ForkRequest};
pub use outbox::{Address, Line, Lines, Lost, Sink};
pub use partition::{ResidentLimits, Retention};
pub use watch::ExecutionEvents;
