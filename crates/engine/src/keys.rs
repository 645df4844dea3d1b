//! Where the rows of executions are: tables and keys.
//!
//! Names cannot hold control characters, so a zero byte ends a name in a key without doubt. Numbers are big-endian, so that keys sort.

use crate::hash::{BASIS, fnv_1a};
use crate::registry;
use asl::definition::{IntegrationPattern, Resource};
use integrations::{Job, TaskRequest};
use interpreter::TaskId;
use interpreter::rows::{Reader, TextId, Writer};
use interpreter::{AbandonedJob, AwaitedTask, Execution, FrameId, Header, MapRunId, Timer, TimerKind, Timestamp};
use json::Payload;
use std::ops::Bound;
use std::sync::Arc;
use store::{Bytes, Range, Table};

/// Header rows by execution.
pub(crate) const HEADERS: Table = Table(16);
/// State rows by execution.
pub(crate) const STATES: Table = Table(17);
/// Frame base rows by execution and frame.
pub(crate) const FRAME_BASES: Table = Table(18);
/// Frame progress rows by execution and frame.
pub(crate) const FRAME_PROGRESSES: Table = Table(19);
/// Chunks of events by execution and first event.
pub(crate) const HISTORY: Table = Table(20);
/// Executions by machine, status and start, newest first.
pub(crate) const INDEX: Table = Table(21);
/// Timers by time; the value is a version.
pub(crate) const TIMERS: Table = Table(22);
/// Tasks that are to be done and that nobody has taken over: see [`TaskRow`].
pub(crate) const TASKS: Table = Table(23);
/// Executions that stopped in the middle of a step because their turn was over.
pub(crate) const UNFINISHED: Table = Table(24);
/// Closed executions by closing time, until they have been kept long enough.
pub(crate) const CLOSED: Table = Table(25);
/// Starts of asynchronous Express executions that have not ended, in groups (`express::group`). In a partition of their own.
pub(crate) const EXPRESS_STARTS: Table = Table(26);

/// Variables that are not in a frame's base row, by execution, frame and name.
pub(crate) const VARIABLES: Table = Table(27);

/// Long texts of histories and frames, by execution and what they say.
pub(crate) const TEXTS: Table = Table(29);

/// Tasks that wait for an answer from outside, by machine and time, the newest first: see [`ExecutionKey::awaited`].
pub(crate) const AWAITED: Table = Table(30);

/// What a partition notes for itself: see [`TIMERS_FROM`] and [`AWAITED_LISTED`].
pub(crate) const MARKS: Table = Table(28);

/// What a Map Run is, by its id: see `map_runs::rows`.
pub(crate) const MAP_RUNS: Table = Table(40);
/// How far it is, by its id.
pub(crate) const MAP_RUN_STATES: Table = Table(41);
/// The Map Runs of an execution, by execution, `MapRunStarted` event, newest first, and id.
pub(crate) const MAP_RUNS_OF: Table = Table(42);
/// Map Runs for which something is left to be done, by id: see `map_runs::Asked`.
pub(crate) const OPEN_MAP_RUNS: Table = Table(43);
/// Results of a Map Run that are not written elsewhere, by id and the number of the commit.
pub(crate) const MAP_RUN_RESULTS: Table = Table(44);
/// Child executions of a Map Run that did not succeed, by id and the child's index.
pub(crate) const MAP_RUN_FAILURES: Table = Table(45);
/// Jobs that are to be stopped because nobody waits for them any more: see [`encode_job`]. By execution and task, until that is done.
pub(crate) const ABANDONED_JOBS: Table = Table(46);

/// The row of [`MARKS`] with the time, as it stands in keys, before which there is no row in [`TIMERS`]. Nobody else knows how many were there
/// and went, and a store may have to go over all of them to find the first that is left.
pub(crate) const TIMERS_FROM: &[u8] = b"timers from";

/// The row of [`MARKS`] that is there when all tasks that wait have rows in [`AWAITED`]: releases of format 5 and before wrote none.
pub(crate) const AWAITED_LISTED: &[u8] = b"awaited listed";

