//! What a batch of inputs has changed and asked for, until it is committed.

use super::resident::{Indexed, Resident};
use super::residents::Residents;
use crate::keys::{self, ClosedRow, ExecutionKey, IndexRow};
use crate::map_runs::{self, Asked, MapRunRow};
use crate::tasks;
use bytes::BytesMut;
use integrations::Job;
use interpreter::history::HistoryEvent;
use interpreter::rows::{TextsApart, write_events};
use interpreter::{
    AwaitedTask, Effect, ExecutionStatus, MapRunId, MapRunStart, Outcome, Plan, TaskId, Timer, Timestamp,
};
use std::collections::HashMap;
use store::{Bytes, Table, Write};

/// Events in one history row at most, so that a page of history reads little more than itself.
const CHUNK_EVENTS_MAX: usize = 100;

/// Runs when the batch is durable, or with `false` when it failed.
pub(crate) type Release = Box<dyn FnOnce(bool) + Send>;

/// One execution's share of a batch.
#[derive(Default)]
struct Touched {
    is_new: bool,
    events: Vec<HistoryEvent>,
    effects: Vec<Effect>,
    unfinished: bool,
}

/// A batch being collected.
#[derive(Default)]
pub(crate) struct Collected {
    touched: HashMap<ExecutionKey, Touched>,
    order: Vec<ExecutionKey>,
    events: usize,
    /// Rows of executions that have been kept long enough.
    removals: Vec<Write>,
    /// Rows of Map Runs.
    map_run_rows: Vec<Write>,
    /// Map Runs that nothing is left to be done for.
    ended_map_runs: Vec<MapRunId>,
    /// Rows that stand for something that has been done.
    done: Vec<Write>,
    pub releases: Vec<Release>,
}

/// A batch ready to be committed, and what follows from it.
#[derive(Default)]
pub(crate) struct Finished {
    pub writes: Vec<Write>,
    pieces: Pieces,
    /// Whether executions are removed that have been kept long enough.
    pub removes: bool,
    pub tasks: Vec<(ExecutionKey, TaskId)>,
    pub ended_tasks: Vec<(ExecutionKey, TaskId)>,
    pub set_timers: Vec<(Timer, ExecutionKey)>,
    pub cleared_timers: Vec<(Timer, ExecutionKey)>,
    pub looks: Vec<(ExecutionKey, TaskId)>,
    pub abandoned_jobs: Vec<(ExecutionKey, TaskId, Job)>,
    pub unfinished: Vec<ExecutionKey>,
    pub closed: Vec<ExecutionKey>,
    pub events: Vec<(ExecutionKey, Vec<HistoryEvent>)>,
    /// What is asked of Map Runs.
    pub map_runs: Vec<(MapRunId, Asked)>,
    /// Map Runs that nothing is left to be done for.
    pub ended_map_runs: Vec<MapRunId>,
}

impl Collected {
    pub fn is_empty(&self) -> bool {
        let has_rows = !self.removals.is_empty() || !self.map_run_rows.is_empty() || !self.done.is_empty();
        self.order.is_empty() && !has_rows && self.releases.is_empty()
    }

    /// Adds what a step did.
    pub fn add(&mut self, key: &ExecutionKey, outcome: Outcome, is_new: bool) {
        self.events += outcome.events.len();
        let touched = self.touch(key);
        touched.is_new |= is_new;
        touched.events.extend(outcome.events);
        touched.effects.extend(outcome.effects);
        touched.unfinished = outcome.unfinished;
    }

    /// History events collected: the measure of a batch.
    pub fn events(&self) -> usize {
        self.events
    }

    fn touch(&mut self, key: &ExecutionKey) -> &mut Touched {
        if !self.touched.contains_key(key) {
            self.order.push(key.clone());
        }
        self.touched.entry(key.clone()).or_default()
    }

    /// Whether this batch has touched the execution.
    pub fn contains(&self, key: &ExecutionKey) -> bool {
        self.touched.contains_key(key)
    }

