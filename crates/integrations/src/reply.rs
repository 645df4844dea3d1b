//! What the model of a service says of a task's result.

use asl::definition::{IntegrationPattern, Resource};
use service_models::{Checks, Shape, result_problem, service};
use std::borrow::Cow;

/// Where the shape of a task's result is.
struct Reply<'r> {
    service: &'r str,
    /// As Step Functions spells it.
    action: Cow<'r, str>,
    /// The member of the reply that is the result; empty for all of it. Of a list it is an element.
    member: &'static str,
    /// Members that Step Functions makes something else of.
    opaque: &'static [&'static str],
}

/// What is wrong with `result` as the result of a task of `resource`, in AWS's words; with `required`, whether what every reply has is missing.
/// Nothing is wrong where no model says what a result is.
pub fn mocked_result_problem(resource: &Resource, result: &json::Value, required: bool) -> Option<String> {
    with_result_shape(resource, |shape, opaque| result_problem(shape, result, Checks { required, opaque }))?
}

/// What `of` makes of the shape of the result of a task of `resource`, if a model has it, and of the members in it that Step Functions makes something else of.
pub(crate) fn with_result_shape<T>(
    resource: &Resource,
    of: impl FnOnce(Shape<'_>, &'static [&'static str]) -> T,
) -> Option<T> {
    let Resource::Service { service: name, action, pattern, .. } = resource else { return None };
    let reply = match name.strip_prefix("aws-sdk:") {
        _ if *pattern == IntegrationPattern::WaitForTaskToken => return None,
        Some(service) => Reply { service, action: action.into(), member: "", opaque: &[] },
        None => optimised(name, action, *pattern)?,
    };
    let service = service(reply.service)?;
    let output = service.action(&reply.action)?.output()?;
    Some(of(within(output, reply.member)?, reply.opaque))
}

fn within<'s>(output: Shape<'s>, member: &str) -> Option<Shape<'s>> {
    if member.is_empty() {
        return Some(output);
    }
    let shape = output.member(member)?;
    Some(shape.element().unwrap_or(shape))
}

/// The reply of an optimised integration. A job's result is what tells how it ended. Integrations with results of their own have none here.
fn optimised<'r>(service: &'r str, action: &'r str, pattern: IntegrationPattern) -> Option<Reply<'r>> {
    let part = |service, action: &'r str, member| Some(Reply { service, action: action.into(), member, opaque: &[] });
    let polled = |service, action| part(service, action, "");
    let own = |service, opaque| Some(Reply { service, action: action.into(), member: "", opaque });
    let is_job = pattern != IntegrationPattern::RequestResponse;
    match (service, action) {
        ("athena", "startQueryExecution") if is_job => polled("athena", "getQueryExecution"),
        ("batch", _) if is_job => part("batch", "describeJobs", "jobs"),
        ("bedrock", "invokeModel") => own("bedrockruntime", &["Body"]),
        ("bedrock", _) if is_job => polled("bedrock", "getModelCustomizationJob"),
        ("databrew", _) if is_job => polled("databrew", "describeJobRun"),
        ("ecs", _) if is_job => part("ecs", "describeTasks", "tasks"),
        ("eks", "call" | "runJob") => None,
        ("emr-containers", "startJobRun") if is_job => polled("emrcontainers", "describeJobRun"),
        ("emr-containers", _) => own("emrcontainers", &[]),
        ("emr-serverless", "startJobRun" | "cancelJobRun") if is_job => polled("emrserverless", "getJobRun"),
        ("emr-serverless", _) if is_job => polled("emrserverless", "getApplication"),
        ("emr-serverless", _) => own("emrserverless", &[]),
        ("events", _) => own("eventbridge", &[]),
        ("glue", _) if is_job => part("glue", "getJobRun", "JobRun"),
        ("lambda", _) => own("lambda", &["Payload"]),
        ("mediaconvert", _) if is_job => polled("mediaconvert", "getJob"),
        ("sagemaker", job) if is_job => {
            let action = job.replacen("create", "describe", 1).into();
            Some(Reply { service, action, member: "", opaque: &[] })
        }
        ("states", _) => match pattern {
            IntegrationPattern::RunJob => polled("sfn", "describeExecution"),
            IntegrationPattern::RunJobVersion2 => {
                let action = "describeExecution".into();
                Some(Reply { service: "sfn", action, member: "", opaque: &["Input", "Output"] })
            }
            _ => own("sfn", &[]),
        },
        ("apigateway" | "bedrockagentcore" | "elasticmapreduce" | "http", _) => None,
        (service, _) => own(service, &[]),
    }
}
