//! What is kept of Express executions that ended: the newest, bounded in number and bytes.
//!
//! They are kept as bytes, one behind the other in a ring. Kept as they were, their many small pieces of memory would be cold when they are
//! freed ten thousand executions later, and the next execution would get them cold.

use super::journal::Journal;
use super::query::{ExpressExecution, ExpressKind};
use api::ExecutionStatus as ApiStatus;
use asl::definition::ScopeIndex;
use interpreter::rows::{CorruptRow, Reader, Writer};
use interpreter::{Ending, Execution, ExecutionStatus, ForkedFrom, MapRunChild};
use std::collections::VecDeque;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

/// How much is kept of Express executions that ended. The processors divide it among them.
#[derive(Clone, Copy, Debug)]
pub struct Recent {
    /// Executions.
    pub executions_max: usize,
    /// What they may take in memory.
    pub bytes_max: usize,
}

impl Default for Recent {
    fn default() -> Recent {
        Recent { executions_max: 10_000, bytes_max: 64 << 20 }
    }
}

impl Recent {
    pub(super) fn divided(self, by: usize) -> Recent {
        Recent { executions_max: self.executions_max.div_ceil(by), bytes_max: self.bytes_max / by }
    }
}

/// An execution that ended, about to be kept.
pub(super) struct Record {
    row: Vec<u8>,
    arn_hash: u64,
    /// Absent if nothing happened to it but its start, as is usual.
    journal: Option<Box<Journal>>,
}

/// An execution that was kept: what is to be seen of it, and what stepping it once more needs besides.
#[derive(Debug, PartialEq)]
pub(crate) struct Kept {
    pub shown: ExpressExecution,
    pub revision: u64,
    pub seed: u64,
    /// The test case that mocked its tasks.
    pub test_case: Option<Arc<str>>,
}

impl Record {
    pub fn of(execution: &Execution, kind: ExpressKind, journal: Journal) -> Record {
        let row = to_row(execution, kind);
        let journal = (!journal.is_empty()).then(|| Box::new(journal));
        Record { row, arn_hash: hash(&execution.header.execution_arn), journal }
    }
}

fn hash(arn: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(arn)
}

fn to_row(execution: &Execution, kind: ExpressKind) -> Vec<u8> {
    let header = &execution.header;
    let text = |row: &mut Writer, text: &Arc<str>| row.text(text);
    let mut row = Writer::new();
    row.byte(u8::from(kind == ExpressKind::Asynchronous));
    row.text(&header.execution_arn);
    row.text(&header.state_machine_arn);
    row.text(&header.name);
    row.text(header.input.text());
    row.timestamp(header.start_time);
    row.option(execution.stop_time, Writer::timestamp);
    row.number(header.revision);
    row.fixed(header.seed);
    row.option(header.trace_header.as_ref(), text);
    row.option(header.state_machine_version, Writer::number);
    row.option(header.state_machine_alias.as_ref(), text);
    row.option(header.test_case.as_ref(), text);
    row.option(header.forked_from.as_ref(), |row, forked| forked.write(row));
    row.option(header.map_run, |row, child| {
        row.map_run(child.run);
        [u64::from(child.processor.0), child.index, child.items].into_iter().for_each(|number| row.number(number));
    });
    let ending = |row: &mut Writer, status: u8, Ending { error, cause }: &Ending| {
        row.byte(status);
        row.option(error.as_ref(), text);
        row.option(cause.as_ref(), text);
    };
    match &execution.status {
        ExecutionStatus::Running => row.byte(0),
        ExecutionStatus::Succeeded { output } => {
            row.byte(1);
            // It is often the input as it came.
            let own = (output.text() != header.input.text()).then(|| output.text());
            row.option(own, text);
        }
        ExecutionStatus::Failed(failed) => ending(&mut row, 2, failed),
        ExecutionStatus::TimedOut(timed_out) => ending(&mut row, 3, timed_out),
        ExecutionStatus::Aborted(aborted) => ending(&mut row, 4, aborted),
    }
    row.finish()
}