/// What the rows of a table are, in a word or two: for whoever counts them.
pub fn table_name(table: Table) -> &'static str {
    match table {
        HEADERS => "header",
        STATES => "state",
        FRAME_BASES => "frame base",
        FRAME_PROGRESSES => "frame progress",
        HISTORY => "history",
        INDEX => "index",
        TIMERS => "timer",
        TASKS => "task",
        UNFINISHED => "unfinished",
        CLOSED => "closing time",
        EXPRESS_STARTS => "Express start",
        VARIABLES => "variable",
        TEXTS => "text",
        AWAITED => "awaited task",
        MARKS => "mark",
        MAP_RUNS => "Map Run",
        MAP_RUN_STATES => "Map Run state",
        MAP_RUNS_OF => "Map Run index",
        OPEN_MAP_RUNS => "open Map Run",
        MAP_RUN_RESULTS => "Map Run result",
        MAP_RUN_FAILURES => "Map Run failure",
        ABANDONED_JOBS => "abandoned job",
        _ => "other",
    }
}

/// What stands in place of the state row of an execution that is being removed piece by piece: its name is not free yet, but it is gone.
pub(crate) const LEAVING_STATE: [u8; 2] = [interpreter::rows::VERSION, 0xff];

/// An execution's key: its machine's key in the registry, zero, its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ExecutionKey(pub Bytes);

impl ExecutionKey {
    pub fn new(machine_key: &str, name: &str) -> ExecutionKey {
        let mut key = Vec::with_capacity(machine_key.len() + 1 + name.len());
        key.extend_from_slice(machine_key.as_bytes());
        key.push(0);
        key.extend_from_slice(name.as_bytes());
        ExecutionKey(key.into())
    }

    /// `home` is the server's own account.
    pub fn of_arn(arn: &arn::ExecutionArn, home: &str) -> ExecutionKey {
        let machine = registry::key(home, &arn.identity.account, &arn.state_machine);
        match &arn.label {
            None => ExecutionKey::new(&machine, &arn.name),
            Some(label) => ExecutionKey::new(&format!("{machine}/{label}"), &arn.name),
        }
    }

    /// The machine's key.
    pub fn machine(&self) -> &str {
        let machine = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(machine).expect("made of texts")
    }

    /// Which of `partitions` owns the execution: a hash of the key that never changes (FNV-1a).
    pub fn partition(&self, partitions: u32) -> u32 {
        let hash = fnv_1a(BASIS, self.0.iter().copied());
        // The low bits of FNV are weak; the high half is mixed in.
        ((hash ^ (hash >> 32)) % u64::from(partitions)) as u32
    }

    /// The key followed by a zero: the prefix of the execution's rows in tables with longer keys.
    pub fn prefix(&self) -> Bytes {
        self.with(&[])
    }

    pub fn frame(&self, frame: FrameId) -> Bytes {
        self.with(&frame.0.to_be_bytes())
    }

    pub fn variable(&self, frame: FrameId, name: &str) -> Bytes {
        self.with(&[&frame.0.to_be_bytes(), name.as_bytes()].concat())
    }

    pub fn event(&self, event_id: u64) -> Bytes {
        self.with(&event_id.to_be_bytes())
    }

    /// What no key of the execution comes after in a table of keys that end with so many bytes.
    pub fn last(&self, suffix_bytes: usize) -> Bytes {
        self.with(&vec![0xff; suffix_bytes])
    }

    pub fn text(&self, id: TextId) -> Bytes {
        self.with(&id.0)
    }

    pub fn task(&self, task: TaskId) -> Bytes {
        let mut suffix = [0; 16];
        suffix[..8].copy_from_slice(&task.frame.0.to_be_bytes());
        suffix[8..].copy_from_slice(&task.scheduled_event.to_be_bytes());
        self.with(&suffix)
    }

    /// Time first, then what makes the timer one of its own.
    pub fn timer(&self, timer: &Timer) -> Bytes {
        let mut key = Vec::with_capacity(8 + self.0.len() + 1 + TIMER_KIND_LEN);
        key.extend_from_slice(&sortable(timer.due).to_be_bytes());
        key.extend_from_slice(&self.0);
        key.push(0);
        key.extend_from_slice(&timer_kind(timer.kind));
        key.into()
    }

