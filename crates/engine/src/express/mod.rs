//! Express executions: the same interpreter, in memory.
//!
//! An execution is stepped on the thread that starts it. Most end in that step, and nothing of them leaves it but the answer and a
//! record of what ran. One that must wait, for a task or a time, goes on in a task of its own: whoever asked may hang up, it runs to its
//! end all the same, as on AWS. Synchronous ones never touch the store: they run at most once. The start of an asynchronous one is
//! durable before it is answered, and only that: it runs at least once, from its beginning after a crash.
//!
//! Nothing on the way of an execution that does not wait is shared between threads: every thread has its `shard`, whose lock is its own
//! but for those who look at recent executions.
//!
//! Reading order: [`Express`], `shard`, `run` (an execution that waits), `recent` (what is kept of those that ended), `starts` (what makes
//! starts durable).

pub(crate) mod group;
mod journal;
mod query;
mod recent;
mod run;
mod shard;
mod starts;

pub use query::{ExpressExecution, ExpressHistory, ExpressKind, ExpressQuery};
pub use recent::Recent;
pub(crate) use starts::{Input as StartsInput, Starts};

use crate::map_runs::{ChildOf, Ended};
use crate::metrics::OpenTasks;
use crate::partition::{Shared, caught_step};
use crate::registry::{Registry, Revision};
use crate::traces::Histories;
use api::{BillingDetails, Exception, IncludedData, StartExecutionRequest, StartSyncExecutionResponse};
use arn::{Qualifier, StateMachineArn};
use interpreter::{Command, Ending, Execution, ExecutionStatus, Header, Outcome, Settings, Timestamp};
use journal::Journal;
use recent::Record;
use run::{Answer, Run};
pub(crate) use shard::Prepared;
use shard::Shards;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

/// The longest an Express execution may run (AWS quota: five minutes).
const SECONDS_MAX: u64 = 5 * 60;

/// Limits of Express executions.
#[derive(Clone, Copy, Debug)]
pub struct ExpressOptions {
    /// Executions that may wait for something at a time. One more is answered with `ThrottlingException`.
    pub under_way_max: usize,
    /// What is kept of executions that ended.
    pub recent: Recent,
}

impl Default for ExpressOptions {
    fn default() -> ExpressOptions {
        ExpressOptions { under_way_max: 20_000, recent: Recent::default() }
    }
}

/// All Express executions of a server.
pub(crate) struct Express {
    shared: Arc<Shared>,
    shards: Shards,
    synchronous: Settings,
    asynchronous: Settings,
    options: ExpressOptions,
    under_way: Arc<Semaphore>,
    starts: mpsc::Sender<starts::Input>,
    /// Changes, or ends, when everything is to be given up.
    closing: watch::Receiver<bool>,
}

/// An execution before its first step.
pub(crate) struct New {
    pub header: Header,
    /// The header's ARN ends in it.
    pub id: [u8; 16],
    pub prepared: Arc<Prepared>,
}

impl Express {
    pub fn new(
        shared: Arc<Shared>,
        options: ExpressOptions,
        starts: mpsc::Sender<starts::Input>,
        closing: watch::Receiver<bool>,
    ) -> Express {
        let synchronous = Settings {
            execution_seconds_max: Some(SECONDS_MAX),
            shows_redrive_count: false,
            // No history is kept that could be full (AWS: unlimited).
            events_max: u64::MAX,
            ..shared.settings
        };
        Express {
            shards: Shards::new(options.recent),
            synchronous,
            asynchronous: Settings { shows_redrive_count: true, ..synchronous },
            under_way: Arc::new(Semaphore::new(options.under_way_max)),
            options,
            shared,
            starts,
            closing,
        }
    }

    /// Waits until nothing is under way any more, which it is soon after the closing.
    pub async fn closed(&self) {
        let all = u32::try_from(self.options.under_way_max).expect("far fewer fit into memory");
        // The semaphore is never closed.
        let _ = self.under_way.acquire_many(all).await;
    }

    /// What an execution started with `arn` runs, and how its ARN begins.
    pub async fn prepare(&self, registry: &Registry, arn: &StateMachineArn) -> Result<Arc<Prepared>, Exception> {
        let is_known = arn.identity == *registry.identity() && registry.is_home();
        let is_plain = arn.qualifier == Qualifier::None && arn.label.is_none() && is_known;
        let generation = registry.generation();
        if is_plain && let Some(prepared) = self.shards.lock().prepared(&arn.name, generation) {
            return Ok(prepared);
        }
        let draw = self.shards.lock().draw(&*self.shared.environment);
        let prepared = Arc::new(Prepared::new(registry.started(arn, draw).await?));
        if is_plain {
            self.shards.lock().prepare(prepared.clone(), generation);
        }
        Ok(prepared)
    }

