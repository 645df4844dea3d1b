//! `aws-sdk:<service>:<action>`: any operation of any AWS service.
//!
//! Results, names of errors and causes as recorded from AWS (`integrations.md` 1.2 and 3).

use crate::failures::{Manner, failed};
use crate::{TaskOutcome, TaskRequest};
use asl::definition::IntegrationPattern;
use aws_client::{Client, Options};
use json::Payload;
use service_models::{class_name, entry};
use std::time::Duration;

/// As long as the longest operations of AWS take. A task has its own timeout.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// What every call of a task says of itself.
pub(crate) fn options(request: &TaskRequest) -> Options<'_> {
    Options {
        identity: Some(&request.invocation_id),
        role_arn: request.role_arn.as_deref(),
        timeout: Some(TIMEOUT),
        ..Options::default()
    }
}

/// Calls an operation; `service` and `action` are as in the resource.
pub(crate) async fn call(
    client: &Client,
    service: &str,
    action: &str,
    pattern: IntegrationPattern,
    request: &TaskRequest,
) -> TaskOutcome {
    match client.call(service, action, request.payload.value(), options(request)).await {
        Ok(result) => TaskOutcome::answered(pattern, Payload::from(result)),
        Err(error) => {
            let prefix = entry(service).map_or_else(|| service.to_owned(), |entry| class_name(&entry.id));
            failed(Manner { prefix: &prefix, client: None }, service, request, error)
        }
    }
}
