//! What arrives at an execution.

use crate::redrive::NotRedrivable;
use crate::{FrameId, MapRunEnd, MapRunId, TimerKind};
use json::Payload;
use std::sync::Arc;

/// One try of a Task state, named for ever: the frame it belongs to and the event that scheduled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    /// The frame.
    pub frame: FrameId,
    /// Its `*Scheduled` event.
    pub scheduled_event: u64,
}

/// How a mocked task ended.
#[derive(Clone, Debug, PartialEq)]
pub enum MockedEnd {
    /// With a result.
    Succeeded(Payload),
    /// With an error.
    Failed {
        /// Its name, if it has one.
        error: Option<Arc<str>>,
        /// Its cause, if it has one.
        cause: Option<Arc<str>>,
    },
}

/// Something that happened, or is asked for. Facts are in the past tense.
#[derive(Clone, Debug)]
pub enum Command {
    /// Begin. The first command of every execution, exactly once.
    StartExecution,
    /// Go on where the last step ran out of its budget.
    Continue,
    /// A worker took an activity's task: its clocks start.
    TaskStarted {
        /// Which.
        task: TaskId,
        /// `workerName`, if the worker gave one.
        worker_name: Option<Arc<str>>,
    },
    /// The request of a `.sync` or `.waitForTaskToken` task was accepted.
    TaskSubmitted {
        /// Which.
        task: TaskId,
        /// The request's response.
        output: Payload,
    },
    /// A task's result.
    TaskSucceeded {
        /// Which.
        task: TaskId,
        /// The result.
        output: Payload,
    },
    /// A task's failure.
    TaskFailed {
        /// Which.
        task: TaskId,
        /// The error's name, if one was given.
        error: Option<Arc<str>>,
        /// Its cause, if one was given.
        cause: Option<Arc<str>>,
    },
    /// A mocked task's whole life at once, so that a crash cannot come between its parts.
    TaskMocked {
        /// Which.
        task: TaskId,
        /// What the service answered to the request of a `.sync` or `.waitForTaskToken` task.
        submitted: Option<Payload>,
        /// How it ended.
        end: MockedEnd,
    },
    /// The task could not be started, for a reason that no retry mends: `States.Runtime` with `cause`.
    TaskRefused {
        /// Which.
        task: TaskId,
        /// What AWS says after "An error occurred while executing the state …".
        cause: Arc<str>,
    },
    /// SendTaskHeartbeat.
    HeartbeatRecorded {
        /// Which.
        task: TaskId,
    },
    /// Say which tasks wait for somebody outside: an execution of an earlier release does not.
    ListAwaited,
    /// A Map Run ended by itself.
    MapRunEnded {
        /// The frame of the Map state.
        frame: FrameId,
        /// The run.
        run: MapRunId,
        /// How.
        end: MapRunEnd,
    },
    /// A timer's time has come.
    TimerFired(TimerKind),
    /// StopExecution.
    StopExecution {
        /// The caller's error.
        error: Option<Arc<str>>,
        /// The caller's cause.
        cause: Option<Arc<str>>,
    },
    /// RedriveExecution: a closed execution goes on from what failed.
    RedriveExecution {
        /// The caller's token, by which a repetition of the request is known.
        client_token: Option<Arc<str>>,
    },
}

impl Command {
    /// The frame it is about, if it is about one.
    pub fn frame(&self) -> Option<FrameId> {
        match self {
            Command::TaskStarted { task, .. }
            | Command::TaskSubmitted { task, .. }
            | Command::TaskSucceeded { task, .. }
            | Command::TaskFailed { task, .. }
            | Command::TaskMocked { task, .. }
            | Command::TaskRefused { task, .. }
            | Command::HeartbeatRecorded { task }
            | Command::TimerFired(TimerKind::TaskTimeout(task) | TimerKind::Heartbeat(task) | TimerKind::Job(task)) => {
                Some(task.frame)
            }
            Command::TimerFired(TimerKind::Delay(frame)) | Command::MapRunEnded { frame, .. } => Some(*frame),
            Command::TimerFired(TimerKind::ExecutionTimeout)
            | Command::StartExecution
            | Command::Continue
            | Command::ListAwaited
            | Command::StopExecution { .. }
            | Command::RedriveExecution { .. } => None,
        }
    }
}

/// Why a command changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandRejected {
    /// All that waits for somebody outside is listed already.
    AllListed,
    /// The task ended, timed out or was superseded by a retry: its token is no longer good.
    TaskTimedOut,
    /// The Map Run is not waited for any more: it was stopped, or has ended.
    MapRunEnded,
    /// A fork begins with a state that the definition does not have in its outermost scope.
    NoSuchState,
    /// The execution has closed.
    ExecutionClosed,
    /// The execution cannot be redriven, or not any more.
    NotRedrivable(NotRedrivable),
    /// A timer that was cleared or replaced after it was armed.
    TimerStale,
    /// The step needs frames that were not restored: the command can be given again when all are.
    FramesMissing,
}