    /// An execution of `prepared`, about to be started.
    ///
    /// An exception if it names a test case that is not there.
    pub fn new_execution(&self, prepared: Arc<Prepared>, request: StartExecutionRequest) -> Result<New, Exception> {
        let StartExecutionRequest { name, input, trace_header, test_case, state_machine_arn: _ } = request;
        let test_case = self.shared.test_case(&prepared.revision.machine_name, test_case.as_deref())?;
        let drawn = self.shards.lock().draws(&*self.shared.environment, name.is_none());
        let name = name.unwrap_or_else(|| crate::environment::uuid(drawn.name).into());
        let execution_arn = prepared.execution_arn(&name, drawn.id);
        let machine = prepared.revision.of_machine(prepared.machine_arn.clone());
        let header = Header {
            trace_header,
            state_machine_version: prepared.version,
            state_machine_alias: prepared.alias.clone(),
            test_case,
            ..Header::new(machine, execution_arn, name, input, self.now(), drawn.seed)
        };
        Ok(New { header, id: drawn.id, prepared })
    }

    /// Runs an execution to its end. A caller that is dropped meanwhile does not stop it.
    pub async fn run(
        self: &Arc<Self>,
        new: New,
        included_data: IncludedData,
    ) -> Result<StartSyncExecutionResponse, Exception> {
        let mut execution = Execution::new(new.header);
        let revision = &new.prepared.revision;
        let goes_on = self.begin(ExpressKind::Synchronous, revision, &mut execution);
        // Nothing has been done outside yet: it can still be refused.
        let Some(outcome) = goes_on.map_err(|()| Exception::internal_failure())? else {
            return Ok(response(&execution, revision, included_data));
        };
        let permit = self.permit()?;
        let (sender, answered) = oneshot::channel();
        let answer = Answer { sender, included_data };
        let run = Run::new(self.clone(), ExpressKind::Synchronous, revision.clone(), execution, Some(permit))
            .answering(answer);
        tokio::spawn(run.go_on(outcome));
        answered.await.unwrap_or_else(|_| Err(crate::unavailable()))
    }

    /// Runs a child of a Map Run as far as it goes without waiting, and to its end if that is there. Else it goes on by itself, and its run
    /// is told how it ended.
    pub async fn run_child(
        self: &Arc<Self>,
        revision: &Arc<Revision>,
        mut header: Header,
        run: &mut ChildOf,
    ) -> Option<Ended> {
        let id = self.shards.lock().draws(&*self.shared.environment, false).id;
        header.execution_arn = format!("{}:{}", header.execution_arn, crate::environment::uuid(id)).into();
        header.start_time = self.now();
        let broken = Ended::broken(&header, "The execution could not be run.");
        let mut execution = Execution::new(header);
        let kind = ExpressKind::Asynchronous;
        match self.begin(kind, revision, &mut execution) {
            Ok(None) => Ended::of(&execution).map(|(_, ended)| ended),
            Ok(Some(outcome)) => {
                // Nothing has been done outside yet: it can wait for its turn.
                let permit = tokio::select! {
                    biased;
                    is_stopped = run.is_stopped() => {
                        return if is_stopped { self.stop_child(revision, execution, outcome) } else { None };
                    }
                    permit = self.under_way.clone().acquire_owned() => permit.ok()?,
                };
                let child = Run::new(self.clone(), kind, revision.clone(), execution, Some(permit));
                tokio::spawn(child.child_of(run.clone()).go_on(outcome));
                None
            }
            Err(()) => broken.map(|(_, ended)| ended),
        }
    }

    /// Stops a child that has taken its first step, of which nothing has been done outside yet.
    fn stop_child(&self, revision: &Revision, mut execution: Execution, first: Outcome) -> Option<Ended> {
        let (kind, now) = (ExpressKind::Asynchronous, self.now());
        let command = Command::StopExecution { error: None, cause: None };
        let stopped = self.step(kind, revision, &mut execution, command.clone(), now);
        let Ok(Ok(outcome)) = stopped else {
            return Ended::broken(&execution.header, "The execution could not be stopped.").map(|(_, ended)| ended);
        };
        let events = first.events.into_iter().chain(outcome.events).collect();
        self.tell(revision, &execution, events, &mut OpenTasks::default());
        let mut journal = Journal::default();
        journal.add(now, &command);
        self.keep(&execution, kind, journal);
        Ended::of(&execution).map(|(_, ended)| ended)
    }

    /// Makes the start of an execution durable and lets it run.
    pub async fn start(&self, new: New) -> Result<Timestamp, Exception> {
        let permit = self.permit()?;
        let start_time = new.header.start_time;
        let (answer, answered) = oneshot::channel();
        let start = starts::Start { new, permit, answer };
        self.starts.try_send(starts::Input::Start(Box::new(start))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Exception::throttling(),
            mpsc::error::TrySendError::Closed(_) => crate::unavailable(),
        })?;
        answered.await.map_err(|_| crate::unavailable())??;
        Ok(start_time)
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, Exception> {
        self.under_way.clone().try_acquire_owned().map_err(|_| Exception::throttling())
    }

