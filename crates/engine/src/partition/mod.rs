//! A partition: the one owner of its share of the executions.
//!
//! It drains a batch of inputs, steps them in memory, commits once, and only then lets replies and tasks out. While one batch is being
//! synced the next is being computed. If a commit fails, everything in memory is ahead of the disk: it is dropped and read again.
//!
//! Reading order: [`Input`] (what arrives), `driver` (the loop), `batch` (what a batch collects), `resident` and `residents` (executions in
//! memory), `recovery` (what is found at the start), `backlog` (tasks to be performed again), `relisting` (what an earlier release did not list), `timers`, `unfinished`, `retention` (the
//! removal of closed executions), `quarantine` (executions left alone).

mod backlog;
mod batch;
mod driver;
mod input;
mod pace;
mod quarantine;
mod recovery;
mod relisting;
mod resident;
mod residents;
mod retention;
mod timers;
mod unfinished;

pub(crate) use batch::status_number;
pub(crate) use driver::{Partition, Shared, caught_step};
pub(crate) use input::{Answer, Input, StartInput};
pub(crate) use resident::{Head, Resident, Stored, load, load_whole, read_head};
pub use residents::ResidentLimits;
pub use retention::Retention;
