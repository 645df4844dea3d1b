//! Tasks that were open when the partition was opened: they are performed again, a few at a time, beside everything else.

use crate::keys::{self, ExecutionKey, TaskRow};
use interpreter::{TaskId, Timestamp};
use std::collections::HashSet;
use store::{Bytes, PartitionId, Range, Store, StoreError, Table};

/// Rows read in one go.
const STRETCH: usize = 128;

/// How far the open tasks of one partition have been gone through.
pub(crate) struct Backlog {
    table: Table,
    after: Option<Bytes>,
    /// What this process dispatches itself since the partition was opened: its rows may be met.
    dispatched: HashSet<(ExecutionKey, TaskId)>,
    /// Tasks performed again so far.
    pub performed: u64,
    pub since: Timestamp,
}

impl Backlog {
    pub fn new(since: Timestamp) -> Backlog {
        Backlog { table: keys::TASKS, after: None, dispatched: HashSet::new(), performed: 0, since }
    }

    /// A task is dispatched when its row, which is about to be written, is durable.
    pub fn dispatched(&mut self, key: &ExecutionKey, task: TaskId) {
        self.dispatched.insert((key.clone(), task));
    }

    /// The next open tasks that nobody has dispatched yet; none if all have been gone through.
    pub async fn next(
        &mut self,
        store: &dyn Store,
        partition: PartitionId,
    ) -> Result<Option<Vec<(ExecutionKey, TaskId, TaskRow)>>, StoreError> {
        let range = Range::all(self.table).limit(STRETCH);
        let range = match &self.after {
            Some(after) => range.after(after.clone()),
            None => range,
        };
        let rows = store.scan(partition, range).await?;
        let Some((last, _)) = rows.last() else {
            if self.table == keys::TASKS {
                (self.table, self.after) = (keys::ABANDONED_JOBS, None);
                return Ok(Some(Vec::new()));
            }
            return Ok(None);
        };
        self.after = Some(last.clone());
        let mut open = Vec::new();
        for (key, row) in rows {
            let read =
                keys::split(&key, 16).and_then(|(execution, suffix)| Some((execution, keys::read_task(&suffix)?)));
            let task = || match self.table {
                keys::TASKS => TaskRow::read(&row),
                _ => keys::read_job(&row).map(|job| TaskRow::AbandonedJob(Box::new(job))),
            };
            match read.and_then(|(execution, id)| Some(((execution, id), task()?))) {
                Some((task, TaskRow::Performer | TaskRow::Worker { .. })) if self.dispatched.contains(&task) => {}
                Some(((execution, task), row)) => open.push((execution, task, row)),
                None => tracing::error!(
                    partition = partition.0, key = %key.escape_ascii(), code = store::Trouble::DamagedExecution.code(),
                    "a task is left alone, its row cannot be read; `stepwell check` finds everything that is damaged"
                ),
            }
        }
        Ok(Some(open))
    }
}