    /// Takes a new execution's first step. If it goes on its outcome is to be taken yet; else everybody has been told of it.
    fn begin(&self, kind: ExpressKind, revision: &Revision, execution: &mut Execution) -> Result<Option<Outcome>, ()> {
        let now = execution.header.start_time;
        let outcome = self.step(kind, revision, execution, Command::StartExecution, now)?;
        let outcome = outcome.expect("a new execution can be started");
        if execution.is_running() {
            return Ok(Some(outcome));
        }
        self.tell(revision, execution, outcome.events, &mut OpenTasks::default());
        self.keep(execution, kind, Journal::default());
        Ok(None)
    }

    /// Steps an execution; after a panic, which the log has, there is nothing that could be said of it.
    fn step(
        &self,
        kind: ExpressKind,
        revision: &Revision,
        execution: &mut Execution,
        command: Command,
        now: Timestamp,
    ) -> Result<Result<Outcome, interpreter::CommandRejected>, ()> {
        let stepped = caught_step(&self.shared.registry, self.settings(kind), revision, execution, command, now);
        stepped.map_err(|panic| {
            let (arn, code) = (&execution.header.execution_arn, store::Trouble::StepPanicked.code());
            tracing::error!(execution = %arn, code, "a step of an Express execution panicked, which ends it: {panic}");
        })
    }

    fn settings(&self, kind: ExpressKind) -> &Settings {
        match kind {
            ExpressKind::Synchronous => &self.synchronous,
            ExpressKind::Asynchronous => &self.asynchronous,
        }
    }

    /// Counts what happened, and tells the log and watchers.
    fn tell(
        &self,
        revision: &Revision,
        execution: &Execution,
        events: Vec<interpreter::history::HistoryEvent>,
        open_tasks: &mut OpenTasks,
    ) {
        let metrics = &self.shared.metrics;
        let machine = revision.counted(metrics);
        metrics.count(&events, machine, execution, open_tasks);
        if !execution.is_running() {
            machine.bill(&billing(execution, revision), memory_bytes(execution, revision));
        }
        let arn = &execution.header.execution_arn;
        self.shared.logs.tell(revision, arn, 0, &events);
        self.shared.traces.tell(revision, &execution.header, &events, Histories::None);
        self.shared.watchers.tell(arn, events);
    }

    fn keep(&self, execution: &Execution, kind: ExpressKind, journal: Journal) {
        if self.options.recent.executions_max > 0 {
            let record = Record::of(execution, kind, journal);
            self.shards.lock().recents.push(record);
        }
    }

    fn now(&self) -> Timestamp {
        self.shared.environment.now()
    }
}

/// What a status has besides its name.
fn output_and_ending(status: &ExecutionStatus) -> (Option<Arc<str>>, Ending) {
    match status {
        ExecutionStatus::Running => (None, Ending::default()),
        ExecutionStatus::Succeeded { output } => (Some(output.text().clone()), Ending::default()),
        ExecutionStatus::Failed(ending) | ExecutionStatus::TimedOut(ending) | ExecutionStatus::Aborted(ending) => {
            (None, ending.clone())
        }
    }
}

/// What StartSyncExecution answers when an execution has ended.
fn response(execution: &Execution, revision: &Revision, included_data: IncludedData) -> StartSyncExecutionResponse {
    let header = &execution.header;
    let with_data = included_data == IncludedData::AllData;
    let start_date_ms = header.start_time.0;
    let stop_date_ms = execution.stop_time.unwrap_or(header.start_time).0;
    let (output, ending) = output_and_ending(&execution.status);
    StartSyncExecutionResponse {
        execution_arn: header.execution_arn.clone(),
        state_machine_arn: header.state_machine_arn.clone(),
        name: header.name.clone(),
        status: crate::operations::api_status(&execution.status),
        start_date_ms,
        stop_date_ms,
        input: with_data.then(|| header.input.text().clone()),
        output: output.filter(|_| with_data),
        included_data,
        trace_header: header.trace_header.clone(),
        error: ending.error,
        cause: ending.cause,
        billing: billing(execution, revision),
    }
}

/// What AWS would charge for an execution that has ended.
fn billing(execution: &Execution, revision: &Revision) -> BillingDetails {
    let start = execution.header.start_time;
    let duration_ms = execution.stop_time.unwrap_or(start).0.saturating_sub(start.0).max(0).unsigned_abs();
    BillingDetails::of(duration_ms, memory_bytes(execution, revision))
}

/// What an execution counts as memory: its definition, its input and its output.
fn memory_bytes(execution: &Execution, revision: &Revision) -> u64 {
    let output_bytes = match &execution.status {
        ExecutionStatus::Succeeded { output } => output.len_bytes(),
        _ => 0,
    };
    (revision.definition_text.len() + execution.header.input.len_bytes() + output_bytes) as u64
}
