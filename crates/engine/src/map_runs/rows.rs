//! What is stored of a Map Run.

use super::files::{FILE_KINDS, Written, read_files, write_files};
use super::window::{Chunk, Position, Window};
use super::{ChildStatus, Ended};
use crate::engine::partitions;
use crate::keys;
use asl::definition::{ScopeIndex, StateIndex};
use interpreter::rows::{CorruptRow, Reader, VERSION, Writer};
use interpreter::{FrameId, Header, MapRunId, MapRunStart, Timestamp};
use json::Payload;
use std::sync::Arc;
use store::{Bytes, PartitionId, Range, Store, StoreError};

/// What is left to be done for a run: the value of a row of `OPEN_MAP_RUNS`. The last thing asked for holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To run.
    Run,
    /// To stop what it has started.
    Stop,
    /// To go on with what has not succeeded.
    Redrive,
}

impl Asked {
    pub fn row(self) -> [u8; 2] {
        let number = match self {
            Asked::Run => 0,
            Asked::Stop => 1,
            Asked::Redrive => 2,
        };
        [VERSION, number]
    }

    pub fn read(row: &[u8]) -> Option<Asked> {
        match row {
            [VERSION, 0] => Some(Asked::Run),
            [VERSION, 1] => Some(Asked::Stop),
            [VERSION, 2] => Some(Asked::Redrive),
            _ => None,
        }
    }
}

/// What a run is: written once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MapRunRow {
    /// The key of the execution whose state it is the run of.
    pub execution: Arc<[u8]>,
    pub execution_arn: Arc<str>,
    pub map_run_arn: Arc<str>,
    pub frame: FrameId,
    pub scope: ScopeIndex,
    pub state: StateIndex,
    pub revision: u64,
    pub plan: Payload,
    /// The test case that mocks the tasks of its execution, and of its children.
    pub test_case: Option<Arc<str>>,
}

impl MapRunRow {
    pub fn of(execution: &[u8], header: &Header, start: &MapRunStart) -> MapRunRow {
        MapRunRow {
            execution: execution.into(),
            execution_arn: header.execution_arn.clone(),
            map_run_arn: start.map_run_arn.clone(),
            frame: start.frame,
            scope: start.scope,
            state: start.state,
            revision: header.revision,
            plan: start.plan.clone(),
            test_case: header.test_case.clone(),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut row = Writer::new();
        row.number(self.execution.len() as u64);
        self.execution.iter().for_each(|byte| row.byte(*byte));
        row.text(&self.execution_arn);
        row.text(&self.map_run_arn);
        row.number(self.frame.0);
        row.number(u64::from(self.scope.0));
        row.number(u64::from(self.state.0));
        row.number(self.revision);
        row.text(self.plan.text());
        row.option(self.test_case.as_ref(), |row, name| row.text(name));
        row.finish()
    }

    pub fn read(row: &[u8]) -> Result<MapRunRow, CorruptRow> {
        let mut row = Reader::new(row)?;
        let length = row.number()?;
        let execution: Result<Vec<u8>, CorruptRow> = (0..length).map(|_| row.byte()).collect();
        let (execution_arn, map_run_arn, frame) = (row.text()?, row.text()?, FrameId(row.number()?));
        let index = |number: u64| u32::try_from(number).map_err(|_| CorruptRow("an index is too large"));
        Ok(MapRunRow {
            execution: execution?.into(),
            execution_arn,
            map_run_arn,
            frame,
            scope: ScopeIndex(index(row.number()?)?),
            state: StateIndex(index(row.number()?)?),
            revision: row.number()?,
            plan: Payload::from_valid_text(row.text()?),
            test_case: row.option(Reader::text)?,
        })
    }
}

/// How it is with a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    #[default]
    Running,
    Succeeded,
    Failed,
    Aborted,
}

/// Items or children that have ended, by how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    /// Those that were under way at the last commit.
    pub running: u64,
    /// Those that have not succeeded and wait for a redrive that is under way.
    pub pending_redrive: u64,
}

impl Counts {
    pub fn add(&mut self, status: ChildStatus, number: u64) {
        *match status {
            ChildStatus::Succeeded => &mut self.succeeded,
            ChildStatus::Failed => &mut self.failed,
            ChildStatus::TimedOut => &mut self.timed_out,
            ChildStatus::Aborted => &mut self.aborted,
        } += number;
    }

