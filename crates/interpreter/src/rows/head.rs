//! The header row and the state row.

use super::{CorruptRow, KnownTexts, REFERRING_VERSION, Reader, Writer, is_whole};
use crate::command::TaskId;
use crate::execution::{Ending, Execution, ExecutionStatus, ForkedFrom, Header, OfMachine, StartedBy};
use crate::frame::{Frame, FrameId};
use crate::map_run::MapRunChild;
use asl::definition::{ScopeIndex, StateIndex};
use json::Payload;
use std::sync::Arc;

impl Header {
    /// The texts that the other rows of the execution refer to.
    pub fn known_texts(&self) -> KnownTexts {
        let known = KnownTexts::of([self.input.text(), &self.role_arn, &self.region]);
        match &self.forked_from {
            Some(forked) => known.and(forked.input.text()),
            None => known,
        }
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
        self.write(&mut row);
        row.finish()
    }

    pub(super) fn write(&self, row: &mut Writer) {
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
        match &self.map_run {
            // It has no version of its own.
            Some(child) => write_child(row, child),
            None => row.option(self.state_machine_version, Writer::number),
        }
        // Marks in one byte: rows written before tasks started executions have the first alone. A reader that does not know a mark refuses the
        // row, so that no program runs a fork from its machine's beginning because it does not know what a fork is.
        let marks = [self.state_machine_alias.is_some(), self.started_by.is_some(), self.forked_from.is_some()];
        row.byte(marks.iter().rev().fold(0, |marks, mark| marks << 1 | u8::from(*mark)));
        if let Some(alias) = &self.state_machine_alias {
            row.shared(alias);
        }
        if let Some(started_by) = &self.started_by {
            row.shared(&started_by.execution_arn);
            row.number(started_by.task.frame.0);
            row.number(started_by.task.scheduled_event);
            row.byte(u8::from(started_by.waits));
        }
        if let Some(forked) = &self.forked_from {
            forked.write(row);
        }
        if let Some(test_case) = &self.test_case {
            row.option(Some(test_case), Writer::shared);
        }
    }

    /// Reads a header.
    pub fn from_row(row: &[u8]) -> Result<Header, CorruptRow> {
        let is_whole = is_whole(row);
        let is_named_as_usual = row.first() == Some(&REFERRING_VERSION) || is_whole;
        Header::read(&mut Reader::knowing(row, &KnownTexts::default())?, is_named_as_usual, is_whole)
    }

    pub(super) fn read(row: &mut Reader<'_>, is_named_as_usual: bool, is_whole: bool) -> Result<Header, CorruptRow> {
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
        let execution_arn =
            usual(execution_arn, &|names| format!("{}:execution:{}:{name}", names.prefix, names.state_machine).into())?;
        let state_machine_name = usual(state_machine_name, &|names| names.state_machine.into())?;
        let region = usual(region, &|names| names.region.into())?;
        let (input, start_time, revision) = (row.payload()?, row.timestamp()?, row.number()?);
        let (trace_header, seed) = (row.option(Reader::shared)?, row.fixed()?);
        let machine = OfMachine { arn: state_machine_arn, name: state_machine_name, role_arn, region, revision };
        let mut header = Header { trace_header, ..Header::new(machine, execution_arn, name, input, start_time, seed) };
        // Rows written before there were versions end here.
        if row.next_is(CHILD) {
            header.map_run = Some(read_child(row)?);
        } else {
            header.state_machine_version = row.later_option(Reader::number)?;
        }
        let marks = row.later_byte()?;
        if marks > 7 {
            return Err(CorruptRow("a header has marks that are not known"));
        }
        if marks & 1 != 0 {
            header.state_machine_alias = Some(row.shared()?);
        }
        if marks & 2 != 0 {
            let execution_arn = row.shared()?;
            let task = TaskId { frame: FrameId(row.number()?), scheduled_event: row.number()? };
            header.started_by = Some(StartedBy { execution_arn, task, waits: row.byte()? != 0 });
        }
        if marks & 4 != 0 {
            header.forked_from = Some(Arc::new(ForkedFrom::read(row)?));
        }
        // In a whole row the state follows, but a whole row has no test case.
        header.test_case = if is_whole { None } else { row.later_option(Reader::shared)? };
        Ok(header)
    }