    /// The machine, that of the parent if the execution is a child of a Map Run; zero; the time, counted backwards; the rest of the
    /// execution's key and the task. The value is [`awaited_value`].
    pub fn awaited(&self, AwaitedTask { task, since }: &AwaitedTask) -> Bytes {
        let machine = state_machine_of(self.machine()).len();
        let mut key = Vec::with_capacity(1 + 8 + self.0.len() + AWAITED_TASK_LEN);
        key.extend_from_slice(&self.0[..machine]);
        key.push(0);
        key.extend_from_slice(&(!sortable(*since)).to_be_bytes());
        key.extend_from_slice(&self.0[machine..]);
        key.extend_from_slice(&task.frame.0.to_be_bytes());
        key.extend_from_slice(&task.scheduled_event.to_be_bytes());
        key.into()
    }

    /// Closing time first.
    pub fn closed(&self, stop: Timestamp) -> Bytes {
        let mut key = Vec::with_capacity(8 + self.0.len());
        key.extend_from_slice(&sortable(stop).to_be_bytes());
        key.extend_from_slice(&self.0);
        key.into()
    }

    /// In the order of the `MapRunStarted` events, the newest first.
    pub fn map_run(&self, started_event: u64, run: MapRunId) -> Bytes {
        self.with(&[&(!started_event).to_be_bytes()[..], &run.0.to_be_bytes()].concat())
    }

    fn with(&self, suffix: &[u8]) -> Bytes {
        let mut key = Vec::with_capacity(self.0.len() + 1 + suffix.len());
        key.extend_from_slice(&self.0);
        key.push(0);
        key.extend_from_slice(suffix);
        key.into()
    }
}

/// What keys of [`MAP_RUNS_OF`] have behind the execution: the event and the run.
pub(crate) const MAP_RUN_OF_LEN: usize = 8 + 16;

/// Splits a key made by `with`: the execution and the rest, whose length is known.
pub(crate) fn split(key: &Bytes, suffix_length: usize) -> Option<(ExecutionKey, Bytes)> {
    let end = key.len().checked_sub(suffix_length + 1)?;
    (key[end] == 0).then(|| (ExecutionKey(key.slice(..end)), key.slice(end + 1..)))
}

/// The execution, the frame and the name a key of [`VARIABLES`] is about.
pub(crate) fn read_variable(key: &Bytes) -> Option<(ExecutionKey, FrameId, &str)> {
    let mut zeros = key.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at);
    let end = zeros.nth(1)?;
    let (frame, name) = key.get(end + 1..)?.split_first_chunk()?;
    Some((ExecutionKey(key.slice(..end)), FrameId(u64::from_be_bytes(*frame)), std::str::from_utf8(name).ok()?))
}

/// The key of a Map Run's rows, or what they begin with.
pub(crate) fn map_run(run: MapRunId) -> [u8; 16] {
    run.0.to_be_bytes()
}

/// The key of one of several rows of a Map Run.
pub(crate) fn of_map_run(run: MapRunId, number: u64) -> Bytes {
    [&map_run(run)[..], &number.to_be_bytes()].concat().into()
}

/// The Map Run that a key ends in.
pub(crate) fn read_map_run(key: &[u8]) -> Option<MapRunId> {
    key.last_chunk().map(|bytes| MapRunId(u128::from_be_bytes(*bytes)))
}

/// The task a key of [`TASKS`] is about.
pub(crate) fn read_task(suffix: &[u8]) -> Option<TaskId> {
    let (frame, event) = suffix.split_at_checked(8)?;
    Some(TaskId {
        frame: FrameId(u64::from_be_bytes(frame.try_into().ok()?)),
        scheduled_event: u64::from_be_bytes(event.try_into().ok()?),
    })
}

/// The machine of a machine's key, which of a Map Run's children is `machine/label`.
pub(crate) fn state_machine_of(machine: &str) -> &str {
    machine.split('/').next().unwrap_or_default()
}

const AWAITED_TASK_LEN: usize = 16;

