//! The embedded store with a stopwatch: how long each commit took, from the call until it is durable and visible.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Batch, Bytes, CommitFuture, Epoch, PartitionId, Range, ReadFuture, Store, Table};
use store_embedded::Embedded;

pub(crate) struct TimedStore {
    pub(crate) store: Embedded,
    commits: Arc<Mutex<Vec<Duration>>>,
}

impl TimedStore {
    pub(crate) fn new(store: Embedded) -> TimedStore {
        TimedStore { store, commits: Arc::default() }
    }

    /// The times since the last call.
    pub(crate) fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.commits.lock().expect("nothing panics while holding the lock"))
    }
}

impl Store for TimedStore {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        self.store.open_partition(partition)
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        let (begun, commits) = (Instant::now(), self.commits.clone());
        let commit = self.store.commit(batch);
        Box::pin(async move {
            let result = commit.await;
            commits.lock().expect("nothing panics while holding the lock").push(begun.elapsed());
            result
        })
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        self.store.get(partition, table, key)
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        self.store.scan(partition, range)
    }

    fn close(&self) -> CommitFuture {
        self.store.close()
    }
}
