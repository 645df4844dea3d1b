//! From a task's schedule on disk to its outcome back in the partition.

use crate::activities::ActivityTask;
use crate::caught::caught;
use crate::hash::{BASIS, fnv_1a};
use crate::keys::{ExecutionKey, TaskRow};
use crate::nested;
use crate::partition::Resident;
use crate::partition::{Input, Shared};
use crate::registry::Revision;
use asl::definition::{Resource, StateKind};
use integrations::{Job, TaskOrigin, TaskOutcome, TaskRequest, Thrown};
use interpreter::{Command, Execution, Frame, Header, MockedEnd, TaskAttempt, TaskId, TaskToken};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// The performers at work for one partition.
#[derive(Default)]
pub(crate) struct RunningTasks {
    running: HashMap<(ExecutionKey, TaskId), Running>,
    /// How many looks at jobs there were.
    looks: u64,
}

/// Who performs a task, or looks at its job.
struct Running {
    handle: AbortHandle,
    /// Which look it is; zero for none.
    look: u64,
}

impl RunningTasks {
    /// Nothing is left to be done for the task: whoever still performs it may stop.
    pub fn end(&mut self, key: &ExecutionKey, task: TaskId) {
        if let Some(performer) = self.running.remove(&(key.clone(), task)) {
            performer.handle.abort();
        }
    }

    /// All tasks of an execution are given up.
    pub fn end_all(&mut self, key: &ExecutionKey) {
        self.running.retain(|(of, _), performer| {
            let keep = of != key;
            if !keep {
                performer.handle.abort();
            }
            keep
        });
    }

    /// Stops all performers; their tasks stay open.
    pub fn abort_all(&mut self) {
        for (_, performer) in self.running.drain() {
            performer.handle.abort();
        }
    }

    /// A look is over; another may have taken its place.
    pub fn looked(&mut self, key: ExecutionKey, task: TaskId, look: u64) {
        if let Entry::Occupied(running) = self.running.entry((key, task))
            && running.get().look == look
        {
            running.remove();
        }
    }
}

/// What a worker is given.
#[derive(Debug)]
pub(crate) struct HandedOut {
    pub token: Arc<str>,
    pub input: Arc<str>,
}

/// The task as a worker gets it, if it still waits for one.
pub(crate) fn for_worker(resident: &Resident, task: TaskId) -> Option<HandedOut> {
    let (attempt, _) = open_attempt(resident, task)?;
    let execution_arn = resident.execution.header.execution_arn.to_string();
    let token = TaskToken { execution_arn, task, nonce: attempt.nonce };
    Some(HandedOut { token: token.encode().into(), input: attempt.payload.text().clone() })
}

/// Whether a task of the execution waits for somebody outside and does not say since when: an earlier release wrote it.
pub(crate) fn unlisted(resident: &Resident) -> bool {
    resident.execution.frames().filter(|frame| frame.task_attempt().is_some()).any(|frame| {
        let StateKind::Task(state) = &resident.revision.definition.state(frame.scope, frame.state).kind else {
            return false;
        };
        frame
            .task_attempt()
            .is_some_and(|attempt| attempt.waits_since.is_none() && attempt.waits_outside(&state.resource))
    })
}

/// The row of a task that has just been scheduled.
pub(crate) fn row(resident: &Resident, task: TaskId) -> TaskRow {
    match open_attempt(resident, task) {
        // A mocked one may be no worker's: whoever dispatches it looks.
        Some((attempt, Resource::Activity { arn })) if attempt.invocation.is_none() => {
            TaskRow::Worker { activity_arn: arn.to_string() }
        }
        _ => TaskRow::Performer,
    }
}

