//! `aws-sdk:<service>:<action>`: any operation of any AWS service.
//!
//! Results, names of errors and causes as recorded from AWS (`integrations.md` 1.2 and 3).

use crate::{TaskOutcome, TaskRequest};
use asl::definition::IntegrationPattern;
use aws_client::{CallError, Client, Options, ServiceError};
use json::Payload;
use service_models::{class_name, entry, exception_name};
use std::time::Duration;

/// As long as the longest operations of AWS take. A task has its own timeout.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Calls an operation; `service` and `action` are as in the resource.
pub(crate) async fn call(
    client: &Client,
    service: &str,
    action: &str,
    pattern: IntegrationPattern,
    request: &TaskRequest,
) -> TaskOutcome {
    let options = Options {
        identity: Some(&request.invocation_id),
        role_arn: request.role_arn.as_deref(),
        timeout: Some(TIMEOUT),
        ..Options::default()
    };
    match client.call(service, action, request.payload.value(), options).await {
        Ok(result) => {
            let output = Payload::from(result);
            match pattern {
                IntegrationPattern::WaitForTaskToken => TaskOutcome::Submitted { output },
                _ => TaskOutcome::Succeeded { output },
            }
        }
        Err(error) => failed(service, request, error),
    }
}

fn failed(service: &str, request: &TaskRequest, error: CallError) -> TaskOutcome {
    let prefix = entry(service).map_or_else(|| service.to_owned(), |entry| class_name(&entry.id));
    let client_exception = |cause: String| TaskOutcome::failed(format!("{prefix}.SdkClientException"), cause);
    match error {
        CallError::Service(error) => {
            TaskOutcome::failed(format!("{prefix}.{}", exception(&prefix, &error)), cause(&prefix, &error))
        }
        CallError::NoAnswer { message, attempts } => {
            client_exception(format!("Unable to execute HTTP request: {message} (SDK Attempt Count: {attempts})"))
        }
        CallError::TooLong { .. } => TaskOutcome::failed(
            "States.DataLimitExceeded",
            format!(
                "The state/task '{service}' returned a result with a size exceeding the maximum number of bytes service limit."
            ),
        ),
        CallError::Unsendable(message) | CallError::Unreadable(message) => client_exception(message),
        error @ (CallError::Invalid(_) | CallError::Unknown { .. }) => {
            let parameters = request.payload.text();
            let cause = format!("The Parameters '{parameters}' could not be used to start the Task: [{error}]");
            TaskOutcome::Refused { cause: cause.into() }
        }
    }
}

/// The class of an error: its own, or the service's for those that the model does not have.
fn exception(prefix: &str, error: &ServiceError) -> String {
    match &error.shape {
        Some(shape) => exception_name(shape),
        None => format!("{prefix}Exception"),
    }
}

fn cause(prefix: &str, error: &ServiceError) -> String {
    let ServiceError { status, request_id, attempts, .. } = error;
    // A message that is not there reads so on AWS.
    let message = if error.message.is_empty() { "null" } else { &error.message };
    let extended = error.extended_request_id.as_ref().map(|id| format!(", Extended Request ID: {id}"));
    let extended = extended.unwrap_or_default();
    format!(
        "{message} (Service: {prefix}, Status Code: {status}, Request ID: {request_id}{extended}) (SDK Attempt Count: {attempts})"
    )
}