    /// What has failed waits to be done again, with what has waited in vain since an earlier redrive.
    pub fn redrive(&mut self) {
        self.pending_redrive += self.failed + self.timed_out + self.aborted;
        (self.failed, self.timed_out, self.aborted) = (0, 0, 0);
    }

    fn write(&self, row: &mut Writer) {
        let numbers = [self.succeeded, self.failed, self.timed_out, self.aborted, self.running, self.pending_redrive];
        numbers.into_iter().for_each(|number| row.number(number));
    }

    fn read(row: &mut Reader<'_>) -> Result<Counts, CorruptRow> {
        Ok(Counts {
            succeeded: row.number()?,
            failed: row.number()?,
            timed_out: row.number()?,
            aborted: row.number()?,
            running: row.number()?,
            pending_redrive: row.number()?,
        })
    }
}

/// How far a run is.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub status: Status,
    pub start: Timestamp,
    pub stop: Option<Timestamp>,
    /// In children.
    pub executions: Counts,
    pub items: Counts,
    /// How many items there are, as far as is known; all if `is_read`.
    pub items_total: u64,
    /// Whether all items have been read.
    pub is_read: bool,
    /// Which children were read and have not ended, and what is read next.
    pub window: Window,
    /// No child from here on was ever started.
    pub started_below: u64,
    pub max_concurrency: u64,
    pub tolerated_failure_count: Option<u64>,
    pub tolerated_failure_percentage: Option<f64>,
    pub redrive_count: u64,
    pub redrive_date: Option<Timestamp>,
    /// The number of the next row of results.
    pub next_result: u64,
    /// Whether the results are more than a state's output may be.
    pub is_too_large: bool,
    /// What was written of its result files, by kind.
    pub written: [Written; FILE_KINDS],
}

impl State {
    pub fn encode(&self) -> Vec<u8> {
        let mut row = Writer::new();
        row.byte(match self.status {
            Status::Running => 0,
            Status::Succeeded => 1,
            Status::Failed => 2,
            Status::Aborted => 3,
        });
        row.timestamp(self.start);
        row.option(self.stop, Writer::timestamp);
        self.executions.write(&mut row);
        self.items.write(&mut row);
        row.number(self.items_total);
        row.byte(u8::from(self.is_read) | u8::from(self.is_too_large) << 1);
        row.number(self.started_below);
        row.number(self.max_concurrency);
        row.option(self.tolerated_failure_count, Writer::number);
        row.option(self.tolerated_failure_percentage.map(f64::to_bits), Writer::fixed);
        row.number(self.redrive_count);
        row.option(self.redrive_date, Writer::timestamp);
        row.number(self.next_result);
        row.number(self.window.next);
        write_position(&mut row, self.window.next_position);
        row.number(self.window.chunks.len() as u64);
        for chunk in self.window.chunks.values() {
            row.number(chunk.first);
            row.number(chunk.count);
            write_position(&mut row, chunk.position);
            chunk.done.iter().for_each(|bits| row.fixed(*bits));
        }
        write_files(&mut row, &self.written);
        row.finish()
    }

    pub fn read(row: &[u8]) -> Result<State, CorruptRow> {
        let mut row = Reader::new(row)?;
        let status = match row.byte()? {
            0 => Status::Running,
            1 => Status::Succeeded,
            2 => Status::Failed,
            3 => Status::Aborted,
            _ => return Err(CorruptRow("a Map Run has an unknown status")),
        };
        let (start, stop) = (row.timestamp()?, row.option(Reader::timestamp)?);
        let (executions, items, items_total) = (Counts::read(&mut row)?, Counts::read(&mut row)?, row.number()?);
        let marks = row.byte()?;
        let mut state = State {
            status,
            start,
            stop,
            executions,
            items,
            items_total,
            is_read: marks & 1 != 0,
            is_too_large: marks & 2 != 0,
            started_below: row.number()?,
            max_concurrency: row.number()?,
            tolerated_failure_count: row.option(Reader::number)?,
            tolerated_failure_percentage: row.option(Reader::fixed)?.map(f64::from_bits),
            redrive_count: row.number()?,
            redrive_date: row.option(Reader::timestamp)?,
            next_result: row.number()?,
            written: Default::default(),
            window: Window { next: row.number()?, next_position: read_position(&mut row)?, ..Window::default() },
        };
        for _ in 0..row.number()? {
            let (first, count, position) = (row.number()?, row.number()?, read_position(&mut row)?);
            let mut chunk = Chunk::new(first, count, position);
            for bits in &mut chunk.done {
                *bits = row.fixed()?;
            }
            state.window.chunks.insert(first, chunk);
        }
        state.written = read_files(&mut row)?;
        Ok(state)
    }
}

