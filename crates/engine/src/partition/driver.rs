//! The partition's loop.

use super::backlog::Backlog;
use super::batch::{Collected, Finished, Release};
use super::input::{Input, StartInput};
use super::pace::Pace;
use super::quarantine::{Cause, Quarantine};
use super::recovery;
use super::relisting::Relisting;
use super::resident::{self, Resident, Stored};
use super::residents::{ResidentLimits, Residents};
use super::retention::{self, Retention, Sweep};
use super::timers::Timers;
use super::unfinished::Unfinished;
use crate::activities::ActivityQueues;
use crate::environment::Environment;
use crate::keys::{self, ExecutionKey, TaskRow};
use crate::logs::ExecutionLogs;
use crate::map_runs::{Asked, ChildInput, ChildStatus, Ended, MapRunInput, MapRuns, Message, OpenRow, RunningMapRuns};
use crate::metrics::Metrics;
use crate::nested::Whole;
use crate::operations::not_redrivable;
use crate::registry::{Registry, Revision};
use crate::room::Room;
use crate::status_changes::StatusChanges;
use crate::tasks::{self, RunningTasks};
use crate::traces::{Histories, Traces};
use crate::watch::Watchers;
use api::Exception;
use arn::{ActivityArn, StateMachineArn};
use integrations::{Buckets, Job, Performer};
use interpreter::{
    Command, CommandRejected, Execution, FrameId, MapRunId, Settings, Surroundings, TaskId, Timer, Timestamp, step,
};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use store::{Batch, CommitFuture, Epoch, PartitionId, Store, StoreError, Write};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Batches under way beyond which none is begun: one being synced, one being queued behind it.
const BATCHES_IN_FLIGHT_MAX: usize = 2;
/// Whoever asked so long ago at most may ask again.
const ASKED_LATELY: Duration = Duration::from_millis(250);
/// So many batches of what was asked for go before a turn of what takes long, if there is no end of them.
const ROUNDS_WITHOUT_WORK_MAX: usize = 2;
/// Timers that may fire in every batch, and in a small one.
const TIMERS_MIN: usize = 32;
const TIMERS_MAX: usize = 512;
/// The longest sleep towards a timer, so that a clock that jumps is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// How long a start waits for an execution of its name to be removed.
const LEAVES_IN: Duration = Duration::from_millis(100);
/// How long to wait before reading everything again after a failed commit.
const REOPEN_AFTER: Duration = Duration::from_millis(500);

/// What all partitions share.
pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    pub registry: Registry,
    pub environment: Arc<dyn Environment>,
    pub settings: Settings,
    pub retention: Retention,
    pub residents: ResidentLimits,
    pub performer: Box<dyn Performer>,
    pub activities: ActivityQueues,
    pub watchers: Watchers,
    pub metrics: Metrics,
    pub logs: ExecutionLogs,
    pub status_changes: StatusChanges,
    pub traces: Traces,
    pub map_runs: MapRuns,
    pub buckets: Buckets,
    pub whole: Whole,
}

impl Shared {
    /// The test case of an execution about to be started: the one asked for, or the one that all of the machine run.
    pub fn test_case(&self, state_machine: &str, named: Option<&str>) -> Result<Option<Arc<str>>, Exception> {
        self.performer.test_case(state_machine, named).map_err(Exception::validation)
    }
}

/// A batch on its way to the disk.
struct InFlight {
    sequence: u64,
    submitted: Instant,
    commit: CommitFuture,
    releases: Vec<Release>,
    tasks: Vec<(ExecutionKey, TaskId)>,
    looks: Vec<(ExecutionKey, TaskId)>,
    abandoned_jobs: Vec<(ExecutionKey, TaskId, Job)>,
    set_timers: Vec<(Timer, ExecutionKey)>,
    /// Whether it removes executions that have been kept long enough.
    removes: bool,
    closed: Vec<ExecutionKey>,
    events: Vec<(ExecutionKey, Vec<interpreter::history::HistoryEvent>)>,
    map_runs: Vec<(MapRunId, Asked)>,
    ended_map_runs: Vec<MapRunId>,
}

/// The owner of one partition.
pub(crate) struct Partition {
    pub id: PartitionId,
    pub epoch: Epoch,
    pub shared: Arc<Shared>,
    pub inbox: mpsc::Receiver<Input>,
    pub sender: mpsc::Sender<Input>,
    pub residents: Residents,
    pub timers: Timers,
    pub unfinished: Unfinished,
    pub running_tasks: RunningTasks,
    pub running_map_runs: RunningMapRuns,
    /// Tasks that were open at the opening and have not been performed again yet.
    pub backlog: Option<Backlog>,
    /// Executions whose tasks may have to be listed still.
    pub relisting: Option<Relisting>,
    /// Whether the mark is owed that all are.
    owes_listed_mark: bool,
    pub quarantine: Quarantine,
    pub sweep: Sweep,
    pace: Pace,
    /// Whether timers are due that did not fit into the last batch.
    is_behind: bool,
    /// When something was asked for last.
    last_asked: Option<Instant>,
    /// Rounds that left what takes long alone.
    rounds_without_work: usize,
    collected: Collected,
    in_flight: VecDeque<InFlight>,
    sequence: u64,
    /// The last batch known to be on disk.
    durable: u64,
    is_closing: bool,
}

