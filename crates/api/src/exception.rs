//! The errors AWS answers, by code, each with a constructor that knows AWS's sentence.
//!
//! What the log should say beyond the caller's message stays with whoever raises the exception.

use arn::ArnError;
use json::{ObjectBuilder, Value};
use std::fmt;

/// An AWS exception: what the caller of the API gets instead of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Which one.
    pub code: Code,
    /// AWS's sentence.
    pub message: String,
    /// Modelled members beside the message, such as `reason` and `resourceName`.
    pub extras: Vec<(&'static str, String)>,
}

macro_rules! codes {
    ($( $code:ident $status:literal $meaning:literal; )*) => {
        /// The code of an [`Exception`], spelled as on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $( #[doc = $meaning] $code, )*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[ $( Code::$code, )* ];

            /// The wire spelling.
            pub fn as_str(self) -> &'static str {
                match self { $( Code::$code => stringify!($code), )* }
            }

            /// The HTTP status the code comes with.
            pub fn http_status(self) -> u16 {
                match self { $( Code::$code => $status, )* }
            }
        }
    };
}

codes! {
    ActivityAlreadyExists 400 "The name is taken by an activity with another encryption configuration.";
    ActivityDoesNotExist 400 "No such activity.";
    ActivityLimitExceeded 400 "As many activities as an account may have.";
    ActivityWorkerLimitExceeded 400 "As many pollers as an activity may have.";
    ConflictException 409 "The request contradicts what is stored.";
    ExecutionAlreadyExists 400 "The name was used by an execution that is closed or has another input.";
    ExecutionDoesNotExist 400 "No such execution.";
    ExecutionLimitExceeded 400 "As many open executions as an account may have.";
    ExecutionNotRedrivable 400 "The execution cannot be redriven.";
    InternalFailure 500 "Something broke in the server.";
    InvalidArn 400 "Not an ARN, or of the wrong kind.";
    InvalidDefinition 400 "The definition has errors.";
    InvalidEncryptionConfiguration 400 "The encryption configuration contradicts itself.";
    InvalidExecutionInput 400 "The input is not JSON.";
    InvalidLoggingConfiguration 400 "The logging configuration is incomplete.";
    InvalidName 400 "A name with characters it may not have.";
    InvalidOutput 400 "The output of a task is not JSON.";
    InvalidToken 400 "A page or task token that was never issued.";
    InvalidTracingConfiguration 400 "The tracing configuration is malformed.";
    MissingRequiredParameter 400 "One of several optional members is needed.";
    RequestEntityTooLargeException 413 "The body is longer than any request may be.";
    ResourceNotFound 400 "No such taggable resource.";
    SerializationException 400 "The body is not JSON, or a member has the wrong JSON type.";
    ServiceQuotaExceededException 402 "More than a quota allows.";
    ServiceUnavailable 503 "The server cannot answer now; a later attempt may succeed.";
    StateMachineAlreadyExists 400 "The name is taken by a state machine that differs.";
    StateMachineDeleting 400 "The state machine is being deleted.";
    StateMachineDoesNotExist 400 "No such state machine.";
    StateMachineLimitExceeded 400 "As many state machines as an account may have.";
    StateMachineTypeNotSupported 400 "The operation is not for this type of state machine.";
    TaskDoesNotExist 400 "The task token is of a task that is gone.";
    TaskTimedOut 400 "The task token is of a task that has ended.";
    ThrottlingException 400 "Too many requests; try again later.";
    TooManyTags 400 "More tags than a resource may have.";
    UnknownOperationException 400 "No such operation.";
    ValidationException 400 "A member breaks a constraint.";
}

impl Exception {
    /// An exception with a message of the caller's making.
    pub fn new(code: Code, message: impl Into<String>) -> Exception {
        Exception { code, message: message.into(), extras: Vec::new() }
    }

