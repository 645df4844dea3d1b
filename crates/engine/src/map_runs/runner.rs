//! The runner of a Map Run: a loop that reads items, starts children, takes in how they end, and commits how far it is.
//!
//! Everything it knows beside its rows can be lost: it begins again from its last commit.

use super::children::{self, Context, Piece};
use super::files::{FILE_KINDS, Files, Written};
use super::pending;
use super::results::{Gathered, Transformation, record};
use super::rows::{failures, read_failures, read_results, write_failure, write_results};
use super::source::{self, NewChild, Read};
use super::{Asked, Broken, ChildOf, ChildStatus, Ended, MapRunInput, MapRunRow, Message, OpenRow, State, Status};
use crate::keys::{self, ExecutionKey};
use crate::partition::{Input, Shared};
use api::{Exception, UpdateMapRunRequest};
use interpreter::rows::CorruptRow;
use interpreter::{Command, MapRunEnd, MapRunId};
use json::{Payload, Value};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use store::{PartitionId, Range, StoreError, Write};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The most children at a time (AWS quota: 10,000).
const CONCURRENCY_MAX: u64 = 10_000;
/// Pieces that are being started at a time. Express children run in them.
const PIECES_MAX: usize = 4;
/// Children started in one piece.
const PIECE_MAX: u64 = 128;
/// Ends of children that are committed at once, or after this time.
const COMMIT_ENDS: usize = 2_000;
/// As many bytes of results are written at once.
const RESULT_BYTES: usize = 1 << 20;
/// Children are started while no more bytes of results than these wait to be written: they may end faster than a disk takes what they give.
const UNWRITTEN_MAX: usize = 8 << 20;
const COMMIT_AFTER: Duration = Duration::from_millis(20);
/// So many children further is written that they may have been started, before any of them is.
const STARTED_AHEAD: u64 = 16_384;
/// How long to wait before beginning again.
const AGAIN_AFTER: Duration = Duration::from_millis(300);
/// Children that were not started and wait to be written to a file.
const PENDING_AHEAD: usize = 64;

/// What a runner begins with.
pub(super) struct Start {
    pub shared: Arc<Shared>,
    pub partition: PartitionId,
    pub sender: mpsc::Sender<Input>,
    pub run: MapRunId,
    pub incarnation: u64,
    pub messages: mpsc::UnboundedSender<Message>,
    pub inbox: mpsc::UnboundedReceiver<Message>,
}

/// Why a runner stopped.
enum Over {
    /// Nothing is left to be done.
    Done,
    /// It must begin again from its last commit.
    Again,
    /// The partition does not listen to it any more, or the server goes down.
    Parked,
}

/// Runs a Map Run to its end.
pub(super) async fn run(mut start: Start) {
    let open = start.shared.map_runs.open.clone();
    let _permit = open.acquire_owned().await;
    loop {
        let over = match Runner::load(&mut start).await {
            Ok(Some(runner)) => runner.run().await,
            Ok(None) => Over::Parked,
            Err(error) => {
                let code = store::Trouble::DamagedExecution.code();
                tracing::error!(run = %start.run, code, %error, "a Map Run cannot be read, and is left alone");
                if matches!(error, StoreError::Corrupt { .. }) { Over::Parked } else { Over::Again }
            }
        };
        match over {
            Over::Done | Over::Parked => return,
            Over::Again => tokio::time::sleep(AGAIN_AFTER).await,
        }
    }
}

type Commit = Pin<Box<dyn Future<Output = Committed> + Send>>;

/// What became of a commit.
struct Committed {
    /// Whether the run has ended with it; nothing if the partition does not listen any more.
    ended: Option<Result<bool, Exception>>,
    /// What of the files was written.
    written: [Written; FILE_KINDS],
    /// Why the files could not be written: then nothing was committed.
    broken: Option<Broken>,
    /// What was to be written with an end that nobody waited for any more, but for that.
    owed: Vec<Write>,
}

