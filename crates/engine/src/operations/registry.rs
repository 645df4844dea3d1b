//! The operations on what exists besides executions: handed to the registry with the time.

use crate::Engine;
use crate::keys::ExecutionKey;
use crate::partition::Input;
use crate::registry::Registry;
use api::*;
use interpreter::Command;

/// Executions stopped in one go while a machine is deleted.
const STOP_AT_A_TIME: usize = 1000;

macro_rules! handed_on {
    ($( $(#[$doc:meta])* $operation:ident($request:ty) -> $response:ty; )*) => {
        impl Engine {
            $(
                $(#[$doc])*
                pub async fn $operation(&self, request: $request) -> Result<$response, Exception> {
                    self.registry().$operation(request, self.now().0).await
                }
            )*
        }
    };
}

handed_on! {
    /// Creates a state machine, or answers again for one that is the same.
    create_state_machine(CreateStateMachineRequest) -> CreateStateMachineResponse;
    /// Gives a state machine a new revision; executions that run keep theirs.
    update_state_machine(UpdateStateMachineRequest) -> UpdateStateMachineResponse;
    /// What is known of a state machine.
    describe_state_machine(DescribeStateMachineRequest) -> DescribeStateMachineResponse;
    /// A page of the state machines.
    list_state_machines(ListStateMachinesRequest) -> ListStateMachinesResponse;
    /// Makes the current revision of a state machine a version, or answers again for one that is.
    publish_state_machine_version(PublishStateMachineVersionRequest) -> PublishStateMachineVersionResponse;
    /// Deletes a version; executions that run it go on.
    delete_state_machine_version(DeleteStateMachineVersionRequest) -> EmptyResponse;
    /// A page of the versions of a state machine.
    list_state_machine_versions(ListStateMachineVersionsRequest) -> ListStateMachineVersionsResponse;
    /// Creates an alias, or answers again for one that is the same.
    create_state_machine_alias(CreateStateMachineAliasRequest) -> CreateStateMachineAliasResponse;
    /// Changes where an alias leads, or its description.
    update_state_machine_alias(UpdateStateMachineAliasRequest) -> UpdateStateMachineAliasResponse;
    /// What is known of an alias.
    describe_state_machine_alias(DescribeStateMachineAliasRequest) -> DescribeStateMachineAliasResponse;
    /// Deletes an alias; executions started with it go on.
    delete_state_machine_alias(DeleteStateMachineAliasRequest) -> EmptyResponse;
    /// A page of the aliases of a state machine, or of one of its versions.
    list_state_machine_aliases(ListStateMachineAliasesRequest) -> ListStateMachineAliasesResponse;
    /// Creates an activity, or answers again for one that is there.
    create_activity(CreateActivityRequest) -> CreateActivityResponse;
    /// What is known of an activity.
    describe_activity(DescribeActivityRequest) -> DescribeActivityResponse;
    /// Deletes an activity; its tasks run into their timeouts.
    delete_activity(DeleteActivityRequest) -> EmptyResponse;
    /// A page of the activities.
    list_activities(ListActivitiesRequest) -> ListActivitiesResponse;
    /// Adds tags to a state machine or activity.
    tag_resource(TagResourceRequest) -> EmptyResponse;
    /// Removes tags.
    untag_resource(UntagResourceRequest) -> EmptyResponse;
    /// The tags of a state machine or activity.
    list_tags_for_resource(ListTagsForResourceRequest) -> ListTagsForResourceResponse;
}

impl Engine {
    /// Says what is wrong with a definition, without keeping it.
    pub async fn validate_state_machine_definition(
        &self,
        request: ValidateStateMachineDefinitionRequest,
    ) -> Result<ValidateStateMachineDefinitionResponse, Exception> {
        Ok(Registry::validate_state_machine_definition(&request))
    }

    /// Deletes a state machine and aborts its executions.
    ///
    /// They are aborted before as well as after: a crash in between leaves none of them without a machine, and none started in between
    /// is missed.
    pub async fn delete_state_machine(&self, request: DeleteStateMachineRequest) -> Result<EmptyResponse, Exception> {
        let machine = self.registry().key(&request.state_machine_arn.name).into_owned();
        if self.registry().current(&request.state_machine_arn).await.is_ok() {
            self.stop_all(&machine).await?;
        }
        if self.registry().delete_state_machine(request, self.now().0).await?.is_some() {
            self.stop_all(&machine).await?;
        }
        Ok(EmptyResponse)
    }

    async fn stop_all(&self, machine: &str) -> Result<(), Exception> {
        loop {
            let running = self.index_rows(machine, Some(ExecutionStatus::Running), None, STOP_AT_A_TIME).await?;
            if running.is_empty() {
                return Ok(());
            }
            for (_, row) in running {
                let key = ExecutionKey::new(machine, &row.name);
                let command = Command::StopExecution { error: None, cause: None };
                let execution = key.clone();
                self.ask(&key, |answer| Input::Stop { execution, command, answer }).await?;
            }
        }
    }
}
