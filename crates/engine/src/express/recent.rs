//! What is kept of Express executions that ended: the newest, bounded in number and bytes.

use super::journal::Journal;
use super::query::ExpressKind;
use interpreter::{Execution, ExecutionStatus, Header, Timestamp};
use std::collections::VecDeque;

/// How much is kept of Express executions that ended. The processors divide it among them.
#[derive(Clone, Copy, Debug)]
pub struct Recent {
    /// Executions.
    pub executions_max: usize,
    /// What they may take in memory, by estimate.
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

/// An execution that ended.
pub(super) struct Record {
    pub header: Header,
    pub status: ExecutionStatus,
    pub stop_time: Option<Timestamp>,
    pub kind: ExpressKind,
    pub journal: Journal,
    bytes: usize,
}

impl Record {
    pub fn of(execution: Execution, kind: ExpressKind, journal: Journal) -> Record {
        let Execution { header, status, stop_time, .. } = execution;
        let output_bytes = match &status {
            ExecutionStatus::Succeeded { output } if !output.ptr_eq(&header.input) => output.len_bytes(),
            _ => 0,
        };
        // A parsed value takes several times its text.
        let bytes = size_of::<Record>() + 512 + 4 * (header.input.len_bytes() + output_bytes) + journal.bytes;
        Record { header, status, stop_time, kind, journal, bytes }
    }
}

/// The newest executions that ended on one thread, in the order in which they ended.
pub(super) struct Recents {
    records: VecDeque<Record>,
    bytes: usize,
    limits: Recent,
}

impl Recents {
    pub fn new(limits: Recent) -> Recents {
        Recents { records: VecDeque::new(), bytes: 0, limits }
    }

    /// Adds a record and gives back one that has to go for it. One that is too large for all is not kept.
    pub fn push(&mut self, record: Record) -> Option<Record> {
        if record.bytes > self.limits.bytes_max || self.limits.executions_max == 0 {
            return Some(record);
        }
        let mut let_go = None;
        while self.records.len() >= self.limits.executions_max || self.bytes + record.bytes > self.limits.bytes_max {
            let_go = self.records.pop_front();
            self.bytes -= let_go.as_ref().map_or(0, |record| record.bytes);
        }
        self.bytes += record.bytes;
        self.records.push_back(record);
        let_go
    }

    /// The newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use json::Payload;

    fn record(name: usize, input: &str) -> Record {
        let text = || name.to_string().into();
        let header = Header {
            execution_arn: text(),
            name: text(),
            state_machine_arn: text(),
            state_machine_name: text(),
            role_arn: text(),
            region: text(),
            input: Payload::from_valid_text(format!("{input:?}")),
            start_time: Timestamp(0),
            revision: 1,
            trace_header: None,
            seed: 0,
            state_machine_version: None,
            state_machine_alias: None,
        };
        Record::of(Execution::new(header), ExpressKind::Synchronous, Journal::default())
    }

    #[test]
    fn number_and_bytes_are_bounded() {
        let mut recents = Recents::new(Recent { executions_max: 3, bytes_max: 100_000 });
        let names = |recents: &Recents| recents.iter().map(|record| record.header.name.to_string()).collect::<String>();
        (0..5).for_each(|name| drop(recents.push(record(name, ""))));
        assert_eq!(names(&recents), "432");
        recents.push(record(5, &"x".repeat(24_000)));
        assert_eq!((names(&recents).as_str(), recents.bytes <= 100_000), ("543", true));
        assert!(recents.push(record(6, &"x".repeat(25_000))).is_some(), "it is larger than all that may be kept");
        recents.push(record(7, &"x".repeat(24_000)));
        assert_eq!((names(&recents).as_str(), recents.bytes <= 100_000), ("7", true));
    }
}
