//! Why Lambda refused an invocation, in AWS's words. A function that ran and failed is not an error here: see `InvokeResponse`.

/// The invocation was refused, or its outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// No such function: `ResourceNotFoundException`, 404.
    #[error("{message}")]
    NotFound {
        /// `Function not found: arn:aws:lambda:<region>:<account>:function:<name>:<qualifier>`.
        message: String,
    },
    /// As many invocations wait for the function as may: `TooManyRequestsException`, 429.
    ///
    /// Lambda throttles as soon as the concurrency is used up. On one machine a few processes are meant to be shared by many tasks, so an
    /// invocation waits for one of the function's processes; only when 1,000 (an AWS account's concurrency) wait already is it refused.
    #[error("{message}")]
    TooManyRequests {
        /// `Rate Exceeded.`
        message: String,
        /// AWS's `Reason` member.
        reason: String,
    },
    /// The function's name or the request is malformed: the named exception, 400.
    #[error("{message}")]
    InvalidRequest {
        /// `ValidationException`, `InvalidRequestContentException`, `InvalidParameterValueException`.
        exception: String,
        /// What is wrong.
        message: String,
    },
    /// The payload is over 6 MB (1 MB for an event): `RequestTooLargeException`, 413.
    #[error("{message}")]
    RequestTooLarge {
        /// The limit.
        message: String,
    },
    /// A remote endpoint answered with any other exception.
    #[error("{message}")]
    Service {
        /// The exception's name, `ServiceException` if it told none.
        exception: String,
        /// Its HTTP status.
        status: u16,
        /// Its message.
        message: String,
        /// The id it gave the request.
        request_id: String,
    },
    /// No answer came: `SdkClientException`.
    #[error("{message}")]
    Client {
        /// `Unable to execute HTTP request: …`.
        message: String,
    },
    /// [`Functions::shutdown`](crate::Functions::shutdown) ended the invocation. It says nothing about the function: whoever waits for a
    /// result must leave the task open and run it again after the restart.
    #[error("the functions are shutting down")]
    ShuttingDown,
}

impl InvokeError {
    /// AWS's name of the exception, e.g. `ResourceNotFoundException`; the error name in a workflow is `Lambda.` followed by it.
    pub fn exception(&self) -> &str {
        match self {
            InvokeError::NotFound { .. } => "ResourceNotFoundException",
            InvokeError::TooManyRequests { .. } => "TooManyRequestsException",
            InvokeError::RequestTooLarge { .. } => "RequestTooLargeException",
            InvokeError::InvalidRequest { exception, .. } | InvokeError::Service { exception, .. } => exception,
            InvokeError::Client { .. } | InvokeError::ShuttingDown => "SdkClientException",
        }
    }

    /// The HTTP status Lambda gives it; `None` if no answer came.
    pub fn status_code(&self) -> Option<u16> {
        match self {
            InvokeError::NotFound { .. } => Some(404),
            InvokeError::TooManyRequests { .. } => Some(429),
            InvokeError::RequestTooLarge { .. } => Some(413),
            InvokeError::InvalidRequest { .. } => Some(400),
            InvokeError::Service { status, .. } => Some(*status),
            InvokeError::Client { .. } | InvokeError::ShuttingDown => None,
        }
    }

    /// The message without service, status and request id.
    pub fn message(&self) -> String {
        self.to_string()
    }
}
