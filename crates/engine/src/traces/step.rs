//! What a history event means to a trace: the event without its payloads, so that what waits to be told holds none of them.

use interpreter::Timestamp;
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details, StateType};
use std::sync::Arc;

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub id: u64,
    pub previous: u64,
    pub at: Timestamp,
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum What {
    Started,
    Redriven {
        count: u64,
    },
    Closed {
        status: Closed,
        failure: Failure,
    },
    Entered {
        state_type: StateType,
        name: Arc<str>,
    },
    Exited {
        name: Arc<str>,
    },
    /// A state, which is not named, was stopped because another one failed.
    Aborted,
    /// A Parallel or Map state began its work, for the first time or once more.
    Opened {
        of: StateType,
    },
    /// A Parallel or Map state failed.
    Failed {
        of: StateType,
    },
    IterationStarted {
        map: Arc<str>,
        index: u64,
    },
    IterationSucceeded {
        map: Arc<str>,
        index: u64,
    },
    Scheduled {
        task: Task,
    },
    TaskStarted {
        worker: Option<Arc<str>>,
    },
    TaskSubmitted,
    TaskEnded {
        failure: Option<Failure>,
    },
    EvaluationFailed {
        state: Arc<str>,
        failure: Failure,
    },
    /// Nothing that a trace would show.
    Other,
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

/// Error and cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Failure {
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
}

/// What is asked to do a state's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// A function, by its ARN.
    Function(Arc<str>),
    /// An activity, by its ARN.
    Activity(Arc<str>),
    /// A service, such as `sqs`, and what it is to do.
    Service { service: Arc<str>, action: Arc<str> },
}

impl Step {
    pub fn of(event: &HistoryEvent) -> Step {
        let HistoryEvent { id, previous_event_id, timestamp, details } = event;
        Step { id: *id, previous: *previous_event_id, at: *timestamp, what: What::of(details) }
    }

    /// Spans that end with it, at least.
    pub fn spans(&self) -> u64 {
        match self.what {
            What::Closed { .. } | What::Exited { .. } | What::IterationSucceeded { .. } | What::TaskEnded { .. } => 1,
            _ => 0,
        }
    }
}

impl What {
    fn of(details: &Details) -> What {
        use Details as D;
        let failure =
            |error: &Option<Arc<str>>, cause: &Option<Arc<str>>| Failure { error: error.clone(), cause: cause.clone() };
        let closed = |status, error, cause| What::Closed { status, failure: failure(error, cause) };
        match details {
            D::ExecutionStarted { .. } => What::Started,
            D::ExecutionRedriven { redrive_count } => What::Redriven { count: *redrive_count },
            D::ExecutionSucceeded { .. } => closed(Closed::Succeeded, &None, &None),
            D::ExecutionFailed { error, cause } => closed(Closed::Failed, error, cause),
            D::ExecutionTimedOut { error, cause } => closed(Closed::TimedOut, error, cause),
            D::ExecutionAborted { error, cause } => closed(Closed::Aborted, error, cause),
            D::StateEntered { state_type, name, .. } => What::Entered { state_type: *state_type, name: name.clone() },
            D::StateExited { name, .. } => What::Exited { name: name.clone() },
            D::StateAborted { .. } | D::MapIterationFailed { .. } | D::MapIterationAborted { .. } => What::Aborted,
            D::ParallelStateStarted => What::Opened { of: StateType::Parallel },
            D::MapStateStarted { .. } => What::Opened { of: StateType::Map },
            D::ParallelStateFailed => What::Failed { of: StateType::Parallel },
            D::MapStateFailed => What::Failed { of: StateType::Map },
            D::MapIterationStarted { name, index } => What::IterationStarted { map: name.clone(), index: *index },
            D::MapIterationSucceeded { name, index } => What::IterationSucceeded { map: name.clone(), index: *index },
            D::TaskScheduled { resource_type, resource, .. } => {
                What::Scheduled { task: Task::Service { service: resource_type.clone(), action: resource.clone() } }
            }
            D::LambdaFunctionScheduled { resource, .. } => What::Scheduled { task: Task::Function(resource.clone()) },
            D::ActivityScheduled { resource, .. } => What::Scheduled { task: Task::Activity(resource.clone()) },
            D::TaskStarted { .. } | D::LambdaFunctionStarted => What::TaskStarted { worker: None },
            D::ActivityStarted { worker_name } => What::TaskStarted { worker: worker_name.clone() },
            D::TaskSubmitted { .. } => What::TaskSubmitted,
            D::TaskSucceeded { .. } | D::LambdaFunctionSucceeded { .. } | D::ActivitySucceeded { .. } => {
                What::TaskEnded { failure: None }
            }
            D::TaskFailed { error, cause, .. }
            | D::TaskTimedOut { error, cause, .. }
            | D::LambdaFunctionFailed { error, cause }
            | D::LambdaFunctionTimedOut { error, cause }
            | D::ActivityFailed { error, cause }
            | D::ActivityTimedOut { error, cause } => What::TaskEnded { failure: Some(failure(error, cause)) },
            D::EvaluationFailed { state, error, cause, .. } => What::EvaluationFailed {
                state: state.clone(),
                failure: Failure { error: Some(error.clone()), cause: Some(cause.clone()) },
            },
            D::ParallelStateSucceeded
            | D::MapStateSucceeded
            | D::MapRunStarted { .. }
            | D::MapRunSucceeded { .. }
            | D::MapRunFailed { .. }
            | D::MapRunAborted
            | D::MapRunRedriven { .. } => What::Other,
        }
    }
}
