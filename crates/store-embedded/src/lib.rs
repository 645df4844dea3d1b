//! The default backend: a group-committed log in front of fjall.
//!
//! A commit waits for one thing only: the log. Its writer thread takes every batch that queued up meanwhile, writes them
//! as one checksummed group, syncs once, makes the rows visible in memory and answers. A feeder thread moves what
//! gathered in memory, coalesced and in key order, into fjall, and then drops the log that covered it. fjall's own
//! journal and memtables stay unused: the log is the one, the rows in memory are the other.
//!
//! Reading order: [`Embedded`], `writer`, `feeder`, `view`; on disk: `directory`, `log`, `segment`, `frame`, `engine`, `merge_pace`, `write_out`, `removed_tables`;
//! after a crash: `recovery`; for operators: `snapshot`, `backup`, `inspection`.
//!
//! **Invariants.** Nothing is visible or acknowledged before its group is synced. A log segment goes only after the
//! engine has synced everything in it. After a failed sync nothing is acknowledged any more by this process.

mod backup;
mod directory;
#[cfg(test)]
mod disk_faults;
mod embedded;
mod engine;
#[cfg(test)]
mod faults;
mod feeder;
mod frame;
mod inspection;
mod log;
mod merge_pace;
mod open_error;
mod options;
mod overlay;
mod progress;
mod queue;
mod recovery;
mod removed_tables;
mod retired;
mod row_key;
mod segment;
mod shared;
mod snapshot;
#[cfg(test)]
mod space;
mod statistics;
mod view;
mod write_out;
mod writer;

pub use backup::{BackupSummary, restore, verify_backup};
pub use embedded::Embedded;
pub use inspection::{CutLog, Inspection, cut_log};
pub use open_error::OpenError;
pub use options::Options;
pub use statistics::Statistics;
