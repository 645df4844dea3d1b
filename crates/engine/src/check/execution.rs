//! One execution: its own rows, and those that lead to it.

use super::{Checker, Expected};
use crate::keys::{self, ClosedRow, ExecutionKey, IndexRow};
use crate::partition::{Resident, Stored, load_whole, status_number};
use crate::registry::Revision;
use crate::tasks;
use crate::texts::read_texts;
use arn::{ExecutionArn, StateMachineArn};
use interpreter::history::HistoryEvent;
use interpreter::rows::{is_whole, read_events};
use interpreter::{AwaitedTask, Execution, FrameId, Header, Phase, TaskId, Timer, TimerKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::{Bytes, PartitionId, Range, StoreError, Table};

/// History rows read in one go: few, because a row can be large.
const CHUNKS: usize = 16;

impl Checker<'_> {
    pub(super) async fn execution(
        &mut self,
        partition: PartitionId,
        key: Bytes,
        header: &Bytes,
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        self.checked.executions += 1;
        expected.states += u64::from(!is_whole(header));
        let key = ExecutionKey(key);
        let header = match Header::from_row(header) {
            Ok(header) => header,
            Err(corrupt) => {
                self.report("header", name(&key), corrupt.to_string());
                return Ok(());
            }
        };
        let place = header.execution_arn.to_string();
        let home = &self.options.identity.account;
        let of_header = ExecutionArn::parse(&header.execution_arn).map(|arn| ExecutionKey::of_arn(&arn, home));
        if of_header.as_ref() != Ok(&key) {
            self.report("header", name(&key), format!("it is the header of {place}"));
            return Ok(());
        }
        let store = self.store.clone();
        match load_whole(&*store, &self.registry, partition, &key).await {
            Ok(Stored::Execution(resident)) => self.loaded(partition, &key, &resident, expected).await?,
            // A part of its history may be gone, and so is its index row.
            Ok(Stored::Leaving) => expected.closed += 1,
            Ok(Stored::Nothing) => self.report("header", place, "it was there a moment ago"),
            Err(StoreError::Corrupt { what, place: row }) => self.report("rows", place, format!("{what} ({row})")),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn loaded(
        &mut self,
        partition: PartitionId,
        key: &ExecutionKey,
        resident: &Resident,
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        let execution = &resident.execution;
        self.names(&execution.header, &resident.revision);
        if self.all_are_listed && tasks::unlisted(resident) {
            let what = "a task waits for an answer and does not say since when";
            self.report("awaited task", &*execution.header.execution_arn, what);
        }
        self.checked.open += u64::from(execution.is_running());
        let wanted = wanted_rows(key, resident);
        expected.closed += u64::from(!execution.is_running());
        expected.frames += execution.frames_apart().count() as u64;
        for (table, what, row, value) in wanted {
            match table {
                keys::TIMERS => (expected.timers, self.checked.timers) = (expected.timers + 1, self.checked.timers + 1),
                keys::TASKS => (expected.tasks, self.checked.tasks) = (expected.tasks + 1, self.checked.tasks + 1),
                keys::AWAITED => expected.awaited += 1,
                keys::INDEX => expected.index += 1,
                keys::VARIABLES => expected.variables += 1,
                keys::UNFINISHED => expected.unfinished += 1,
                _ => {}
            }
            let stored = self.store.get(partition, table, &row).await?;
            let problem = match stored {
                None => "is missing",
                Some(stored) if !says_the_same(table, &row, &stored, &value) => "does not say what the execution says",
                Some(_) => continue,
            };
            self.report(what, &*execution.header.execution_arn, format!("its row {problem}"));
        }
        self.map_runs_of(partition, key, resident, expected).await?;
        self.history(partition, key, resident).await
    }

    /// The header says most names more than once.
    fn names(&mut self, header: &Header, revision: &Revision) {
        let identity = revision.machine_arn.identity.clone();
        // A child of a Map Run is of `machine/label`.
        let (machine, label) = match header.state_machine_name.split_once('/') {
            Some((machine, label)) if header.map_run.is_some() => (machine, Some(label.to_owned())),
            _ => (&*header.state_machine_name, None),
        };
        let arn = ExecutionArn::standard(identity.clone(), machine, &*header.name);
        let arn = ExecutionArn { label: label.clone(), ..arn };
        let machine_arn = StateMachineArn { label, ..revision.machine_arn.clone() };
        let fits = *header.execution_arn == *arn.to_string()
            && *header.state_machine_arn == *machine_arn.to_string()
            && header.region == identity.region
            && header.role_arn == revision.role_arn;
        if !fits {
            self.report("header", arn.to_string(), "its names do not fit each other, or account and Region are others");
        }
    }

    async fn history(
        &mut self,
        partition: PartitionId,
        key: &ExecutionKey,
        resident: &Resident,
    ) -> Result<(), StoreError> {
        let execution = &resident.execution;
        let place = &*execution.header.execution_arn;
        let mut known = execution.known_texts();
        let mut events = resident.history.clone().unwrap_or_default();
        if !events.is_empty() && !is_contiguous(&events, 1) {
            self.report("history", place, "events are missing, or are not the ones that should follow");
            return Ok(());
        }
        let mut range = Range::prefix(keys::HISTORY, key.prefix()).limit(CHUNKS);
        loop {
            let chunks = self.page(partition, &mut range).await?;
            if chunks.is_empty() {
                break;
            }
            for (row, chunk) in chunks {
                let next = events.len() as u64 + 1;
                let texts = read_texts(&*self.store, partition, key, &chunk, &mut known).await?;
                let chunk = match texts.and_then(|()| read_events(&chunk, &known)) {
                    Ok(chunk) => chunk,
                    Err(corrupt) => {
                        self.report("history", place, format!("the events from {next} on: {corrupt}"));
                        return Ok(());
                    }
                };
                if row != key.event(next) || !is_contiguous(&chunk, next) {
                    self.report(
                        "history",
                        place,
                        format!("event {next} is missing, or is not the one that should follow"),
                    );
                    return Ok(());
                }
                events.extend(chunk);
            }
        }
        self.checked.events += events.len() as u64;
        let count = execution.next_event_id - 1;
        if events.len() as u64 != count {
            self.report("history", place, format!("there are {} events, there should be {count}", events.len()));
            return Ok(());
        }
        if self.options.replays {
            self.checked.replayed += 1;
            let (definition, settings) = (&resident.revision.definition, &self.options.settings);
            // Texts are read as they are stored: one that is damaged may be no JSON, which the interpreter relies on.
            let replayed = AssertUnwindSafe(|| interpreter::replay::check(definition, execution, &events, settings));
            match catch_unwind(replayed) {
                Ok(Ok(())) => {}
                Ok(Err(divergence)) => self.report("replay", place, divergence.to_string()),
                Err(panic) => self.report("replay", place, crate::caught::message(&*panic)),
            }
        }
        Ok(())
    }
}

/// Whether the events follow each other from `first` on, each after the one it points back to.
fn is_contiguous(events: &[HistoryEvent], first: u64) -> bool {
    !events.is_empty() && events.iter().zip(first..).all(|(event, id)| event.id == id && event.previous_event_id < id)
}

/// The rows that must be there because the execution is as it is.
fn wanted_rows(key: &ExecutionKey, resident: &Resident) -> Vec<(Table, &'static str, Bytes, Bytes)> {
    let execution = &resident.execution;
    let header = &execution.header;
    let status = status_number(&execution.status);
    let mut rows = Vec::new();
    for index in index_keys(key, execution) {
        rows.push((keys::INDEX, "index", index, IndexRow::of(execution).value().into()));
    }
    if let Some(stop) = execution.stop_time.filter(|_| !execution.is_running()) {
        rows.push((keys::CLOSED, "closing time", key.closed(stop), ClosedRow::value(status, header, stop).into()));
    }
    let mark = || Bytes::from(vec![interpreter::rows::VERSION]);
    for timer in timers(execution) {
        rows.push((keys::TIMERS, "timer", key.timer(&timer), mark()));
    }
    let known = header.known_texts();
    for (frame, name) in variables(execution) {
        let row = execution.frame(frame).and_then(|frame| frame.variable_row(name, &known));
        rows.push((keys::VARIABLES, "variable", key.variable(frame, name), row.unwrap_or_default().into()));
    }
    for task in open_tasks(execution) {
        rows.push((keys::TASKS, "task", key.task(task), tasks::row(resident, task).encode().into()));
    }
    for (awaited, nonce) in awaited(execution) {
        let value = keys::awaited_value(nonce).to_vec();
        rows.push((keys::AWAITED, "awaited task", key.awaited(&awaited), value.into()));
    }
    if execution.is_running() && execution.is_unfinished() {
        rows.push((keys::UNFINISHED, "unfinished turn", key.0.clone(), mark()));
    }
    rows
}

/// Whether two values of a row say the same, be they written by different releases.
fn says_the_same(table: Table, key: &Bytes, left: &Bytes, right: &Bytes) -> bool {
    match table {
        keys::INDEX => {
            let read = |value: &Bytes| IndexRow::read_any(key, value);
            read(left).is_some() && read(left) == read(right)
        }
        keys::CLOSED => {
            ClosedRow::read(key, left).is_some() && ClosedRow::read(key, left) == ClosedRow::read(key, right)
        }
        _ => left == right,
    }
}

/// The keys of its index rows.
pub(super) fn index_keys(key: &ExecutionKey, execution: &Execution) -> Vec<Bytes> {
    let header = &execution.header;
    let status = status_number(&execution.status);
    let alias = header.state_machine_alias.as_ref();
    let run = header.map_run.map(|child| child.run);
    keys::indexed_under(key.machine(), header.state_machine_version, alias, run)
        .map(|indexed| IndexRow::key(&indexed, status, header.start_time, &header.name))
        .collect()
}

/// The timers an execution waits for.
pub(super) fn timers(execution: &Execution) -> Vec<Timer> {
    if !execution.is_running() {
        return Vec::new();
    }
    let mut timers = Vec::new();
    timers.extend(execution.timeout_due.map(|due| Timer { due, kind: TimerKind::ExecutionTimeout }));
    for frame in execution.frames() {
        match &frame.phase {
            Phase::Waiting { due } | Phase::Retrying { due } => {
                timers.push(Timer { due: *due, kind: TimerKind::Delay(frame.id) });
            }
            Phase::Task(attempt) => {
                let task = TaskId { frame: frame.id, scheduled_event: attempt.scheduled_event };
                timers.extend(attempt.timeout_due.map(|due| Timer { due, kind: TimerKind::TaskTimeout(task) }));
                timers.extend(attempt.heartbeat_due.map(|due| Timer { due, kind: TimerKind::Heartbeat(task) }));
                let look = attempt.job.as_ref().map(|job| Timer { due: job.look_due, kind: TimerKind::Job(task) });
                timers.extend(look);
            }
            Phase::Ready
            | Phase::Stopped
            | Phase::Parallel { .. }
            | Phase::Map { .. }
            | Phase::MapRun { .. }
            | Phase::Finished { .. } => {}
        }
    }
    timers
}

/// The variables that have rows of their own.
pub(super) fn variables(execution: &Execution) -> impl Iterator<Item = (FrameId, &str)> {
    let frames = execution.frames().filter(|frame| frame.has_variables_apart());
    frames.flat_map(|frame| frame.variables.keys().map(|name| (frame.id, &**name)))
}

/// The tasks an execution waits for and that nobody has taken over.
pub(super) fn open_tasks(execution: &Execution) -> Vec<TaskId> {
    let attempts = execution.frames().filter_map(|frame| Some((frame.id, frame.task_attempt()?)));
    let open = attempts.filter(|(_, attempt)| !attempt.handed_over);
    open.map(|(frame, attempt)| TaskId { frame, scheduled_event: attempt.scheduled_event }).collect()
}

/// The tasks that wait for an answer from outside, with the nonces of their tokens.
pub(super) fn awaited(execution: &Execution) -> impl Iterator<Item = (AwaitedTask, u64)> {
    let attempts = execution.frames().filter_map(|frame| Some((frame.id, frame.task_attempt()?)));
    attempts.filter_map(|(frame, attempt)| {
        let task = TaskId { frame, scheduled_event: attempt.scheduled_event };
        Some((AwaitedTask { task, since: attempt.waits_since? }, attempt.nonce))
    })
}

/// An execution whose ARN is not known.
pub(super) fn name(key: &ExecutionKey) -> String {
    format!("execution '{}'", key.0.escape_ascii())
}
