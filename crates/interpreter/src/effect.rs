//! What must be done outside, after the step is on disk.

use crate::{FrameId, MapRunId, MapRunStart, TaskId, Timestamp};
use asl::definition::Resource;
use json::Payload;
use std::sync::Arc;

/// One thing to do. Every effect may be repeated after a crash, always with the same identity.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Perform a task; what to perform is in the frame.
    ScheduleTask(TaskId),
    /// Nothing is left to be done for the task: it is over, or whoever has its token will end it. Forget it, and stop it if it still runs.
    EndTask(TaskId),
    /// The task waits for somebody outside from now on: a worker, or whoever holds its token.
    Await(AwaitedTask),
    /// It does not any more.
    AwaitedNoMore(AwaitedTask),
    /// Run the items of a Distributed Map. Its end comes back as [`Command::MapRunEnded`](crate::Command::MapRunEnded).
    StartMapRun(Arc<MapRunStart>),
    /// Stop a Map Run and its children: nobody waits for it any more.
    StopMapRun(MapRunId),
    /// A Map Run that ended without success, or was stopped, goes on with what has not succeeded.
    RedriveMapRun(MapRunId),
    /// Look how the job stands that a task waits for. Its end comes back as the task's; until then the look may be lost, or come twice.
    LookAtJob(TaskId),
    /// Stop a job that nobody waits for any more.
    CancelJob(Box<AbandonedJob>),
    /// Wake the execution at a time.
    SetTimer(Timer),
    /// That is no longer needed.
    ClearTimer(Timer),
    /// The execution has closed.
    NotifyClosed,
}

/// A task that waits for an answer from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwaitedTask {
    /// Which.
    pub task: TaskId,
    /// Since when.
    pub since: Timestamp,
}

/// A job whose task ended otherwise: all that is needed to stop it, for the task's frame may be gone.
#[derive(Clone, Debug, PartialEq)]
pub struct AbandonedJob {
    /// The attempt that started it.
    pub task: TaskId,
    /// What was called.
    pub resource: Resource,
    /// With what.
    pub payload: Payload,
    /// The response.
    pub submitted: Payload,
    /// As whom.
    pub role_arn: Option<Arc<str>>,
}

/// A timer of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timer {
    /// When.
    pub due: Timestamp,
    /// What for.
    pub kind: TimerKind,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// The machine's `TimeoutSeconds`.
    ExecutionTimeout,
    /// A Wait state or a retry's delay.
    Delay(FrameId),
    /// A task's `TimeoutSeconds`.
    TaskTimeout(TaskId),
    /// A task's `HeartbeatSeconds`.
    Heartbeat(TaskId),
    /// The next look at the job that a task waits for.
    Job(TaskId),
}
