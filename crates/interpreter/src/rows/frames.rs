//! The two rows of a frame, and those of its variables.

use super::{CorruptRow, KnownTexts, Reader, TextsApart, Writer};
use crate::Timestamp;
use crate::frame::{Changed, Frame, FrameId, Phase, StartedJob, TaskAttempt};
use asl::definition::{ScopeIndex, StateIndex};
use json::{Payload, Value};

impl Frame {
    /// Whether the frame is so small that it is better written again with every step than kept in rows of its own. Asked of the root.
    pub(super) fn fits_within(&self, known: &KnownTexts) -> bool {
        let bytes = |payload: &Payload| if known.holds(payload.text()) { 0 } else { payload.len_bytes() };
        let of_phase = match &self.phase {
            Phase::Task(attempt) => {
                let is_input = attempt.payload.text() == self.input.text();
                let job = attempt.job.as_ref().map_or(0, |job| bytes(&job.submitted));
                job + if is_input { 0 } else { bytes(&attempt.payload) }
            }
            Phase::Finished { output } => bytes(output),
            _ => 0,
        };
        let texts = [Some(&self.input), self.work.as_ref()].into_iter().flatten().map(bytes).sum::<usize>();
        !self.variables_apart && texts + of_phase + self.variables_bytes <= WITHIN_MAX
    }

    /// A frame as a part of another row.
    pub(super) fn write_within(&self, row: &mut Writer) {
        self.write_base(row);
        self.write_progress(row);
    }

    pub(super) fn read_within(id: FrameId, row: &mut Reader<'_>) -> Result<Frame, CorruptRow> {
        let (mut frame, kept) = Frame::read_base(id, row)?;
        frame.read_progress(row, kept)?;
        Ok(frame)
    }

    pub(super) fn base_row(&self, known: &KnownTexts, texts: &mut TextsApart) -> Vec<u8> {
        let mut row = Writer::apart_knowing(known);
        self.write_base(&mut row);
        row.finish_apart(texts)
    }

    pub(super) fn progress_row(&self) -> Vec<u8> {
        let mut row = Writer::new();
        self.write_progress(&mut row);
        row.finish()
    }

    fn write_base(&self, row: &mut Writer) {
        row.option(self.parent, |row, parent| row.number(parent.0));
        row.number(self.position);
        row.number(u64::from(self.scope.0));
        row.number(u64::from(self.state.0));
        row.shared(self.input.text());
        match (self.variables.is_empty(), self.variables_apart) {
            (true, _) => row.byte(0),
            (false, false) => {
                row.byte(1);
                row.passing(&Value::from(&self.variables).to_string().into());
            }
            (false, true) => {
                row.byte(VARIABLES_APART);
                row.number(self.variables_bytes as u64);
            }
        }
        row.timestamp(self.entered_at);
        row.number(self.entered_event);
        // Of items that are an expression's nothing is said in the history.
        row.option(self.work.as_ref(), |row, work| row.passing(work.text()));
        match &self.phase {
            Phase::Task(attempt) => {
                row.byte(match (attempt.invocation.is_some(), attempt.job.is_some()) {
                    (false, false) => 1,
                    (true, false) => NUMBERED_ATTEMPT,
                    (false, true) => ATTEMPT_WITH_JOB,
                    (true, true) => NUMBERED_ATTEMPT_WITH_JOB,
                });
                if let Some(invocation) = attempt.invocation {
                    row.number(invocation);
                }
                write_attempt(row, attempt);
                if let Some(job) = &attempt.job {
                    row.shared(job.submitted.text());
                }
            }
            Phase::Finished { output } => {
                row.byte(2);
                row.shared(output.text());
            }
            _ => row.byte(0),
        }
    }