fn from_row(row: &[u8]) -> Result<Kept, CorruptRow> {
    let mut row = Reader::new(row)?;
    let kind = if row.byte()? == 0 { ExpressKind::Synchronous } else { ExpressKind::Asynchronous };
    let (execution_arn, state_machine_arn, name) = (row.text()?, row.text()?, row.text()?);
    let input = row.text()?;
    let start_date_ms = row.timestamp()?.0;
    let stop_date_ms = row.option(Reader::timestamp)?.map(|time| time.0);
    let (revision, seed) = (row.number()?, row.fixed()?);
    let trace_header = row.option(Reader::text)?;
    let (state_machine_version, state_machine_alias) = (row.option(Reader::number)?, row.option(Reader::text)?);
    let test_case = row.option(Reader::text)?;
    let forked_from = row.option(ForkedFrom::read)?.map(Arc::new);
    let child = row.option(|row| {
        let (run, processor) = (row.map_run()?, ScopeIndex(row.number()? as u32));
        Ok(MapRunChild { run, processor, index: row.number()?, items: row.number()? })
    })?;
    let status = match row.byte()? {
        0 => ApiStatus::Running,
        1 => ApiStatus::Succeeded,
        2 => ApiStatus::Failed,
        3 => ApiStatus::TimedOut,
        _ => ApiStatus::Aborted,
    };
    let (mut output, mut error, mut cause) = (None, None, None);
    match status {
        ApiStatus::Running => {}
        ApiStatus::Succeeded => output = Some(row.option(Reader::text)?.unwrap_or_else(|| input.clone())),
        _ => (error, cause) = (row.option(Reader::text)?, row.option(Reader::text)?),
    }
    let shown = ExpressExecution {
        execution_arn,
        state_machine_arn,
        name,
        kind,
        status,
        start_date_ms,
        stop_date_ms,
        input,
        output,
        error,
        cause,
        trace_header,
        state_machine_version,
        state_machine_alias,
        forked_from,
        child,
    };
    Ok(Kept { shown, revision, seed, test_case })
}

/// Where a record is in the ring.
struct Entry {
    row_bytes: usize,
    arn_hash: u64,
    journal: Option<Box<Journal>>,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.row_bytes + size_of::<Entry>() + self.journal.as_ref().map_or(0, |journal| journal.bytes)
    }
}

/// The newest executions that ended on one thread, in the order in which they ended.
pub(super) struct Recents {
    rows: VecDeque<u8>,
    entries: VecDeque<Entry>,
    bytes: usize,
    limits: Recent,
}

impl Recents {
    pub fn new(limits: Recent) -> Recents {
        Recents { rows: VecDeque::new(), entries: VecDeque::new(), bytes: 0, limits }
    }

    /// Adds a record; the oldest go for it. One that is too large for all is not kept.
    pub fn push(&mut self, record: Record) {
        let Record { row, arn_hash, journal } = record;
        let entry = Entry { row_bytes: row.len(), arn_hash, journal };
        let bytes = entry.bytes();
        if bytes > self.limits.bytes_max || self.limits.executions_max == 0 {
            return;
        }
        while self.entries.len() >= self.limits.executions_max || self.bytes + bytes > self.limits.bytes_max {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.rows.drain(..oldest.row_bytes);
            self.bytes -= oldest.bytes();
        }
        self.rows.extend(&row);
        self.entries.push_back(entry);
        self.bytes += bytes;
    }

    /// The newest with this ARN, and what happened to it.
    pub fn find(&self, arn: &str) -> Option<(Kept, Journal)> {
        let (wanted, mut end) = (hash(arn), self.rows.len());
        for entry in self.entries.iter().rev() {
            let start = end - entry.row_bytes;
            if entry.arn_hash == wanted {
                let row: Vec<u8> = self.rows.range(start..end).copied().collect();
                let kept = from_row(&row).expect("it was written by this process");
                if *kept.shown.execution_arn == *arn {
                    return Some((kept, entry.journal.as_deref().cloned().unwrap_or_default()));
                }
            }
            end = start;
        }
        None
    }