/// A row of [`AWAITED`], from its key.
pub(crate) fn read_awaited(key: &[u8]) -> Option<(ExecutionKey, AwaitedTask)> {
    let end = key.iter().position(|byte| *byte == 0)?;
    let (machine, rest) = (&key[..end], &key[end + 1..]);
    let (since, rest) = rest.split_first_chunk::<8>()?;
    let since = from_sortable((!u64::from_be_bytes(*since)).to_be_bytes());
    let (rest, task) = rest.split_at_checked(rest.len().checked_sub(AWAITED_TASK_LEN)?)?;
    let is_text = std::str::from_utf8(machine).is_ok() && std::str::from_utf8(rest).is_ok();
    let execution = ExecutionKey([machine, rest].concat().into());
    Some((execution, AwaitedTask { task: read_task(task)?, since })).filter(|_| is_text && rest.contains(&0))
}

/// The value of a row of [`AWAITED`]: what of the task's token is its own, so that it can be looked for.
pub(crate) fn awaited_value(nonce: u64) -> [u8; 9] {
    let mut value = [interpreter::rows::VERSION; 9];
    value[1..].copy_from_slice(&nonce.to_be_bytes());
    value
}

/// The nonce in such a value.
pub(crate) fn read_awaited_value(value: &[u8]) -> Option<u64> {
    let (version, nonce) = value.split_first()?;
    (*version == interpreter::rows::VERSION).then(|| nonce.try_into().ok().map(u64::from_be_bytes))?
}

/// The value of a row of [`TASKS`]: who is to do the task.
#[derive(Clone, Debug)]
pub(crate) enum TaskRow {
    /// A performer.
    Performer,
    /// Nobody: the task is over, and its job is to be stopped. Such a row is one of [`ABANDONED_JOBS`].
    AbandonedJob(Box<Job>),
    /// A worker of this activity. Its name stands here so that millions of tasks can be offered again without reading their executions.
    Worker { activity_arn: String },
}

impl TaskRow {
    pub fn encode(&self) -> Vec<u8> {
        match self {
            TaskRow::Performer | TaskRow::AbandonedJob(_) => vec![interpreter::rows::VERSION],
            TaskRow::Worker { activity_arn } => {
                let mut row = vec![interpreter::rows::VERSION];
                row.extend_from_slice(activity_arn.as_bytes());
                row
            }
        }
    }

    pub fn read(row: &[u8]) -> Option<TaskRow> {
        match row.split_first()? {
            (&interpreter::rows::VERSION, []) => Some(TaskRow::Performer),
            (&interpreter::rows::VERSION, arn) => {
                Some(TaskRow::Worker { activity_arn: String::from_utf8(arn.to_vec()).ok()? })
            }
            _ => None,
        }
    }
}

/// The value of a row of [`ABANDONED_JOBS`].
pub(crate) fn encode_job(job: &AbandonedJob, header: &Header) -> Vec<u8> {
    let Resource::Service { arn, service, action, pattern } = &job.resource else {
        unreachable!("only service integrations start jobs")
    };
    let mut row = Writer::new();
    for text in [arn, service, action] {
        row.text(text);
    }
    row.text(pattern.suffix());
    row.text(job.payload.text());
    row.text(job.submitted.text());
    row.option(job.role_arn.as_ref(), |row, role| row.text(role));
    row.text(&header.execution_arn);
    row.text(&header.state_machine_arn);
    row.text(&crate::tasks::invocation_id(header, job.task));
    row.finish()
}

/// An abandoned job as it is stopped, from its row.
pub(crate) fn read_job(row: &[u8]) -> Option<Job> {
    let mut row = Reader::new(row).ok()?;
    let mut text = || row.text().ok();
    let (arn, service, action, suffix) = (text()?, text()?, text()?, text()?);
    let patterns = [IntegrationPattern::RunJob, IntegrationPattern::RunJobVersion2];
    let pattern = patterns.into_iter().find(|pattern| pattern.suffix() == &*suffix)?;
    let (payload, submitted) = (text()?, text()?);
    let role_arn = row.option(Reader::text).ok()?;
    let (execution_arn, state_machine_arn) = (row.text().ok()?, row.text().ok()?);
    let resource =
        Resource::Service { arn: arn.to_string(), service: service.to_string(), action: action.to_string(), pattern };
    let request = TaskRequest {
        resource,
        payload: Payload::from_valid_text(payload),
        role_arn,
        invocation_id: row.text().ok()?.to_string(),
        execution_arn,
        state_machine_arn,
        trace_header: None,
        origin: None,
    };
    Some(Job { request, submitted: Payload::from_valid_text(submitted), looks: 0 })
}

