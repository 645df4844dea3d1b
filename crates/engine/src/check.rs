//! Whether what is stored holds together: every row can be read, every execution is what its history tells, and timers, tasks, index and
//! marks are those the executions need. Nothing is changed or repaired.

use crate::engine::{FIRST_PARTITION, PARTITIONS};
use crate::keys::{self, ExecutionKey, IndexRow};
use crate::partition::{Resident, Stored, load, status_number};
use crate::registry::{Identity, Registry};
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details};
use interpreter::rows::read_events;
use interpreter::{Settings, Timestamp, replay};
use std::fmt;
use std::sync::Arc;
use store::{Bytes, PartitionId, Range, Store, StoreError, Table};

/// Rows read in one go.
const ROWS: usize = 512;

/// The tables whose rows all belong to an execution.
const TABLES: [Table; 9] = [
    keys::STATES,
    keys::FRAME_BASES,
    keys::FRAME_PROGRESSES,
    keys::HISTORY,
    keys::INDEX,
    keys::TIMERS,
    keys::TASKS,
    keys::UNFINISHED,
    keys::CLOSED,
];

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The execution's machine and name, or the row's place where there is no execution.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)
    }
}

/// How much was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Executions.
    pub executions: u64,
    /// Their events.
    pub events: u64,
}

/// Checks everything in `store`, and hands each finding to `found`. No engine may be open over the store.
///
/// `settings` are those under which the executions ran. An error means that the store itself could not be read.
pub async fn check(
    store: Arc<dyn Store>,
    identity: Identity,
    settings: &Settings,
    found: &mut (dyn FnMut(Finding) + Send),
) -> Result<Checked, StoreError> {
    let registry = Registry::open(store.clone(), identity).await?;
    let mut checked = Checked::default();
    for number in 0..PARTITIONS {
        let partition = PartitionId(FIRST_PARTITION + number);
        let mut check = Check { store: &*store, registry: &registry, settings, partition, found, expected: Vec::new() };
        check.run(&mut checked).await?;
    }
    Ok(checked)
}

/// When the earliest timer of all executions is due.
pub async fn earliest_timer(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    let mut earliest = None;
    for number in 0..PARTITIONS {
        let rows = store.scan(PartitionId(FIRST_PARTITION + number), Range::all(keys::TIMERS).limit(1)).await?;
        let due = rows.first().and_then(|(key, value)| keys::read_timer(key, value)).map(|(_, timer)| timer.due);
        earliest = [earliest, due].into_iter().flatten().min();
    }
    Ok(earliest)
}

struct Check<'c> {
    store: &'c dyn Store,
    registry: &'c Registry,
    settings: &'c Settings,
    partition: PartitionId,
    found: &'c mut (dyn FnMut(Finding) + Send),
    /// How many rows of each table belong to executions.
    expected: Vec<(Table, u64)>,
}

