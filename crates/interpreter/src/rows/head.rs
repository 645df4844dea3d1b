//! The header row and the state row.

use super::{CorruptRow, KnownTexts, REFERRING_VERSION, Reader, Writer};
use crate::execution::{Ending, Execution, ExecutionStatus, Header};
use json::Payload;
use std::sync::Arc;

impl Header {
    /// The texts that the other rows of the execution refer to.
    pub fn known_texts(&self) -> KnownTexts {
        KnownTexts::of([self.input.text(), &self.role_arn, &self.region])
    }

    /// The header as a row. Of names that the machine's ARN and the execution's name say, nothing is written.
    pub fn to_row(&self) -> Vec<u8> {
        let mut row = match self.is_named_as_usual() {
            true => Writer::knowing(&KnownTexts::default()),
            false => {
                let mut row = Writer::new();
                row.shared(&self.execution_arn);
                row
            }
        };
        row.shared(&self.name);
        row.shared(&self.state_machine_arn);
        if !self.is_named_as_usual() {
            row.shared(&self.state_machine_name);
        }
        row.shared(&self.role_arn);
        if !self.is_named_as_usual() {
            row.shared(&self.region);
        }
        row.shared(self.input.text());
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
        let is_named_as_usual = row.first() == Some(&REFERRING_VERSION);
        let mut row = Reader::knowing(row, &KnownTexts::default())?;
        let execution_arn = if is_named_as_usual { None } else { Some(row.shared()?) };
        let (name, state_machine_arn) = (row.shared()?, row.shared()?);
        let state_machine_name = if is_named_as_usual { None } else { Some(row.shared()?) };
        let role_arn = row.shared()?;
        let region = if is_named_as_usual { None } else { Some(row.shared()?) };
        let usual = usual_names(&state_machine_arn);
        let usual = |text: Option<Arc<str>>, name: &dyn Fn(UsualNames<'_>) -> Arc<str>| {
            let text = text.or_else(|| usual.map(name));
            text.ok_or(CorruptRow("the state machine's ARN is none"))
        };
        Ok(Header {
            execution_arn: usual(execution_arn, &|names| {
                format!("{}:execution:{}:{name}", names.prefix, names.state_machine).into()
            })?,
            state_machine_name: usual(state_machine_name, &|names| names.state_machine.into())?,
            region: usual(region, &|names| names.region.into())?,
            name,
            state_machine_arn,
            role_arn,
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

    fn is_named_as_usual(&self) -> bool {
        let Some(names) = usual_names(&self.state_machine_arn) else { return false };
        let rest = self.execution_arn.strip_prefix(names.prefix).and_then(|rest| rest.strip_prefix(":execution:"));
        let name = rest.and_then(|rest| rest.strip_prefix(names.state_machine)?.strip_prefix(':'));
        name == Some(&self.name) && *self.state_machine_name == *names.state_machine && *self.region == *names.region
    }
}

/// What the ARN of a state machine says.
#[derive(Clone, Copy)]
struct UsualNames<'a> {
    /// All before the kind of resource.
    prefix: &'a str,
    region: &'a str,
    state_machine: &'a str,
}

fn usual_names(state_machine_arn: &str) -> Option<UsualNames<'_>> {
    let (prefix, state_machine) = state_machine_arn.split_once(":stateMachine:")?;
    Some(UsualNames { prefix, region: prefix.split(':').nth(3)?, state_machine })
}

impl Execution {
    /// What the rows of events may refer to: the texts of the header, and the output once there is one.
    pub fn known_texts(&self) -> KnownTexts {
        let known = self.header.known_texts();
        match &self.status {
            ExecutionStatus::Succeeded { output } => known.and(output.text()),
            _ => known,
        }
    }

    pub(super) fn state_row(&self, known: &KnownTexts) -> Vec<u8> {
        let mut row = Writer::knowing(known);
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
        let mut row = Reader::knowing(state, &header.known_texts())?;
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