/// Reads a timer row's key, which says all.
pub(crate) fn read_timer(key: &Bytes) -> Option<(ExecutionKey, Timer)> {
    let (rest, kind) = split(key, TIMER_KIND_LEN)?;
    let number = |from: usize| u64::from_be_bytes(kind[from..from + 8].try_into().expect("eight bytes"));
    let frame = FrameId(number(2));
    let task = TaskId { frame, scheduled_event: number(10) };
    let kind = match kind[1] {
        0 => TimerKind::ExecutionTimeout,
        1 => TimerKind::Delay(frame),
        2 => TimerKind::TaskTimeout(task),
        3 => TimerKind::Heartbeat(task),
        4 => TimerKind::Job(task),
        _ => return None,
    };
    let due = from_sortable(*rest.0.first_chunk()?);
    Some((ExecutionKey(rest.0.slice(8..)), Timer { due, kind }))
}

const TIMER_KIND_LEN: usize = 18;

fn timer_kind(kind: TimerKind) -> [u8; TIMER_KIND_LEN] {
    let (tag, frame, event) = match kind {
        TimerKind::ExecutionTimeout => (0, 0, 0),
        TimerKind::Delay(frame) => (1, frame.0, 0),
        TimerKind::TaskTimeout(task) => (2, task.frame.0, task.scheduled_event),
        TimerKind::Heartbeat(task) => (3, task.frame.0, task.scheduled_event),
        TimerKind::Job(task) => (4, task.frame.0, task.scheduled_event),
    };
    let mut bytes = [interpreter::rows::VERSION; TIMER_KIND_LEN];
    bytes[1] = tag;
    bytes[2..10].copy_from_slice(&u64::to_be_bytes(frame));
    bytes[10..].copy_from_slice(&u64::to_be_bytes(event));
    bytes
}

/// The rows of [`CLOSED`] of executions that closed at this time or before.
pub(crate) fn closed_until(horizon: Timestamp) -> Range {
    let end = sortable(horizon)
        .checked_add(1)
        .map_or(Bound::Unbounded, |end| Bound::Excluded(Bytes::copy_from_slice(&end.to_be_bytes())));
    Range::between(CLOSED, Bound::Unbounded, end)
}

/// A row of [`CLOSED`]: closing time, execution key. Its value is what the execution's index rows are found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClosedRow {
    pub machine: String,
    pub name: String,
    pub status: u8,
    pub start: Timestamp,
    pub version: Option<u64>,
    pub alias: Option<Arc<str>>,
    pub child: Option<ChildRow>,
}

impl ClosedRow {
    pub fn value(status: u8, header: &Header, stop: Timestamp) -> Vec<u8> {
        let mut row = Writer::compact();
        row.byte(status);
        row.time_since(stop, header.start_time);
        let alias = header.state_machine_alias.as_ref();
        write_started_with(&mut row, header.state_machine_version, alias, ChildRow::of(header));
        row.finish()
    }

    pub fn read(key: &[u8], value: &[u8]) -> Option<ClosedRow> {
        let execution = std::str::from_utf8(key.get(8..)?).ok()?;
        let (machine, name) = execution.split_once('\0')?;
        let stop = from_sortable(*key.first_chunk()?);
        let mut row = Reader::new(value).ok()?;
        let status = row.byte().ok()?;
        let start = if row.is_compact() { row.time_since(stop) } else { row.timestamp() }.ok()?;
        let (version, alias, child) = read_started_with(&mut row)?;
        Some(ClosedRow { machine: machine.to_owned(), name: name.to_owned(), status, start, version, alias, child })
    }
}

/// What an index row says of the child of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChildRow {
    pub run: MapRunId,
    /// How many items it was given.
    pub items: u64,
}

impl ChildRow {
    pub fn of(header: &Header) -> Option<ChildRow> {
        header.map_run.map(|child| ChildRow { run: child.run, items: child.items })
    }
}

/// In place of the mark whether there is a version: it is the child of a Map Run.
const CHILD: u8 = 2;