    /// Adds rows that say how far a Map Run is.
    pub fn map_run(&mut self, rows: impl IntoIterator<Item = Write>, ended: Option<MapRunId>) {
        self.map_run_rows.extend(rows);
        self.ended_map_runs.extend(ended);
    }

    /// Has the row of a timer removed that fired for nobody.
    pub fn clear_timer(&mut self, key: &ExecutionKey, timer: Timer) {
        self.touch(key).effects.push(Effect::ClearTimer(timer));
    }

    /// Has rows of an execution removed that is not touched any more.
    pub fn remove_rows(&mut self, rows: impl IntoIterator<Item = Write>) {
        self.removals.extend(rows);
    }

    /// Has a row removed that stands for something that has been done.
    pub fn remove_done(&mut self, row: Write) {
        self.done.push(row);
    }

    /// Turns everything collected into writes and consequences.
    pub fn finish(self, sequence: u64, residents: &mut Residents, now: Timestamp) -> (Finished, Vec<Release>) {
        let mut finished =
            Finished { removes: !self.removals.is_empty(), writes: self.removals, ..Finished::default() };
        finished.ended_map_runs = self.ended_map_runs;
        finished.writes.extend(self.done);
        let mut touched = self.touched;
        for key in self.order {
            let touched = touched.remove(&key).expect("every key in the order was touched");
            let resident = residents.get_mut(&key).expect("a touched execution is in memory");
            finished.add(&key, resident, touched, now);
            residents.written(&key, sequence);
        }
        // What a step asks of a run comes after what was said of it before.
        finished.writes.splice(0..0, self.map_run_rows);
        (finished, self.releases)
    }
}

impl Finished {
    fn add(&mut self, key: &ExecutionKey, resident: &mut Resident, touched: Touched, now: Timestamp) {
        let is_short = touched.is_new && touched.events.len() <= CHUNK_EVENTS_MAX;
        let whole = if is_short { resident.execution.whole_row(&touched.events) } else { None };
        let is_whole = whole.is_some();
        if touched.is_new {
            self.put(keys::HEADERS, &key.0, whole.unwrap_or_else(|| resident.execution.header.to_row()));
        }
        let mut texts = TextsApart::default();
        if !is_whole {
            texts = self.add_rows(key, resident);
        }
        self.add_index(key, resident);
        self.add_effects(key, resident, touched.effects, now);
        if !touched.events.is_empty() {
            if !is_whole {
                let known = resident.execution.known_texts();
                for chunk in touched.events.chunks(CHUNK_EVENTS_MAX) {
                    self.put(keys::HISTORY, key.event(chunk[0].id), write_events(chunk, &known, &mut texts));
                }
            }
            self.events.push((key.clone(), touched.events));
        }
        for (id, text) in texts.rows(|id| resident.stored_texts.add(id)) {
            self.put(keys::TEXTS, key.text(id), text);
        }
        if touched.unfinished {
            self.put(keys::UNFINISHED, &key.0, [interpreter::rows::VERSION]);
            self.unfinished.push(key.clone());
        } else if resident.marked_unfinished {
            self.delete(keys::UNFINISHED, &key.0);
        }
        resident.marked_unfinished = touched.unfinished;
        if !resident.execution.is_running() {
            self.closed.push(key.clone());
        }
    }

