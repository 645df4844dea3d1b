//! The optimised integrations of Step Functions, but for Lambda, HTTP and Step Functions itself.
//!
//! Reading order: `services` (how each service's failures and results are told), [`call`], `shape` (what is not sent or answered as it is),
//! `jobs` (what `.sync` waits for); then a file for each service that is more than that.

mod agentcore;
mod apigateway;
mod bedrock;
mod ecs;
mod eks;
mod elasticmapreduce;
mod jobs;
mod services;
mod shape;

pub(crate) use jobs::{cancel, status, told_by};

use crate::aws_sdk::options;
use crate::failures::failed;
use crate::metadata::with_metadata;
use crate::{TaskOutcome, TaskRequest};
use asl::definition::IntegrationPattern;
use aws_client::{CallError, Client, Options, Reply, Times};
use json::{Payload, Value, json};
use service_models::{Optimised, optimised};
use services::{Generation, Service};

/// One attempt of a task of an optimised integration.
#[derive(Clone, Copy)]
struct Call<'c> {
    client: &'c Client,
    service: &'static Service,
    action: &'static Optimised,
    pattern: IntegrationPattern,
    request: &'c TaskRequest,
}

/// Calls an action; `None` if it is none that this file knows.
pub(crate) async fn call(
    client: &Client,
    service: &str,
    action: &str,
    pattern: IntegrationPattern,
    request: &TaskRequest,
) -> Option<TaskOutcome> {
    let (service, action) = (services::of(service)?, optimised(service, action)?);
    let call = Call { client, service, action, pattern, request };
    Some(match (service.name, action.action) {
        ("apigateway", _) => apigateway::invoke(call).await,
        ("bedrockagentcore", _) => agentcore::invoke_harness(call).await,
        ("bedrock", "invokeModel") => bedrock::invoke_model(call).await,
        ("eks", "call" | "runJob") => eks::invoke(call).await,
        ("elasticmapreduce", _) => elasticmapreduce::perform(call).await,
        _ if action.operation.is_empty() => return None,
        _ => call.perform().await,
    })
}

impl Call<'_> {
    async fn perform(self) -> TaskOutcome {
        let parameters = match shape::parameters(self) {
            Ok(parameters) => parameters,
            Err(problem) => return TaskOutcome::unusable(self.request, problem),
        };
        match self.send(self.action.operation, &parameters).await {
            Ok(reply) => self.answered(reply),
            Err(error) => match self.started_before(&error).await {
                Some(reply) => self.answered(reply),
                None => self.failed(error),
            },
        }
    }

    /// The answer to a start of an execution that this very attempt had started before a crash, and that has ended since: nobody else gives it
    /// the attempt's name.
    async fn started_before(self, error: &CallError) -> Option<Reply> {
        let CallError::Service(error) = error else { return None };
        let parameters = self.request.payload.value();
        if self.service.name != "states"
            || error.code != "ExecutionAlreadyExists"
            || shape::is_given(parameters, "Name")
        {
            return None;
        }
        let machine = parameters.get("StateMachineArn")?.as_str()?;
        let parts: Vec<&str> = machine.split(':').collect();
        let [arn, partition, states, region, account, "stateMachine", name, ..] = parts[..] else { return None };
        let id = &self.request.invocation_id;
        let execution = [arn, partition, states, region, account, "execution", name, id].join(":");
        let mut described =
            self.send("describeExecution", &json!({"ExecutionArn": (execution.as_str())})).await.ok()?;
        let start = described.value.get("StartDate").cloned();
        described.value = shape::some([("ExecutionArn", Some(execution.into())), ("StartDate", start)]);
        Some(described)
    }

    /// Calls an operation of the action's API.
    async fn send(self, operation: &str, parameters: &Value) -> Result<Reply, CallError> {
        self.client.reply(self.action.api, operation, parameters, self.options()).await
    }

    fn options(&self) -> Options<'_> {
        Options { times: self.service.times(), ..options(self.request) }
    }

    /// What the service's reply is for the task.
    fn answered(self, reply: Reply) -> TaskOutcome {
        let value = shape::result(self, reply.value);
        if let Some(failure) = shape::failure(self, &value) {
            return failure;
        }
        let output = match self.service.tells_metadata {
            true => with_metadata(&value, &reply.headers, reply.status),
            false => value,
        };
        TaskOutcome::answered(self.pattern, Payload::from(output))
    }

    fn failed(self, error: CallError) -> TaskOutcome {
        failed(self.service.manner(), self.service.name, self.request, error)
    }
}

impl Service {
    /// Numbers in results of the older SDK, text in those of the newer (the guide's examples).
    fn times(&self) -> Times {
        match self.generation {
            Generation::First { .. } => Times::Milliseconds,
            Generation::Second => Times::Iso8601,
        }
    }
}