/// A task of a runner.
enum Task {
    /// Starts a piece of children, or runs them as far as they go without waiting, but for those that came too late.
    Piece {
        not_started: Vec<u64>,
    },
    Other,
}

struct Runner<'s> {
    start: &'s mut Start,
    context: Arc<Context>,
    state: State,
    gathered: Gathered,
    transformation: Transformation,
    /// Where results go, if not into the state's output.
    files: Option<Files>,
    /// Children under way, and how many items each has.
    in_flight: HashMap<u64, u64>,
    items_in_flight: u64,
    /// Of those, the ones that had ended without success before the redrive, and how often each had been redriven then.
    redriven: HashMap<u64, u64>,
    /// What is read, until there is no more.
    reads: Option<mpsc::Receiver<Result<Read, Broken>>>,
    /// What was read and is to be started.
    waiting: VecDeque<NewChild>,
    /// Children that have not succeeded and are to be redriven: where to go on reading them, until there are no more.
    failures_from: Option<Range>,
    /// Tasks of its own; they end with it.
    tasks: JoinSet<Task>,
    /// How many of them start pieces.
    pieces: usize,
    /// No child from here on was ever started before it began.
    new_from: u64,
    /// Whether children that have ended without success go on.
    redrives: bool,
    /// Whether some may go on already: an earlier runner may have seen to that.
    has_redriven: bool,
    /// Whether a redrive waits to be written before it begins: what is not known to be redriven could not be stopped.
    marks_redrive: bool,
    /// The children that may be started because it is written that they may have been.
    started_below: u64,
    /// Rows of children that did not succeed, or did after all, since the last commit.
    failures: BTreeMap<u64, Option<Vec<u8>>>,
    /// What is to be written with the next commit because the last one was not wanted.
    owed: Vec<Write>,
    commit: Option<Commit>,
    committed_at: Instant,
    /// Ends since the last commit.
    ends: usize,
    is_dirty: bool,
    open: OpenRow,
    updates: Vec<oneshot::Sender<Result<(), Exception>>>,
    updates_in_commit: Vec<oneshot::Sender<Result<(), Exception>>>,
    /// Why it fails.
    failing: Option<Broken>,
    /// Whether nobody waits for its end.
    is_stopped: bool,
    /// Tells Express children to stop, and that nobody waits for them when it is gone.
    stops: watch::Sender<bool>,
    /// Whether the children under way were told to stop.
    has_stopped_children: bool,
}

