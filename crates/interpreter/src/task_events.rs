//! The three families of task events: functions called by their ARN, activities, and everything else.

use crate::failure::{Failure, error_name};
use crate::frame::TaskAttempt;
use crate::history::HistoryEventDetails as Details;
use asl::definition::Resource;
use json::{Object, Payload, Value};
use service_models::optimised;
use std::sync::Arc;

/// The parameters an optimised integration understands; others are dropped silently, as AWS does (recorded for Lambda and SQS).
pub(crate) fn known_parameters(resource: &Resource, parameters: Payload) -> Payload {
    let Resource::Service { service, action, .. } = resource else { return parameters };
    let (Some(optimised), Value::Object(given)) = (optimised(service, action), parameters.value()) else {
        return parameters;
    };
    if given.keys().all(|key| optimised.knows(key)) {
        return parameters;
    }
    let known = given.iter().filter(|(key, _)| optimised.knows(key));
    let known: Object = known.map(|(key, value)| (key.clone(), value.clone())).collect();
    Payload::from(Value::from(known))
}

/// Whose result an oversized result is said to be: the resource type of an integration, the ARN of a function or activity.
pub(crate) fn result_owner(resource: &Resource) -> &str {
    match resource {
        Resource::LambdaFunction { arn } | Resource::Activity { arn } => arn,
        Resource::Service { service, .. } => service,
    }
}

pub(crate) fn scheduled(resource: &Resource, attempt: &TaskAttempt, region: Arc<str>) -> Details {
    match resource {
        Resource::LambdaFunction { arn } => Details::LambdaFunctionScheduled {
            resource: arn.as_str().into(),
            input: attempt.payload.clone(),
            timeout_in_seconds: attempt.timeout_seconds,
            credentials_role_arn: attempt.role_arn.clone(),
        },
        Resource::Activity { arn } => Details::ActivityScheduled {
            resource: arn.as_str().into(),
            input: attempt.payload.clone(),
            timeout_in_seconds: attempt.timeout_seconds,
            heartbeat_in_seconds: attempt.heartbeat_seconds,
        },
        Resource::Service { .. } => Details::TaskScheduled {
            resource_type: resource_type(resource),
            resource: resource_name(resource),
            region,
            parameters: attempt.payload.clone(),
            timeout_in_seconds: attempt.timeout_seconds,
            heartbeat_in_seconds: attempt.heartbeat_seconds,
            credentials_role_arn: attempt.role_arn.clone(),
        },
    }
}

pub(crate) fn started(resource: &Resource, worker_name: Option<Arc<str>>) -> Details {
    match resource {
        Resource::LambdaFunction { .. } => Details::LambdaFunctionStarted,
        Resource::Activity { .. } => Details::ActivityStarted { worker_name },
        Resource::Service { .. } => {
            Details::TaskStarted { resource_type: resource_type(resource), resource: resource_name(resource) }
        }
    }
}

pub(crate) fn submitted(resource: &Resource, output: Payload) -> Details {
    Details::TaskSubmitted { resource_type: resource_type(resource), resource: resource_name(resource), output }
}

pub(crate) fn succeeded(resource: &Resource, output: Payload) -> Details {
    match resource {
        Resource::LambdaFunction { .. } => Details::LambdaFunctionSucceeded { output },
        Resource::Activity { .. } => Details::ActivitySucceeded { output },
        Resource::Service { .. } => {
            Details::TaskSucceeded { resource_type: resource_type(resource), resource: resource_name(resource), output }
        }
    }
}

/// A failure, which is a `…TimedOut` event when it is the interpreter's own timeout.
pub(crate) fn failed(resource: &Resource, failure: &Failure) -> Details {
    let (error, cause) = (failure.error.clone(), failure.cause.clone());
    let timed_out = error.as_deref() == Some(error_name::TIMEOUT) && cause.is_none();
    match (resource, timed_out) {
        (Resource::LambdaFunction { .. }, false) => Details::LambdaFunctionFailed { error, cause },
        (Resource::LambdaFunction { .. }, true) => Details::LambdaFunctionTimedOut { error, cause },
        (Resource::Activity { .. }, false) => Details::ActivityFailed { error, cause },
        (Resource::Activity { .. }, true) => Details::ActivityTimedOut { error, cause },
        (Resource::Service { .. }, false) => {
            let (resource_type, resource) = (resource_type(resource), resource_name(resource));
            Details::TaskFailed { resource_type, resource, error, cause }
        }
        (Resource::Service { .. }, true) => {
            let (resource_type, resource) = (resource_type(resource), resource_name(resource));
            Details::TaskTimedOut { resource_type, resource, error, cause }
        }
    }
}

fn resource_type(resource: &Resource) -> Arc<str> {
    match resource {
        Resource::Service { service, .. } => service.as_str().into(),
        Resource::LambdaFunction { .. } | Resource::Activity { .. } => {
            unreachable!("functions and activities have events of their own")
        }
    }
}

fn resource_name(resource: &Resource) -> Arc<str> {
    match resource {
        Resource::Service { action, pattern, .. } => format!("{action}{}", pattern.suffix()).into(),
        Resource::LambdaFunction { .. } | Resource::Activity { .. } => {
            unreachable!("functions and activities have events of their own")
        }
    }
}
