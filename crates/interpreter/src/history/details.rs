//! What an event says. Texts and payloads are shared with the execution and with each other.

use json::{Object, Payload};
use std::sync::Arc;

/// The details of one event, one variant per AWS event type (the state events share theirs).
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields carry the names of AWS's HistoryEvent shapes")]
pub enum HistoryEventDetails {
    ExecutionStarted {
        input: Payload,
        role_arn: Arc<str>,
    },
    ExecutionSucceeded {
        output: Payload,
    },
    ExecutionFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ExecutionTimedOut {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ExecutionAborted {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ExecutionRedriven {
        redrive_count: u64,
    },
    StateEntered {
        state_type: StateType,
        name: Arc<str>,
        input: Payload,
    },
    /// `assigned_variables` maps names to the JSON text of their values; `None` when the state assigns nothing.
    StateExited {
        state_type: StateType,
        name: Arc<str>,
        output: Payload,
        assigned_variables: Option<Object>,
    },
    StateAborted {
        state_type: StateType,
    },
    TaskScheduled {
        resource_type: Arc<str>,
        resource: Arc<str>,
        region: Arc<str>,
        parameters: Payload,
        timeout_in_seconds: Option<u64>,
        heartbeat_in_seconds: Option<u64>,
        credentials_role_arn: Option<Arc<str>>,
    },
    TaskStarted {
        resource_type: Arc<str>,
        resource: Arc<str>,
    },
    TaskSubmitted {
        resource_type: Arc<str>,
        resource: Arc<str>,
        output: Payload,
    },
    TaskSucceeded {
        resource_type: Arc<str>,
        resource: Arc<str>,
        output: Payload,
    },
    TaskFailed {
        resource_type: Arc<str>,
        resource: Arc<str>,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    TaskTimedOut {
        resource_type: Arc<str>,
        resource: Arc<str>,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    LambdaFunctionScheduled {
        resource: Arc<str>,
        input: Payload,
        timeout_in_seconds: Option<u64>,
        credentials_role_arn: Option<Arc<str>>,
    },
    LambdaFunctionStarted,
    LambdaFunctionSucceeded {
        output: Payload,
    },
    LambdaFunctionFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    LambdaFunctionTimedOut {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ActivityScheduled {
        resource: Arc<str>,
        input: Payload,
        timeout_in_seconds: Option<u64>,
        heartbeat_in_seconds: Option<u64>,
    },
    ActivityStarted {
        worker_name: Option<Arc<str>>,
    },
    ActivitySucceeded {
        output: Payload,
    },
    ActivityFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ActivityTimedOut {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed,
    MapStateStarted {
        length: u64,
    },
    MapStateSucceeded,
    MapStateFailed,
    MapIterationStarted {
        name: Arc<str>,
        index: u64,
    },
    MapIterationSucceeded {
        name: Arc<str>,
        index: u64,
    },
    MapIterationFailed {
        name: Arc<str>,
        index: u64,
    },
    MapIterationAborted {
        name: Arc<str>,
        index: u64,
    },
    MapRunStarted {
        map_run_arn: Arc<str>,
    },
    /// `output` is not shown: AWS tells it with the state's exit, after `ResultSelector` and the like. Here it makes the history say everything.
    MapRunSucceeded {
        output: Payload,
    },
    MapRunFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    MapRunAborted,
    MapRunRedriven {
        map_run_arn: Arc<str>,
        redrive_count: u64,
    },
    EvaluationFailed {
        state: Arc<str>,
        location: Option<Arc<str>>,
        error: Arc<str>,
        cause: Arc<str>,
    },
}

impl HistoryEventDetails {
    /// The input, output or parameters it shows, if it does.
    pub fn payload(&self) -> Option<&Payload> {
        match self {
            HistoryEventDetails::ExecutionStarted { input: payload, .. }
            | HistoryEventDetails::ExecutionSucceeded { output: payload }
            | HistoryEventDetails::StateEntered { input: payload, .. }
            | HistoryEventDetails::StateExited { output: payload, .. }
            | HistoryEventDetails::TaskScheduled { parameters: payload, .. }
            | HistoryEventDetails::TaskSubmitted { output: payload, .. }
            | HistoryEventDetails::TaskSucceeded { output: payload, .. }
            | HistoryEventDetails::LambdaFunctionScheduled { input: payload, .. }
            | HistoryEventDetails::LambdaFunctionSucceeded { output: payload }
            | HistoryEventDetails::ActivityScheduled { input: payload, .. }
            | HistoryEventDetails::ActivitySucceeded { output: payload } => Some(payload),
            _ => None,
        }
    }
}

/// Which type of state an Entered, Exited or Aborted event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "ASL's state types")]
pub enum StateType {
    Pass,
    Task,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl StateType {
    /// All types; the position is the type's number in stored rows.
    pub const ALL: [StateType; 8] = [
        StateType::Pass,
        StateType::Task,
        StateType::Choice,
        StateType::Wait,
        StateType::Succeed,
        StateType::Fail,
        StateType::Parallel,
        StateType::Map,
    ];

    /// The type's name in ASL and at the head of its events.
    pub fn name(self) -> &'static str {
        match self {
            StateType::Pass => "Pass",
            StateType::Task => "Task",
            StateType::Choice => "Choice",
            StateType::Wait => "Wait",
            StateType::Succeed => "Succeed",
            StateType::Fail => "Fail",
            StateType::Parallel => "Parallel",
            StateType::Map => "Map",
        }
    }
}
