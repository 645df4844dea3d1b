//! From a task's schedule on disk to its outcome back in the partition.

use crate::activities::ActivityTask;
use crate::caught::caught;
use crate::hash::{BASIS, fnv_1a};
use crate::keys::{ExecutionKey, TaskRow};
use crate::partition::Resident;
use crate::partition::{Input, Shared};
use crate::registry::Revision;
use asl::definition::{Resource, StateKind};
use integrations::{TaskOrigin, TaskOutcome, TaskRequest, Thrown};
use interpreter::{Command, Execution, Frame, Header, MockedEnd, TaskAttempt, TaskId, TaskToken};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// The performers at work for one partition.
#[derive(Default)]
pub(crate) struct RunningTasks(HashMap<(ExecutionKey, TaskId), AbortHandle>);

impl RunningTasks {
    /// Nothing is left to be done for the task: whoever still performs it may stop.
    pub fn end(&mut self, key: &ExecutionKey, task: TaskId) {
        if let Some(performer) = self.0.remove(&(key.clone(), task)) {
            performer.abort();
        }
    }

    /// All tasks of an execution are given up.
    pub fn end_all(&mut self, key: &ExecutionKey) {
        self.0.retain(|(of, _), performer| {
            let keep = of != key;
            if !keep {
                performer.abort();
            }
            keep
        });
    }

    /// Stops all performers; their tasks stay open.
    pub fn abort_all(&mut self) {
        for (_, performer) in self.0.drain() {
            performer.abort();
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
    if running.0.contains_key(&identity) {
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
        if let Some(command) = perform(&shared, request, task, &execution.0.escape_ascii()).await {
            // The partition is gone only when the server is; the task is performed again then.
            let _ = partition.send(Input::Task { execution, command }).await;
        }
    });
    running.0.insert(identity, performer.abort_handle());
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
        invocation_id: invocation_id(&header.execution_arn, task),
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
        state_machine: header.state_machine_name.clone(),
        test_case: header.test_case.clone()?,
        execution_arn: header.execution_arn.clone(),
        execution_input: header.input.clone(),
        state: revision.definition.state(frame.scope, frame.state).name.clone(),
        input: frame.input.clone(),
        invocation,
        attempt: frame.retry_count(),
        item: item(revision, execution, frame),
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
) -> Option<Command> {
    // Asked for inside, so that a panic there is caught as well.
    let outcome = match caught(async { shared.performer.perform(request).await }).await {
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
    let frame = resident.execution.frame(task.frame)?;
    let attempt = frame.task_attempt().filter(|attempt| attempt.scheduled_event == task.scheduled_event)?;
    let StateKind::Task(state) = &resident.revision.definition.state(frame.scope, frame.state).kind else {
        unreachable!("only Task states have task attempts")
    };
    (!attempt.handed_over).then_some((attempt, &state.resource))
}

fn command(task: TaskId, outcome: TaskOutcome) -> Command {
    match outcome {
        TaskOutcome::Succeeded { output } => Command::TaskSucceeded { task, output },
        TaskOutcome::Submitted { output } => Command::TaskSubmitted { task, output },
        TaskOutcome::Failed { error, cause } => Command::TaskFailed { task, error: Some(error), cause: Some(cause) },
        TaskOutcome::Refused { cause } => Command::TaskRefused { task, cause },
        TaskOutcome::Mocked { submitted, end } => {
            let end = match end {
                Ok(output) => MockedEnd::Succeeded(output),
                Err(Thrown { error, cause }) => MockedEnd::Failed { error, cause },
            };
            Command::TaskMocked { task, submitted, end }
        }
    }
}

/// The attempt's identity as a UUID: the same after a crash, so that a repeat can be recognised.
pub(crate) fn invocation_id(execution_arn: &str, task: TaskId) -> String {
    let identity = format!("{execution_arn} {} {}", task.frame.0, task.scheduled_event);
    let half = |seed: u64| fnv_1a(BASIS ^ seed, identity.bytes());
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half(0).to_be_bytes());
    bytes[8..].copy_from_slice(&half(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    crate::environment::uuid(bytes)
}
