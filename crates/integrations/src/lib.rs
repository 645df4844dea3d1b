//! Task performers: what happens outside when a Task state runs. One file per service.
//!
//! A performer is called after the task's schedule is on disk, perhaps again after a crash, always with the same
//! [`TaskRequest::invocation_id`], and answers once.

mod aws_sdk;
mod buckets;
mod lambda;
mod reply;
mod task;

pub use buckets::{BucketError, Buckets, ObjectPlace, Upload};
pub use reply::mocked_result_problem;
pub use task::{TaskOutcome, TaskRequest};

use asl::definition::Resource;
use aws_client::Client;
use functions::Functions;
use std::pin::Pin;

/// Resolves to how an attempt ended. `None` means that the server is going down and nothing is known: the task stays open and is
/// performed again after the restart.
pub type PerformFuture = Pin<Box<dyn Future<Output = Option<TaskOutcome>> + Send>>;

/// Whoever performs tasks: [`Integrations`], or the world of a simulation.
pub trait Performer: Send + Sync + 'static {
    /// Performs one attempt of a task. Activities are not performed: workers fetch them.
    fn perform(&self, request: TaskRequest) -> PerformFuture;
}

impl Performer for Integrations {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        let integrations = self.clone();
        Box::pin(async move { Integrations::perform(&integrations, request).await })
    }
}

/// Everything tasks can call.
#[derive(Clone)]
pub struct Integrations {
    functions: Functions,
    aws: Option<Client>,
}

impl Integrations {
    /// Performers that run Lambda functions with `functions`.
    pub fn new(functions: Functions) -> Integrations {
        Integrations { functions, aws: None }
    }

    /// They call AWS's services, or what stands in for them, with `client`.
    pub fn with_aws(self, client: Client) -> Integrations {
        Integrations { aws: Some(client), ..self }
    }

    /// Performs one attempt of a task. Activities are not performed: workers fetch them.
    ///
    /// `None` means that the server is going down and nothing is known: the task stays open and is performed again after the restart.
    pub async fn perform(&self, request: TaskRequest) -> Option<TaskOutcome> {
        match &request.resource {
            Resource::LambdaFunction { arn } => lambda::call_function(&self.functions, arn, &request).await,
            Resource::Service { service, action, pattern, .. } if service == "lambda" && action == "invoke" => {
                lambda::invoke(&self.functions, *pattern, &request).await
            }
            Resource::Service { arn, service, action, pattern, .. } => {
                match (service.strip_prefix("aws-sdk:"), &self.aws) {
                    (Some(service), Some(client)) => {
                        Some(aws_sdk::call(client, service, action, *pattern, &request).await)
                    }
                    _ => Some(unsupported(arn)),
                }
            }
            Resource::Activity { .. } => unreachable!("activities wait for workers"),
        }
    }
}

fn unsupported(arn: &str) -> TaskOutcome {
    TaskOutcome::Refused { cause: format!("The resource {arn} is not supported by this version of Stepwell.").into() }
}
