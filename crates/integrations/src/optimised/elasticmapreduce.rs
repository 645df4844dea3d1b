//! Amazon EMR: actions with names and parameters of their own ("Create and manage Amazon EMR clusters with Step Functions").

use super::Call;
use super::shape::{listed, ordered, some};
use crate::TaskOutcome;
use aws_client::{CallError, Reply};
use json::Value;

pub(super) async fn perform(call: Call<'_>) -> TaskOutcome {
    let given = |name: &str| call.request.payload.value().get(name);
    let cluster = given("ClusterId").cloned();
    let parameters = match call.action.action {
        "terminateCluster" => some([("JobFlowIds", listed(given("ClusterId")))]),
        "setClusterTerminationProtection" => some([
            ("JobFlowIds", listed(given("ClusterId"))),
            ("TerminationProtected", given("TerminationProtected").cloned()),
        ]),
        "addStep" => some([
            ("JobFlowId", cluster),
            ("Steps", listed(given("Step"))),
            ("ExecutionRoleArn", given("ExecutionRoleArn").cloned()),
        ]),
        "cancelStep" => some([("ClusterId", cluster), ("StepIds", listed(given("StepId")))]),
        "modifyInstanceFleetByName" => match by_name(call, "InstanceFleet").await {
            Ok(fleet) => some([("ClusterId", cluster), ("InstanceFleet", Some(fleet))]),
            Err(outcome) => return outcome,
        },
        "modifyInstanceGroupByName" => match by_name(call, "InstanceGroup").await {
            Ok(group) => some([("ClusterId", cluster), ("InstanceGroups", listed(Some(&group)))]),
            Err(outcome) => return outcome,
        },
        _ => call.request.payload.value().clone(),
    };
    match call.send(call.action.operation, &parameters).await {
        Ok(reply) => call.answered(Reply { value: result(call.action.action, reply.value), ..reply }),
        Err(error) => call.failed(error),
    }
}

/// The instance fleet or group of a name, changed as the parameters say.
async fn by_name(call: Call<'_>, kind: &str) -> Result<Value, TaskOutcome> {
    let parameters = call.request.payload.value();
    let name = parameters.get(&format!("{kind}Name"));
    let Some(change) = parameters.get(kind).and_then(Value::as_object) else {
        let problem = format!("The field '{kind}' is required but was missing");
        return Err(TaskOutcome::unusable(call.request, problem));
    };
    let listed = list(call, kind).await.map_err(|error| call.failed(error))?;
    let found = listed.iter().find(|element| element.get("Name") == name).and_then(|element| element.get("Id"));
    match found {
        Some(id) => Ok(change.with(format!("{kind}Id"), id.clone()).into()),
        None => {
            let name =
                name.map_or_else(String::new, |name| name.as_str().map_or_else(|| name.to_string(), str::to_owned));
            let cause = format!("The cluster has no {kind} of the name {name}");
            Err(TaskOutcome::failed("ElasticMapReduce.InvalidRequestException", cause))
        }
    }
}

/// All instance fleets or groups of the cluster.
async fn list(call: Call<'_>, kind: &str) -> Result<Vec<Value>, CallError> {
    let mut elements = Vec::new();
    let mut marker = None;
    loop {
        let cluster = call.request.payload.value().get("ClusterId").cloned();
        let page = call.send(&format!("list{kind}s"), &some([("ClusterId", cluster), ("Marker", marker)])).await?.value;
        let listed = page.get(&format!("{kind}s")).and_then(Value::as_array);
        elements.extend(listed.into_iter().flat_map(|listed| listed.iter().cloned()));
        marker = page.get("Marker").filter(|marker| !marker.is_null()).cloned();
        if marker.is_none() {
            return Ok(elements);
        }
    }
}

fn result(action: &str, reply: Value) -> Value {
    let first = |name: &str| reply.get(name).and_then(|list| list.as_array()?.first()).cloned();
    match action {
        "createCluster" => {
            let cluster = reply.get("JobFlowId").cloned();
            let members = reply.as_object().map(|members| members.without("JobFlowId")).unwrap_or_default();
            ordered(members.into(), "ClusterId", cluster)
        }
        "addStep" => some([("StepId", first("StepIds"))]),
        "cancelStep" => some([("CancelStepsInfo", first("CancelStepsInfoList"))]),
        _ => reply,
    }
}