    /// The same with the member `name` beside the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Exception {
        self.extras.push((name, value.into()));
        self
    }

    /// `InvalidArn` for a text that is not the ARN it should be.
    pub fn invalid_arn(error: &ArnError) -> Exception {
        Exception::new(Code::InvalidArn, format!("Invalid Arn: '{error}'"))
    }

    /// `InvalidArn` for a role.
    pub fn invalid_role_arn(role_arn: &str) -> Exception {
        Exception::new(Code::InvalidArn, format!("Invalid Role Arn: '{role_arn}'"))
    }

    /// `InvalidName`.
    pub fn invalid_name(name: &str) -> Exception {
        Exception::new(Code::InvalidName, format!("Invalid Name: '{name}'"))
    }

    /// `InvalidDefinition` with findings in AWS's form `CODE: text at /location`.
    pub fn invalid_definition(findings: &str) -> Exception {
        Exception::new(Code::InvalidDefinition, format!("Invalid State Machine Definition: '{findings}'"))
    }

    /// `InvalidExecutionInput` with the JSON parser's sentence.
    pub fn invalid_execution_input(problem: &str) -> Exception {
        Exception::new(Code::InvalidExecutionInput, format!("Invalid State Machine Execution Input: '{problem}'"))
    }

    /// `InvalidOutput` with the JSON parser's sentence.
    pub fn invalid_output(problem: &str) -> Exception {
        Exception::new(Code::InvalidOutput, format!("Invalid Output: '{problem}'"))
    }

    /// `InvalidToken`, for page tokens and task tokens alike.
    pub fn invalid_token() -> Exception {
        Exception::new(Code::InvalidToken, "Invalid Token: 'Invalid token'")
    }

    /// `InvalidLoggingConfiguration`.
    pub fn invalid_logging_configuration(problem: &str) -> Exception {
        Exception::new(Code::InvalidLoggingConfiguration, format!("Invalid Logging Configuration: {problem}"))
    }

    /// `InvalidEncryptionConfiguration`.
    pub fn invalid_encryption_configuration(problem: &str) -> Exception {
        Exception::new(Code::InvalidEncryptionConfiguration, format!("Invalid Encryption Configuration: {problem}"))
    }

    /// `ValidationException` in words that are no member constraint.
    pub fn validation(message: impl Into<String>) -> Exception {
        Exception::new(Code::ValidationException, message)
    }

    /// `ValidationException` for a version, alias or Distributed Map label where only the machine itself will do.
    pub fn labelled_arn_not_supported(arn: &dyn fmt::Display) -> Exception {
        Exception::validation(format!("The operation does not support the qualified state machine ARN '{arn}'"))
            .with("reason", "API_DOES_NOT_SUPPORT_LABELED_ARNS")
    }

    /// `StateMachineDoesNotExist`.
    pub fn state_machine_does_not_exist(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::StateMachineDoesNotExist, format!("State Machine Does Not Exist: '{arn}'"))
    }

    /// `StateMachineAlreadyExists`.
    pub fn state_machine_already_exists(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::StateMachineAlreadyExists, format!("State Machine Already Exists: '{arn}'"))
    }

    /// `StateMachineDeleting`.
    pub fn state_machine_deleting(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::StateMachineDeleting, format!("State Machine is being deleted: '{arn}'"))
    }

    /// `StateMachineTypeNotSupported`.
    pub fn state_machine_type_not_supported() -> Exception {
        Exception::new(
            Code::StateMachineTypeNotSupported,
            "This operation is not supported by this type of state machine",
        )
    }

    /// `ExecutionAlreadyExists`.
    pub fn execution_already_exists(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::ExecutionAlreadyExists, format!("Execution Already Exists: '{arn}'"))
    }

    /// `ExecutionDoesNotExist`.
    pub fn execution_does_not_exist(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::ExecutionDoesNotExist, format!("Execution Does Not Exist: '{arn}'"))
    }

    /// `ActivityDoesNotExist`.
    pub fn activity_does_not_exist(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::ActivityDoesNotExist, format!("Activity Does Not Exist: '{arn}'"))
    }

    /// `ActivityAlreadyExists`.
    pub fn activity_already_exists(arn: &dyn fmt::Display) -> Exception {
        Exception::new(Code::ActivityAlreadyExists, format!("Activity Already Exists: '{arn}'"))
    }

    /// `TaskTimedOut`: the token was good once, its task is over.
    pub fn task_timed_out() -> Exception {
        Exception::new(Code::TaskTimedOut, "Task Timed Out: 'Provided task does not exist anymore'")
    }

    /// `TaskDoesNotExist`.
    pub fn task_does_not_exist() -> Exception {
        Exception::new(Code::TaskDoesNotExist, "Task does not exist")
    }

    /// `ResourceNotFound` of the tagging operations.
    pub fn resource_not_found(arn: &str) -> Exception {
        Exception::new(Code::ResourceNotFound, format!("Resource not found: '{arn}'")).with("resourceName", arn)
    }

    /// `ResourceNotFound` of the operations on aliases.
    pub fn references_nothing() -> Exception {
        Exception::new(Code::ResourceNotFound, "Request references a resource that does not exist.")
    }

    /// `ConflictException`.
    pub fn conflict(message: impl Into<String>) -> Exception {
        Exception::new(Code::ConflictException, message)
    }

    /// `ServiceQuotaExceededException`; AWS's wording is not known.
    pub fn service_quota_exceeded(what: &str, quota: usize) -> Exception {
        let message = format!("The maximum number of {what} has been reached: {quota}");
        Exception::new(Code::ServiceQuotaExceededException, message)
    }

    /// `TooManyTags`.
    pub fn too_many_tags(arn: &str) -> Exception {
        Exception::new(Code::TooManyTags, format!("Too many tags on resource: '{arn}'")).with("resourceName", arn)
    }

    /// `ThrottlingException`: overload is answered, not queued.
    pub fn throttling() -> Exception {
        Exception::new(Code::ThrottlingException, "Rate exceeded")
    }

    /// `ServiceUnavailable`: the store cannot take writes now.
    pub fn service_unavailable(message: impl Into<String>) -> Exception {
        Exception::new(Code::ServiceUnavailable, message)
    }

    /// `InternalFailure`, without inner workings.
    pub fn internal_failure() -> Exception {
        Exception::new(
            Code::InternalFailure,
            "The request failed because of an internal error; the server's log says more",
        )
    }

    /// The reply's body: `{"__type": ..., "message": ...}` and the modelled members.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("__type", self.code.as_str()).insert("message", self.message.as_str());
        for (name, value) in &self.extras {
            body.insert(*name, value.as_str());
        }
        body.build().into()
    }
}

impl From<ArnError> for Exception {
    fn from(error: ArnError) -> Self {
        Exception::invalid_arn(&error)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Exception {}
