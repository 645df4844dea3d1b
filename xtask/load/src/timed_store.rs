//! The embedded store with a stopwatch and scales: how long each commit took, from the call until it is durable and visible, and what the
//! rows of each kind weigh before anything is compressed. It keeps the first batches, to be committed once more without an engine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Batch, Bytes, CommitFuture, Epoch, PartitionId, Range, ReadFuture, Store, Table};
use store_embedded::Embedded;

pub(crate) struct TimedStore {
    pub(crate) store: Embedded,
    commits: Arc<Mutex<Vec<Duration>>>,
    rows: Mutex<BTreeMap<Table, Rows>>,
    sample: Mutex<Sample>,
}

/// The first batches of a load.
#[derive(Default)]
struct Sample {
    batches: Vec<Batch>,
    bytes: usize,
}

/// So much of them is kept.
const SAMPLE_BYTES: usize = 32 * 1024 * 1024;

/// Rows of one table.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rows {
    /// Written or removed.
    pub(crate) count: u64,
    /// Their keys and values.
    pub(crate) bytes: u64,
}

impl TimedStore {
    pub(crate) fn new(store: Embedded) -> TimedStore {
        TimedStore { store, commits: Arc::default(), rows: Mutex::default(), sample: Mutex::default() }
    }

    /// The times since the last call.
    pub(crate) fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.commits.lock().expect("nothing panics while holding the lock"))
    }

    /// The rows since the last call.
    pub(crate) fn take_rows(&self) -> BTreeMap<Table, Rows> {
        std::mem::take(&mut *self.rows.lock().expect("nothing panics while holding the lock"))
    }

    /// The first batches since the last call.
    pub(crate) fn take_sample(&self) -> Vec<Batch> {
        std::mem::take(&mut *self.sample.lock().expect("nothing panics while holding the lock")).batches
    }

    fn weigh(&self, batch: &Batch) {
        let mut sample = self.sample.lock().expect("nothing panics while holding the lock");
        if sample.bytes < SAMPLE_BYTES {
            sample.bytes += batch.size_bytes();
            sample.batches.push(batch.clone());
        }
        drop(sample);

        let mut rows = self.rows.lock().expect("nothing panics while holding the lock");
        for write in &batch.writes {
            let rows = rows.entry(write.table()).or_default();
            rows.count += 1;
            rows.bytes += (write.key().len() + write.value().map_or(0, Bytes::len)) as u64;
        }
    }
}

impl Store for TimedStore {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        self.store.open_partition(partition)
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        self.weigh(&batch);
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
