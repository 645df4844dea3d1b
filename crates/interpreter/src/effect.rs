//! What must be done outside, after the step is on disk.

use crate::{FrameId, MapRunId, MapRunStart, TaskId, Timestamp};
use std::sync::Arc;

/// One thing to do. Every effect may be repeated after a crash, always with the same identity.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Perform a task; what to perform is in the frame.
    ScheduleTask(TaskId),
    /// Nothing is left to be done for the task: it is over, or whoever has its token will end it. Forget it, and stop it if it still runs.
    EndTask(TaskId),
    /// Run the items of a Distributed Map. Its end comes back as [`Command::MapRunEnded`](crate::Command::MapRunEnded).
    StartMapRun(Arc<MapRunStart>),
    /// Stop a Map Run and its children: nobody waits for it any more.
    StopMapRun(MapRunId),
    /// A Map Run that ended without success, or was stopped, goes on with what has not succeeded.
    RedriveMapRun(MapRunId),
    /// Wake the execution at a time.
    SetTimer(Timer),
    /// That is no longer needed.
    ClearTimer(Timer),
    /// The execution has closed.
    NotifyClosed,
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
}