/// What is known of an execution that something happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// It is in memory.
    Here,
    /// There is none of that name.
    Absent,
    /// It is being removed: it is gone, but the name is not free yet.
    Leaving,
    /// It is left alone.
    Quarantined,
}

/// Which frames of an execution something is about to be done with.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// One, and those around it.
    Frame(FrameId),
    /// All.
    All,
}

/// Which activities exist, for a step of an execution of this machine: those of its account.
struct KnownActivities<'r>(&'r Registry, &'r StateMachineArn);

impl interpreter::Activities for KnownActivities<'_> {
    fn exists(&self, activity_arn: &str) -> bool {
        let registry = self.0.in_account(&self.1.identity.account);
        ActivityArn::parse(activity_arn).is_ok_and(|arn| registry.activity_exists(&arn))
    }
}

impl Partition {
    /// Opens the partition and finds what was left open.
    pub async fn open(
        id: PartitionId,
        shared: Arc<Shared>,
        inbox: mpsc::Receiver<Input>,
        sender: mpsc::Sender<Input>,
    ) -> Result<Partition, StoreError> {
        let sweep = Sweep::new(&shared.retention);
        let mut partition = Partition {
            id,
            epoch: Epoch(0),
            shared,
            inbox,
            sender,
            residents: Residents::default(),
            timers: Timers::default(),
            unfinished: Unfinished::default(),
            running_tasks: RunningTasks::default(),
            running_map_runs: RunningMapRuns::default(),
            backlog: None,
            relisting: None,
            owes_listed_mark: false,
            quarantine: Quarantine::default(),
            sweep,
            pace: Pace::default(),
            is_behind: false,
            last_asked: None,
            rounds_without_work: 0,
            collected: Collected::default(),
            in_flight: VecDeque::new(),
            sequence: 0,
            durable: 0,
            is_closing: false,
        };
        recovery::recover(&mut partition).await?;
        Ok(partition)
    }

    /// Runs until told to shut down.
    pub async fn run(mut self) {
        while !(self.is_closing && self.in_flight.is_empty()) {
            if let Err(error) = self.turn().await {
                self.reopen(error).await;
            }
        }
    }

    /// One round: wait for something, do everything that is due, hand one batch over, or two.
    ///
    /// Who asks for something does not wait for what others have going on at length: turns of large Maps, timers that are long due. While
    /// both are there, what was asked for is a batch of its own, and such work is done only if no batch is under way, or every few rounds.
    async fn turn(&mut self) -> Result<(), StoreError> {
        let has_work = self.unfinished.len() > 0 || self.backlog.is_some() || self.relisting.is_some();
        let is_long = has_work || self.is_behind;
        let leaves_room = is_long && self.last_asked.is_some_and(|asked| asked.elapsed() < ASKED_LATELY);
        let work_max = match leaves_room {
            true if self.rounds_without_work < ROUNDS_WITHOUT_WORK_MAX => 1,
            _ => BATCHES_IN_FLIGHT_MAX,
        };
        let under_way = self.in_flight.len();
        let (has_room, has_room_for_work) = (under_way < BATCHES_IN_FLIGHT_MAX, under_way < work_max);
        self.read_timers().await?;
        let sleep = self.until_next_timer().into_iter().chain(self.sweep.due_in(self.shared.environment.now())).min();
        let mut was_asked = false;
        tokio::select! {
            biased;
            result = first_commit(&mut self.in_flight) => return self.committed(result),
            input = self.inbox.recv(), if has_room && !self.is_closing => {
                was_asked = true;
                self.take_inputs(input).await?;
            }
            () = std::future::ready(()), if has_room_for_work && has_work && !self.is_closing => {}
            () = sleep_for(sleep), if has_room_for_work && sleep.is_some() && !self.is_closing => {}
        }
        if was_asked {
            self.last_asked = Some(Instant::now());
            if is_long || self.unfinished.len() > 0 {
                self.submit();
                self.rounds_without_work += 1;
            }
        }
        if has_room_for_work && (self.in_flight.len() < work_max || self.rounds_without_work >= ROUNDS_WITHOUT_WORK_MAX)
        {
            self.rounds_without_work = 0;
            self.continue_unfinished().await?;
            self.fire_timers().await?;
            self.perform_backlog().await?;
            self.relist().await?;
            retention::tick(self).await?;
        }
        self.submit();
        Ok(())
    }

