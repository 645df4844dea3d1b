//! What arrives at a partition.

use crate::keys::ExecutionKey;
use crate::map_runs::{ChildInput, MapRunInput};
use crate::registry::Revision;
use crate::tasks::HandedOut;
use api::Exception;
use interpreter::{Command, Header, MapRunId, TaskId, Timestamp};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Answers somebody who waits, after the commit.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, Exception>>;

/// One input of a partition.
pub(crate) enum Input {
    /// Start an execution.
    Start(Box<StartInput>),
    /// A fact about a task, from a performer: nobody waits, and a task that is gone is no error.
    Task {
        /// Whose.
        execution: ExecutionKey,
        /// What.
        command: Command,
    },
    /// A look at the job of a task is asked for before it is due: perhaps the job has ended.
    Look {
        /// Whose.
        execution: ExecutionKey,
        /// Which.
        task: TaskId,
    },
    /// A look at the job of a task has told nothing new.
    Looked {
        /// Whose.
        execution: ExecutionKey,
        /// Which.
        task: TaskId,
        /// Which look.
        look: u64,
    },
    /// An abandoned job was stopped, as well as that went.
    JobStopped {
        /// Whose.
        execution: ExecutionKey,
        /// Which.
        task: TaskId,
    },
    /// A worker takes an activity's task: answered with nothing if it is not there any more.
    HandOut {
        /// Whose.
        execution: ExecutionKey,
        /// Which.
        task: TaskId,
        /// `workerName`, if the worker gave one.
        worker_name: Option<Arc<str>>,
        /// Told when it is durable.
        answer: Answer<Option<HandedOut>>,
    },
    /// A fact about a task, from whoever holds its token.
    Token {
        /// Whose.
        execution: ExecutionKey,
        /// The attempt the token names.
        task: TaskId,
        /// What the attempt must have.
        nonce: u64,
        /// What.
        command: Command,
        /// Told when it is durable.
        answer: Answer<()>,
    },
    /// StopExecution: answered with the time it stopped, or had stopped before; nothing if there is no such execution.
    Stop {
        /// Which.
        execution: ExecutionKey,
        /// With what.
        command: Command,
        /// Told when it is durable.
        answer: Answer<Option<Timestamp>>,
    },
    /// RedriveExecution: answered with the time it went on; nothing if there is no such execution.
    Redrive {
        /// Which.
        execution: ExecutionKey,
        /// The caller's mark of the request.
        client_token: Option<Arc<str>>,
        /// Told when it is durable.
        answer: Answer<Option<Timestamp>>,
    },
    /// Start a child of a Map Run, or see to one that may have been started. Its run is told when it has ended.
    Child(Box<ChildInput>),
    /// Stop a child of a Map Run. Its run is told that it has ended, or that there is none.
    StopChild {
        /// Which.
        execution: ExecutionKey,
        /// Whose.
        run: MapRunId,
        /// Which of its children.
        index: u64,
        /// How many such inputs may wait.
        permit: OwnedSemaphorePermit,
    },
    /// How far a Map Run is.
    MapRun(Box<MapRunInput>),
    /// Finish what was begun and end.
    Shutdown,
}

impl Input {
    /// The execution it is about, if that is one that may exist.
    pub fn existing(&self) -> Option<&ExecutionKey> {
        match self {
            Input::Start(start) => (!start.name_is_new).then_some(&start.execution),
            Input::Child(child) => (!child.is_new).then_some(&child.execution),
            Input::MapRun(input) => input.end.is_some().then_some(&input.execution),
            Input::Task { execution, .. }
            | Input::Look { execution, .. }
            | Input::HandOut { execution, .. }
            | Input::Token { execution, .. }
            | Input::Stop { execution, .. }
            | Input::StopChild { execution, .. }
            | Input::Redrive { execution, .. } => Some(execution),
            Input::Looked { .. } | Input::JobStopped { .. } | Input::Shutdown => None,
        }
    }

    /// Tells whoever waits that it was not done. Whoever asked may have gone away.
    pub fn refuse(self, exception: &Exception) {
        match self {
            Input::Start(start) => drop(start.answer.send(Err(exception.clone()))),
            Input::HandOut { answer, .. } => drop(answer.send(Err(exception.clone()))),
            Input::Token { answer, .. } => drop(answer.send(Err(exception.clone()))),
            Input::Stop { answer, .. } | Input::Redrive { answer, .. } => drop(answer.send(Err(exception.clone()))),
            // The task is in the store still, and is performed again once it can be.
            // Runners of Map Runs begin again when the partition is open.
            Input::Task { .. }
            | Input::Child(_)
            | Input::StopChild { .. }
            | Input::MapRun(_)
            | Input::Look { .. }
            | Input::Looked { .. }
            | Input::JobStopped { .. }
            | Input::Shutdown => {}
        }
    }
}

/// An execution to be started.
pub(crate) struct StartInput {
    /// Its key.
    pub execution: ExecutionKey,
    /// Its header; the start time is set when it starts.
    pub header: Header,
    /// What it runs.
    pub revision: Arc<Revision>,
    /// Whether the name was invented, so that nobody can have used it before.
    pub name_is_new: bool,
    /// Told the start time when it is durable.
    pub answer: Answer<Timestamp>,
}
