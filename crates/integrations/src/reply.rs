//! What the model of a service says of a task's result.

use crate::optimised::told_by;
use asl::definition::{IntegrationPattern, Resource};
use service_models::{Checks, Shape, result_problem, service};

/// Where the shape of a task's result is.
struct Reply<'r> {
    service: &'r str,
    /// As Step Functions spells it.
    action: &'r str,
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
        Some(service) => Reply { service, action, member: "", opaque: &[] },
        None => optimised(name, action, *pattern)?,
    };
    let service = service(reply.service)?;
    let output = service.action(reply.action)?.output()?;
    Some(of(within(output, reply.member)?, reply.opaque))
}

fn within<'s>(output: Shape<'s>, member: &str) -> Option<Shape<'s>> {
    if member.is_empty() {
        return Some(output);
    }
    let (_, shape) = output.member_spelled(member)?;
    Some(shape.element().unwrap_or(shape))
}

/// The reply of an optimised integration. A job's result is what tells how it ended. Integrations with results of their own have none here.
fn optimised<'r>(service: &str, action: &'r str, pattern: IntegrationPattern) -> Option<Reply<'r>> {
    let has_own_result = matches!(service, "apigateway" | "bedrockagentcore" | "elasticmapreduce" | "http")
        || service == "eks" && matches!(action, "call" | "runJob");
    if has_own_result {
        return None;
    }
    let api = service_models::optimised(service, action)?.api;
    let opaque: &[&str] = match (service, action) {
        ("bedrock", "invokeModel") => &["Body"],
        ("lambda", _) => &["Payload"],
        ("states", _) if pattern == IntegrationPattern::RunJobVersion2 => &["Input", "Output"],
        _ => &[],
    };
    // What stands for the result of this one is the reply to its request.
    let is_told = pattern != IntegrationPattern::RequestResponse
        && (service, action) != ("emr-containers", "deleteVirtualCluster");
    let told = if is_told { told_by(service, action) } else { None };
    let (action, member) = told.unwrap_or((action, ""));
    Some(Reply { service: api, action, member, opaque })
}