/// The version and alias of an execution, or the run it is a child of, at the end of a row; nothing for the most, which have neither.
fn write_started_with(row: &mut Writer, version: Option<u64>, alias: Option<&Arc<str>>, child: Option<ChildRow>) {
    if version.is_some() || child.is_some() {
        write_version(row, version, child);
        row.option(alias, Writer::shared);
    }
}

fn write_version(row: &mut Writer, version: Option<u64>, child: Option<ChildRow>) {
    match child {
        Some(child) => {
            row.byte(CHILD);
            row.map_run(child.run);
            row.number(child.items);
        }
        None => row.option(version, Writer::number),
    }
}

type StartedWith = (Option<u64>, Option<Arc<str>>, Option<ChildRow>);

fn read_started_with(row: &mut Reader<'_>) -> Option<StartedWith> {
    let (mut version, mut child) = (None, None);
    if row.next_is(CHILD) {
        row.byte().ok()?;
        child = Some(ChildRow { run: row.map_run().ok()?, items: row.number().ok()? });
    } else {
        version = row.later_option(Reader::number).ok()?;
    }
    Some((version, row.later_option(Reader::shared).ok()?, child))
}

/// Order-preserving: earlier than 1970 sorts before later.
pub(crate) fn sortable(time: Timestamp) -> u64 {
    (time.0 as u64).wrapping_add(1 << 63)
}

fn from_sortable(bytes: [u8; 8]) -> Timestamp {
    Timestamp(u64::from_be_bytes(bytes).wrapping_add(1 << 63) as i64)
}

/// A row of [`INDEX`]: machine, zero, status, start counted backwards, execution name.
///
/// An execution that was started with a version has another row, whose key begins with `machine:version`, and one started with an alias a
/// third with `machine:alias`. A machine's name cannot hold a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexRow {
    pub name: String,
    pub start: Timestamp,
    pub stop: Option<Timestamp>,
    pub version: Option<u64>,
    pub alias: Option<Arc<str>>,
    pub redrive_count: u64,
    pub redrive_date: Option<Timestamp>,
    pub child: Option<ChildRow>,
}

impl IndexRow {
    pub fn key(machine: &str, status: u8, start: Timestamp, name: &str) -> Bytes {
        let mut key = index_prefix(machine, status);
        key.extend_from_slice(&(!sortable(start)).to_be_bytes());
        key.extend_from_slice(name.as_bytes());
        key.into()
    }

    /// What the rows of an execution say.
    pub fn of(execution: &Execution) -> IndexRow {
        let header = &execution.header;
        IndexRow {
            name: header.name.to_string(),
            start: header.start_time,
            stop: execution.stop_time,
            version: header.state_machine_version,
            alias: header.state_machine_alias.clone(),
            redrive_count: execution.redrives.count,
            redrive_date: execution.redrives.last,
            child: ChildRow::of(header),
        }
    }

    /// What of it is not in the key.
    pub fn value(&self) -> Vec<u8> {
        let mut row = Writer::compact();
        row.option(self.stop, |row, stop| row.time_since(self.start, stop));
        if self.redrive_count > 0 {
            write_version(&mut row, self.version, self.child);
            row.option(self.alias.as_ref(), Writer::shared);
            row.option(Some(self.redrive_count), Writer::number);
            row.option(self.redrive_date, Writer::timestamp);
        } else {
            write_started_with(&mut row, self.version, self.alias.as_ref(), self.child);
        }
        row.finish()
    }

    /// Reads any row; with the first part of its key.
    pub fn read_any<'k>(key: &'k [u8], value: &[u8]) -> Option<(&'k str, IndexRow)> {
        let indexed = std::str::from_utf8(key.split(|byte| *byte == 0).next()?).ok()?;
        Some((indexed, IndexRow::read(indexed, key, value)?))
    }

    /// Reads a row whose key begins with `index_prefix(machine, status)`.
    pub fn read(machine: &str, key: &[u8], value: &[u8]) -> Option<IndexRow> {
        let rest = key.get(machine.len() + 2..)?;
        let (start, name) = rest.split_at_checked(8)?;
        let start = from_sortable((!u64::from_be_bytes(start.try_into().ok()?)).to_be_bytes());
        let mut value = Reader::new(value).ok()?;
        let stop = match value.is_compact() {
            true => value.option(|value| value.time_since(start)),
            false => value.option(Reader::timestamp),
        }
        .ok()?;
        let (version, alias, child) = read_started_with(&mut value)?;
        let redrive_count = value.later_option(Reader::number).ok()?.unwrap_or(0);
        let redrive_date = value.later_option(Reader::timestamp).ok()?;
        Some(IndexRow {
            name: String::from_utf8(name.to_vec()).ok()?,
            start,
            stop,
            version,
            alias,
            redrive_count,
            redrive_date,
            child,
        })
    }
}

