//! Rows that no execution accounts for.

use super::execution::{awaited, index_keys, name, open_tasks, timers, variables};
use super::{Checker, Expected, PAGE};
use crate::keys::{self, ClosedRow, ExecutionKey};
use crate::partition::{Stored, load_whole};
use interpreter::Execution;
use interpreter::rows::TextId;
use store::{Bytes, PartitionId, Range, StoreError, Table};

impl Checker<'_> {
    /// Every row that is expected has been found; if a table has more than those, the others are looked for.
    pub(super) async fn strays(&mut self, partition: PartitionId, expected: &Expected) -> Result<(), StoreError> {
        let tables: [(Table, &'static str, u64); 10] = [
            (keys::STATES, "state", expected.states),
            (keys::FRAME_BASES, "frame", expected.frames),
            (keys::FRAME_PROGRESSES, "frame", expected.frames),
            (keys::VARIABLES, "variable", expected.variables),
            (keys::INDEX, "index", expected.index),
            (keys::CLOSED, "closing time", expected.closed),
            (keys::TIMERS, "timer", expected.timers),
            (keys::TASKS, "task", expected.tasks),
            (keys::AWAITED, "awaited task", expected.awaited),
            (keys::UNFINISHED, "unfinished turn", expected.unfinished),
        ];
        for (table, kind, count) in tables {
            if self.count(partition, table).await? > count {
                self.name_strays(partition, table, kind).await?;
            }
        }
        self.stray_histories(partition).await
    }

    pub(super) async fn count(&self, partition: PartitionId, table: Table) -> Result<u64, StoreError> {
        let (mut range, mut count) = (Range::all(table).limit(PAGE), 0);
        loop {
            match self.page(partition, &mut range).await?.len() {
                0 => return Ok(count),
                rows => count += rows as u64,
            }
        }
    }

    async fn name_strays(
        &mut self,
        partition: PartitionId,
        table: Table,
        kind: &'static str,
    ) -> Result<(), StoreError> {
        let mut range = Range::all(table).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for (key, value) in rows {
                let Some(of) = owner(table, &key, &value) else {
                    self.report(kind, format!("row '{}'", key.escape_ascii()), "it cannot be read");
                    continue;
                };
                let store = self.store.clone();
                let is_wanted = match load_whole(&*store, &self.registry, partition, &of).await {
                    // All of a whole execution is in its header's row.
                    Ok(Stored::Execution(resident)) if table == keys::STATES => resident.history.is_none(),
                    Ok(Stored::Execution(resident)) => is_wanted(table, &of, &key, &resident.execution),
                    Ok(Stored::Leaving) => {
                        let pieces = [keys::FRAME_BASES, keys::FRAME_PROGRESSES, keys::VARIABLES];
                        table == keys::CLOSED || table == keys::STATES || pieces.contains(&table)
                    }
                    Ok(Stored::Nothing) => false,
                    // The execution is a finding already.
                    Err(StoreError::Corrupt { .. }) => true,
                    Err(error) => return Err(error),
                };
                if !is_wanted {
                    self.report(kind, name(&of), format!("nothing accounts for the row '{}'", key.escape_ascii()));
                }
            }
        }
    }

    /// Histories and texts are found by their first row; one look for each.
    async fn stray_histories(&mut self, partition: PartitionId) -> Result<(), StoreError> {
        let tables = [
            (keys::HISTORY, "history", size_of::<u64>(), "there are events of an execution that is not there"),
            (keys::TEXTS, "text", TextId::LENGTH, "there are texts of an execution that is not there"),
        ];
        for (table, kind, suffix, problem) in tables {
            let mut range = Range::all(table).limit(1);
            while let Some((key, _)) = self.store.scan(partition, range.clone()).await?.into_iter().next() {
                let Some((execution, _)) = keys::split(&key, suffix) else {
                    self.report(kind, format!("row '{}'", key.escape_ascii()), "it cannot be read");
                    range = range.after(key);
                    continue;
                };
                if self.store.get(partition, keys::HEADERS, &execution.0).await?.is_none() {
                    self.report(kind, name(&execution), problem);
                }
                range = range.after(execution.last(suffix));
            }
        }
        Ok(())
    }
}

/// The execution a row is about.
fn owner(table: Table, key: &Bytes, value: &Bytes) -> Option<ExecutionKey> {
    match table {
        keys::STATES | keys::UNFINISHED => Some(ExecutionKey(key.clone())),
        keys::FRAME_BASES | keys::FRAME_PROGRESSES => keys::split(key, 8).map(|(execution, _)| execution),
        keys::VARIABLES => keys::read_variable(key).map(|(execution, _, _)| execution),
        keys::TASKS => keys::split(key, 16).map(|(execution, _)| execution),
        keys::AWAITED => keys::read_awaited(key).map(|(execution, _)| execution),
        keys::TIMERS => keys::read_timer(key).map(|(execution, _)| execution),
        keys::CLOSED => ClosedRow::read(key, value).map(|row| ExecutionKey::new(&row.machine, &row.name)),
        keys::INDEX => {
            // A machine, or a machine and a version or alias of it.
            let (indexed, row) = keys::IndexRow::read_any(key, value)?;
            Some(ExecutionKey::new(indexed.split(':').next()?, &row.name))
        }
        _ => None,
    }
}

fn is_wanted(table: Table, of: &ExecutionKey, key: &Bytes, execution: &Execution) -> bool {
    match table {
        keys::FRAME_BASES | keys::FRAME_PROGRESSES => execution.frames_apart().any(|frame| of.frame(frame.id) == *key),
        keys::VARIABLES => variables(execution).any(|(frame, name)| of.variable(frame, name) == *key),
        keys::TASKS => open_tasks(execution).into_iter().any(|task| of.task(task) == *key),
        keys::AWAITED => awaited(execution).any(|(awaited, _)| of.awaited(&awaited) == *key),
        keys::TIMERS => timers(execution).iter().any(|timer| of.timer(timer) == *key),
        keys::UNFINISHED => execution.is_running() && execution.is_unfinished(),
        keys::CLOSED => execution.stop_time.is_some_and(|stop| of.closed(stop) == *key),
        keys::INDEX => index_keys(of, execution).contains(key),
        _ => true,
    }
}
