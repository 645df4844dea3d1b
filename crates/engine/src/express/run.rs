//! An Express execution that waits for something, in a task of its own.

use super::journal::Journal;
use super::query::ExpressKind;
use super::{Express, response, shard, starts};
use crate::map_runs::{ChildOf, Ended, Message};
use crate::metrics::OpenTasks;
use crate::registry::Revision;
use crate::tasks;
use api::{Exception, IncludedData, StartSyncExecutionResponse};
use asl::definition::StateKind;
use integrations::TaskRequest;
use interpreter::{Command, Effect, Execution, Header, Outcome, TaskId, Timer, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

/// Who waits for the end.
pub(super) struct Answer {
    pub sender: oneshot::Sender<Result<StartSyncExecutionResponse, Exception>>,
    pub included_data: IncludedData,
}

/// What others can see of an execution that waits.
pub(super) struct Live {
    pub header: Header,
    pub kind: ExpressKind,
    journal: Mutex<Journal>,
}

impl Live {
    /// What happened so far.
    pub fn journal(&self) -> Journal {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().expect("nothing panics while holding the lock")
    }
}

/// The execution.
pub(super) struct Run {
    express: Arc<Express>,
    revision: Arc<Revision>,
    execution: Execution,
    /// A moment by the clock and by what passes evenly: it lives in one process, so a clock that is set neither ends it nor holds it up.
    moment: (Timestamp, Instant),
    live: Arc<Live>,
    /// In whose shard it is to be seen.
    thread: usize,
    answer: Option<Answer>,
    /// Where it is written that it was started, if it is.
    started: Option<starts::Place>,
    /// The Map Run it is a child of.
    child_of: Option<ChildOf>,
    timers: BTreeSet<Timer>,
    performers: HashMap<TaskId, AbortHandle>,
    performed: JoinSet<Option<Command>>,
    unfinished: bool,
    /// Its tasks, for the metrics.
    open_tasks: OpenTasks,
    /// Given back at the end. What runs once more after a crash had one before it.
    _permit: Option<OwnedSemaphorePermit>,
}

/// Waits until an execution's Map Run wants it no more: it is stopped, or forgotten if the run begins again and starts it once more.
async fn unwanted(child_of: &mut Option<ChildOf>) -> Next {
    match child_of {
        None => std::future::pending().await,
        Some(run) => match run.is_stopped().await {
            true => Next::Apply(Command::StopExecution { error: None, cause: None }),
            false => Next::GiveUp,
        },
    }
}

/// What to do next.
enum Next {
    Apply(Command),
    FireTimers,
    GiveUp,
}

impl Run {
    pub fn new(
        express: Arc<Express>,
        kind: ExpressKind,
        revision: Arc<Revision>,
        execution: Execution,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Run {
        let (header, journal) = (execution.header.clone(), Mutex::default());
        let live = Arc::new(Live { header, kind, journal });
        let thread = shard::thread_number();
        let moment = (express.now(), Instant::now());
        express.shards.at(thread).live.insert(execution.header.execution_arn.clone(), live.clone());
        Run {
            express,
            revision,
            execution,
            moment,
            live,
            thread,
            answer: None,
            started: None,
            child_of: None,
            timers: BTreeSet::new(),
            performers: HashMap::new(),
            performed: JoinSet::new(),
            unfinished: false,
            open_tasks: OpenTasks::default(),
            _permit: permit,
        }
    }

    /// The same for somebody who waits for the end.
    pub fn answering(self, answer: Answer) -> Run {
        Run { answer: Some(answer), ..self }
    }

    /// The same for a child of a Map Run.
    pub fn child_of(self, run: ChildOf) -> Run {
        Run { child_of: Some(run), ..self }
    }

    /// The same for one of which it is written that it was started.
    pub fn started(self, place: starts::Place) -> Run {
        Run { started: Some(place), ..self }
    }

    /// Runs from the start to the end.
    pub async fn start(mut self) {
        let now = self.execution.header.start_time;
        match self.step(Command::StartExecution, now) {
            Ok(Ok(outcome)) => self.go_on(outcome).await,
            Ok(Err(_)) => unreachable!("a new execution can be started"),
            Err(()) => self.end().await,
        }
    }

    /// Runs from an outcome to the end, unless everything is given up.
    pub async fn go_on(mut self, outcome: Outcome) {
        self.take(outcome);
        while self.execution.is_running() {
            let done = match self.next().await {
                Next::Apply(command) => self.apply(command),
                Next::FireTimers => self.fire_timers(),
                Next::GiveUp => {
                    self.express.shards.at(self.thread).live.remove(&self.live.header.execution_arn);
                    return;
                }
            };
            if done.is_err() {
                break;
            }
        }
        self.end().await;
    }

    fn now(&self) -> Timestamp {
        let (clock, instant) = self.moment;
        Timestamp(clock.0.saturating_add_unsigned(u64::try_from(instant.elapsed().as_millis()).unwrap_or(u64::MAX)))
    }

    async fn next(&mut self) -> Next {
        let now = self.now();
        let first = self.timers.first().map(|timer| timer.due);
        if first.is_some_and(|due| due <= now) {
            return Next::FireTimers;
        }
        if self.unfinished {
            // Others get their turn.
            tokio::task::yield_now().await;
            return tokio::select! {
                biased;
                unwanted = unwanted(&mut self.child_of) => unwanted,
                () = std::future::ready(()) => match *self.express.closing.borrow() {
                    true => Next::GiveUp,
                    false => Next::Apply(Command::Continue),
                },
            };
        }
        let left = first.map(|due| Duration::from_millis(due.0.saturating_sub(now.0).unsigned_abs()));
        let mut closing = self.express.closing.clone();
        loop {
            tokio::select! {
                // In order: what happens must not depend on a coin.
                biased;
                _ = closing.changed() => return Next::GiveUp,
                unwanted = unwanted(&mut self.child_of) => return unwanted,
                Some(performed) = self.performed.join_next() => {
                    // Without a command it was stopped, or nothing is known of it since the server is going down.
                    if let Ok(Some(command)) = performed {
                        return Next::Apply(command);
                    }
                }
                () = tokio::time::sleep(left.unwrap_or_default()), if left.is_some() => return Next::FireTimers,
            }
        }
    }

    fn fire_timers(&mut self) -> Result<(), ()> {
        let now = self.now();
        while let Some(timer) = self.timers.first().copied().filter(|timer| timer.due <= now) {
            self.timers.remove(&timer);
            if let Ok(outcome) = self.step(Command::TimerFired(timer.kind), now)? {
                self.take(outcome);
            }
        }
        Ok(())
    }

    /// Applies a command. What comes too late, such as the outcome of a task that was given up, is no news.
    fn apply(&mut self, command: Command) -> Result<(), ()> {
        let now = self.now();
        if let Ok(outcome) = self.step(command, now)? {
            self.take(outcome);
        }
        Ok(())
    }

    fn step(&mut self, command: Command, now: Timestamp) -> Result<Result<Outcome, interpreter::CommandRejected>, ()> {
        let stepped = self.express.step(self.live.kind, &self.revision, &mut self.execution, command.clone(), now)?;
        if stepped.is_ok() && !matches!(command, Command::StartExecution) {
            self.live.lock().add(now, &command);
        }
        Ok(stepped)
    }

    fn take(&mut self, outcome: Outcome) {
        self.unfinished = outcome.unfinished;
        for effect in outcome.effects {
            match effect {
                Effect::SetTimer(timer) => drop(self.timers.insert(timer)),
                Effect::ClearTimer(timer) => drop(self.timers.remove(&timer)),
                Effect::ScheduleTask(task) => self.perform(task),
                Effect::EndTask(task) => {
                    if let Some(performer) = self.performers.remove(&task) {
                        performer.abort();
                    }
                }
                // Express executions wait for nobody outside.
                Effect::Await(_) | Effect::AwaitedNoMore(_) => {}
                // Where there could be one the definition is refused, and Express executions wait for no jobs.
                Effect::StartMapRun(_) | Effect::StopMapRun(_) | Effect::RedriveMapRun(_) => {}
                Effect::LookAtJob(_) | Effect::CancelJob(_) | Effect::NotifyClosed => {}
            }
        }
        self.express.tell(&self.revision, &self.execution, outcome.events, &mut self.open_tasks);
    }

    fn perform(&mut self, task: TaskId) {
        let Some(frame) = self.execution.frame(task.frame) else { return };
        let Some(attempt) = frame.task_attempt().filter(|attempt| attempt.scheduled_event == task.scheduled_event)
        else {
            return;
        };
        let StateKind::Task(state) = &self.revision.definition.state(frame.scope, frame.state).kind else {
            unreachable!("only Task states have task attempts")
        };
        let arn = self.execution.header.execution_arn.clone();
        let shared = self.express.shared.clone();
        let header = &self.execution.header;
        let origin = tasks::origin(&self.revision, &self.execution, task, attempt);
        let request = tasks::request(&shared, &self.revision, header, task, &state.resource, attempt);
        let request = TaskRequest { origin, ..request };
        let performer = self.performed.spawn(async move { tasks::perform(&shared, request, task, &arn, false).await });
        self.performers.insert(task, performer);
    }

    /// The execution has ended, well or badly, or by a panic.
    async fn end(self) {
        let Run { express, revision, execution, live, thread, answer, started, child_of, _permit, .. } = self;
        let has_ended = !execution.is_running();
        let answer = answer.map(|Answer { sender, included_data }| {
            let response = has_ended.then(|| response(&execution, &revision, included_data));
            (sender, response.ok_or_else(Exception::internal_failure))
        });
        if has_ended {
            let journal = std::mem::take(&mut *live.lock());
            express.keep(&execution, live.kind, journal);
        }
        // After that, so that it is to be found all the time.
        express.shards.at(thread).live.remove(&live.header.execution_arn);
        if let Some((sender, response)) = answer {
            // Whoever asked may have gone away.
            let _ = sender.send(response);
        }
        if let Some(ChildOf { told, .. }) = child_of {
            let broken = || Ended::broken(&execution.header, "The execution could not be run.");
            if let Some((_, ended)) = Ended::of(&execution).or_else(broken) {
                let _ = told.send(Message::Ended(vec![ended]));
            }
        }
        if let Some(place) = started {
            // Nobody takes it only when the server goes down: then it runs once more.
            let _ = express.starts.send(starts::Input::Ended(vec![place])).await;
        }
    }
}