    pub(super) fn is_named_as_usual(&self) -> bool {
        let Some(names) = usual_names(&self.state_machine_arn) else { return false };
        let rest = self.execution_arn.strip_prefix(names.prefix).and_then(|rest| rest.strip_prefix(":execution:"));
        let name = rest.and_then(|rest| rest.strip_prefix(names.state_machine)?.strip_prefix(':'));
        name == Some(&self.name) && *self.state_machine_name == *names.state_machine && *self.region == *names.region
    }
}

/// In place of the mark whether there is a version: it is the child of a Map Run, which follows.
const CHILD: u8 = 2;

fn write_child(row: &mut Writer, child: &MapRunChild) {
    row.byte(CHILD);
    row.map_run(child.run);
    row.number(u64::from(child.processor.0));
    row.number(child.index);
    row.number(child.items);
}

fn read_child(row: &mut Reader<'_>) -> Result<MapRunChild, CorruptRow> {
    row.byte()?;
    let run = row.map_run()?;
    let processor = u32::try_from(row.number()?).map_err(|_| CorruptRow("an index is too large"))?;
    Ok(MapRunChild { run, processor: ScopeIndex(processor), index: row.number()?, items: row.number()? })
}

impl ForkedFrom {
    /// Writes it as a part of a row.
    pub fn write(&self, row: &mut Writer) {
        row.shared(&self.execution_arn);
        row.shared(&self.state_name);
        row.number(self.entered_event);
        row.number(self.visit);
        row.shared(self.input.text());
        row.shared(self.variables.text());
    }

    /// Reads what was written.
    pub fn read(row: &mut Reader<'_>) -> Result<ForkedFrom, CorruptRow> {
        Ok(ForkedFrom {
            execution_arn: row.shared()?,
            state_name: row.shared()?,
            entered_event: row.number()?,
            visit: row.number()?,
            input: row.payload()?,
            variables: row.payload()?,
        })
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
        let mut row = Writer::compact_knowing(known);
        self.write_state(&mut row);
        row.finish()
    }