    async fn take_inputs(&mut self, first: Option<Input>) -> Result<(), StoreError> {
        let (mut next, mut room) = (first, Room::behind_the_first());
        loop {
            match next {
                Some(Input::Shutdown) | None => {
                    self.is_closing = true;
                    self.running_tasks.abort_all();
                    self.running_map_runs.abort_all();
                    return Ok(());
                }
                Some(input) => self.handle(input).await?,
            }
            if self.collected.events() >= self.pace.events_of_inputs() {
                return Ok(());
            }
            next = room.take(&mut self.inbox);
            if next.is_none() {
                return Ok(());
            }
        }
    }

    async fn handle(&mut self, input: Input) -> Result<(), StoreError> {
        if let Some(key) = input.existing() {
            let presence = self.bring(key).await?;
            if presence == Presence::Leaving && matches!(input, Input::Child(_)) {
                // A redrive meets what was kept long enough: it begins when nothing is in its way any more.
                let sender = self.sender.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(LEAVES_IN).await;
                    // The partition is gone only when the server is.
                    let _ = sender.send(input).await;
                });
                return Ok(());
            }
            let refusal = match (presence, &input) {
                (Presence::Quarantined, _) => Some(crate::damaged()),
                (Presence::Leaving, Input::Start(start)) => {
                    Some(Exception::execution_already_exists(&start.header.execution_arn))
                }
                _ => None,
            };
            if let Some(exception) = refusal {
                match &input {
                    Input::Child(child) => {
                        if let Some((run, ended)) = Ended::broken(&child.header, "The stored execution is damaged.") {
                            self.shared.map_runs.tell(run, Message::Ended(vec![ended]));
                        }
                    }
                    Input::StopChild { run, index, .. } => {
                        self.shared.map_runs.tell(*run, Message::NotStarted(*index));
                    }
                    _ => {}
                }
                input.refuse(&exception);
                return Ok(());
            }
        }
        match input {
            Input::Start(start) => self.start(*start).await?,
            Input::Task { execution, command } => {
                // A task that was given up in the meantime is no news to anybody.
                let _ = self.apply(&execution, command).await?;
            }
            Input::Look { execution, task } => {
                if self.find_frame(&execution, task.frame).await?.is_some() {
                    self.look(&execution, task, true);
                }
            }
            Input::Looked { execution, task, look } => self.running_tasks.looked(execution, task, look),
            Input::JobStopped { execution, task } => {
                self.collected.remove_done(Write::delete(keys::ABANDONED_JOBS, execution.task(task)));
            }
            Input::HandOut { execution, task, worker_name, answer } => {
                let found = self.find_frame(&execution, task.frame).await?;
                let waits = found.and_then(|resident| tasks::for_worker(resident, task));
                let handed_out = match waits {
                    Some(handed_out) => {
                        let started = self.apply(&execution, Command::TaskStarted { task, worker_name }).await?;
                        started.is_ok().then_some(handed_out)
                    }
                    None => None,
                };
                self.answer_later(answer, Ok(handed_out));
            }
            Input::Token { execution, task, nonce, command, answer } => {
                let found = self.find_frame(&execution, task.frame).await?;
                let is_gone = found.is_none();
                let known = found.is_some_and(|resident| holds_nonce(resident, task, nonce));
                let applied =
                    if known { self.apply(&execution, command).await? } else { Err(CommandRejected::TaskTimedOut) };
                let refused = if is_gone { Exception::task_does_not_exist } else { Exception::task_timed_out };
                self.answer_later(answer, applied.map_err(|_| refused()));
            }
            Input::Stop { execution, command, answer } => {
                let stopped = match self.find(&execution).await? {
                    None => None,
                    Some(resident) if !resident.execution.is_running() => resident.execution.stop_time,
                    Some(_) => {
                        // It runs, as just seen, so the command cannot be refused.
                        let _ = self.apply(&execution, command).await?;
                        self.residents.get(&execution).and_then(|resident| resident.execution.stop_time)
                    }
                };
                self.answer_later(answer, Ok(stopped));
            }
            Input::Redrive { execution, client_token, answer } => {
                let redriven = self.redrive(&execution, client_token).await?;
                self.answer_later(answer, redriven);
            }
            Input::Child(child) => self.start_child(*child).await?,
            Input::StopChild { execution, run, index, permit } => {
                drop(permit);
                self.stop_child(&execution, run, index).await?;
            }
            Input::MapRun(input) => self.map_run(*input).await?,
            Input::Shutdown => unreachable!("handled where inputs are taken"),
        }
        Ok(())
    }

    async fn redrive(
        &mut self,
        key: &ExecutionKey,
        client_token: Option<Arc<str>>,
    ) -> Result<Result<Option<Timestamp>, Exception>, StoreError> {
        let now = self.shared.environment.now();
        let Some(resident) = self.find(key).await? else { return Ok(Ok(None)) };
        let redrives = &resident.execution.redrives;
        if let Some(before) = client_token.as_deref().and_then(|token| redrives.repeated(token, now)) {
            return Ok(Ok(Some(before)));
        }
        Ok(match self.apply_at(key, Command::RedriveExecution { client_token }, now).await? {
            Ok(()) => Ok(Some(now)),
            Err(CommandRejected::NotRedrivable(reason)) => Err(not_redrivable(&reason)),
            // It was left alone just now.
            Err(_) => Err(crate::damaged()),
        })
    }

    /// Starts a child of a Map Run. One that was started before is seen to: its run is told how it ended, now or when it does.
    async fn start_child(&mut self, child: ChildInput) -> Result<(), StoreError> {
        let ChildInput { execution: key, mut header, revision, is_new, redrives, permit } = child;
        drop(permit);
        let now = self.shared.environment.now();
        if !is_new && let Some(existing) = self.find(&key).await? {
            let Some((run, ended)) = Ended::of(&existing.execution) else { return Ok(()) };
            if redrives && ended.status != ChildStatus::Succeeded {
                let command = Command::RedriveExecution { client_token: None };
                if self.apply_at(&key, command, now).await?.is_ok() {
                    return Ok(());
                }
            }
            self.tell_later(run, Message::Ended(vec![ended]));
            return Ok(());
        }
        header.start_time = now;
        let broken = Ended::broken(&header, "The execution could not be started.");
        let mut resident = Resident::new(Execution::new(header), revision);
        match step_resident(&self.shared, &mut resident, Command::StartExecution, now) {
            Ok(stepped) => {
                self.collected.add(&key, stepped.expect("a new execution can be started"), true);
                self.residents.insert(key, resident);
            }
            Err(panic) => {
                let code = store::Trouble::StepPanicked.code();
                tracing::error!(execution = %key.0.escape_ascii(), code, "a start panicked: {panic}");
                if let Some((run, ended)) = broken {
                    self.tell_later(run, Message::Ended(vec![ended]));
                }
            }
        }
        Ok(())
    }

    async fn stop_child(&mut self, key: &ExecutionKey, run: MapRunId, index: u64) -> Result<(), StoreError> {
        let message = match self.find(key).await? {
            None => Message::NotStarted(index),
            Some(child) => match Ended::of(&child.execution) {
                Some((_, ended)) => Message::Ended(vec![ended]),
                None => match self.apply(key, Command::StopExecution { error: None, cause: None }).await? {
                    // Its run is told when the end is durable.
                    Ok(()) => return Ok(()),
                    // It was left alone just now.
                    Err(_) => Message::NotStarted(index),
                },
            },
        };
        self.tell_later(run, message);
        Ok(())
    }

    /// Tells a Map Run something when everything it may rest on is durable. What is lost on the way is told it by `MapRuns::lost`.
    fn tell_later(&mut self, run: MapRunId, message: Message) {
        let shared = self.shared.clone();
        self.collected.releases.push(Box::new(move |durable| {
            if durable {
                shared.map_runs.tell(run, message);
            }
        }));
    }

    /// Takes in how far a Map Run is, and its end.
    async fn map_run(&mut self, input: MapRunInput) -> Result<(), StoreError> {
        // Of a runner that is not the run's any more nothing counts, and it is not answered.
        let Some(open) = self.running_map_runs.accept(&input) else { return Ok(()) };
        let MapRunInput { run, execution, writes, end, open: asked, answer, .. } = input;
        let is_waited_for = match end {
            Some(command) => self.apply(&execution, command).await?.is_ok(),
            None => true,
        };
        if is_waited_for {
            let ended = (asked == OpenRow::Goes).then_some(run);
            self.collected.map_run(writes.into_iter().chain(open), ended);
        }
        self.answer_later(answer, Ok(is_waited_for));
        Ok(())
    }

    /// A name that was used before is answered from what is known about its execution.
    async fn start(&mut self, start: StartInput) -> Result<(), StoreError> {
        let StartInput { execution: key, mut header, revision, name_is_new, answer } = start;
        if !name_is_new && let Some(existing) = self.find(&key).await? {
            let before = &existing.execution;
            let is_same_fork = before.header.forked_from == header.forked_from
                && (header.forked_from.is_none() || before.header.revision == header.revision);
            let repeats = before.is_running() && before.header.input.text() == header.input.text() && is_same_fork;
            let result = if repeats {
                Ok(before.header.start_time)
            } else {
                Err(Exception::execution_already_exists(&before.header.execution_arn))
            };
            self.answer_later(answer, result);
            return Ok(());
        }
        let now = self.shared.environment.now();
        header.start_time = now;
        let mut resident = Resident::new(Execution::new(header), revision);
        let stepped = match step_resident(&self.shared, &mut resident, Command::StartExecution, now) {
            Ok(stepped) => stepped,
            Err(panic) => {
                // There is no execution yet that could be left alone: the start is refused, and may be tried again.
                tracing::error!(execution = %key.0.escape_ascii(), code = store::Trouble::StepPanicked.code(), "a start panicked: {panic}");
                self.answer_later(answer, Err(Exception::internal_failure()));
                return Ok(());
            }
        };
        let outcome = stepped.expect("a new execution can be started");
        self.collected.add(&key, outcome, true);
        self.residents.insert(key, resident);
        self.answer_later(answer, Ok(now));
        Ok(())
    }

    /// Brings an execution into memory, from the store if need be. Its frames come when something happens to them.
    async fn bring(&mut self, key: &ExecutionKey) -> Result<Presence, StoreError> {
        if self.quarantine.contains(key) {
            return Ok(Presence::Quarantined);
        }
        if self.residents.contains(key) {
            return Ok(Presence::Here);
        }
        if self.sweep.is_leaving(key) {
            return Ok(Presence::Leaving);
        }
        let shared = &self.shared;
        match resident::load(&*shared.store, &shared.registry, self.id, key).await {
            Ok(Stored::Execution(resident)) => {
                self.residents.insert(key.clone(), *resident);
                Ok(Presence::Here)
            }
            Ok(Stored::Nothing) => Ok(Presence::Absent),
            Ok(Stored::Leaving) => Ok(Presence::Leaving),
            Err(error @ StoreError::Corrupt { .. }) => {
                self.quarantine.add(key, Cause::Unreadable, &error);
                Ok(Presence::Quarantined)
            }
            Err(error) => Err(error),
        }
    }

    /// The execution, unless there is none or it is left alone.
    async fn find(&mut self, key: &ExecutionKey) -> Result<Option<&Resident>, StoreError> {
        Ok(match self.bring(key).await? {
            Presence::Here => self.residents.get(key),
            Presence::Absent | Presence::Leaving | Presence::Quarantined => None,
        })
    }

    /// The execution with a frame, if there is one, and those around it, or with all its frames; nothing if it is left alone, or not there.
    async fn bring_frames(&mut self, key: &ExecutionKey, wanted: Wanted) -> Result<Option<&mut Resident>, StoreError> {
        if self.bring(key).await? != Presence::Here {
            return Ok(None);
        }
        let resident = self.residents.get_mut(key).expect("it is here");
        if resident.unread.is_some() {
            let store = &*self.shared.store;
            let read = match wanted {
                Wanted::Frame(frame) => resident.read_frame(store, self.id, key, frame).await,
                Wanted::All => resident.read_all_frames(store, self.id, key).await,
            };
            match read {
                Ok(()) => self.residents.weigh(key),
                Err(error @ StoreError::Corrupt { .. }) => {
                    self.leave_alone(key, Cause::Unreadable, &error)?;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.residents.get_mut(key))
    }

    /// The execution with one of its frames, unless there is none or it is left alone.
    async fn find_frame(&mut self, key: &ExecutionKey, frame: FrameId) -> Result<Option<&Resident>, StoreError> {
        Ok(self.bring_frames(key, Wanted::Frame(frame)).await?.map(|resident| &*resident))
    }

    /// Leaves an execution alone that is in memory, and does nothing more for it.
    fn leave_alone(&mut self, key: &ExecutionKey, cause: Cause, reason: &dyn fmt::Display) -> Result<(), StoreError> {
        self.residents.remove(key);
        self.quarantine.add(key, cause, reason);
        self.running_tasks.end_all(key);
        if self.collected.contains(key) {
            // What the batch holds of it is lost with it: everything is read again.
            return Err(StoreError::failed(format!("'{}' was to be left alone", key.0.escape_ascii())));
        }
        Ok(())
    }

    /// Applies a command to an execution and collects what it did.
    async fn apply(&mut self, key: &ExecutionKey, command: Command) -> Result<Result<(), CommandRejected>, StoreError> {
        let now = self.shared.environment.now();
        self.apply_at(key, command, now).await
    }

    async fn apply_at(
        &mut self,
        key: &ExecutionKey,
        command: Command,
        now: Timestamp,
    ) -> Result<Result<(), CommandRejected>, StoreError> {
        let found = match command.frame() {
            Some(frame) => self.find_frame(key, frame).await?,
            None => self.find(key).await?,
        };
        let Some(found) = found else { return Ok(Err(CommandRejected::ExecutionClosed)) };
        let again = found.unread.is_some().then(|| command.clone());
        let mut result = self.step(key, command, now)?;
        if let Some(command) = again
            && result.as_ref().is_err_and(|rejected| *rejected == CommandRejected::FramesMissing)
        {
            result = match self.bring_frames(key, Wanted::All).await? {
                Some(_) => self.step(key, command, now)?,
                None => Err(CommandRejected::ExecutionClosed),
            };
        }
        Ok(result)
    }

    /// Takes a step of an execution that is in memory, and collects what it did.
    fn step(
        &mut self,
        key: &ExecutionKey,
        command: Command,
        now: Timestamp,
    ) -> Result<Result<(), CommandRejected>, StoreError> {
        let resident = self.residents.get_mut(key).expect("it was brought into memory");
        match step_resident(&self.shared, resident, command, now) {
            Ok(result) => Ok(result.map(|outcome| self.collected.add(key, outcome, false))),
            Err(panic) => {
                self.leave_alone(key, Cause::Panicked, &panic)?;
                Ok(Err(CommandRejected::ExecutionClosed))
            }
        }
    }

    /// Answers when everything the answer may rest on is durable: this batch, or the one before it.
    fn answer_later<T: Send + 'static>(&mut self, answer: super::Answer<T>, result: Result<T, Exception>) {
        self.collected.releases.push(Box::new(move |durable| {
            // Whoever asked may have gone away.
            let _ = answer.send(if durable { result } else { Err(crate::unavailable()) });
        }));
    }

    async fn continue_unfinished(&mut self) -> Result<(), StoreError> {
        for _ in 0..self.unfinished.len() {
            let key = self.unfinished.pop().expect("counted");
            if self.bring(&key).await? == Presence::Here {
                // It is in the line because there is a row that says so, or will be.
                self.residents.get_mut(&key).expect("it is here").marked_unfinished = true;
            }
            let _ = self.apply(&key, Command::Continue).await?;
            if self.collected.events() >= self.pace.events_of_steps() {
                break;
            }
        }
        Ok(())
    }

    /// Performs some of the tasks again that were open at the opening.
    async fn perform_backlog(&mut self) -> Result<(), StoreError> {
        let Some(backlog) = &mut self.backlog else { return Ok(()) };
        let Some(open) = backlog.next(&*self.shared.store, self.id).await? else {
            let (tasks, took_ms) = (backlog.performed, self.shared.environment.now().0 - backlog.since.0);
            self.backlog = None;
            if tasks > 0 {
                tracing::info!(partition = self.id.0, tasks, took_ms, "performed the tasks again that were open");
            }
            return Ok(());
        };
        backlog.performed += open.len() as u64;
        for (key, task, row) in open {
            match row {
                TaskRow::Worker { activity_arn } => tasks::offer(&self.shared, &activity_arn, key, task),
                TaskRow::AbandonedJob(job) => tasks::stop_job(&self.shared, &self.sender, key, task, *job),
                TaskRow::Performer => {
                    if self.find_frame(&key, task.frame).await?.is_some() {
                        self.dispatch(&key, task);
                    }
                }
            }
        }
        self.give_up_idle_ones();
        Ok(())
    }

    /// Lists tasks that an earlier release has not.
    async fn relist(&mut self) -> Result<(), StoreError> {
        let Some(relisting) = &mut self.relisting else { return Ok(()) };
        let Some(running) = relisting.next(&*self.shared.store, self.id).await? else {
            self.relisting = None;
            self.owes_listed_mark = true;
            return Ok(());
        };
        for key in running {
            if self.bring_frames(&key, Wanted::All).await?.is_some() {
                // It may have nothing to list.
                let _ = self.apply(&key, Command::ListAwaited).await?;
            }
        }
        self.give_up_idle_ones();
        Ok(())
    }

    async fn read_timers(&mut self) -> Result<(), StoreError> {
        if self.timers.needs_reading() {
            let on_the_way = self.in_flight.iter().flat_map(|batch| batch.set_timers.iter().cloned()).collect();
            self.timers.read(&*self.shared.store, self.id, on_the_way).await?;
        }
        Ok(())
    }

    async fn fire_timers(&mut self) -> Result<(), StoreError> {
        let now = self.shared.environment.now();
        self.is_behind = true;
        for fired in 0..TIMERS_MAX {
            if fired >= TIMERS_MIN && self.collected.events() >= self.pace.events() {
                break;
            }
            self.read_timers().await?;
            match self.timers.first() {
                Some(timer) if timer.due <= now => {}
                _ => {
                    self.is_behind = false;
                    break;
                }
            }
            let (timer, key) = self.timers.pop_first().expect("just seen");
            self.fire(timer, key, now).await?;
        }
        Ok(())
    }

    /// `now` is the time the timer was found due at: a clock that goes back after that must not make it early, hence stale.
    async fn fire(&mut self, timer: Timer, key: ExecutionKey, now: Timestamp) -> Result<(), StoreError> {
        let fired = self.apply_at(&key, Command::TimerFired(timer.kind), now).await?;
        if fired.is_err() && self.residents.contains(&key) {
            // Nobody waits for it: only its row is left to be removed.
            self.collected.clear_timer(&key, timer);
        } else if fired.is_err() {
            self.timers.leave_behind(&timer);
        }
        Ok(())
    }

    fn until_next_timer(&self) -> Option<Duration> {
        let timer = self.timers.first()?;
        let left = timer.due.0.saturating_sub(self.shared.environment.now().0);
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(SLEEP_MAX))
    }

    /// Hands the collected batch to the store.
    fn submit(&mut self) {
        if self.collected.is_empty() {
            return;
        }
        self.sequence += 1;
        let collected = std::mem::take(&mut self.collected);
        let residents = &mut self.residents;
        let (finished, releases) = collected.finish(self.sequence, residents, self.shared.environment.now());
        let Finished {
            mut writes,
            removes,
            tasks,
            ended_tasks,
            looks,
            abandoned_jobs,
            set_timers,
            cleared_timers,
            unfinished,
            closed,
            events,
            map_runs,
            ended_map_runs,
            ..
        } = finished;
        for (run, asked) in &map_runs {
            self.running_map_runs.asked(*run, *asked);
        }
        // In this order, as in the batch: a heartbeat in the millisecond of the last one clears a timer and sets the very same again.
        for (timer, key) in &cleared_timers {
            self.timers.clear(timer, key);
        }
        writes.extend(self.timers.move_mark(&set_timers, cleared_timers.len()));
        for (timer, key) in &set_timers {
            self.timers.set(*timer, key.clone());
        }
        if self.owes_listed_mark && !writes.is_empty() {
            self.owes_listed_mark = false;
            writes.push(Write::put(keys::MARKS, keys::AWAITED_LISTED, &[interpreter::rows::VERSION][..]));
        }
        for key in unfinished {
            self.unfinished.push(key);
        }
        for (key, task) in ended_tasks {
            self.running_tasks.end(&key, task);
            self.shared.activities.end(&key, task);
        }
        if let Some(backlog) = &mut self.backlog {
            // Before their rows can be seen: a commit is visible before it is known here to be durable.
            tasks.iter().for_each(|(key, task)| backlog.dispatched(key, *task));
        }
        let commit: CommitFuture = if writes.is_empty() {
            // Nothing new, but the answers may rest on the batch before: in order, they come after it.
            Box::pin(std::future::ready(Ok(())))
        } else {
            self.shared.store.commit(Batch { partition: self.id, epoch: self.epoch, writes })
        };
        let sequence = self.sequence;
        let submitted = Instant::now();
        let batch = InFlight {
            sequence,
            submitted,
            commit,
            releases,
            tasks,
            looks,
            abandoned_jobs,
            set_timers,
            removes,
            closed,
            events,
            map_runs,
            ended_map_runs,
        };
        self.in_flight.push_back(batch);
    }

    /// The oldest batch is on disk, or will never be.
    fn committed(&mut self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        let batch = self.in_flight.pop_front().expect("the batch whose commit was waited for");
        let durable = result.is_ok();
        for release in batch.releases {
            release(durable);
        }
        if !durable {
            self.shared.metrics.commits_failed.add(1);
        }
        result?;
        self.pace.committed(batch.submitted.elapsed());
        self.shared.metrics.commits.add(1);
        self.durable = batch.sequence;
        if batch.removes {
            self.sweep.committed();
        }
        for (key, task) in batch.tasks {
            self.dispatch(&key, task);
        }
        for (key, task) in batch.looks {
            self.look(&key, task, false);
        }
        for (key, task, job) in batch.abandoned_jobs {
            tasks::stop_job(&self.shared, &self.sender, key, task, job);
        }
        for (key, events) in batch.events {
            if let Some(resident) = self.residents.get_mut(&key) {
                let Resident { execution, revision, open_tasks, .. } = resident;
                let metrics = &self.shared.metrics;
                metrics.count(&events, revision.counted(metrics), execution, open_tasks);
                let arn = &execution.header.execution_arn;
                self.shared.logs.tell(revision, arn, execution.redrives.count, &events);
                self.shared.traces.tell(revision, &execution.header, &events, Histories::Stored);
                self.shared.status_changes.tell(&*self.shared.environment, execution, &events);
                self.shared.watchers.tell(arn, events);
            }
        }
        for run in batch.ended_map_runs {
            self.running_map_runs.ended(&self.shared, self.id, &self.sender, run);
        }
        for (run, asked) in batch.map_runs {
            self.running_map_runs.take(&self.shared, self.id, &self.sender, run, asked);
        }
        self.tell_map_runs(&batch.closed);
        for key in batch.closed {
            if let Some(resident) = self.residents.get(&key) {
                self.shared.whole.closed(&resident.execution.header);
            }
            // It may have been touched again since; then that batch lets it go.
            if self.residents.get(&key).is_some_and(|resident| resident.last_batch <= batch.sequence) {
                self.residents.remove(&key);
            }
        }
        self.give_up_idle_ones();
        Ok(())
    }

    /// Tells Map Runs that children of theirs have ended.
    fn tell_map_runs(&self, closed: &[ExecutionKey]) {
        let mut ended: Vec<(MapRunId, Vec<Ended>)> = Vec::new();
        for (run, child) in closed.iter().filter_map(|key| Ended::of(&self.residents.get(key)?.execution)) {
            match ended.iter_mut().find(|(of, _)| *of == run) {
                Some((_, children)) => children.push(child),
                None => ended.push((run, vec![child])),
            }
        }
        for (run, children) in ended {
            self.shared.map_runs.tell(run, Message::Ended(children));
        }
    }

    /// Starts a task whose schedule is on disk, unless it was given up meanwhile.
    pub fn dispatch(&mut self, key: &ExecutionKey, task: TaskId) {
        if let Some(resident) = self.residents.get(key) {
            tasks::dispatch(&self.shared, &self.sender, &mut self.running_tasks, key, resident, task);
        }
    }

    /// Looks at the job that a task waits for, unless that is being done; `anew` if it may have ended only just now.
    fn look(&mut self, key: &ExecutionKey, task: TaskId, anew: bool) {
        if let Some(resident) = self.residents.get(key) {
            tasks::look(&self.shared, &self.sender, &mut self.running_tasks, key, resident, (task, anew));
        }
    }

    fn give_up_idle_ones(&mut self) {
        let collected = &self.collected;
        self.residents.give_up(self.shared.residents, self.durable, |key| collected.contains(key));
    }

    /// Drops an execution from memory that is to be removed; false if it is in use.
    pub fn let_go(&mut self, key: &ExecutionKey) -> bool {
        let in_use = self.collected.contains(key)
            || self.residents.get(key).is_some_and(|resident| resident.last_batch > self.durable);
        if !in_use {
            self.residents.remove(key);
        }
        !in_use
    }

    /// Has rows of an execution removed that was let go.
    pub fn remove_rows(&mut self, rows: Vec<Write>) {
        self.collected.remove_rows(rows);
    }

    /// After a failed commit memory is ahead of the disk: forget it, and begin again from what is there.
    async fn reopen(&mut self, error: StoreError) {
        tracing::error!(partition = self.id.0, %error, "a commit or a read failed; the partition is read again from disk");
        self.fail_everyone();
        let mut told = error.to_string();
        let mut again_at = Instant::now() + REOPEN_AFTER;
        while !self.is_closing {
            tokio::select! {
                biased;
                // At a fixed time: callers that ask again and again must not put it off.
                () = tokio::time::sleep_until(again_at) => again_at = Instant::now() + REOPEN_AFTER,
                input = self.inbox.recv() => {
                    self.refuse(input);
                    continue;
                }
            }
            match recovery::recover(self).await {
                Ok(()) => {
                    tracing::info!(partition = self.id.0, "the partition is open again");
                    self.shared.map_runs.lost();
                    return;
                }
                Err(error) if error.to_string() == told => {}
                Err(error) => {
                    told = error.to_string();
                    tracing::error!(partition = self.id.0, %error, "the partition cannot be opened yet");
                }
            }
        }
    }

    /// Tells everybody who waits that nothing is certain.
    fn fail_everyone(&mut self) {
        let collected = std::mem::take(&mut self.collected);
        let waiting = self.in_flight.drain(..).flat_map(|batch| batch.releases).chain(collected.releases);
        for release in waiting {
            release(false);
        }
        self.forget();
    }

    /// Empties memory.
    pub fn forget(&mut self) {
        self.running_tasks.abort_all();
        self.running_map_runs.abort_all();
        self.residents.clear();
        self.timers.forget();
        self.unfinished.clear();
        self.backlog = None;
        self.relisting = None;
        self.owes_listed_mark = false;
        self.quarantine.retry();
        self.sweep.forget();
    }

    fn refuse(&mut self, input: Option<Input>) {
        match input {
            Some(Input::Shutdown) | None => self.is_closing = true,
            Some(input) => input.refuse(&crate::unavailable()),
        }
    }
}