/// Gives a scheduled task to whoever does it. Does nothing if the task has been given up, or is being performed.
pub(crate) fn dispatch(
    shared: &Arc<Shared>,
    partition: &mpsc::Sender<Input>,
    running: &mut RunningTasks,
    key: &ExecutionKey,
    resident: &Resident,
    task: TaskId,
) {
    let Some((attempt, resource)) = open_attempt(resident, task) else { return };
    let worker = match resource {
        // Those that wait for workers, perhaps a million of them, need nothing but the name of the activity.
        Resource::Activity { arn } if attempt.invocation.is_none() => return offer(shared, arn, key.clone(), task),
        Resource::Activity { arn } => Some(arn),
        _ => None,
    };
    let identity = (key.clone(), task);
    if running.running.contains_key(&identity) {
        return;
    }
    let header = &resident.execution.header;
    let request = TaskRequest {
        origin: origin(&resident.revision, &resident.execution, task, attempt),
        ..request(shared, &resident.revision, header, task, resource, attempt)
    };
    if let Some(activity_arn) = worker.filter(|_| !shared.performer.mocks(&request)) {
        return offer(shared, activity_arn, key.clone(), task);
    }
    let (shared, partition, execution) = (shared.clone(), partition.clone(), key.clone());
    let performer = tokio::spawn(async move {
        let is_start = is_start(&request.resource);
        if let Some(command) = perform(&shared, request, task, &execution.0.escape_ascii(), true).await {
            let is_submitted = matches!(command, Command::TaskSubmitted { .. });
            // The partition is gone only when the server is; the task is performed again then.
            let _ = partition.send(Input::Task { execution: execution.clone(), command }).await;
            if is_start && is_submitted {
                // Most executions end at once.
                let _ = partition.try_send(Input::Look { execution, task });
            }
        }
    });
    running.running.insert(identity, Running { handle: performer.abort_handle(), look: 0 });
}

fn is_start(resource: &Resource) -> bool {
    matches!(resource, Resource::Service { service, .. } if service == "states")
}

/// Looks at the job that a task waits for. Does nothing if the task is over; a look that is under way is left alone unless this one is `anew`.
pub(crate) fn look(
    shared: &Arc<Shared>,
    partition: &mpsc::Sender<Input>,
    running: &mut RunningTasks,
    key: &ExecutionKey,
    resident: &Resident,
    (task, anew): (TaskId, bool),
) {
    let Some((attempt, resource)) = attempt_of(resident, task) else { return };
    let Some(started) = &attempt.job else { return };
    let identity = (key.clone(), task);
    match running.running.get(&identity) {
        Some(_) if !anew => return,
        Some(before) => before.handle.abort(),
        None => {}
    }
    let request = request(shared, &resident.revision, &resident.execution.header, task, resource, attempt);
    let job = Job { request, submitted: started.submitted.clone(), looks: started.looks };
    let (shared, partition, execution) = (shared.clone(), partition.clone(), key.clone());
    running.looks += 1;
    let look = running.looks;
    let looker = tokio::spawn(async move {
        let looked = caught(async {
            match shared.performer.look(job.clone()).await {
                Some(TaskOutcome::OwnExecution) => nested::status(&shared, &job).await,
                outcome => outcome,
            }
        });
        let outcome = looked.await.unwrap_or_else(|panic| Some(broken(&execution.0.escape_ascii(), &panic)));
        let input = match outcome {
            Some(outcome) => Input::Task { execution, command: command(task, outcome) },
            None => Input::Looked { execution, task, look },
        };
        // The partition is gone only when the server is.
        let _ = partition.send(input).await;
    });
    running.running.insert(identity, Running { handle: looker.abort_handle(), look });
}

/// Stops a job whose task is over, and says so: then its row goes.
pub(crate) fn stop_job(
    shared: &Arc<Shared>,
    partition: &mpsc::Sender<Input>,
    execution: ExecutionKey,
    task: TaskId,
    job: Job,
) {
    let (shared, partition) = (shared.clone(), partition.clone());
    tokio::spawn(async move {
        let stopped = caught(async {
            match shared.performer.cancel(job.clone()).await {
                Some(TaskOutcome::OwnExecution) => nested::stop(&shared, &job).await,
                _ => true,
            }
        });
        if stopped.await.unwrap_or(true) {
            // The partition is gone only when the server is: it is stopped again then.
            let _ = partition.send(Input::JobStopped { execution, task }).await;
        }
    });
}

/// What a performer is told of an attempt.
pub(crate) fn request(
    shared: &Shared,
    revision: &Revision,
    header: &Header,
    task: TaskId,
    resource: &Resource,
    attempt: &TaskAttempt,
) -> TaskRequest {
    TaskRequest {
        resource: resource.clone(),
        payload: attempt.payload.clone(),
        role_arn: attempt.role_arn.clone(),
        invocation_id: invocation_id(header, task),
        execution_arn: header.execution_arn.clone(),
        state_machine_arn: header.state_machine_arn.clone(),
        trace_header: shared.traces.header(revision, header, task),
        origin: None,
    }
}

/// What a mock may want to know of a task; nothing if none is asked for.
pub(crate) fn origin(
    revision: &Revision,
    execution: &Execution,
    task: TaskId,
    attempt: &TaskAttempt,
) -> Option<TaskOrigin> {
    let (header, invocation) = (&execution.header, attempt.invocation?);
    let frame = execution.frame(task.frame)?;
    Some(TaskOrigin {
        state_machine: revision.machine_name.clone(),
        test_case: header.test_case.clone()?,
        execution_arn: header.execution_arn.clone(),
        execution_input: header.input.clone(),
        state: revision.definition.state(frame.scope, frame.state).name.clone(),
        input: frame.input.clone(),
        invocation,
        attempt: frame.retry_count(),
        item: item(revision, execution, frame).or(header.map_run.map(|child| child.index)),
    })
}

