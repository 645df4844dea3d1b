//! What a partition finds when it is opened: timers to arm, tasks to perform again, steps to go on with.

use super::driver::Partition;
use crate::keys::{self, ExecutionKey};
use interpreter::TaskId;
use store::{Range, StoreError, Table};

/// Rows read in one go.
const SCAN_ROWS: usize = 4096;

/// Takes the partition over and puts back what was left open. Executions are read when something happens to them.
pub(super) async fn recover(partition: &mut Partition) -> Result<(), StoreError> {
    partition.forget();
    partition.epoch = partition.shared.store.open_partition(partition.id).await?;
    for (key, value) in scan(partition, keys::TIMERS).await? {
        let (execution, timer) = keys::read_timer(&key, &value).ok_or_else(|| malformed(partition, "timer", &key))?;
        partition.timers.insert((timer, execution));
    }
    for (key, _) in scan(partition, keys::UNFINISHED).await? {
        let key = ExecutionKey(key);
        partition.load(&key).await?;
        if let Some(resident) = partition.residents.get_mut(&key) {
            resident.marked_unfinished = true;
            partition.unfinished.push_back(key);
        }
    }
    let tasks = scan(partition, keys::TASKS).await?;
    let (timers, open_tasks) = (partition.timers.len(), tasks.len());
    for (key, _) in tasks {
        let (execution, task) = keys::split(&key, 16)
            .and_then(|(execution, suffix)| Some((execution, keys::read_task(&suffix)?)))
            .ok_or_else(|| malformed(partition, "task", &key))?;
        redispatch(partition, execution, task).await?;
    }
    if timers + open_tasks > 0 {
        tracing::info!(partition = partition.id.0, timers, tasks = open_tasks, "picked up where the last run ended");
    }
    Ok(())
}

/// Performs a task again that had not ended; with the same identity, so that a repeat can be recognised.
async fn redispatch(partition: &mut Partition, key: ExecutionKey, task: TaskId) -> Result<(), StoreError> {
    partition.load(&key).await?;
    partition.dispatch(key, task);
    Ok(())
}

async fn scan(partition: &mut Partition, table: Table) -> Result<Vec<(store::Bytes, store::Bytes)>, StoreError> {
    let (store, id) = (partition.shared.store.clone(), partition.id);
    let mut all = Vec::new();
    let mut range = Range::all(table).limit(SCAN_ROWS);
    loop {
        let rows = store.scan(id, range.clone()).await?;
        let Some((last, _)) = rows.last() else { return Ok(all) };
        range = range.after(last.clone());
        all.extend(rows);
    }
}

fn malformed(partition: &Partition, what: &str, key: &[u8]) -> StoreError {
    StoreError::Corrupt {
        what: format!("a malformed {what} row"),
        place: format!("partition {}, key '{}'", partition.id.0, key.escape_ascii()),
    }
}
