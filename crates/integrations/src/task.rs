//! What a performer is asked and what it answers.

use asl::definition::Resource;
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
    /// X-Ray's header with the attempt's span, if its execution is traced.
    pub trace_header: Option<Arc<str>>,
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
    /// It could not be called at all: `States.Runtime`.
    Refused {
        /// Why.
        cause: Arc<str>,
    },
}

impl TaskOutcome {
    pub(crate) fn failed(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> TaskOutcome {
        TaskOutcome::Failed { error: error.into(), cause: cause.into() }
    }
}