/// The first parts of the keys of an execution's index rows: its machine, and the version and alias it was started with, or its Map Run.
pub(crate) fn indexed_under(
    machine: &str,
    version: Option<u64>,
    alias: Option<&Arc<str>>,
    run: Option<MapRunId>,
) -> impl Iterator<Item = String> {
    let version = version.map(|version| format!("{machine}:{version}"));
    let alias = alias.map(|alias| format!("{machine}:{alias}"));
    let run = run.map(|run| format!("{machine}:{run}"));
    std::iter::once(machine.to_owned()).chain(version).chain(alias).chain(run)
}

pub(crate) fn index_prefix(machine: &str, status: u8) -> Vec<u8> {
    let mut prefix = Vec::with_capacity(machine.len() + 10);
    prefix.extend_from_slice(machine.as_bytes());
    prefix.push(0);
    prefix.push(status);
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_time_and_read_back() {
        let execution = ExecutionKey::new("machine", "run");
        let task = TaskId { frame: FrameId(3), scheduled_event: 9 };
        let timers = [
            Timer { due: Timestamp(-5), kind: TimerKind::ExecutionTimeout },
            Timer { due: Timestamp(5), kind: TimerKind::Delay(FrameId(7)) },
            Timer { due: Timestamp(5), kind: TimerKind::TaskTimeout(task) },
            Timer { due: Timestamp(6), kind: TimerKind::Heartbeat(task) },
            Timer { due: Timestamp(7), kind: TimerKind::Job(task) },
        ];
        let keys: Vec<Bytes> = timers.iter().map(|timer| execution.timer(timer)).collect();
        assert!(keys.is_sorted());
        for (key, timer) in keys.iter().zip(&timers) {
            assert_eq!(read_timer(key), Some((execution.clone(), *timer)));
        }
        for execution in [&execution, &ExecutionKey::new("210987654321|machine/label", "run")] {
            let awaited = AwaitedTask { task, since: Timestamp(8) };
            assert_eq!(read_awaited(&execution.awaited(&awaited)), Some((execution.clone(), awaited)));
            let earlier = AwaitedTask { since: Timestamp(7), ..awaited };
            assert!(execution.awaited(&awaited) < execution.awaited(&earlier));
        }
        assert_eq!(read_awaited_value(&awaited_value(u64::MAX - 1)), Some(u64::MAX - 1));
        let (of, suffix) = split(&execution.task(task), 16).expect("made by the same module");
        assert_eq!((of, read_task(&suffix)), (execution, Some(task)));
        let newer = IndexRow::key("machine", 0, Timestamp(2000), "b");
        let older = IndexRow::key("machine", 0, Timestamp(1000), "a");
        assert!(newer < older);
        let plain = IndexRow {
            name: "a".into(),
            start: Timestamp(1000),
            stop: Some(Timestamp(7)),
            version: None,
            alias: None,
            redrive_count: 0,
            redrive_date: None,
            child: None,
        };
        let redriven = IndexRow { redrive_count: 2, redrive_date: Some(Timestamp(9)), ..plain.clone() };
        let by_version = IndexRow { version: Some(3), ..plain.clone() };
        let by_alias = IndexRow { alias: Some("PROD".into()), ..by_version.clone() };
        let child = IndexRow { child: Some(ChildRow { run: MapRunId(5), items: 2 }), ..plain.clone() };
        let redriven_child = IndexRow { child: child.child, ..redriven.clone() };
        for row in [plain, redriven, by_version, by_alias, child, redriven_child] {
            assert_eq!(IndexRow::read("machine", &older, &row.value()), Some(row));
        }
    }
}