    fn write_progress(&self, row: &mut Writer) {
        row.number(self.last_event);
        row.number(self.retries.len() as u64);
        for &retries in &self.retries {
            row.number(retries);
        }
        match &self.phase {
            Phase::Ready => row.byte(0),
            Phase::Waiting { due } => {
                row.byte(1);
                row.timestamp(*due);
            }
            Phase::Retrying { due } => {
                row.byte(2);
                row.timestamp(*due);
            }
            Phase::Task(attempt) => {
                row.byte(3);
                let TaskAttempt { started, submitted, handed_over, job, waits_since, .. } = attempt;
                let marks = [*started, *submitted, *handed_over, job.is_some(), waits_since.is_some()];
                row.byte(marks.iter().rev().fold(0, |marks, mark| marks << 1 | u8::from(*mark)));
                row.option(attempt.timeout_due, Writer::timestamp);
                row.option(attempt.heartbeat_due, Writer::timestamp);
                if let Some(since) = attempt.waits_since {
                    row.timestamp(since);
                }
                if let Some(job) = &attempt.job {
                    row.number(job.looks);
                    row.timestamp(job.look_due);
                }
            }
            Phase::Parallel { first_child, open } => {
                row.byte(4);
                row.number(first_child.0);
                row.number(*open);
            }
            Phase::Map { first_child, length, started, succeeded, concurrency } => {
                row.byte(5);
                for number in [first_child.0, *length, *started, *succeeded, *concurrency] {
                    row.number(number);
                }
            }
            Phase::MapRun { run, redrives, is_open } => {
                row.byte(8);
                row.map_run(*run);
                row.number(*redrives);
                row.byte(u8::from(*is_open));
            }
            Phase::Finished { .. } => row.byte(6),
            Phase::Stopped => row.byte(7),
        }
    }

    /// A frame from its two rows, of an execution whose header knows these texts. [Variables that stand apart](Frame::has_variables_apart)
    /// are put back with [`Frame::restore_variable`].
    pub fn from_rows(id: FrameId, base: &[u8], progress: &[u8], known: &KnownTexts) -> Result<Frame, CorruptRow> {
        let (mut frame, kept) = Frame::read_base(id, &mut Reader::knowing(base, known)?)?;
        frame.read_progress(&mut Reader::new(progress)?, kept)?;
        Ok(frame)
    }

    fn read_base(id: FrameId, base: &mut Reader<'_>) -> Result<(Frame, Kept), CorruptRow> {
        let parent = base.option(Reader::number)?.map(FrameId);
        let position = base.number()?;
        let scope = ScopeIndex(index(base.number()?)?);
        let state = StateIndex(index(base.number()?)?);
        let mut frame = Frame::new(id, parent, position, scope, state);
        frame.input = base.payload()?;
        match base.byte()? {
            0 => {}
            1 => {
                let variables = base.json()?;
                let object = variables.as_object().ok_or(CorruptRow("variables are not an object"))?;
                frame.variables = object.clone();
                // Without the brace that has no comma.
                frame.variables_bytes = variables.to_string().len() - 1;
            }
            VARIABLES_APART => {
                frame.variables_apart = true;
                frame.variables_bytes = usize::try_from(base.number()?).unwrap_or(usize::MAX);
            }
            _ => return Err(CorruptRow("a frame has variables of an unknown kind")),
        }
        frame.entered_at = base.timestamp()?;
        frame.entered_event = base.number()?;
        frame.work = base.option(Reader::payload)?;
        let kept = match base.byte()? {
            0 => Kept::Nothing,
            1 => Kept::Attempt(read_attempt(base)?),
            2 => Kept::Output(base.payload()?),
            kind @ (NUMBERED_ATTEMPT | ATTEMPT_WITH_JOB | NUMBERED_ATTEMPT_WITH_JOB) => {
                let invocation = if kind == ATTEMPT_WITH_JOB { None } else { Some(base.number()?) };
                let attempt = read_attempt(base)?;
                let job = match kind {
                    NUMBERED_ATTEMPT => None,
                    _ => Some(StartedJob { submitted: base.payload()?, looks: 0, look_due: Timestamp(0) }),
                };
                Kept::Attempt(TaskAttempt { invocation, job, ..attempt })
            }
            _ => return Err(CorruptRow("a frame keeps something unknown")),
        };
        Ok((frame, kept))
    }

    fn read_progress(&mut self, progress: &mut Reader<'_>, kept: Kept) -> Result<(), CorruptRow> {
        self.last_event = progress.number()?;
        let retriers = progress.number()?;
        for _ in 0..retriers {
            self.retries.push(progress.number()?);
        }
        self.phase = read_phase(progress, kept)?;
        self.changed = Changed::default();
        Ok(())
    }
}

/// So many bytes of payloads and variables that stand nowhere else fit into the state row with the root frame.
const WITHIN_MAX: usize = 128;