impl<'s> Runner<'s> {
    /// Reads what is left to be done; nothing if that is nothing.
    async fn load(start: &'s mut Start) -> Result<Option<Runner<'s>>, StoreError> {
        let (shared, run, partition) = (start.shared.clone(), start.run, start.partition);
        let key = keys::map_run(run);
        let corrupt = |corrupt: CorruptRow| StoreError::Corrupt {
            what: corrupt.to_string(),
            place: format!("the rows of Map Run {run}"),
        };
        let get = async |table| shared.store.get(partition, table, &key).await;
        let (Some(row), Some(state), Some(open)) =
            (get(keys::MAP_RUNS).await?, get(keys::MAP_RUN_STATES).await?, get(keys::OPEN_MAP_RUNS).await?)
        else {
            return Ok(None);
        };
        let row = MapRunRow::read(&row).map_err(corrupt)?;
        let mut state = State::read(&state).map_err(corrupt)?;
        let asked = Asked::read(&open).ok_or_else(|| corrupt(CorruptRow("something unknown is asked for")))?;
        let Some(express) = shared.map_runs.express() else { return Ok(None) };
        let context = Arc::new(Context::of(shared.clone(), express, run, row).await?);
        let mut gathered = Gathered::default();
        gathered.is_too_large = state.is_too_large;
        let place = context.plan.writer();
        let (buckets, arn) = (&shared.buckets, &context.row.map_run_arn);
        let bytes_max = shared.map_runs.options.result_file_bytes_max;
        let files = match place.as_ref().map(|place| Files::of(place, buckets, run, arn, &state.written, bytes_max)) {
            None => Ok(None),
            Some(files) => files,
        };
        if let Ok(Some(_)) = &files {
            for written in &mut state.written {
                for number in &written.tail_rows {
                    let row = shared.store.get(partition, keys::MAP_RUN_RESULTS, &keys::of_map_run(run, *number));
                    let row = row.await?.ok_or_else(|| corrupt(CorruptRow("a part of a result file is missing")))?;
                    written.tail.extend_from_slice(&row);
                }
                written.tail_kept = written.tail.len();
            }
        } else {
            let rows = shared.store.scan(partition, Range::prefix(keys::MAP_RUN_RESULTS, key.to_vec())).await?;
            for (_, row) in rows {
                let results = read_results(&row).map_err(corrupt)?;
                results.into_iter().for_each(|(index, text)| gathered.restore(index, text));
            }
        }
        let (mut files, failing) = match files {
            Ok(files) => (files, None),
            Err(broken) => (None, Some(broken)),
        };
        let mut open = OpenRow::Stays;
        if asked == Asked::Redrive {
            state.redrive_count += 1;
            state.redrive_date = Some(shared.environment.now());
            (state.status, state.stop) = (Status::Running, None);
            state.executions.redrive();
            state.items.redrive();
            open = OpenRow::Redriven;
            if let Some(files) = &mut files {
                files.redrive(&mut state.written);
            }
        }
        let is_redriven = state.redrive_count > 0;
        let has_redriven = is_redriven && asked != Asked::Redrive && !context.plan.is_express;
        let reads_failures = if asked == Asked::Stop { has_redriven } else { is_redriven };
        let failures_from = reads_failures.then(|| failures(run));
        let config = place.map(|writer| writer.config).unwrap_or_default();
        let mut runner = Runner {
            context,
            gathered,
            transformation: Transformation::of(&config, Transformation::Compact),
            files,
            in_flight: HashMap::new(),
            items_in_flight: 0,
            redriven: HashMap::new(),
            reads: None,
            waiting: VecDeque::new(),
            failures_from,
            tasks: JoinSet::new(),
            pieces: 0,
            new_from: state.started_below,
            redrives: is_redriven,
            has_redriven,
            marks_redrive: asked == Asked::Redrive,
            started_below: state.started_below,
            failures: BTreeMap::new(),
            owed: Vec::new(),
            commit: None,
            committed_at: Instant::now(),
            ends: 0,
            is_dirty: asked == Asked::Redrive,
            open,
            updates: Vec::new(),
            updates_in_commit: Vec::new(),
            failing,
            is_stopped: asked == Asked::Stop,
            stops: watch::Sender::new(false),
            has_stopped_children: false,
            state,
            start,
        };
        if asked != Asked::Stop {
            runner.begin_reading();
        }
        Ok(Some(runner))
    }

    /// Whatever an earlier runner may have started counts as under way, but for what is to be redriven and was not read.
    fn adopt(&mut self) {
        let window = &self.state.window;
        let read = window.chunks.values().flat_map(|chunk| chunk.first..chunk.first + chunk.count);
        let unread = if self.state.is_read { 0..0 } else { window.next..self.new_from };
        let open = read.filter(|index| window.is_open(*index)).chain(unread);
        for index in open.take_while(|index| *index < self.new_from) {
            self.in_flight.entry(index).or_insert(0);
        }
        if self.has_redriven {
            let redriven = self.waiting.iter().filter(|child| self.redriven.contains_key(&child.index));
            self.in_flight.extend(redriven.map(|child| (child.index, 0)));
        }
    }

    fn begin_reading(&mut self) {
        let window = &self.state.window;
        let again: Vec<_> = window.chunks.values().cloned().collect();
        if self.state.is_read && again.is_empty() {
            return;
        }
        let (out, reads) = mpsc::channel(2);
        let next = (window.next, window.next_position);
        let context = self.context.clone();
        self.tasks.spawn(async move {
            source::read(context, again, next, out).await;
            Task::Other
        });
        self.reads = Some(reads);
    }

    async fn run(mut self) -> Over {
        let over = self.work().await;
        match (over, self.commit.take()) {
            // What is on its way to the disk is not there to be read yet: who begins again would say less than it does, behind it.
            (Over::Again, Some(commit)) => {
                let committed = commit.await;
                self.committed(committed).unwrap_or(Over::Again)
            }
            (over, _) => over,
        }
    }

    async fn work(&mut self) -> Over {
        loop {
            if let Some(over) = self.advance() {
                return over;
            }
            let commit_in = self.commit_due().map(|due| due.saturating_duration_since(Instant::now()));
            let wants_reads = self.waiting.is_empty() && self.is_going_on() && self.failures_from.is_none();
            let wants_failures = self.waiting.is_empty();
            tokio::select! {
                biased;
                Some(message) = self.start.inbox.recv() => {
                    if self.take(message) {
                        return Over::Again;
                    }
                    // As many as are there, but not for ever.
                    for _ in 0..1_000 {
                        let Ok(message) = self.start.inbox.try_recv() else { break };
                        if self.take(message) {
                            return Over::Again;
                        }
                    }
                }
                committed = committed(&mut self.commit) => {
                    if let Some(over) = self.committed(committed) {
                        return over;
                    }
                }
                read = next_read(&mut self.reads), if wants_reads => self.take_read(read),
                failures = next_failures(&self.start.shared, self.start.partition, &mut self.failures_from), if wants_failures => {
                    match failures {
                        Ok(failures) => self.take_failures(failures),
                        Err(_) => return Over::Again,
                    }
                }
                () = sleep(commit_in) => self.begin_commit(None, self.open),
                Some(task) = self.tasks.join_next() => match task {
                    Ok(Task::Piece { not_started }) => {
                        self.pieces -= 1;
                        not_started.into_iter().for_each(|index| self.not_started(index));
                    }
                    Ok(Task::Other) => {}
                    Err(error) => {
                        let code = store::Trouble::StepPanicked.code();
                        tracing::error!(run = %self.start.run, code, %error, "a Map Run begins again from its last commit");
                        return Over::Again;
                    }
                },
            }
        }
    }

    /// Whether more is to be started.
    fn is_going_on(&self) -> bool {
        self.failing.is_none() && !self.is_stopped
    }

    /// Does what can be done at once.
    fn advance(&mut self) -> Option<Over> {
        if self.is_going_on() {
            self.check_threshold();
        }
        if self.is_going_on() {
            self.hand_out();
            let is_over = self.reads.is_none()
                && self.failures_from.is_none()
                && self.waiting.is_empty()
                && self.in_flight.is_empty();
            if is_over && self.commit.is_none() {
                self.finish();
            }
            return None;
        }
        self.reads = None;
        if !self.has_redriven {
            self.failures_from = None;
        }
        let is_express = self.context.plan.is_express;
        // Express ones are told where they are: some may wait for their turn.
        self.stops.send_if_modified(|stops| is_express && !std::mem::replace(stops, true));
        // What is on its way to the partitions comes before what stops it.
        if self.pieces > 0 {
            return None;
        }
        if is_express {
            // They end by themselves now.
        } else if !std::mem::replace(&mut self.has_stopped_children, true) {
            self.adopt();
            self.stop_children(self.in_flight.keys().copied().collect());
        } else if !self.waiting.is_empty() {
            // Read since then: they may have been redriven.
            let more: Vec<u64> = self.waiting.iter().map(|child| child.index).collect();
            self.in_flight.extend(more.iter().map(|index| (*index, 0)));
            self.stop_children(more);
        }
        self.waiting.clear();
        if self.in_flight.is_empty() && self.failures_from.is_none() && self.commit.is_none() {
            self.finish();
        }
        None
    }

    fn stop_children(&mut self, children: Vec<u64>) {
        let context = self.context.clone();
        self.tasks.spawn(async move {
            let map_runs = &context.shared.map_runs;
            for index in children {
                let permit = map_runs.starts.clone().acquire_owned().await.expect("the semaphore is never closed");
                let (execution, run) = (context.key(index), context.run);
                map_runs.send(Input::StopChild { execution, run, index, permit }).await;
            }
            Task::Other
        });
    }

    /// Fails the run if more items have failed than may.
    fn check_threshold(&mut self) {
        let failed = self.state.items.failed + self.state.items.timed_out;
        if failed == 0 {
            return;
        }
        let (count, percentage) = (self.state.tolerated_failure_count, self.state.tolerated_failure_percentage);
        let too_many = count.is_some_and(|count| failed > count);
        // Of how many it is a part is known for certain once all were read.
        let total = self.state.items_total.max(1);
        let too_large_a_part = percentage.is_some_and(|percentage| {
            percentage == 0.0 || self.state.is_read && failed as f64 * 100.0 / total as f64 > percentage
        });
        let none_may = count.is_none() && percentage.is_none();
        if too_many || too_large_a_part || none_may {
            let cause = "The specified tolerated failure threshold was exceeded";
            self.failing = Some(Broken::new("States.ExceedToleratedFailureThreshold", cause));
        }
    }

    /// Starts what was read, as long as there is room.
    fn hand_out(&mut self) {
        let is_full = self.files.as_ref().is_some_and(|files| files.fresh_bytes() > UNWRITTEN_MAX);
        if is_full || self.marks_redrive {
            return;
        }
        let asked = self.state.max_concurrency;
        let most = if asked == 0 { CONCURRENCY_MAX } else { asked.min(CONCURRENCY_MAX) };
        while self.pieces < PIECES_MAX && !self.waiting.is_empty() {
            let room = most.saturating_sub(self.in_flight.len() as u64).min(PIECE_MAX);
            let is_marked = |child: &&NewChild| child.index < self.started_below || self.context.plan.is_express;
            let count = self.waiting.iter().take(room as usize).take_while(is_marked).count();
            if count == 0 {
                self.is_dirty |= room > 0;
                return;
            }
            let children: Vec<NewChild> = self.waiting.drain(..count).collect();
            for child in &children {
                self.in_flight.insert(child.index, child.items);
                self.items_in_flight += child.items;
            }
            let piece = Piece { children, new_from: self.new_from, redrives: self.redrives };
            self.pieces += 1;
            let run = ChildOf { told: self.start.messages.clone(), stopped: self.stops.subscribe() };
            let context = self.context.clone();
            self.tasks.spawn(async move { Task::Piece { not_started: children::start(context, piece, run).await } });
        }
    }

    fn take_read(&mut self, read: Option<Result<Read, Broken>>) {
        match read {
            None => {
                self.reads = None;
                self.state.is_read = true;
                self.is_dirty = true;
            }
            Some(Err(broken)) => self.failing = Some(broken),
            Some(Ok(Read { chunk, next_position, children })) => {
                if chunk.first >= self.state.window.next {
                    self.state.items_total += children.iter().map(|child| child.items).sum::<u64>();
                    self.state.window.push(chunk, next_position);
                    self.waiting.extend(children);
                } else {
                    let window = &self.state.window;
                    self.waiting.extend(children.into_iter().filter(|child| window.is_open(child.index)));
                }
            }
        }
    }

    fn take_failures(&mut self, failures: Vec<(Ended, u64)>) {
        let due = failures.into_iter().filter(|(_, redrives)| *redrives < self.state.redrive_count);
        for (ended, _) in due {
            self.redriven.insert(ended.index, ended.redrive_count);
            self.waiting.push_back(NewChild {
                index: ended.index,
                items: ended.items,
                first_item: 0,
                value: Value::Null,
                key: None,
                input: Some(Payload::from_valid_text(ended.input)),
            });
        }
    }

    /// Takes a message; whether it must begin again.
    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Ended(ended) => ended.into_iter().for_each(|ended| self.ended(ended)),
            // An earlier runner may have asked, and this one start it.
            Message::NotStarted(_) if !self.has_stopped_children => {}
            Message::NotStarted(index) => self.not_started(index),
            Message::Broken(broken) => self.failing = self.failing.take().or(Some(broken)),
            Message::Update(request, answer) => self.update(&request, answer),
            Message::Stop => self.is_stopped = true,
            Message::Lost => return true,
        }
        false
    }

    /// A child is not under way after all.
    fn not_started(&mut self, index: u64) {
        self.items_in_flight -= self.in_flight.remove(&index).unwrap_or(0);
    }

    fn update(&mut self, request: &UpdateMapRunRequest, answer: oneshot::Sender<Result<(), Exception>>) {
        let state = &mut self.state;
        state.max_concurrency = request.max_concurrency.unwrap_or(state.max_concurrency);
        state.tolerated_failure_count = request.tolerated_failure_count.or(state.tolerated_failure_count);
        state.tolerated_failure_percentage =
            request.tolerated_failure_percentage.or(state.tolerated_failure_percentage);
        self.updates.push(answer);
        self.is_dirty = true;
    }

    fn ended(&mut self, ended: Ended) {
        // One that was known before it began again comes twice.
        let Some(items) = self.in_flight.remove(&ended.index) else { return };
        self.items_in_flight -= items;
        let (index, count) = (ended.index, ended.items);
        if let Some(redrives) = self.redriven.remove(&index) {
            let is_left = ended.status != ChildStatus::Succeeded && ended.redrive_count == redrives;
            if is_left && !self.is_going_on() {
                // It was not redriven, and is not now: it waits for the next redrive.
                return;
            }
            let (executions, items) = (&mut self.state.executions, &mut self.state.items);
            executions.pending_redrive = executions.pending_redrive.saturating_sub(1);
            items.pending_redrive = items.pending_redrive.saturating_sub(count);
            self.failures.insert(index, None);
        } else if !self.state.window.end(index) {
            return;
        }
        self.state.executions.add(ended.status, 1);
        self.state.items.add(ended.status, count);
        let machine = self.context.child_machine_arn();
        if ended.status != ChildStatus::Succeeded {
            self.failures.insert(index, Some(write_failure(&ended, self.state.redrive_count)));
        }
        if let Some(files) = &mut self.files {
            files.add(&ended, machine);
        } else {
            let text = match ended.status {
                ChildStatus::Succeeded => self.transformation.apply(&ended, machine),
                _ => record(&ended, machine).to_string().into(),
            };
            self.gathered.add(index, text, self.context.shared.settings.payload_bytes_max);
        }
        self.ends += 1;
        self.is_dirty = true;
    }

    /// When to commit, if there is something and nothing is on its way.
    fn commit_due(&self) -> Option<Instant> {
        if !self.is_dirty || self.commit.is_some() {
            return None;
        }
        let waits_for_mark = self
            .waiting
            .front()
            .is_some_and(|child| child.index >= self.started_below && !self.context.plan.is_express);
        let is_much = self.files.as_ref().is_some_and(|files| files.fresh_bytes() > RESULT_BYTES);
        let waits_for_mark = waits_for_mark || self.marks_redrive;
        let at_once = is_much || self.ends >= COMMIT_ENDS || waits_for_mark || !self.updates.is_empty();
        Some(if at_once { Instant::now() } else { self.committed_at + COMMIT_AFTER })
    }

    /// The run has come to its end.
    fn finish(&mut self) {
        // Files are ended when all that is to be in them is durable, as is who did not succeed.
        let has_more = self.files.as_ref().is_some_and(|files| files.fresh_bytes() > 0) || !self.failures.is_empty();
        if self.files.is_some() && has_more {
            return self.begin_commit(None, self.open);
        }
        let now = self.context.shared.environment.now();
        self.state.stop = Some(now);
        let end = if self.is_stopped {
            self.state.status = Status::Aborted;
            None
        } else {
            if self.failing.is_none() && self.gathered.is_too_large {
                self.failing = Some(self.context.too_large());
            }
            Some(match &self.failing {
                Some(Broken { error, cause }) => {
                    self.state.status = Status::Failed;
                    MapRunEnd::Failed { error: error.clone(), cause: cause.clone() }
                }
                None => {
                    self.state.status = Status::Succeeded;
                    let output = match &self.files {
                        Some(files) => Payload::from(files.target().output()),
                        None => Payload::from_valid_text(self.gathered.list()),
                    };
                    MapRunEnd::Succeeded { output }
                }
            })
        };
        self.begin_commit(end, OpenRow::Goes);
    }

    /// Writes results and hands what has changed to the partition.
    fn begin_commit(&mut self, end: Option<MapRunEnd>, open: OpenRow) {
        let run = self.start.run;
        let furthest = self.state.window.next + STARTED_AHEAD / 2;
        let ends = open == OpenRow::Goes;
        if !ends && furthest > self.state.started_below {
            self.state.started_below = self.state.window.next + STARTED_AHEAD;
        }
        self.state.executions.running = self.in_flight.len() as u64;
        self.state.items.running = self.items_in_flight;
        let mut writes = std::mem::take(&mut self.owed);
        let fresh = self.gathered.take_fresh();
        self.state.is_too_large = self.gathered.is_too_large;
        if !fresh.is_empty() {
            let key = keys::of_map_run(run, self.state.next_result);
            self.state.next_result += 1;
            writes.push(Write::put(keys::MAP_RUN_RESULTS, key, write_results(&fresh)));
        }
        for (index, row) in std::mem::take(&mut self.failures) {
            let key = keys::of_map_run(run, index);
            writes.push(match row {
                Some(row) => Write::put(keys::MAP_RUN_FAILURES, key, row),
                None => Write::delete(keys::MAP_RUN_FAILURES, key),
            });
        }
        (self.ends, self.is_dirty, self.open) = (0, false, OpenRow::Stays);
        self.updates_in_commit = std::mem::take(&mut self.updates);
        let files = self.files.as_mut().map(|files| (files.target(), files.take_fresh()));
        let next_row = self.state.next_result;
        self.state.next_result += if files.is_some() { FILE_KINDS as u64 } else { 0 };
        let (answer, answered) = oneshot::channel();
        let execution = ExecutionKey(store::Bytes::copy_from_slice(&self.context.row.execution));
        let incarnation = self.start.incarnation;
        let written = std::mem::take(&mut self.state.written);
        let (mut state, sender, frame) = (self.state.clone(), self.start.sender.clone(), self.context.row.frame);
        let (context, partition) = (self.context.clone(), self.start.partition);
        self.commit = Some(Box::pin(async move {
            let mut written = written;
            let mut end = end;
            if let Some((target, fresh)) = files {
                let rows_before = written.each_ref().map(|file| file.tail_rows.clone());
                let mut done = target.write(&mut written, fresh).await;
                if done.is_ok() && ends {
                    done = match state.status {
                        Status::Succeeded => target.finish(&mut written, None).await,
                        _ => {
                            let (out, told) = mpsc::channel(PENDING_AHEAD);
                            let (window, redrives) = (state.window.clone(), state.redrive_count);
                            let telling = pending::tell(&context, partition, window, redrives, out);
                            tokio::join!(telling, target.finish(&mut written, Some(told))).1
                        }
                    };
                }
                match (done, &end) {
                    (Ok(()), _) => {}
                    (Err(broken), None) if !ends => {
                        return Committed { ended: None, written, broken: Some(broken), owed: writes };
                    }
                    // Nobody waits for the results.
                    (Err(_), None) => {}
                    (Err(Broken { error, cause }), Some(_)) => {
                        state.status = Status::Failed;
                        end = Some(MapRunEnd::Failed { error, cause });
                    }
                }
                if target.keeps_tails() {
                    writes.extend(tail_rows(run, next_row, &mut written, rows_before));
                }
            }
            state.written = written;
            let owed = if end.is_some() { writes.clone() } else { Vec::new() };
            writes.push(Write::put(keys::MAP_RUN_STATES, keys::map_run(run).to_vec(), state.encode()));
            let end = end.map(|end| Command::MapRunEnded { frame, run, end });
            let input = MapRunInput { run, incarnation, execution, writes, end, open, answer };
            let done = match sender.send(Input::MapRun(Box::new(input))).await {
                Ok(()) => answered.await.ok(),
                Err(_) => None,
            };
            let ended = done.map(|done| done.map(|accepted| accepted && ends));
            Committed { ended, written: state.written, broken: None, owed }
        }));
    }

    /// A commit is durable, or not.
    fn committed(&mut self, committed: Committed) -> Option<Over> {
        let Committed { ended, written, broken, owed } = committed;
        self.state.written = written;
        self.committed_at = Instant::now();
        let updates = std::mem::take(&mut self.updates_in_commit);
        if let Some(broken) = broken {
            // What was to be committed is told at the end.
            self.updates = updates;
            self.files = None;
            self.owed = owed;
            self.failing = self.failing.take().or(Some(broken));
            self.is_dirty = true;
            return None;
        }
        self.started_below = self.state.started_below;
        self.marks_redrive = false;
        match ended {
            Some(Ok(ends)) => {
                updates.into_iter().for_each(|answer| drop(answer.send(Ok(()))));
                if ends {
                    return Some(Over::Done);
                }
                if self.state.stop.take().is_some() {
                    // The end was not waited for any more: that it is to stop is on its way here.
                    self.state.status = Status::Running;
                    self.owed = owed;
                    self.is_stopped = true;
                    self.is_dirty = true;
                }
                None
            }
            // The partition begins again, and so will the run.
            Some(Err(_)) | None => {
                updates.into_iter().for_each(|answer| drop(answer.send(Err(crate::unavailable()))));
                Some(Over::Parked)
            }
        }
    }
}