fn write_position(row: &mut Writer, position: Position) {
    row.number(position.item);
    row.number(position.part);
    row.number(position.offset);
}

fn read_position(row: &mut Reader<'_>) -> Result<Position, CorruptRow> {
    Ok(Position { item: row.number()?, part: row.number()?, offset: row.number()? })
}

/// Results that were committed together: each with the index of its child.
pub(super) fn write_results(results: &[(u64, Arc<str>)]) -> Vec<u8> {
    let mut row = Writer::new();
    row.number(results.len() as u64);
    for (index, text) in results {
        row.number(*index);
        row.text(text);
    }
    row.finish()
}

pub(crate) fn read_results(row: &[u8]) -> Result<Vec<(u64, Arc<str>)>, CorruptRow> {
    let mut row = Reader::new(row)?;
    let count = row.number()?;
    (0..count).map(|_| Ok((row.number()?, row.text()?))).collect()
}

/// A child that did not succeed, as it is kept for a redrive and for who asks.
pub(super) fn write_failure(ended: &Ended, run_redrives: u64) -> Vec<u8> {
    let mut row = Writer::new();
    row.number(run_redrives);
    row.byte(match ended.status {
        ChildStatus::Succeeded => 0,
        ChildStatus::Failed => 1,
        ChildStatus::TimedOut => 2,
        ChildStatus::Aborted => 3,
    });
    row.number(ended.items);
    row.text(&ended.execution_arn);
    row.text(&ended.name);
    row.text(&ended.input);
    row.option(ended.error.as_ref(), |row, text| row.text(text));
    row.option(ended.cause.as_ref(), |row, text| row.text(text));
    row.timestamp(ended.start);
    row.timestamp(ended.stop);
    row.number(ended.redrive_count);
    row.finish()
}

/// Whether there is a run.
pub(crate) async fn is_stored(store: &dyn Store, run: MapRunId) -> Result<bool, StoreError> {
    // Its id does not say whose it is.
    for partition in partitions() {
        if store.get(partition, keys::MAP_RUNS, &keys::map_run(run)).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Children that did not succeed which are read in one go.
const FAILURES_READ: usize = 256;

/// Where a run's children that did not succeed are.
pub(super) fn failures(run: MapRunId) -> Range {
    Range::prefix(keys::MAP_RUN_FAILURES, keys::map_run(run).to_vec()).limit(FAILURES_READ)
}

/// Some of them, as [`read_failure`] gives them; `from` is where to go on, nothing if there are no more.
pub(super) async fn read_failures(
    store: &dyn Store,
    partition: PartitionId,
    from: &mut Option<Range>,
) -> Result<Vec<(Ended, u64)>, StoreError> {
    let Some(range) = from.clone() else { return Ok(Vec::new()) };
    let rows = store.scan(partition, range.clone()).await?;
    *from = rows.last().map(|(last, _)| range.after(last.clone()));
    let read = |(key, row): &(Bytes, Bytes)| {
        let index = u64::from_be_bytes(*key.last_chunk().unwrap_or(&[0; 8]));
        read_failure(index, row)
    };
    rows.iter().map(read).collect::<Result<_, _>>().map_err(|corrupt| StoreError::Corrupt {
        what: corrupt.to_string(),
        place: "a child execution of a Map Run that did not succeed".to_owned(),
    })
}

/// The child, and which redrive of the run it did not succeed in.
pub(crate) fn read_failure(index: u64, row: &[u8]) -> Result<(Ended, u64), CorruptRow> {
    let mut row = Reader::new(row)?;
    let run_redrives = row.number()?;
    let status = match row.byte()? {
        0 => ChildStatus::Succeeded,
        1 => ChildStatus::Failed,
        2 => ChildStatus::TimedOut,
        _ => ChildStatus::Aborted,
    };
    let ended = Ended {
        index,
        items: row.number()?,
        status,
        execution_arn: row.text()?,
        name: row.text()?,
        input: row.text()?,
        output: None,
        error: row.option(Reader::text)?,
        cause: row.option(Reader::text)?,
        start: row.timestamp()?,
        stop: row.timestamp()?,
        redrive_count: row.number()?,
    };
    Ok((ended, run_redrives))
}
