//! The storage contract, its memory backend and the suite every backend passes.
//!
//! The contract is small enough for many engines: open a partition (which fences its former owner), commit an atomic
//! batch under that ownership, read one row, read rows in order. Nothing here knows what a row means; the engine gives
//! tables and keys their meaning. Read [`Store`] first, then [`Batch`] and [`Range`].

mod batch;
pub mod contract;
mod error;
mod memory;
mod range;
mod store;
mod trouble;

pub use batch::{Batch, Epoch, PartitionId, Table, Write};
pub use error::StoreError;
pub use memory::Memory;
pub use range::Range;
pub use store::{CommitFuture, ReadFuture, Store};
pub use trouble::Trouble;

/// Keys and values: cheap to clone, shared with whoever produced them.
pub type Bytes = bytes::Bytes;

/// Bytes a key may have at most; a batch with a longer one fails. PostgreSQL's index rows are the tightest known bound.
pub const KEY_BYTES_MAX: usize = 2048;
