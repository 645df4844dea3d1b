//! Every operation's request, read from a body, and its fullest reply.
#![allow(dead_code, reason = "not every test needs both")]

pub mod replies;

use json::Value;
use stepwell_api::*;

/// The exception a body is answered with, if it is.
pub fn decode(operation: Operation, body: &Value) -> Result<(), Exception> {
    match operation {
        Operation::CreateStateMachine => CreateStateMachineRequest::decode(body).map(drop),
        Operation::UpdateStateMachine => UpdateStateMachineRequest::decode(body).map(drop),
        Operation::DescribeStateMachine => DescribeStateMachineRequest::decode(body).map(drop),
        Operation::DeleteStateMachine => DeleteStateMachineRequest::decode(body).map(drop),
        Operation::ListStateMachines => ListStateMachinesRequest::decode(body).map(drop),
        Operation::ValidateStateMachineDefinition => ValidateStateMachineDefinitionRequest::decode(body).map(drop),
        Operation::StartExecution => StartExecutionRequest::decode(body).map(drop),
        Operation::TestState => TestStateRequest::decode(body).map(drop),
        Operation::StartSyncExecution => StartSyncExecutionRequest::decode(body).map(drop),
        Operation::StopExecution => StopExecutionRequest::decode(body).map(drop),
        Operation::RedriveExecution => RedriveExecutionRequest::decode(body).map(drop),
        Operation::DescribeExecution => DescribeExecutionRequest::decode(body).map(drop),
        Operation::ListExecutions => ListExecutionsRequest::decode(body).map(drop),
        Operation::GetExecutionHistory => GetExecutionHistoryRequest::decode(body).map(drop),
        Operation::DescribeStateMachineForExecution => DescribeStateMachineForExecutionRequest::decode(body).map(drop),
        Operation::CreateActivity => CreateActivityRequest::decode(body).map(drop),
        Operation::DescribeActivity => DescribeActivityRequest::decode(body).map(drop),
        Operation::DeleteActivity => DeleteActivityRequest::decode(body).map(drop),
        Operation::ListActivities => ListActivitiesRequest::decode(body).map(drop),
        Operation::GetActivityTask => GetActivityTaskRequest::decode(body).map(drop),
        Operation::SendTaskSuccess => SendTaskSuccessRequest::decode(body).map(drop),
        Operation::SendTaskFailure => SendTaskFailureRequest::decode(body).map(drop),
        Operation::SendTaskHeartbeat => SendTaskHeartbeatRequest::decode(body).map(drop),
        Operation::TagResource => TagResourceRequest::decode(body).map(drop),
        Operation::UntagResource => UntagResourceRequest::decode(body).map(drop),
        Operation::ListTagsForResource => ListTagsForResourceRequest::decode(body).map(drop),
        Operation::PublishStateMachineVersion => PublishStateMachineVersionRequest::decode(body).map(drop),
        Operation::DeleteStateMachineVersion => DeleteStateMachineVersionRequest::decode(body).map(drop),
        Operation::ListStateMachineVersions => ListStateMachineVersionsRequest::decode(body).map(drop),
        Operation::CreateStateMachineAlias => CreateStateMachineAliasRequest::decode(body).map(drop),
        Operation::UpdateStateMachineAlias => UpdateStateMachineAliasRequest::decode(body).map(drop),
        Operation::DescribeStateMachineAlias => DescribeStateMachineAliasRequest::decode(body).map(drop),
        Operation::DeleteStateMachineAlias => DeleteStateMachineAliasRequest::decode(body).map(drop),
        Operation::DescribeMapRun => DescribeMapRunRequest::decode(body).map(drop),
        Operation::ListMapRuns => ListMapRunsRequest::decode(body).map(drop),
        Operation::UpdateMapRun => UpdateMapRunRequest::decode(body).map(drop),
        Operation::ListStateMachineAliases => ListStateMachineAliasesRequest::decode(body).map(drop),
    }
}
