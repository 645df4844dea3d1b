//! From a task's schedule on disk to its outcome back in the partition.

use crate::activities::ActivityTask;
use crate::caught::caught;
use crate::keys::ExecutionKey;
use crate::partition::Resident;
use crate::partition::{Input, Shared};
use asl::definition::{IntegrationPattern, Resource, StateKind};
use integrations::{TaskOutcome, TaskRequest};
use interpreter::{Command, TaskId, TaskToken};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// The performers at work for one partition.
#[derive(Default)]
pub(crate) struct RunningTasks(HashMap<(ExecutionKey, TaskId), AbortHandle>);

impl RunningTasks {
    /// The task is over: whoever still performs it may stop.
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

/// Gives a scheduled task to whoever does it. Does nothing if the task has been given up.
pub(crate) fn dispatch(
    shared: &Arc<Shared>,
    partition: &mpsc::Sender<Input>,
    running: &mut RunningTasks,
    key: &ExecutionKey,
    resident: &Resident,
    task: TaskId,
) {
    let execution = &resident.execution;
    let Some(frame) = execution.frame(task.frame) else { return };
    let Some(attempt) = frame.task_attempt().filter(|attempt| attempt.scheduled_event == task.scheduled_event) else {
        return;
    };
    let StateKind::Task(state) = &resident.revision.definition.state(frame.scope, frame.state).kind else {
        unreachable!("only Task states have task attempts")
    };
    if let Resource::Activity { arn } = &state.resource {
        let execution_arn = execution.header.execution_arn.to_string();
        let token = TaskToken { execution_arn, task, nonce: attempt.nonce };
        // A worker already has a task that has started; its token is still good.
        if !attempt.started {
            let input = attempt.payload.text().clone();
            shared.activities.offer(arn, ActivityTask { execution: key.clone(), task, token, input });
        }
        return;
    }
    // What is accepted is not asked for twice: from here on only the token's holder can end the task. A job is watched again.
    if attempt.submitted && waits_for_token(&state.resource) {
        return;
    }
    let request = request(&execution.header.execution_arn, task, &state.resource, attempt);
    let (shared, partition, execution) = (shared.clone(), partition.clone(), key.clone());
    let performer = tokio::spawn(async move {
        if let Some(command) = perform(&shared, request, task, &execution.0.escape_ascii()).await {
            // The partition is gone only when the server is; the task is performed again then.
            let _ = partition.send(Input::Task { execution, command }).await;
        }
    });
    running.0.insert((key.clone(), task), performer.abort_handle());
}

/// What a performer is told of an attempt.
pub(crate) fn request(
    execution_arn: &str,
    task: TaskId,
    resource: &Resource,
    attempt: &interpreter::TaskAttempt,
) -> TaskRequest {
    TaskRequest {
        resource: resource.clone(),
        payload: attempt.payload.clone(),
        invocation_id: invocation_id(execution_arn, task),
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

fn waits_for_token(resource: &Resource) -> bool {
    matches!(resource, Resource::Service { pattern: IntegrationPattern::WaitForTaskToken, .. })
}

fn command(task: TaskId, outcome: TaskOutcome) -> Command {
    match outcome {
        TaskOutcome::Succeeded { output } => Command::TaskSucceeded { task, output },
        TaskOutcome::Submitted { output } => Command::TaskSubmitted { task, output },
        TaskOutcome::Failed { error, cause } => Command::TaskFailed { task, error: Some(error), cause: Some(cause) },
        TaskOutcome::Refused { cause } => Command::TaskRefused { task, cause },
    }
}

/// The attempt's identity as a UUID: the same after a crash, so that a repeat can be recognised.
fn invocation_id(execution_arn: &str, task: TaskId) -> String {
    let identity = format!("{execution_arn} {} {}", task.frame.0, task.scheduled_event);
    let half = |seed: u64| {
        identity.bytes().fold(0xcbf2_9ce4_8422_2325_u64 ^ seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half(0).to_be_bytes());
    bytes[8..].copy_from_slice(&half(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    crate::environment::uuid(bytes)
}
