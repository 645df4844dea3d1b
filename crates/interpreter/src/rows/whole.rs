//! A whole execution as one row: header, state and history. It is written where the header is, and nothing comes after it.

use super::events::{read_list, write_list};
use super::{CorruptRow, KnownTexts, Reader, Writer, is_whole};
use crate::execution::{Execution, ExecutionStatus, Header};
use crate::history::HistoryEvent;

impl Execution {
    /// The row, if nothing can happen to the execution any more: it succeeded, and these are all events there were. One with a
    /// test case has none.
    pub fn whole_row(&self, events: &[HistoryEvent]) -> Option<Vec<u8>> {
        let is_over = matches!(self.status, ExecutionStatus::Succeeded { .. }) && self.header.test_case.is_none();
        if !is_over || !self.header.is_named_as_usual() || events.len() as u64 + 1 != self.next_event_id {
            return None;
        }
        let mut row = Writer::whole();
        self.header.write(&mut row);
        self.write_state(&mut row);
        write_list(&mut row, events, self.header.start_time);
        Some(row.finish())
    }
}

/// The execution and its history, if they are in the row under a header's key.
pub fn read_whole(row: &[u8]) -> Result<Option<(Execution, Vec<HistoryEvent>)>, CorruptRow> {
    if !is_whole(row) {
        return Ok(None);
    }
    let mut row = Reader::knowing(row, &KnownTexts::default())?;
    let header = Header::read(&mut row, true, true)?;
    let since = header.start_time;
    let execution = Execution::read_state(header, &mut row)?;
    Ok(Some((execution, read_list(&mut row, since)?)))
}
