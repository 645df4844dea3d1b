//! Task performers: what happens outside when a Task state runs. One file per service.
//!
//! A performer is called after the task's schedule is on disk, perhaps again after a crash, always with the same
//! [`TaskRequest::invocation_id`], and answers once.

mod aws_sdk;
mod buckets;
mod failures;
pub mod http_task;
mod lambda;
mod lambda_endpoints;
mod metadata;
pub mod mocks;
mod optimised;
mod reply;
mod task;

pub use buckets::{BucketError, Buckets, ObjectPlace, Upload};
pub use lambda_endpoints::SignedEndpoints;
pub use metadata::{own_headers, with_metadata};
pub use reply::mocked_result_problem;
pub use task::{Job, TaskOrigin, TaskOutcome, TaskRequest, Thrown};

use asl::definition::{IntegrationPattern, Resource};
use aws_client::Client;
use functions::Functions;
use http_task::{Connections, HttpInspection};
use mocks::Mocks;
use std::pin::Pin;
use std::sync::Arc;

/// Resolves to how an attempt ended. `None` means that the server is going down and nothing is known: the task stays open and is
/// performed again after the restart.
pub type PerformFuture = Pin<Box<dyn Future<Output = Option<TaskOutcome>> + Send>>;

/// Whoever performs tasks: [`Integrations`], or the world of a simulation.
pub trait Performer: Send + Sync + 'static {
    /// Performs one attempt of a task. Activities are not performed: workers fetch them.
    fn perform(&self, request: TaskRequest) -> PerformFuture;

    /// The same for TestState, which tells of an HTTP Task what was sent and answered.
    fn perform_inspected(&self, request: TaskRequest, inspection: HttpInspection) -> PerformFuture {
        let _ = inspection;
        self.perform(request)
    }

    /// Looks how a job stands that a `.sync` task waits for: how the task ends, or nothing if it goes on or nobody knows. It is asked again, later
    /// every time.
    fn look(&self, job: Job) -> PerformFuture {
        let _ = job;
        Box::pin(std::future::ready(None))
    }

    /// Stops a job that nobody waits for any more, as well as that goes. It may be asked for twice. What it resolves to counts only if it is
    /// [`TaskOutcome::OwnExecution`].
    fn cancel(&self, job: Job) -> PerformFuture {
        let _ = job;
        Box::pin(std::future::ready(None))
    }

    /// The test case of an execution of `state_machine` about to be started, of which the caller asked for `named`. An error says why there is
    /// no such test case.
    fn test_case(&self, state_machine: &str, named: Option<&str>) -> Result<Option<Arc<str>>, String> {
        let _ = state_machine;
        match named {
            Some(named) => Err(mocks::none_configured(named)),
            None => Ok(None),
        }
    }

    /// Whether a task is mocked: those of activities are performed then as others are.
    fn mocks(&self, request: &TaskRequest) -> bool {
        let _ = request;
        false
    }
}

impl Performer for Integrations {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        let integrations = self.clone();
        Box::pin(async move { Integrations::perform(&integrations, request).await })
    }

    fn perform_inspected(&self, request: TaskRequest, inspection: HttpInspection) -> PerformFuture {
        let integrations = self.clone();
        Box::pin(async move { integrations.perform_with(request, Some(&inspection)).await })
    }

    fn look(&self, job: Job) -> PerformFuture {
        let integrations = self.clone();
        Box::pin(async move {
            match &integrations.aws {
                _ if integrations.is_own_execution(&job.request.resource) => Some(TaskOutcome::OwnExecution),
                Some(client) => optimised::status(client, &job).await,
                None => None,
            }
        })
    }

    fn cancel(&self, job: Job) -> PerformFuture {
        let integrations = self.clone();
        Box::pin(async move {
            match &integrations.aws {
                _ if integrations.is_own_execution(&job.request.resource) => return Some(TaskOutcome::OwnExecution),
                Some(client) => optimised::cancel(client, &job).await,
                None => {}
            }
            None
        })
    }

    fn test_case(&self, state_machine: &str, named: Option<&str>) -> Result<Option<Arc<str>>, String> {
        match (&self.mocks, named) {
            (Some(mocks), _) => mocks.test_case(state_machine, named),
            (None, Some(named)) => Err(mocks::none_configured(named)),
            (None, None) => Ok(None),
        }
    }

    fn mocks(&self, request: &TaskRequest) -> bool {
        self.mocks.as_ref().is_some_and(|mocks| mocks.mocks(request))
    }
}