impl Check<'_> {
    async fn run(&mut self, checked: &mut Checked) -> Result<(), StoreError> {
        let mut range = Range::all(keys::HEADERS).limit(ROWS);
        loop {
            let rows = self.store.scan(self.partition, range.clone()).await?;
            let Some((last, _)) = rows.last() else { break };
            range = range.after(last.clone());
            for (key, _) in rows {
                checked.executions += 1;
                checked.events += self.execution(&ExecutionKey(key)).await?;
            }
        }
        for table in TABLES {
            let expected = self.expected.iter().filter(|(of, _)| *of == table).map(|(_, count)| count).sum();
            self.count(table, expected).await?;
        }
        Ok(())
    }

    /// Checks one execution; returns how many events it has.
    async fn execution(&mut self, key: &ExecutionKey) -> Result<u64, StoreError> {
        let resident = match load(self.store, self.registry, self.partition, key).await {
            Ok(Stored::Execution(resident)) => *resident,
            Ok(Stored::Nothing) => return Ok(0),
            Ok(Stored::Leaving) => {
                self.expect(keys::STATES, 1);
                self.expect(keys::CLOSED, 1);
                self.events(key).await?;
                return Ok(0);
            }
            Err(error @ StoreError::Corrupt { .. }) => {
                self.report(key, error.to_string());
                return Ok(0);
            }
            Err(error) => return Err(error),
        };
        let events = self.events(key).await?;
        for problem in malformed(&events) {
            self.report(key, problem);
        }
        let execution = &resident.execution;
        if let Err(divergence) = replay::check(&resident.revision.definition, execution, &events, self.settings) {
            self.report(key, divergence.to_string());
        }
        self.expect(keys::STATES, 1);
        let frames = execution.frames().count() as u64;
        self.expect(keys::FRAME_BASES, frames);
        self.expect(keys::FRAME_PROGRESSES, frames);
        self.waits(key, &resident).await?;
        self.index(key, &resident).await?;
        Ok(events.len() as u64)
    }

    async fn events(&mut self, key: &ExecutionKey) -> Result<Vec<HistoryEvent>, StoreError> {
        let mut events = Vec::new();
        let mut range = Range::prefix(keys::HISTORY, key.prefix()).limit(ROWS);
        loop {
            let rows = self.store.scan(self.partition, range.clone()).await?;
            let Some((last, _)) = rows.last() else { return Ok(events) };
            range = range.after(last.clone());
            self.expect(keys::HISTORY, rows.len() as u64);
            for (row_key, row) in rows {
                match read_events(&row) {
                    Ok(chunk) => events.extend(chunk),
                    Err(corrupt) => {
                        self.report(key, format!("{corrupt} (history, key '{}')", row_key.escape_ascii()));
                    }
                }
            }
        }
    }

    /// Timers, open tasks and the mark of an unfinished turn.
    async fn waits(&mut self, key: &ExecutionKey, resident: &Resident) -> Result<(), StoreError> {
        let execution = &resident.execution;
        for timer in execution.timers() {
            self.row(key, keys::TIMERS, &key.timer(&timer), || format!("its timer {timer:?}")).await?;
        }
        for task in execution.tasks() {
            self.row(key, keys::TASKS, &key.task(task), || format!("its open task {task:?}")).await?;
        }
        if execution.is_unfinished() {
            self.row(key, keys::UNFINISHED, &key.0, || "its unfinished turn".to_owned()).await?;
        }
        Ok(())
    }

    async fn index(&mut self, key: &ExecutionKey, resident: &Resident) -> Result<(), StoreError> {
        let (header, execution) = (&resident.execution.header, &resident.execution);
        let (status, name) = (status_number(&execution.status), execution.status.name());
        let value = IndexRow::of(execution).value();
        let (version, alias) = (header.state_machine_version, header.state_machine_alias.as_ref());
        for indexed in keys::indexed_under(&header.state_machine_name, version, alias) {
            let row_key = IndexRow::key(&indexed, status, header.start_time, &header.name);
            self.row(key, keys::INDEX, &row_key, || format!("its place in the index of {indexed} as {name}")).await?;
            let row = self.store.get(self.partition, keys::INDEX, &row_key).await?;
            if row.is_some_and(|row| row != value) {
                self.report(key, format!("its row in the index of {indexed} says something else than the execution"));
            }
        }
        if let Some(stop) = execution.stop_time {
            self.row(key, keys::CLOSED, &key.closed(stop), || "its closing time".to_owned()).await?;
        }
        Ok(())
    }

    async fn row(
        &mut self,
        of: &ExecutionKey,
        table: Table,
        key: &[u8],
        what: impl FnOnce() -> String,
    ) -> Result<(), StoreError> {
        match self.store.get(self.partition, table, key).await? {
            Some(_) => self.expect(table, 1),
            None => self.report(of, format!("there is no row for {}", what())),
        }
        Ok(())
    }

    /// Every row an execution needs was found; more than those are nobody's.
    async fn count(&mut self, table: Table, expected: u64) -> Result<(), StoreError> {
        let mut count = 0;
        let mut range = Range::all(table).limit(ROWS);
        let mut last: Option<Bytes> = None;
        loop {
            let rows = self.store.scan(self.partition, range.clone()).await?;
            let Some((key, _)) = rows.last() else { break };
            (count, last) = (count + rows.len() as u64, Some(key.clone()));
            range = range.after(key.clone());
        }
        if count != expected {
            let last = last.map_or_else(String::new, |key| format!(", the last of them '{}'", key.escape_ascii()));
            (self.found)(Finding {
                place: format!("table {} of partition {}", table.0, self.partition),
                what: format!("{count} rows, of which executions need {expected}{last}"),
            });
        }
        Ok(())
    }

    fn expect(&mut self, table: Table, count: u64) {
        match self.expected.iter_mut().find(|(of, _)| *of == table) {
            Some((_, expected)) => *expected += count,
            None => self.expected.push((table, count)),
        }
    }

    fn report(&mut self, key: &ExecutionKey, what: String) {
        let place = String::from_utf8_lossy(&key.0).replace('\0', " ");
        (self.found)(Finding { place, what });
    }
}

/// What is wrong with a history whatever its definition is.
fn malformed(events: &[HistoryEvent]) -> Vec<String> {
    let mut problems = Vec::new();
    for (event, expected) in events.iter().zip(1..) {
        if event.id != expected {
            problems.push(format!("event {expected} of its history is missing; {} follows", event.id));
            break;
        }
        if event.previous_event_id >= event.id {
            problems.push(format!("event {} points to event {}", event.id, event.previous_event_id));
        }
    }
    let closes = |event: &&HistoryEvent| {
        matches!(
            event.details,
            Details::ExecutionSucceeded { .. }
                | Details::ExecutionFailed { .. }
                | Details::ExecutionTimedOut { .. }
                | Details::ExecutionAborted { .. }
        )
    };
    let closings: Vec<u64> = events.iter().filter(closes).map(|event| event.id).collect();
    if closings.len() > 1 || closings.first().is_some_and(|id| *id != events.len() as u64) {
        problems.push(format!("it closes with the events {closings:?} of {}", events.len()));
    }
    problems
}