    pub(super) fn write_state(&self, row: &mut Writer) {
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
            ExecutionStatus::Failed(failed) => ending(row, 2, failed),
            ExecutionStatus::TimedOut(timed_out) => ending(row, 3, timed_out),
            ExecutionStatus::Aborted(aborted) => ending(row, 4, aborted),
        }
        // Most executions have little of all this.
        let variables_bytes = self.variables_bytes.saturating_add(self.lacking_variables_bytes);
        let seed = (self.seed != self.header.seed).then_some(self.seed);
        let root = self.frames.get(&FrameId::ROOT).filter(|_| self.root_within);
        let marks = [
            self.stop_time.is_some(),
            self.timeout_due.is_some(),
            seed.is_some(),
            self.redrives.count > 0,
            self.keeps_frames,
            variables_bytes > 0,
            root.is_some(),
        ];
        row.byte(marks.iter().rev().fold(0, |marks, mark| marks << 1 | u8::from(*mark)));
        row.number(self.next_event_id);
        row.number(self.next_frame_id);
        for time in [self.stop_time, self.timeout_due].into_iter().flatten() {
            row.time_since(self.header.start_time, time);
        }
        if let Some(seed) = seed {
            row.fixed(seed);
        }
        if self.redrives.count > 0 {
            row.number(self.redrives.count);
            row.option(self.redrives.last, Writer::timestamp);
            row.number(self.redrives.client_tokens.len() as u64);
            for (token, time) in &self.redrives.client_tokens {
                row.shared(token);
                row.timestamp(*time);
            }
        }
        if variables_bytes > 0 {
            row.number(variables_bytes as u64);
        }
        if let Some(root) = root {
            root.write_within(row);
        }
        // In a row that nothing follows, since only executions with a test case count.
        if !self.invocations.is_empty() {
            row.number(self.invocations.len() as u64);
            for ((scope, state), count) in &self.invocations {
                for number in [u64::from(scope.0), u64::from(state.0), *count] {
                    row.number(number);
                }
            }
        }
    }

    /// An execution from its header and its state row. It lacks its frames: they are added with [`Execution::restore_frame`], and
    /// [`Execution::restored_all_frames`] says that they are all there. But the root may stand in the state row: then it is there.
    pub fn from_rows(header: Header, state: &[u8]) -> Result<Execution, CorruptRow> {
        let mut row = Reader::knowing(state, &header.known_texts())?;
        Execution::read_state(header, &mut row)
    }

    pub(super) fn read_state(header: Header, row: &mut Reader<'_>) -> Result<Execution, CorruptRow> {
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
        let (variables_bytes, has_root) = match row.is_compact() {
            true => execution.read_rest(row)?,
            false => (execution.read_rest_of_format_3(row)?, false),
        };
        execution.lacking_variables_bytes = usize::try_from(variables_bytes).unwrap_or(usize::MAX);
        execution.lacks_frames = execution.is_running() || execution.keeps_frames;
        if has_root {
            execution.restore_frame(Frame::read_within(FrameId::ROOT, row)?);
            execution.root_within = true;
            if execution.next_frame_id == FrameId::ROOT.0 + 1 {
                execution.restored_all_frames();
            }
        }
        if execution.header.test_case.is_some() && !row.is_at_end() {
            execution.read_invocations(row)?;
        }
        Ok(execution)
    }

    fn read_invocations(&mut self, row: &mut Reader<'_>) -> Result<(), CorruptRow> {
        let index = |number| u32::try_from(number).map_err(|_| CorruptRow("an index is too large"));
        for _ in 0..row.number()? {
            let (scope, state) = (ScopeIndex(index(row.number()?)?), StateIndex(index(row.number()?)?));
            self.invocations.insert((scope, state), row.number()?);
        }
        Ok(())
    }

    /// What the variables take, and whether the root frame follows.
    fn read_rest(&mut self, row: &mut Reader<'_>) -> Result<(u64, bool), CorruptRow> {
        let marks = row.byte()?;
        let is_marked = |position: u8| marks >> position & 1 != 0;
        self.next_event_id = row.number()?;
        self.next_frame_id = row.number()?;
        if is_marked(0) {
            self.stop_time = Some(row.time_since(self.header.start_time)?);
        }
        if is_marked(1) {
            self.timeout_due = Some(row.time_since(self.header.start_time)?);
        }
        if is_marked(2) {
            self.seed = row.fixed()?;
        }
        if is_marked(3) {
            self.read_redrives(row)?;
        }
        self.keeps_frames = is_marked(4);
        let variables_bytes = if is_marked(5) { row.number()? } else { 0 };
        Ok((variables_bytes, is_marked(6)))
    }

    /// Up to storage format 3. What the variables take.
    fn read_rest_of_format_3(&mut self, row: &mut Reader<'_>) -> Result<u64, CorruptRow> {
        self.stop_time = row.option(Reader::timestamp)?;
        self.next_event_id = row.number()?;
        self.next_frame_id = row.number()?;
        self.seed = row.fixed()?;
        self.timeout_due = row.option(Reader::timestamp)?;
        row.later_option(|row| {
            self.keeps_frames = row.byte()? != 0;
            self.read_redrives(row)
        })?;
        Ok(row.later_option(Reader::number)?.unwrap_or(0))
    }

    fn read_redrives(&mut self, row: &mut Reader<'_>) -> Result<(), CorruptRow> {
        self.redrives.count = row.number()?;
        self.redrives.last = row.option(Reader::timestamp)?;
        for _ in 0..row.number()? {
            let (token, time) = (row.shared()?, row.timestamp()?);
            self.redrives.client_tokens.push((token, time));
        }
        Ok(())
    }
}