/// Keeps in rows what is too little to be written yet; what is written by now is not kept any more.
fn tail_rows(
    run: MapRunId,
    next_row: u64,
    written: &mut [Written; FILE_KINDS],
    rows_before: [Vec<u64>; FILE_KINDS],
) -> Vec<Write> {
    let mut writes = Vec::new();
    for ((file, before), number) in written.iter_mut().zip(rows_before).zip(next_row..) {
        if file.tail_rows.is_empty() {
            writes.extend(before.iter().map(|row| Write::delete(keys::MAP_RUN_RESULTS, keys::of_map_run(run, *row))));
        }
        let fresh = file.tail.get(file.tail_kept..).unwrap_or_default();
        if !fresh.is_empty() {
            file.tail_rows.push(number);
            writes.push(Write::put(keys::MAP_RUN_RESULTS, keys::of_map_run(run, number), fresh.to_vec()));
            file.tail_kept = file.tail.len();
        }
    }
    writes
}

async fn committed(commit: &mut Option<Commit>) -> Committed {
    match commit {
        Some(under_way) => {
            let done = under_way.await;
            *commit = None;
            done
        }
        None => std::future::pending().await,
    }
}

async fn next_read(reads: &mut Option<mpsc::Receiver<Result<Read, Broken>>>) -> Option<Result<Read, Broken>> {
    match reads {
        Some(reads) => reads.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_failures(
    shared: &Shared,
    partition: PartitionId,
    from: &mut Option<Range>,
) -> Result<Vec<(Ended, u64)>, StoreError> {
    match from {
        Some(_) => read_failures(&*shared.store, partition, from).await,
        None => std::future::pending().await,
    }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