    /// Returns the texts that stand apart from these rows.
    fn add_rows(&mut self, key: &ExecutionKey, resident: &mut Resident) -> TextsApart {
        let rows = resident.execution.take_changed_rows();
        if let Some(unread) = &mut resident.unread {
            rows.bases.iter().map(|(frame, _)| frame).chain(&rows.removed).for_each(|frame| unread.written(*frame));
        }
        self.put(keys::STATES, &key.0, rows.state);
        for (frame, base) in rows.bases {
            resident.stored_frames.insert(frame);
            self.put(keys::FRAME_BASES, key.frame(frame), base);
        }
        for (frame, progress) in rows.progresses {
            self.put(keys::FRAME_PROGRESSES, key.frame(frame), progress);
        }
        for (frame, name, variable) in rows.variables {
            self.put(keys::VARIABLES, key.variable(frame, &name), variable);
            resident.stored_variables.entry(frame).or_default().insert(name);
        }
        for frame in rows.without_variables.iter().chain(&rows.removed) {
            for name in resident.stored_variables.remove(frame).into_iter().flatten() {
                self.delete(keys::VARIABLES, key.variable(*frame, &name));
            }
        }
        for frame in rows.removed {
            // A frame that came and went within the batch was never written.
            if resident.stored_frames.remove(&frame) {
                self.delete(keys::FRAME_BASES, key.frame(frame));
                self.delete(keys::FRAME_PROGRESSES, key.frame(frame));
            }
        }
        rows.texts
    }

    /// One row an execution, or one more for each of its version and alias: they move when the execution closes, and back when it is redriven.
    fn add_index(&mut self, key: &ExecutionKey, resident: &mut Resident) {
        let (execution, header) = (&resident.execution, &resident.execution.header);
        let now = Indexed::of(execution);
        let before = resident.indexed.replace(now);
        if before == Some(now) {
            return;
        }
        let value = IndexRow::of(execution).value();
        let (version, alias) = (header.state_machine_version, header.state_machine_alias.as_ref());
        for indexed in keys::indexed_under(key.machine(), version, alias, header.map_run.map(|child| child.run)) {
            let row_key = |status: u8| IndexRow::key(&indexed, status, header.start_time, &header.name);
            if let Some(before) = before.filter(|before| before.status != now.status) {
                self.delete(keys::INDEX, row_key(before.status));
            }
            self.put(keys::INDEX, row_key(now.status), &value);
        }
        let stopped_before = before.and_then(|before| before.stop);
        if let Some(stop) = stopped_before.filter(|stop| now.stop != Some(*stop)) {
            self.delete(keys::CLOSED, key.closed(stop));
        }
        if let Some(stop) = now.stop {
            self.put(keys::CLOSED, key.closed(stop), ClosedRow::value(now.status, header, stop));
        }
    }

    fn add_effects(&mut self, key: &ExecutionKey, resident: &Resident, effects: Vec<Effect>, now: Timestamp) {
        let mut timers: Vec<Timer> = Vec::new();
        let mut tasks: Vec<TaskId> = Vec::new();
        let mut awaited: Vec<AwaitedTask> = Vec::new();
        for effect in effects {
            match effect {
                Effect::SetTimer(timer) => timers.push(timer),
                Effect::ClearTimer(timer) => match timers.iter().position(|set| *set == timer) {
                    Some(position) => {
                        timers.swap_remove(position);
                    }
                    None => {
                        self.delete(keys::TIMERS, key.timer(&timer));
                        self.cleared_timers.push((timer, key.clone()));
                    }
                },
                Effect::ScheduleTask(task) => tasks.push(task),
                Effect::EndTask(task) => match tasks.iter().position(|scheduled| *scheduled == task) {
                    Some(position) => {
                        tasks.swap_remove(position);
                    }
                    None => {
                        self.delete(keys::TASKS, key.task(task));
                        self.ended_tasks.push((key.clone(), task));
                    }
                },
                Effect::Await(task) => awaited.push(task),
                Effect::AwaitedNoMore(task) => match awaited.iter().position(|awaited| *awaited == task) {
                    Some(position) => {
                        awaited.swap_remove(position);
                    }
                    None => self.delete(keys::AWAITED, key.awaited(&task)),
                },
                Effect::StartMapRun(start) => self.start_map_run(key, resident, &start, now),
                Effect::StopMapRun(run) => self.ask_map_run(run, Asked::Stop),
                Effect::RedriveMapRun(run) => self.ask_map_run(run, Asked::Redrive),
                Effect::LookAtJob(task) => self.looks.push((key.clone(), task)),
                Effect::CancelJob(job) => {
                    let row = keys::encode_job(&job, &resident.execution.header);
                    if let Some(read) = keys::read_job(&row) {
                        self.put(keys::ABANDONED_JOBS, key.task(job.task), row);
                        self.abandoned_jobs.push((key.clone(), job.task, read));
                    }
                }
                Effect::NotifyClosed => {}
            }
        }
        for timer in timers {
            self.put(keys::TIMERS, key.timer(&timer), [interpreter::rows::VERSION]);
            self.set_timers.push((timer, key.clone()));
        }
        for awaited in awaited {
            let attempt = resident.execution.frame(awaited.task.frame).and_then(|frame| frame.task_attempt());
            let nonce = attempt.map_or(0, |attempt| attempt.nonce);
            self.put(keys::AWAITED, key.awaited(&awaited), keys::awaited_value(nonce));
        }
        for task in tasks {
            self.put(keys::TASKS, key.task(task), tasks::row(resident, task).encode());
            self.tasks.push((key.clone(), task));
        }
    }

