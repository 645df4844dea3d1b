//! The table of contents: an operation, how its request is read, which method of the engine performs it.

use crate::memory::Held;
use crate::trace_header::TraceHeaders;
use api::{
    CreateActivityRequest, CreateStateMachineAliasRequest, CreateStateMachineRequest, DeleteActivityRequest,
    DeleteStateMachineAliasRequest, DeleteStateMachineRequest, DeleteStateMachineVersionRequest,
    DescribeActivityRequest, DescribeExecutionRequest, DescribeMapRunRequest, DescribeStateMachineAliasRequest,
    DescribeStateMachineForExecutionRequest, DescribeStateMachineRequest, Exception, GetActivityTaskRequest,
    GetExecutionHistoryRequest, ListActivitiesRequest, ListExecutionsRequest, ListMapRunsRequest,
    ListStateMachineAliasesRequest, ListStateMachineVersionsRequest, ListStateMachinesRequest,
    ListTagsForResourceRequest, Operation, PublishStateMachineVersionRequest, RedriveExecutionRequest,
    SendTaskFailureRequest, SendTaskHeartbeatRequest, SendTaskSuccessRequest, StartExecutionRequest,
    StartSyncExecutionRequest, StopExecutionRequest, TagResourceRequest, TestStateRequest, UntagResourceRequest,
    UpdateMapRunRequest, UpdateStateMachineAliasRequest, UpdateStateMachineRequest,
    ValidateStateMachineDefinitionRequest,
};
use engine::Engine;
use json::Value;

/// A request's body, and the room it takes while it is there.
pub(crate) struct Given {
    pub(crate) request: Value,
    pub(crate) _held: Held,
}

/// Reads the request of `operation`, performs it and gives the reply's body.
pub(crate) async fn perform(
    engine: &Engine,
    operation: Operation,
    given: Given,
    trace: &TraceHeaders,
) -> Result<String, Exception> {
    use Operation as O;
    /// What was read is let go before the operation begins, which may take a minute.
    macro_rules! call {
        ($method:ident, $request:ident $(, $with:ident($argument:expr))?) => {{
            let request = $request::decode(&given.request)?$(.$with($argument.x_ray.as_deref(), $argument.w3c.as_deref()))?;
            drop(given);
            engine.$method(request).await?.encode()
        }};
    }
    let reply = match operation {
        O::CreateStateMachine => call!(create_state_machine, CreateStateMachineRequest),
        O::UpdateStateMachine => call!(update_state_machine, UpdateStateMachineRequest),
        O::DescribeStateMachine => call!(describe_state_machine, DescribeStateMachineRequest),
        O::DeleteStateMachine => call!(delete_state_machine, DeleteStateMachineRequest),
        O::ListStateMachines => call!(list_state_machines, ListStateMachinesRequest),
        O::ValidateStateMachineDefinition => {
            call!(validate_state_machine_definition, ValidateStateMachineDefinitionRequest)
        }
        O::PublishStateMachineVersion => call!(publish_state_machine_version, PublishStateMachineVersionRequest),
        O::DeleteStateMachineVersion => call!(delete_state_machine_version, DeleteStateMachineVersionRequest),
        O::ListStateMachineVersions => call!(list_state_machine_versions, ListStateMachineVersionsRequest),
        O::CreateStateMachineAlias => call!(create_state_machine_alias, CreateStateMachineAliasRequest),
        O::UpdateStateMachineAlias => call!(update_state_machine_alias, UpdateStateMachineAliasRequest),
        O::DescribeStateMachineAlias => call!(describe_state_machine_alias, DescribeStateMachineAliasRequest),
        O::DeleteStateMachineAlias => call!(delete_state_machine_alias, DeleteStateMachineAliasRequest),
        O::ListStateMachineAliases => call!(list_state_machine_aliases, ListStateMachineAliasesRequest),
        O::StartExecution => call!(start_execution, StartExecutionRequest, with_trace_headers(trace)),
        O::StartSyncExecution => {
            call!(start_sync_execution, StartSyncExecutionRequest, with_trace_headers(trace))
        }
        O::StopExecution => call!(stop_execution, StopExecutionRequest),
        O::TestState => call!(test_state, TestStateRequest),
        O::RedriveExecution => call!(redrive_execution, RedriveExecutionRequest),
        O::DescribeExecution => call!(describe_execution, DescribeExecutionRequest),
        O::ListExecutions => call!(list_executions, ListExecutionsRequest),
        O::GetExecutionHistory => call!(get_execution_history, GetExecutionHistoryRequest),
        O::DescribeStateMachineForExecution => {
            call!(describe_state_machine_for_execution, DescribeStateMachineForExecutionRequest)
        }
        O::CreateActivity => call!(create_activity, CreateActivityRequest),
        O::DescribeActivity => call!(describe_activity, DescribeActivityRequest),
        O::DeleteActivity => call!(delete_activity, DeleteActivityRequest),
        O::ListActivities => call!(list_activities, ListActivitiesRequest),
        O::GetActivityTask => call!(get_activity_task, GetActivityTaskRequest),
        O::SendTaskSuccess => call!(send_task_success, SendTaskSuccessRequest),
        O::SendTaskFailure => call!(send_task_failure, SendTaskFailureRequest),
        O::SendTaskHeartbeat => call!(send_task_heartbeat, SendTaskHeartbeatRequest),
        O::TagResource => call!(tag_resource, TagResourceRequest),
        O::UntagResource => call!(untag_resource, UntagResourceRequest),
        O::DescribeMapRun => call!(describe_map_run, DescribeMapRunRequest),
        O::ListMapRuns => call!(list_map_runs, ListMapRunsRequest),
        O::UpdateMapRun => call!(update_map_run, UpdateMapRunRequest),
        O::ListTagsForResource => call!(list_tags_for_resource, ListTagsForResourceRequest),
    };
    let mut text = String::new();
    json::write_value(&reply, &mut text);
    Ok(text)
}