/// The number of the item of the nearest Map around.
fn item(revision: &Revision, execution: &Execution, frame: &Frame) -> Option<u64> {
    let parent = execution.frame(frame.parent?)?;
    match &revision.definition.state(parent.scope, parent.state).kind {
        StateKind::Map(_) => Some(frame.position),
        _ => item(revision, execution, parent),
    }
}

/// Has an attempt performed. `None` if nothing is known of it because the server is going down.
pub(crate) async fn perform(
    shared: &Shared,
    request: TaskRequest,
    task: TaskId,
    execution: &(dyn std::fmt::Display + Sync),
    can_be_waked: bool,
) -> Option<Command> {
    // Asked for inside, so that a panic there is caught as well.
    let performed = caught(async {
        match shared.performer.perform(request.clone()).await {
            Some(TaskOutcome::OwnExecution) => nested::start(shared, &request, can_be_waked.then_some(task)).await,
            outcome => outcome,
        }
    });
    let outcome = match performed.await {
        Ok(outcome) => outcome?,
        Err(panic) => broken(execution, &panic),
    };
    Some(command(task, outcome))
}

/// A performer that panicked fails its attempt: Retry and Catch see to it as to any other failure.
fn broken(execution: &(dyn std::fmt::Display + Sync), panic: &str) -> TaskOutcome {
    tracing::error!(%execution, code = store::Trouble::StepPanicked.code(), "performing a task panicked: {panic}");
    let cause = "Performing the task failed because of an internal error; the server's log says more";
    TaskOutcome::Failed { error: "States.TaskFailed".into(), cause: cause.into() }
}

/// Offers a task to the workers of its activity.
pub(crate) fn offer(shared: &Shared, activity_arn: &str, execution: ExecutionKey, task: TaskId) {
    shared.activities.offer(activity_arn, ActivityTask { execution, task });
}

/// The attempt and what it calls, if it is the current one and nobody has taken it over: what a worker or an accepted callback task's
/// service has is not asked for twice, only the token's holder can end it.
fn open_attempt(resident: &Resident, task: TaskId) -> Option<(&TaskAttempt, &Resource)> {
    attempt_of(resident, task).filter(|(attempt, _)| !attempt.handed_over)
}

/// The attempt and what it calls, if it is the current one.
fn attempt_of(resident: &Resident, task: TaskId) -> Option<(&TaskAttempt, &Resource)> {
    let frame = resident.execution.frame(task.frame)?;
    let attempt = frame.task_attempt().filter(|attempt| attempt.scheduled_event == task.scheduled_event)?;
    let StateKind::Task(state) = &resident.revision.definition.state(frame.scope, frame.state).kind else {
        unreachable!("only Task states have task attempts")
    };
    Some((attempt, &state.resource))
}

fn command(task: TaskId, outcome: TaskOutcome) -> Command {
    match outcome {
        TaskOutcome::Succeeded { output } => Command::TaskSucceeded { task, output },
        TaskOutcome::Submitted { output } => Command::TaskSubmitted { task, output },
        TaskOutcome::Failed { error, cause } => Command::TaskFailed { task, error: Some(error), cause: Some(cause) },
        TaskOutcome::Refused { cause } => Command::TaskRefused { task, cause },
        TaskOutcome::OwnExecution => unreachable!("the engine has seen to it itself"),
        TaskOutcome::Mocked { submitted, end } => {
            let end = match end {
                Ok(output) => MockedEnd::Succeeded(output),
                Err(Thrown { error, cause }) => MockedEnd::Failed { error, cause },
            };
            Command::TaskMocked { task, submitted, end }
        }
    }
}

/// The attempt's identity as a UUID: the same after a crash, so that a repeat can be recognised. An execution that is given the name of one
/// that was removed has a seed of its own, and so other identities.
pub(crate) fn invocation_id(header: &Header, task: TaskId) -> String {
    let identity = format!("{} {} {} {}", header.execution_arn, header.seed, task.frame.0, task.scheduled_event);
    let half = |seed: u64| fnv_1a(BASIS ^ seed, identity.bytes());
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half(0).to_be_bytes());
    bytes[8..].copy_from_slice(&half(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    crate::environment::uuid(bytes)
}