    fn start_map_run(&mut self, key: &ExecutionKey, resident: &Resident, start: &MapRunStart, now: Timestamp) {
        let (run, header) = (start.run, &resident.execution.header);
        let row = MapRunRow::of(&key.0, header, start);
        let plan = Plan::read(&start.plan);
        let state = map_runs::State {
            start: now,
            max_concurrency: plan.max_concurrency,
            tolerated_failure_count: plan.tolerated_failure_count,
            tolerated_failure_percentage: plan.tolerated_failure_percentage,
            // Most runs are small: they need not say first how far they may go.
            started_below: 1024,
            ..map_runs::State::default()
        };
        self.put(keys::MAP_RUNS, keys::map_run(run), row.encode());
        self.put(keys::MAP_RUN_STATES, keys::map_run(run), state.encode());
        self.put(keys::MAP_RUNS_OF, key.map_run(start.started_event, run), [interpreter::rows::VERSION]);
        self.ask_map_run(run, Asked::Run);
    }

    fn ask_map_run(&mut self, run: MapRunId, asked: Asked) {
        self.put(keys::OPEN_MAP_RUNS, keys::map_run(run), asked.row());
        self.map_runs.push((run, asked));
    }

    fn put(&mut self, table: Table, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        let (key, value) = (self.pieces.keep(key.as_ref()), self.pieces.keep(value.as_ref()));
        self.writes.push(Write::Put { table, key, value });
    }

    fn delete(&mut self, table: Table, key: impl AsRef<[u8]>) {
        let key = self.pieces.keep(key.as_ref());
        self.writes.push(Write::Delete { table, key });
    }
}

/// The keys and values of a batch, in a few pieces of memory: other threads let go of them, which is dear for many small ones.
#[derive(Default)]
struct Pieces(BytesMut);

/// One piece.
const PIECE_BYTES: usize = 32 * 1024;

impl Pieces {
    fn keep(&mut self, bytes: &[u8]) -> Bytes {
        if self.0.capacity() < bytes.len() {
            self.0 = BytesMut::with_capacity(PIECE_BYTES.max(bytes.len()));
        }
        self.0.extend_from_slice(bytes);
        self.0.split().freeze()
    }
}

/// The number of executions that succeeded.
pub(crate) const SUCCEEDED: u8 = 1;

/// The statuses as they stand in index keys; the numbers never change.
pub(crate) fn status_number(status: &ExecutionStatus) -> u8 {
    match status {
        ExecutionStatus::Running => 0,
        ExecutionStatus::Succeeded { .. } => SUCCEEDED,
        ExecutionStatus::Failed(_) => 2,
        ExecutionStatus::TimedOut(_) => 3,
        ExecutionStatus::Aborted(_) => 4,
    }
}
