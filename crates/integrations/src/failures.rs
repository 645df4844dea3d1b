//! Calls of AWS's services that gave nothing, as failures of tasks.
//!
//! There are two generations of integrations, after the two generations of AWS's SDK for Java. The older one names the client of a service,
//! `AmazonSQS`, and its base exception, `AmazonSQSException`; the newer one names the service alone (recorded; `integrations.md` 1.2).

use crate::{TaskOutcome, TaskRequest};
use aws_client::{CallError, ServiceError};
use service_models::exception_name;

/// How a service's failures are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner<'m> {
    /// What stands before an error's name, such as `SQS`.
    pub(crate) prefix: &'m str,
    /// The client and its base exception, in the older generation.
    pub(crate) client: Option<(&'m str, &'m str)>,
}

/// What a call that failed is for the task; `owner` is whose a result is that is too large.
pub(crate) fn failed(manner: Manner<'_>, owner: &str, request: &TaskRequest, error: CallError) -> TaskOutcome {
    let prefix = manner.prefix;
    let client_exception = |cause: String| TaskOutcome::failed(format!("{prefix}.SdkClientException"), cause);
    match error {
        CallError::Service(error) => TaskOutcome::failed(manner.error(&error), manner.cause(&error)),
        CallError::NoAnswer { message, attempts } => {
            let attempts = match manner.client {
                Some(_) => String::new(),
                None => format!(" (SDK Attempt Count: {attempts})"),
            };
            client_exception(format!("Unable to execute HTTP request: {message}{attempts}"))
        }
        CallError::TooLong { .. } => TaskOutcome::failed(
            "States.DataLimitExceeded",
            format!(
                "The state/task '{owner}' returned a result with a size exceeding the maximum number of bytes service limit."
            ),
        ),
        CallError::Unsendable(message) | CallError::Unreadable(message) => client_exception(message),
        error @ (CallError::Invalid(_) | CallError::Unknown { .. }) => TaskOutcome::unusable(request, error),
    }
}

impl Manner<'_> {
    /// The error's name: its class, or the service's for those that the model does not have.
    pub(crate) fn error(&self, error: &ServiceError) -> String {
        let class = match (&error.shape, self.client) {
            (Some(shape), _) => exception_name(shape),
            (None, Some((_, exception))) => exception.to_owned(),
            (None, None) => format!("{}Exception", self.prefix),
        };
        format!("{}.{class}", self.prefix)
    }

    /// The error's cause.
    pub(crate) fn cause(&self, error: &ServiceError) -> String {
        let ServiceError { status, request_id, attempts, code, .. } = error;
        // A message that is not there reads so on AWS.
        let message = if error.message.is_empty() { "null" } else { &error.message };
        if let Some((client, _)) = self.client {
            return format!(
                "{message} (Service: {client}; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; Proxy: null)"
            );
        }
        let extended = error.extended_request_id.as_ref().map(|id| format!(", Extended Request ID: {id}"));
        let extended = extended.unwrap_or_default();
        format!(
            "{message} (Service: {}, Status Code: {status}, Request ID: {request_id}{extended}) (SDK Attempt Count: {attempts})",
            self.prefix
        )
    }
}
