//! Tasks that waited for somebody outside under a release that had no list of them (format 5 and before): they are listed in the background,
//! a few executions at a time, once; a mark says that it is done.
//!
//! Running executions are found by their index: a look for each machine, and the rows of those that run.

use crate::keys::{self, ExecutionKey, IndexRow, index_prefix};
use std::ops::Bound;
use store::{Bytes, PartitionId, Range, Store, StoreError};

/// Executions seen to in one go, and looks for them.
const EXECUTIONS: usize = 32;
const LOOKS: usize = 64;
/// The number of executions that run.
const RUNNING: u8 = 0;

/// How far the running executions of one partition have been gone through.
pub(crate) struct Relisting(Bound<Bytes>);

impl Relisting {
    /// From the beginning; nothing if it was done before.
    pub async fn new(store: &dyn Store, partition: PartitionId) -> Result<Option<Relisting>, StoreError> {
        let mark = store.get(partition, keys::MARKS, keys::AWAITED_LISTED).await?;
        Ok(mark.is_none().then_some(Relisting(Bound::Unbounded)))
    }

    /// Some of the next executions that run; nothing if all have been gone through.
    pub async fn next(
        &mut self,
        store: &dyn Store,
        partition: PartitionId,
    ) -> Result<Option<Vec<ExecutionKey>>, StoreError> {
        for _ in 0..LOOKS {
            let next = Range::between(keys::INDEX, self.0.clone(), Bound::Unbounded).limit(1);
            let Some((key, _)) = store.scan(partition, next).await?.into_iter().next() else { return Ok(None) };
            let indexed = key.split(|byte| *byte == 0).next().unwrap_or_default();
            let indexed = String::from_utf8_lossy(indexed).into_owned();
            // Rows by version, alias or Map Run are further rows of the same executions.
            if key.get(indexed.len() + 1) != Some(&RUNNING) || indexed.contains(':') {
                self.0 = Bound::Included([indexed.as_bytes(), &[1]].concat().into());
                continue;
            }
            let mut running = Range::prefix(keys::INDEX, index_prefix(&indexed, RUNNING)).limit(EXECUTIONS);
            running.start = Bound::Included(key);
            let rows = store.scan(partition, running).await?;
            if let Some((last, _)) = rows.last() {
                self.0 = Bound::Excluded(last.clone());
            }
            let read = rows.iter().filter_map(|(key, row)| IndexRow::read(&indexed, key, row));
            return Ok(Some(read.map(|row| ExecutionKey::new(&indexed, &row.name)).collect()));
        }
        Ok(Some(Vec::new()))
    }
}
