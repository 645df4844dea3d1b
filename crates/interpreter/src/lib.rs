//! One execution's next step, as a pure function: [`step`].
//!
//! Nothing here waits, reads a clock or draws its own randomness: time is an argument, random numbers come from a seed that is part of the
//! execution, and what must be done outside is returned as [`Effect`]s.
//!
//! Reading order: [`step`], [`Command`], [`Effect`], [`Execution`], [`Frame`], [`history`], then the private modules `states`, `data`,
//! `recovery`, `scope_end`, `redrive`. How an execution is stored is in [`rows`], how it is rebuilt from its history in [`replay`](mod@replay).

mod command;
mod context;
mod data;
mod effect;
mod execution;
mod failure;
mod frame;
pub mod history;
mod map_run;
mod recovery;
mod redrive;
pub mod replay;
pub mod rows;
mod scope_end;
mod states;
mod step;
mod surroundings;
mod task_events;
mod test_state;
mod timestamp;
mod token;

pub use command::{Command, CommandRejected, MockedEnd, TaskId};
pub use effect::{AbandonedJob, AwaitedTask, Effect, Timer, TimerKind};
pub use execution::{Ending, Execution, ExecutionStatus, ForkedFrom, Header, OfMachine, StartedBy};
pub use frame::{Frame, FrameId, Phase, StartedJob, TaskAttempt};
pub use map_run::{Batcher, Item, MapRunChild, MapRunEnd, MapRunId, MapRunStart, Place, Plan, label};
pub use redrive::{NotRedrivable, Redrives};
pub use step::{Outcome, step};
pub use surroundings::{Activities, Settings, Surroundings};
pub use test_state::{Begun, StateTest, TestStatus, Tested, Work};
pub use timestamp::Timestamp;
pub use token::TaskToken;