/// A step of an execution in memory.
fn step_resident(
    shared: &Shared,
    resident: &mut Resident,
    command: Command,
    now: Timestamp,
) -> Result<Result<interpreter::Outcome, CommandRejected>, String> {
    caught_step(&shared.registry, &shared.settings, &resident.revision, &mut resident.execution, command, now)
}

/// Steps an execution; says what a panic said, after which nobody knows what the execution in memory is worth.
pub(crate) fn caught_step(
    registry: &Registry,
    settings: &Settings,
    revision: &Revision,
    execution: &mut Execution,
    command: Command,
    now: Timestamp,
) -> Result<Result<interpreter::Outcome, CommandRejected>, String> {
    let activities = KnownActivities(registry, &revision.machine_arn);
    let surroundings = Surroundings { settings, activities: &activities };
    catch_unwind(AssertUnwindSafe(|| step(&revision.definition, execution, command, now, &surroundings)))
        .map_err(|panic| crate::caught::message(&*panic))
}

fn holds_nonce(resident: &Resident, task: TaskId, nonce: u64) -> bool {
    let attempt = resident.execution.frame(task.frame).and_then(|frame| frame.task_attempt());
    let held = attempt.filter(|attempt| attempt.scheduled_event == task.scheduled_event).map(|attempt| attempt.nonce);
    // Zero is no nonce: a task that has it gave no token to anybody.
    nonce != 0 && held == Some(nonce)
}

async fn first_commit(in_flight: &mut VecDeque<InFlight>) -> Result<(), StoreError> {
    match in_flight.front_mut() {
        Some(batch) => (&mut batch.commit).await,
        None => std::future::pending().await,
    }
}

async fn sleep_for(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