/// Everything tasks can call.
#[derive(Clone)]
pub struct Integrations {
    functions: Functions,
    aws: Option<Client>,
    starts_executions_elsewhere: bool,
    mocks: Option<Mocks>,
    connections: Connections,
}

impl Integrations {
    /// Performers that run Lambda functions with `functions`.
    pub fn new(functions: Functions) -> Integrations {
        Integrations {
            functions,
            aws: None,
            starts_executions_elsewhere: false,
            mocks: None,
            connections: Connections::default(),
        }
    }

    /// They call AWS's services, or what stands in for them, with `client`.
    pub fn with_aws(self, client: Client) -> Integrations {
        Integrations { aws: Some(client), ..self }
    }

    /// `states:startExecution` calls Step Functions where the client finds it, not the engine that the task is of.
    pub fn starting_executions_elsewhere(self) -> Integrations {
        Integrations { starts_executions_elsewhere: true, ..self }
    }

    /// What HTTP Tasks are sent with.
    pub fn with_connections(self, connections: Connections) -> Integrations {
        Integrations { connections, ..self }
    }

    /// What `mocks` say of a test case's tasks is done in place of calling anything.
    pub fn with_mocks(self, mocks: Mocks) -> Integrations {
        Integrations { mocks: Some(mocks), ..self }
    }

    /// Performs one attempt of a task. Activities are not performed: workers fetch them, unless they are mocked.
    ///
    /// `None` means that the server is going down and nothing is known: the task stays open and is performed again after the restart.
    pub async fn perform(&self, request: TaskRequest) -> Option<TaskOutcome> {
        self.perform_with(request, None).await
    }

    async fn perform_with(&self, request: TaskRequest, inspection: Option<&HttpInspection>) -> Option<TaskOutcome> {
        if let (Some(mocks), Some(origin)) = (&self.mocks, &request.origin)
            && let Some(outcome) = mocks.perform(&request, origin).await
        {
            return Some(outcome);
        }
        match &request.resource {
            Resource::LambdaFunction { arn } => lambda::call_function(&self.functions, arn, &request).await,
            Resource::Service { service, action, pattern, .. } if service == "lambda" && action == "invoke" => {
                lambda::invoke(&self.functions, *pattern, &request).await
            }
            resource if self.is_own_execution(resource) => Some(TaskOutcome::OwnExecution),
            Resource::Service { service, action, .. } if service == "http" && action == "invoke" => {
                Some(http_task::invoke(&self.connections, self.aws.as_ref(), &request, inspection).await)
            }
            Resource::Service { arn, service, action, pattern, .. } => {
                let performed = self.call_service(service, action, *pattern, &request).await;
                Some(performed.unwrap_or_else(|| unsupported(arn)))
            }
            Resource::Activity { .. } => Some(activity_not_mocked()),
        }
    }

    async fn call_service(
        &self,
        service: &str,
        action: &str,
        pattern: IntegrationPattern,
        request: &TaskRequest,
    ) -> Option<TaskOutcome> {
        let client = self.aws.as_ref()?;
        match service.strip_prefix("aws-sdk:") {
            Some(service) => Some(aws_sdk::call(client, service, action, pattern, request).await),
            None => optimised::call(client, service, action, pattern, request).await,
        }
    }

    /// Whether a task is about an execution of the engine that it is of itself.
    fn is_own_execution(&self, resource: &Resource) -> bool {
        !self.starts_executions_elsewhere
            && matches!(resource, Resource::Service { service, .. } if service == "states")
    }
}

/// The mock of an activity was taken back after the task was dispatched to it.
fn activity_not_mocked() -> TaskOutcome {
    TaskOutcome::Refused { cause: "The mocked response of the activity is not there any more.".into() }
}

fn unsupported(arn: &str) -> TaskOutcome {
    TaskOutcome::Refused { cause: format!("The resource {arn} is not supported by this version of Stepwell.").into() }
}