/// What a base row keeps: an attempt with the number of its invocation before it.
const NUMBERED_ATTEMPT: u8 = 3;
/// The same: an attempt with the response to the request that started its job behind it, and one with both.
const ATTEMPT_WITH_JOB: u8 = 4;
const NUMBERED_ATTEMPT_WITH_JOB: u8 = 5;

/// In place of the variables in a base row: each is a row of its own.
const VARIABLES_APART: u8 = 2;

impl Frame {
    /// The row of a variable that stands apart.
    pub fn variable_row(&self, name: &str, known: &KnownTexts) -> Option<Vec<u8>> {
        let value = self.variables.get(name)?;
        let mut row = Writer::knowing(known);
        row.shared(&value.to_string().into());
        Some(row.finish())
    }

    /// Puts a variable back whose row this is.
    pub fn restore_variable(&mut self, name: &str, row: &[u8], known: &KnownTexts) -> Result<(), CorruptRow> {
        let value = Reader::knowing(row, known)?.json()?;
        self.variables.set(name, value);
        Ok(())
    }
}

/// What the base row keeps for the phase, which the progress row names.
enum Kept {
    Nothing,
    Attempt(TaskAttempt),
    Output(Payload),
}

fn read_phase(row: &mut Reader<'_>, kept: Kept) -> Result<Phase, CorruptRow> {
    Ok(match (row.byte()?, kept) {
        (0, _) => Phase::Ready,
        (1, _) => Phase::Waiting { due: row.timestamp()? },
        (2, _) => Phase::Retrying { due: row.timestamp()? },
        (3, Kept::Attempt(attempt)) => {
            let marks = row.byte()?;
            let (timeout_due, heartbeat_due) = (row.option(Reader::timestamp)?, row.option(Reader::timestamp)?);
            // Nothing in rows of formats before 6.
            let waits_since = if marks & 16 != 0 { Some(row.timestamp()?) } else { None };
            let job = match (attempt.job, marks & 8 != 0) {
                (Some(job), true) => Some(StartedJob { looks: row.number()?, look_due: row.timestamp()?, ..job }),
                (None, false) => None,
                _ => return Err(CorruptRow("a frame's two rows do not fit together")),
            };
            Phase::Task(TaskAttempt {
                started: marks & 1 != 0,
                submitted: marks & 2 != 0,
                handed_over: marks & 4 != 0,
                waits_since,
                timeout_due,
                heartbeat_due,
                job,
                ..attempt
            })
        }
        (4, _) => Phase::Parallel { first_child: FrameId(row.number()?), open: row.number()? },
        (5, _) => Phase::Map {
            first_child: FrameId(row.number()?),
            length: row.number()?,
            started: row.number()?,
            succeeded: row.number()?,
            concurrency: row.number()?,
        },
        (6, Kept::Output(output)) => Phase::Finished { output },
        (7, _) => Phase::Stopped,
        (8, _) => Phase::MapRun { run: row.map_run()?, redrives: row.number()?, is_open: row.byte()? != 0 },
        _ => return Err(CorruptRow("a frame's two rows do not fit together")),
    })
}

fn write_attempt(row: &mut Writer, attempt: &TaskAttempt) {
    row.number(attempt.scheduled_event);
    row.fixed(attempt.nonce);
    row.shared(attempt.payload.text());
    row.option(attempt.timeout_seconds, Writer::number);
    row.option(attempt.heartbeat_seconds, Writer::number);
    row.option(attempt.role_arn.as_ref(), Writer::shared);
}

fn read_attempt(row: &mut Reader<'_>) -> Result<TaskAttempt, CorruptRow> {
    Ok(TaskAttempt {
        scheduled_event: row.number()?,
        nonce: row.fixed()?,
        payload: row.payload()?,
        timeout_seconds: row.option(Reader::number)?,
        heartbeat_seconds: row.option(Reader::number)?,
        role_arn: row.option(Reader::shared)?,
        started: false,
        submitted: false,
        job: None,
        handed_over: false,
        waits_since: None,
        timeout_due: None,
        heartbeat_due: None,
        invocation: None,
    })
}

fn index(number: u64) -> Result<u32, CorruptRow> {
    u32::try_from(number).map_err(|_| CorruptRow("an index is too large"))
}
