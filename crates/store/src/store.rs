//! The contract between the engine and whatever keeps its rows.

use std::pin::Pin;

use crate::{Batch, Bytes, Epoch, PartitionId, Range, StoreError, Table};

/// Resolves once a commit is durable and visible, or was refused.
pub type CommitFuture = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// Resolves to what was read.
pub type ReadFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Ordered, partitioned, durable rows.
///
/// * Rows are per (partition, table): the same key in another partition or table is another row.
/// * A batch is atomic: after a crash, and to any reader, all of it is there or nothing.
/// * Reads see exactly what is durable: never a commit whose future could still fail, always one whose future resolved.
/// * One scan is a consistent picture; two reads may see different states.
pub trait Store: Send + Sync + 'static {
    /// Takes the partition over: raises its epoch durably and returns it. When this resolves, no commit under an older
    /// epoch can succeed any more, and every one that did is visible.
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch>;

    /// Enqueues the batch at the call, so the order of calls is the order of application within a partition; the future
    /// resolves once it is durable *and* visible to reads. Not polling or dropping the future does not cancel the commit.
    ///
    /// If a batch is refused as [`Unavailable`](StoreError::Unavailable), so is every later one of the partition under the
    /// same epoch, because it may build on the one that is missing. Opening the partition again makes a new beginning.
    fn commit(&self, batch: Batch) -> CommitFuture;

    /// The value of one row, if it exists.
    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>>;

    /// The rows of a range, in the range's direction, up to its limit. Costs what it returns, not what the range spans.
    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>>;

    /// Stops accepting, finishes what is queued, releases locks. Every later operation is
    /// [`Unavailable`](StoreError::Unavailable); closing again is no error.
    fn close(&self) -> CommitFuture;
}
