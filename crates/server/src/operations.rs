//! The table of contents: an operation, how its request is read, which method of the engine performs it.

use api::{
    CreateActivityRequest, CreateStateMachineAliasRequest, CreateStateMachineRequest, DeleteActivityRequest,
    DeleteStateMachineAliasRequest, DeleteStateMachineRequest, DeleteStateMachineVersionRequest,
    DescribeActivityRequest, DescribeExecutionRequest, DescribeStateMachineAliasRequest,
    DescribeStateMachineForExecutionRequest, DescribeStateMachineRequest, Exception, GetActivityTaskRequest,
    GetExecutionHistoryRequest, ListActivitiesRequest, ListExecutionsRequest, ListStateMachineAliasesRequest,
    ListStateMachineVersionsRequest, ListStateMachinesRequest, ListTagsForResourceRequest, Operation,
    PublishStateMachineVersionRequest, RedriveExecutionRequest, SendTaskFailureRequest, SendTaskHeartbeatRequest,
    SendTaskSuccessRequest, StartExecutionRequest, StartSyncExecutionRequest, StopExecutionRequest, TagResourceRequest,
    UntagResourceRequest, UpdateStateMachineAliasRequest, UpdateStateMachineRequest,
    ValidateStateMachineDefinitionRequest,
};
use engine::Engine;
use json::Value;

/// Reads the request of `operation` from `body`, performs it and gives the reply's body.
pub(crate) async fn perform(
    engine: &Engine,
    operation: Operation,
    body: &Value,
    trace_header: Option<&str>,
) -> Result<Value, Exception> {
    use Operation as O;
    Ok(match operation {
        O::CreateStateMachine => engine.create_state_machine(CreateStateMachineRequest::decode(body)?).await?.encode(),
        O::UpdateStateMachine => engine.update_state_machine(UpdateStateMachineRequest::decode(body)?).await?.encode(),
        O::DescribeStateMachine => {
            engine.describe_state_machine(DescribeStateMachineRequest::decode(body)?).await?.encode()
        }
        O::DeleteStateMachine => engine.delete_state_machine(DeleteStateMachineRequest::decode(body)?).await?.encode(),
        O::ListStateMachines => engine.list_state_machines(ListStateMachinesRequest::decode(body)?).await?.encode(),
        O::ValidateStateMachineDefinition => {
            let request = ValidateStateMachineDefinitionRequest::decode(body)?;
            engine.validate_state_machine_definition(request).await?.encode()
        }
        O::PublishStateMachineVersion => {
            engine.publish_state_machine_version(PublishStateMachineVersionRequest::decode(body)?).await?.encode()
        }
        O::DeleteStateMachineVersion => {
            engine.delete_state_machine_version(DeleteStateMachineVersionRequest::decode(body)?).await?.encode()
        }
        O::ListStateMachineVersions => {
            engine.list_state_machine_versions(ListStateMachineVersionsRequest::decode(body)?).await?.encode()
        }
        O::CreateStateMachineAlias => {
            engine.create_state_machine_alias(CreateStateMachineAliasRequest::decode(body)?).await?.encode()
        }
        O::UpdateStateMachineAlias => {
            engine.update_state_machine_alias(UpdateStateMachineAliasRequest::decode(body)?).await?.encode()
        }
        O::DescribeStateMachineAlias => {
            engine.describe_state_machine_alias(DescribeStateMachineAliasRequest::decode(body)?).await?.encode()
        }
        O::DeleteStateMachineAlias => {
            engine.delete_state_machine_alias(DeleteStateMachineAliasRequest::decode(body)?).await?.encode()
        }
        O::ListStateMachineAliases => {
            engine.list_state_machine_aliases(ListStateMachineAliasesRequest::decode(body)?).await?.encode()
        }
        O::StartExecution => {
            let request = StartExecutionRequest::decode(body)?.with_trace_header(trace_header);
            engine.start_execution(request).await?.encode()
        }
        O::StartSyncExecution => {
            let mut request = StartSyncExecutionRequest::decode(body)?;
            request.start = request.start.with_trace_header(trace_header);
            engine.start_sync_execution(request).await?.encode()
        }
        O::StopExecution => engine.stop_execution(StopExecutionRequest::decode(body)?).await?.encode(),
        O::RedriveExecution => engine.redrive_execution(RedriveExecutionRequest::decode(body)?).await?.encode(),
        O::DescribeExecution => engine.describe_execution(DescribeExecutionRequest::decode(body)?).await?.encode(),
        O::ListExecutions => engine.list_executions(ListExecutionsRequest::decode(body)?).await?.encode(),
        O::GetExecutionHistory => {
            engine.get_execution_history(GetExecutionHistoryRequest::decode(body)?).await?.encode()
        }
        O::DescribeStateMachineForExecution => {
            let request = DescribeStateMachineForExecutionRequest::decode(body)?;
            engine.describe_state_machine_for_execution(request).await?.encode()
        }
        O::CreateActivity => engine.create_activity(CreateActivityRequest::decode(body)?).await?.encode(),
        O::DescribeActivity => engine.describe_activity(DescribeActivityRequest::decode(body)?).await?.encode(),
        O::DeleteActivity => engine.delete_activity(DeleteActivityRequest::decode(body)?).await?.encode(),
        O::ListActivities => engine.list_activities(ListActivitiesRequest::decode(body)?).await?.encode(),
        O::GetActivityTask => engine.get_activity_task(GetActivityTaskRequest::decode(body)?).await?.encode(),
        O::SendTaskSuccess => engine.send_task_success(SendTaskSuccessRequest::decode(body)?).await?.encode(),
        O::SendTaskFailure => engine.send_task_failure(SendTaskFailureRequest::decode(body)?).await?.encode(),
        O::SendTaskHeartbeat => engine.send_task_heartbeat(SendTaskHeartbeatRequest::decode(body)?).await?.encode(),
        O::TagResource => engine.tag_resource(TagResourceRequest::decode(body)?).await?.encode(),
        O::UntagResource => engine.untag_resource(UntagResourceRequest::decode(body)?).await?.encode(),
        O::ListTagsForResource => {
            engine.list_tags_for_resource(ListTagsForResourceRequest::decode(body)?).await?.encode()
        }
    })
}
