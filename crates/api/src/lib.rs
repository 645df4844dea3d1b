//! Request and response shapes of the Step Functions API, with their limits and exceptions.
//!
//! A request decodes from the parsed body and answers AWS's exception for what is wrong with it as long as no stored state is needed to
//! tell: types, lengths, enums, names, ARNs, JSON texts. A response encodes to the value whose text is the reply. HTTP and the meaning of an
//! operation are elsewhere.
//!
//! Reading order: [`Operation`] (what there is), [`Exception`], `fields` (how every request is read), then one file per operation or small
//! family of operations.

mod activities;
mod aliases;
mod configuration;
mod create_state_machine;
mod delete_state_machine;
mod describe_execution;
mod describe_state_machine;
mod describe_state_machine_for_execution;
mod empty;
mod exception;
mod execution_status;
mod fields;
mod get_activity_task;
mod get_execution_history;
pub mod limits;
mod list_executions;
mod list_state_machines;
mod map_runs;
pub mod next_token;
mod operation;
mod paging;
mod payload;
mod redrive_execution;
mod send_task;
mod shapes;
mod start_execution;
mod start_sync_execution;
mod state_machine_type;
mod stop_execution;
mod tagging;
mod test_state;
mod timestamp;
mod update_state_machine;
mod validate_state_machine_definition;
mod versions;

pub use activities::{
    ActivityListItem, CreateActivityRequest, CreateActivityResponse, DeleteActivityRequest, DescribeActivityRequest,
    DescribeActivityResponse, ListActivitiesRequest, ListActivitiesResponse,
};
pub use aliases::{
    AliasArn, CreateStateMachineAliasRequest, CreateStateMachineAliasResponse, DeleteStateMachineAliasRequest,
    DescribeStateMachineAliasRequest, DescribeStateMachineAliasResponse, ListStateMachineAliasesRequest,
    ListStateMachineAliasesResponse, Route, Routing, StateMachineAliasListItem, UpdateStateMachineAliasRequest,
    UpdateStateMachineAliasResponse,
};
pub use configuration::{EncryptionConfiguration, LogLevel, LoggingConfiguration, TracingConfiguration};
pub use create_state_machine::{CreateStateMachineRequest, CreateStateMachineResponse};
pub use delete_state_machine::DeleteStateMachineRequest;
pub use describe_execution::{DescribeExecutionRequest, DescribeExecutionResponse, RedriveStatus};
pub use describe_state_machine::{
    DescribeStateMachineRequest, DescribeStateMachineResponse, IncludedData, StateMachineStatus, VariableReferences,
};
pub use describe_state_machine_for_execution::{
    DescribeStateMachineForExecutionRequest, DescribeStateMachineForExecutionResponse,
};
pub use empty::EmptyResponse;
pub use exception::{Code, Exception};
pub use execution_status::ExecutionStatus;
pub use get_activity_task::{GetActivityTaskRequest, GetActivityTaskResponse};
pub use get_execution_history::{GetExecutionHistoryRequest, GetExecutionHistoryResponse};
pub use list_executions::{
    ExecutionListItem, ExecutionsOf, ListExecutionsRequest, ListExecutionsResponse, RedriveFilter,
};
pub use list_state_machines::{ListStateMachinesRequest, ListStateMachinesResponse, StateMachineListItem};
pub use map_runs::{
    DescribeMapRunRequest, DescribeMapRunResponse, ListMapRunsRequest, ListMapRunsResponse, MapRunCounts,
    MapRunListItem, MapRunStatus, UpdateMapRunRequest,
};
pub use operation::Operation;
pub use paging::Paging;
pub use redrive_execution::{RedriveExecutionRequest, RedriveExecutionResponse};
pub use send_task::{SendTaskFailureRequest, SendTaskHeartbeatRequest, SendTaskSuccessRequest};
pub use start_execution::{StartExecutionRequest, StartExecutionResponse};
pub use start_sync_execution::{BillingDetails, StartSyncExecutionRequest, StartSyncExecutionResponse};
pub use state_machine_type::StateMachineType;
pub use stop_execution::{StopExecutionRequest, StopExecutionResponse};
pub use tagging::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, Tag, TagResourceRequest, UntagResourceRequest,
};
pub use test_state::{
    FieldValidationMode, InspectionData, InspectionLevel, Mock, MockOutcome, TestStateConfiguration, TestStateRequest,
    TestStateResponse,
};
pub use timestamp::timestamp;
pub use update_state_machine::{UpdateStateMachineRequest, UpdateStateMachineResponse};
pub use validate_state_machine_definition::{
    DefinitionDiagnostic, DiagnosticSeverity, ValidateStateMachineDefinitionRequest,
    ValidateStateMachineDefinitionResponse,
};
pub use versions::{
    DeleteStateMachineVersionRequest, INITIAL_REVISION, ListStateMachineVersionsRequest,
    ListStateMachineVersionsResponse, PublishStateMachineVersionRequest, PublishStateMachineVersionResponse,
    StateMachineVersionListItem,
};