    /// A copy, to be read when nobody is kept waiting for it.
    pub fn rows(&self) -> Rows {
        let row_bytes = self.entries.iter().map(|entry| entry.row_bytes).collect();
        Rows { bytes: self.rows.iter().copied().collect(), row_bytes }
    }
}

/// What was kept at some moment.
pub(super) struct Rows {
    bytes: Vec<u8>,
    row_bytes: Vec<usize>,
}

impl Rows {
    /// The newest first.
    pub fn iter(&self) -> impl Iterator<Item = Kept> {
        let mut end = self.bytes.len();
        self.row_bytes.iter().rev().map(move |bytes| {
            let start = end - bytes;
            let kept = from_row(&self.bytes[start..end]).expect("it was written by this process");
            end = start;
            kept
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter::{Header, OfMachine, Timestamp};
    use json::Payload;

    fn record(name: usize, input: &str, status: ExecutionStatus) -> Record {
        let text = || name.to_string().into();
        let machine = OfMachine { arn: text(), name: text(), role_arn: text(), region: text(), revision: 1 };
        let input = Payload::from_valid_text(format!("{input:?}"));
        let header =
            Header { state_machine_version: Some(7), ..Header::new(machine, text(), text(), input, Timestamp(-1), 0) };
        let mut execution = Execution::new(header);
        execution.status = status;
        Record::of(&execution, ExpressKind::Asynchronous, Journal::default())
    }

    fn push(recents: &mut Recents, name: usize, input: &str) -> String {
        recents.push(record(name, input, ExecutionStatus::Running));
        recents.rows().iter().map(|kept| kept.shown.name.to_string()).collect()
    }

    #[test]
    fn number_and_bytes_are_bounded() {
        let mut recents = Recents::new(Recent { executions_max: 3, bytes_max: 100_000 });
        let names = (0..5).map(|name| push(&mut recents, name, "")).collect::<Vec<_>>();
        assert_eq!(names, ["0", "10", "210", "321", "432"]);
        assert_eq!(push(&mut recents, 5, &"x".repeat(90_000)), "543");
        assert_eq!(push(&mut recents, 6, &"x".repeat(110_000)), "543", "it is larger than all that may be kept");
        assert_eq!(push(&mut recents, 7, &"x".repeat(90_000)), "7");
        assert!(recents.bytes <= 100_000 && recents.find("5").is_none());
    }

    #[test]
    fn what_is_kept_is_what_ended() {
        let ending = || Ending { error: Some("E".into()), cause: None };
        let mut recents = Recents::new(Recent::default());
        let statuses = [
            ExecutionStatus::Succeeded { output: Payload::from_valid_text("\"in\"") },
            ExecutionStatus::Succeeded { output: Payload::from_valid_text("1") },
            ExecutionStatus::Failed(ending()),
            ExecutionStatus::TimedOut(ending()),
            ExecutionStatus::Aborted(ending()),
        ];
        statuses.into_iter().enumerate().for_each(|(name, status)| recents.push(record(name, "in", status)));
        let told = |Kept { shown, .. }: Kept| {
            let (output, error) = (shown.output.as_deref(), shown.error.as_deref());
            format!("{} {:?} {} {output:?} {error:?} {:?}", shown.name, shown.status, shown.start_date_ms, shown.cause)
        };
        assert_eq!(
            recents.rows().iter().map(told).collect::<Vec<_>>(),
            [
                r#"4 Aborted -1 None Some("E") None"#,
                r#"3 TimedOut -1 None Some("E") None"#,
                r#"2 Failed -1 None Some("E") None"#,
                r#"1 Succeeded -1 Some("1") None None"#,
                r#"0 Succeeded -1 Some("\"in\"") None None"#,
            ]
        );
        let (found, _) = recents.find("3").expect("it is kept");
        assert_eq!((found.shown.state_machine_version, &*found.shown.input), (Some(7), "\"in\""));
    }
}
