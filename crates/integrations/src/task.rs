//! What a performer is asked and what it answers.

use asl::definition::{IntegrationPattern, Resource};
use json::Payload;
use std::sync::Arc;

/// One attempt of a task.
#[derive(Clone, Debug)]
pub struct TaskRequest {
    /// What to call.
    pub resource: Resource,
    /// The resolved parameters, or the input of a function called by its ARN.
    pub payload: Payload,
    /// `Credentials.RoleArn`: the role that AWS's services are called as.
    pub role_arn: Option<Arc<str>>,
    /// The same for every repetition of this attempt and for no other: a UUID made from the execution and the event that scheduled it.
    pub invocation_id: String,
    /// The execution that the task is of.
    pub execution_arn: Arc<str>,
    /// The state machine that the execution is of.
    pub state_machine_arn: Arc<str>,
    /// X-Ray's header with the attempt's span, if its execution is traced.
    pub trace_header: Option<Arc<str>>,
    /// Where the task comes from, if its execution runs a test case.
    pub origin: Option<TaskOrigin>,
}

/// Where a task of an execution with a test case comes from: all that a mock may tell tasks apart by.
#[derive(Clone, Debug)]
pub struct TaskOrigin {
    /// The name of the state machine.
    pub state_machine: Arc<str>,
    /// The name of the test case.
    pub test_case: Arc<str>,
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its input.
    pub execution_input: Payload,
    /// The name of the state.
    pub state: Arc<str>,
    /// The state's raw input.
    pub input: Payload,
    /// How many tasks of the state the execution had scheduled before: over retries, loops and the iterations of a Map.
    pub invocation: u64,
    /// How many retries there were before in this visit of the state.
    pub attempt: u64,
    /// The number of the item of the nearest Map around, from 0 on.
    pub item: Option<u64>,
}

/// What a `.sync` task waits for.
#[derive(Clone, Debug)]
pub struct Job {
    /// The attempt that started it.
    pub request: TaskRequest,
    /// The response to that.
    pub submitted: Payload,
    /// How often it was looked at before.
    pub looks: u64,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskOutcome {
    /// With a result.
    Succeeded {
        /// The result.
        output: Payload,
    },
    /// A job or callback task's request was accepted; the result comes later.
    Submitted {
        /// The request's response.
        output: Payload,
    },
    /// With an error that Retry and Catch may match.
    Failed {
        /// Its name.
        error: Arc<str>,
        /// Its cause.
        cause: Arc<str>,
    },
    /// It is about an execution of one of the engine's own state machines: the engine is to do it itself.
    OwnExecution,
    /// A mock stood for it: that is its whole life.
    Mocked {
        /// What the service answered to the request of a job or callback task.
        submitted: Option<Payload>,
        /// The result, or the error.
        end: Result<Payload, Thrown>,
    },
    /// It could not be called at all: `States.Runtime`.
    Refused {
        /// Why.
        cause: Arc<str>,
    },
}

/// The error of a mocked task.
#[derive(Clone, Debug, PartialEq)]
pub struct Thrown {
    /// Its name, if it has one.
    pub error: Option<Arc<str>>,
    /// Its cause, if it has one.
    pub cause: Option<Arc<str>>,
}

impl TaskOutcome {
    /// What a service's answer is for a task of this pattern: its result, or the beginning of what it waits for.
    pub fn answered(pattern: IntegrationPattern, output: Payload) -> TaskOutcome {
        match pattern {
            IntegrationPattern::RequestResponse => TaskOutcome::Succeeded { output },
            IntegrationPattern::RunJob | IntegrationPattern::RunJobVersion2 | IntegrationPattern::WaitForTaskToken => {
                TaskOutcome::Submitted { output }
            }
        }
    }

    /// Parameters that no call can be made with.
    pub(crate) fn unusable(request: &TaskRequest, problem: impl std::fmt::Display) -> TaskOutcome {
        let parameters = request.payload.text();
        let cause = format!("The Parameters '{parameters}' could not be used to start the Task: [{problem}]");
        TaskOutcome::Refused { cause: cause.into() }
    }

    pub(crate) fn failed(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> TaskOutcome {
        TaskOutcome::Failed { error: error.into(), cause: cause.into() }
    }
}
