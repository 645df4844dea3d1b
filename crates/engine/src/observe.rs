//! What a store tells about the engine that works on it: for whoever stands between the two, as the simulation does.

use crate::engine::partitions;
use crate::keys;
use crate::keys::ExecutionKey;
use crate::tasks::invocation_id;
use interpreter::{Header, Timestamp};
use std::collections::HashMap;
use store::{Batch, Range, Store, StoreError, Write};

/// Knows which tasks may be performed, of what it is shown.
#[derive(Default)]
pub struct ScheduledInvocations(HashMap<ExecutionKey, Header>);

impl ScheduledInvocations {
    /// The `invocation_id`s of the tasks that a batch schedules. They may be performed once it is durable, and not before. Every batch has to be
    /// shown, in the order of their commits: an execution's header comes before its tasks, or with them.
    pub fn of(&mut self, batch: &Batch) -> Vec<String> {
        for write in &batch.writes {
            match write {
                Write::Put { table: keys::HEADERS, key, value } => {
                    let header = Header::from_row(value).ok();
                    self.0.extend(header.map(|header| (ExecutionKey(key.clone()), header)));
                }
                Write::Delete { table: keys::HEADERS, key } => drop(self.0.remove(&ExecutionKey(key.clone()))),
                _ => {}
            }
        }
        let scheduled = |write: &Write| {
            let Write::Put { table: keys::TASKS, key, .. } = write else { return None };
            let (execution, task) = keys::split(key, 16)?;
            Some(invocation_id(self.0.get(&execution)?, keys::read_task(&task)?))
        };
        batch.writes.iter().filter_map(scheduled).collect()
    }
}

/// When the earliest timer of all executions is due.
pub async fn earliest_timer(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    let mut earliest = None;
    for partition in partitions() {
        let rows = store.scan(partition, Range::all(keys::TIMERS).limit(1)).await?;
        let due = rows.first().and_then(|(key, _)| keys::read_timer(key)).map(|(_, timer)| timer.due);
        earliest = [earliest, due].into_iter().flatten().min();
    }
    Ok(earliest)
}

/// Whether nothing is left to be done for any Map Run, and no job to be stopped.
pub async fn nothing_is_left(store: &dyn Store) -> Result<bool, StoreError> {
    for partition in partitions() {
        for table in [keys::OPEN_MAP_RUNS, keys::ABANDONED_JOBS] {
            if !store.scan(partition, Range::all(table).limit(1)).await?.is_empty() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
