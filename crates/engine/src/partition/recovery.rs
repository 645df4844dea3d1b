//! What a partition finds when it is opened: steps to go on with, tasks to perform again. Timers are read as their time comes (`timers`).
//!
//! Nothing here depends on how many executions wait: open tasks are read and performed again page by page, between other inputs.

use super::driver::Partition;
use crate::keys::{self, ExecutionKey, TaskRow};
use crate::tasks;
use store::{Bytes, Range, StoreError, Table};

/// Rows read in one go.
const SCAN_ROWS: usize = 4096;
/// Tasks performed again in one turn.
const TASKS_PER_TURN: usize = 128;

/// How far the tasks that were open when the partition was opened have been performed again.
#[derive(Debug, Default)]
pub(crate) struct OpenTasks {
    /// What has not been looked at; `None` once all have been.
    rest: Option<Range>,
    count: usize,
}

impl OpenTasks {
    fn all() -> OpenTasks {
        OpenTasks { rest: Some(Range::all(keys::TASKS).limit(TASKS_PER_TURN)), count: 0 }
    }

    /// Whether there are any left.
    pub fn are_left(&self) -> bool {
        self.rest.is_some()
    }
}

/// Takes the partition over and finds what was left open. Executions are read when something happens to them.
pub(super) async fn recover(partition: &mut Partition) -> Result<(), StoreError> {
    partition.forget();
    partition.epoch = partition.shared.store.open_partition(partition.id).await?;
    for (key, _) in scan(partition, keys::UNFINISHED).await? {
        partition.unfinished.push(ExecutionKey(key));
    }
    partition.refill_timers().await?;
    partition.open_tasks = OpenTasks::all();
    Ok(())
}

/// Performs some of the tasks again that had not ended; with the same identity, so that a repeat can be recognised.
pub(super) async fn redispatch_some(partition: &mut Partition) -> Result<(), StoreError> {
    let Some(range) = partition.open_tasks.rest.clone() else { return Ok(()) };
    let rows = partition.shared.store.scan(partition.id, range.clone()).await?;
    for (row_key, row) in &rows {
        redispatch(partition, row_key, row).await?;
    }
    let open = &mut partition.open_tasks;
    open.count += rows.len();
    open.rest = rows.into_iter().next_back().map(|(last, _)| range.after(last));
    if open.rest.is_none() && open.count > 0 {
        tracing::info!(partition = partition.id.0, tasks = open.count, "tasks that were open go on");
    }
    Ok(())
}

/// A task may have been dispatched or have ended since the partition was opened: then this does nothing.
async fn redispatch(partition: &mut Partition, row_key: &Bytes, row: &[u8]) -> Result<(), StoreError> {
    let task = keys::split(row_key, 16)
        .and_then(|(execution, suffix)| Some((execution, keys::read_task(&suffix)?)))
        .zip(TaskRow::read(row));
    let Some(((execution, task), row)) = task else {
        return Err(StoreError::Corrupt {
            what: "a malformed task row".to_owned(),
            place: format!("partition {}, key '{}'", partition.id.0, row_key.escape_ascii()),
        });
    };
    match row {
        TaskRow::Worker { activity_arn } => tasks::offer(&partition.shared, &activity_arn, execution, task),
        TaskRow::Performer => {
            partition.load(&execution).await?;
            partition.dispatch(&execution, task);
        }
    }
    Ok(())
}

async fn scan(partition: &mut Partition, table: Table) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
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
