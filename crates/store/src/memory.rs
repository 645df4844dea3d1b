//! The reference backend: ordered maps under one mutex. It keeps nothing beyond the process, and delays nothing: every
//! future it returns is ready. Express executions and simulations run on it.

use std::collections::{BTreeMap, HashMap};
use std::future::ready;
use std::ops::RangeBounds;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::{Batch, Bytes, CommitFuture, Epoch, PartitionId, Range, ReadFuture, Store, StoreError, Table};

/// A handle on rows held in memory.
#[derive(Default, Debug)]
pub struct Memory {
    shared: Arc<Mutex<Partitions>>,
    closed: AtomicBool,
}

type Partitions = HashMap<PartitionId, Partition>;

#[derive(Default, Debug)]
struct Partition {
    epoch: u64,
    tables: HashMap<Table, BTreeMap<Bytes, Bytes>>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Another handle on the same rows, open even if this one is closed: what a restart is to a backend on disk.
    pub fn reopen(&self) -> Memory {
        Memory { shared: Arc::clone(&self.shared), closed: AtomicBool::new(false) }
    }

    fn partitions(&self) -> Result<MutexGuard<'_, Partitions>, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::unavailable("it was closed"));
        }
        Ok(self.shared.lock().expect("nothing panics while holding the lock"))
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        let mut partitions = self.partitions()?;
        let current = partitions.get(&batch.partition).map_or(0, |partition| partition.epoch);
        if batch.epoch.0 != current || current == 0 {
            return Err(StoreError::Fenced { partition: batch.partition, given: batch.epoch, current: Epoch(current) });
        }
        let partition = partitions.entry(batch.partition).or_default();
        for write in batch.writes {
            let table = partition.tables.entry(write.table()).or_default();
            match write {
                crate::Write::Put { key, value, .. } => drop(table.insert(key, value)),
                crate::Write::Delete { key, .. } => drop(table.remove(&key)),
            }
        }
        Ok(())
    }

    fn rows(&self, partition: PartitionId, range: &Range) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let partitions = self.partitions()?;
        let table = partitions.get(&partition).and_then(|partition| partition.tables.get(&range.table));
        let Some(table) = table.filter(|_| !range.is_empty()) else { return Ok(Vec::new()) };
        let rows = table.range::<[u8], _>(borrowed(range)).map(|(key, value)| (key.clone(), value.clone()));
        Ok(if range.reverse { rows.rev().take(range.limit).collect() } else { rows.take(range.limit).collect() })
    }
}

impl Store for Memory {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        Box::pin(ready(self.partitions().map(|mut partitions| {
            let partition = partitions.entry(partition).or_default();
            partition.epoch += 1;
            Epoch(partition.epoch)
        })))
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        Box::pin(ready(self.apply(batch)))
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        Box::pin(ready(
            self.partitions().map(|partitions| partitions.get(&partition)?.tables.get(&table)?.get(key).cloned()),
        ))
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        Box::pin(ready(self.rows(partition, &range)))
    }

    fn close(&self) -> CommitFuture {
        self.closed.store(true, Ordering::Release);
        Box::pin(ready(Ok(())))
    }
}

fn borrowed(range: &Range) -> impl RangeBounds<[u8]> + '_ {
    (range.start.as_ref().map(|key| &key[..]), range.end.as_ref().map(|key| &key[..]))
}
