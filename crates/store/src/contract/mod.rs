//! The suite every backend passes. A backend's test calls [`check_all`] with a function that opens the same storage
//! each time it is called; the suite closes it and opens it again to see what was kept.
//!
//! Checks panic with what they expected. They use partitions of their own, so they share one storage. They ask nothing
//! of the async runtime that polls them.

mod commits;
mod epochs;
mod lifecycle;
mod ranges;
mod values;

use std::sync::Arc;

use crate::{Batch, Bytes, Epoch, PartitionId, Range, Store, StoreError, Table, Write};

/// Runs every check on the storage that `open` opens. `open` is only called again once the handle it gave is closed.
///
/// # Panics
/// If the backend breaks the contract.
pub async fn check_all(open: impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    epochs::first_opening_gives_one_and_each_next_is_higher(&*store).await;
    epochs::other_epochs_are_fenced_and_change_nothing(&*store).await;
    epochs::partitions_are_fenced_apart(&*store).await;
    commits::a_batch_is_visible_once_its_future_resolves(&*store).await;
    commits::later_writes_win_within_a_batch_and_across_batches(&*store).await;
    commits::an_unpolled_commit_happens(&*store).await;
    commits::calls_apply_in_order(&*store).await;
    commits::readers_never_see_half_a_batch(&store).await;
    commits::many_committers_lose_nothing(&store).await;
    ranges::bounds_directions_and_limits(&*store).await;
    ranges::prefixes(&*store).await;
    ranges::tables_and_partitions_do_not_meet(&*store).await;
    ranges::pages_meet_without_gap_or_overlap(&*store).await;
    values::any_bytes_are_kept(&*store).await;
    values::ten_megabytes_are_kept(&*store).await;
    values::too_long_a_key_is_refused(&*store).await;
    lifecycle::a_closed_store_refuses(store).await;
    lifecycle::reopening_keeps_everything(&open).await;
    lifecycle::deleted_rows_stay_deleted(&open).await;
    lifecycle::epochs_outlive_the_process(&open).await;
    lifecycle::close_finishes_what_is_queued(&open).await;
}

const TABLE: Table = Table(7);

/// An opened partition, with the words the checks are written in.
struct Owner<'a> {
    store: &'a dyn Store,
    partition: PartitionId,
    epoch: Epoch,
}

impl<'a> Owner<'a> {
    async fn open(store: &'a dyn Store, partition: u32) -> Owner<'a> {
        let partition = PartitionId(partition);
        let epoch = store.open_partition(partition).await.expect("a partition opens");
        Owner { store, partition, epoch }
    }

    fn batch(&self, writes: Vec<Write>) -> Batch {
        Batch { partition: self.partition, epoch: self.epoch, writes }
    }

    async fn commit(&self, writes: Vec<Write>) {
        self.store.commit(self.batch(writes)).await.expect("the owner's batch commits");
    }

    async fn get(&self, key: &[u8]) -> Option<Bytes> {
        self.store.get(self.partition, TABLE, key).await.expect("a row can be read")
    }

    async fn scan(&self, range: Range) -> Vec<(Bytes, Bytes)> {
        self.store.scan(self.partition, range).await.expect("a range can be read")
    }

    /// Keys of a range as text.
    async fn keys(&self, range: Range) -> Vec<String> {
        self.scan(range).await.into_iter().map(|(key, _)| String::from_utf8_lossy(&key).into_owned()).collect()
    }
}

fn put(key: &str, value: &str) -> Write {
    Write::put(TABLE, key.to_owned(), value.to_owned())
}

fn delete(key: &str) -> Write {
    Write::delete(TABLE, key.to_owned())
}

fn is_fenced(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Fenced { .. }))
}
