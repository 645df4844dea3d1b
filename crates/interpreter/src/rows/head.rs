//! The header row and the state row.

use super::{CorruptRow, Reader, Writer};
use crate::execution::{Ending, Execution, ExecutionStatus, Header};
use json::Payload;

impl Header {
    /// The header as a row.
    pub fn to_row(&self) -> Vec<u8> {
        let mut row = Writer::new();
        for text in [
            &self.execution_arn,
            &self.name,
            &self.state_machine_arn,
            &self.state_machine_name,
            &self.role_arn,
            &self.region,
            self.input.text(),
        ] {
            row.shared(text);
        }
        row.timestamp(self.start_time);
        row.number(self.revision);
        row.option(self.trace_header.as_ref(), Writer::shared);
        row.fixed(self.seed);
        row.option(self.state_machine_version, Writer::number);
        row.option(self.state_machine_alias.as_ref(), Writer::shared);
        row.finish()
    }

    /// Reads a header.
    pub fn from_row(row: &[u8]) -> Result<Header, CorruptRow> {
        let mut row = Reader::new(row)?;
        Ok(Header {
            execution_arn: row.shared()?,
            name: row.shared()?,
            state_machine_arn: row.shared()?,
            state_machine_name: row.shared()?,
            role_arn: row.shared()?,
            region: row.shared()?,
            input: row.payload()?,
            start_time: row.timestamp()?,
            revision: row.number()?,
            trace_header: row.option(Reader::shared)?,
            seed: row.fixed()?,
            // Rows written before there were versions end here.
            state_machine_version: row.later_option(Reader::number)?,
            state_machine_alias: row.later_option(Reader::shared)?,
        })
    }
}

impl Execution {
    pub(super) fn state_row(&self) -> Vec<u8> {
        let mut row = Writer::new();
        let ending = |row: &mut Writer, tag: u8, ending: &Ending| {
            row.byte(tag);
            row.option(ending.error.as_ref(), Writer::shared);
            row.option(ending.cause.as_ref(), Writer::shared);
        };
        match &self.status {
            ExecutionStatus::Running => row.byte(0),
            ExecutionStatus::Succeeded { output } => {
                row.byte(1);
                row.shared(output.text());
            }
            ExecutionStatus::Failed(failed) => ending(&mut row, 2, failed),
            ExecutionStatus::TimedOut(timed_out) => ending(&mut row, 3, timed_out),
            ExecutionStatus::Aborted(aborted) => ending(&mut row, 4, aborted),
        }
        row.option(self.stop_time, Writer::timestamp);
        row.number(self.next_event_id);
        row.number(self.next_frame_id);
        row.fixed(self.seed);
        row.option(self.timeout_due, Writer::timestamp);
        // Most executions have neither to do with redrives nor variables.
        let variables_bytes = self.variables_bytes.saturating_add(self.lacking_variables_bytes);
        if self.keeps_frames || self.redrives.count > 0 {
            row.byte(1);
            row.byte(u8::from(self.keeps_frames));
            row.number(self.redrives.count);
            row.option(self.redrives.last, Writer::timestamp);
            row.number(self.redrives.client_tokens.len() as u64);
            for (token, time) in &self.redrives.client_tokens {
                row.shared(token);
                row.timestamp(*time);
            }
        } else if variables_bytes > 0 {
            row.byte(0);
        }
        if variables_bytes > 0 {
            row.option(Some(variables_bytes as u64), Writer::number);
        }
        row.finish()
    }

    /// An execution from its header and its state row. It lacks its frames: they are added with [`Execution::restore_frame`], and
    /// [`Execution::restored_all_frames`] says that they are all there.
    pub fn from_rows(header: Header, state: &[u8]) -> Result<Execution, CorruptRow> {
        let mut row = Reader::new(state)?;
        let mut execution = Execution::new(header);
        execution.status = match row.byte()? {
            0 => ExecutionStatus::Running,
            1 => ExecutionStatus::Succeeded { output: Payload::from_valid_text(row.shared()?) },
            tag @ 2..=4 => {
                let ending = Ending { error: row.option(Reader::shared)?, cause: row.option(Reader::shared)? };
                match tag {
                    2 => ExecutionStatus::Failed(ending),
                    3 => ExecutionStatus::TimedOut(ending),
                    _ => ExecutionStatus::Aborted(ending),
                }
            }
            _ => return Err(CorruptRow("an execution has an unknown status")),
        };
        execution.stop_time = row.option(Reader::timestamp)?;
        execution.next_event_id = row.number()?;
        execution.next_frame_id = row.number()?;
        execution.seed = row.fixed()?;
        execution.timeout_due = row.option(Reader::timestamp)?;
        row.later_option(|row| {
            execution.keeps_frames = row.byte()? != 0;
            execution.redrives.count = row.number()?;
            execution.redrives.last = row.option(Reader::timestamp)?;
            for _ in 0..row.number()? {
                let (token, time) = (row.shared()?, row.timestamp()?);
                execution.redrives.client_tokens.push((token, time));
            }
            Ok(())
        })?;
        let variables_bytes = row.later_option(Reader::number)?.unwrap_or(0);
        execution.lacking_variables_bytes = usize::try_from(variables_bytes).unwrap_or(usize::MAX);
        execution.lacks_frames = execution.is_running() || execution.keeps_frames;
        Ok(execution)
    }
}
