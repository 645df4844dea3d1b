//! A reply of every operation with everything in it that it can have.

use json::{Value, json};
use std::sync::Arc;
use stepwell_api::*;

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

fn text() -> Arc<str> {
    "text".into()
}

fn some() -> Option<Arc<str>> {
    Some(text())
}

fn next() -> Option<String> {
    Some("token".to_owned())
}

fn logging() -> LoggingConfiguration {
    LoggingConfiguration { level: LogLevel::All, include_execution_data: true, destinations: Some(vec![text()]) }
}

fn encryption() -> EncryptionConfiguration {
    EncryptionConfiguration::CustomerManagedKmsKey { kms_key_id: text(), kms_data_key_reuse_period_seconds: 60 }
}

fn references() -> VariableReferences {
    vec![(text(), vec![text()])]
}

fn counts() -> MapRunCounts {
    MapRunCounts { failures_not_redrivable: Some(1), pending_redrive: Some(1), ..MapRunCounts::default() }
}

fn alias() -> AliasArn {
    AliasArn { state_machine_arn: MACHINE.parse().expect("an ARN"), name: text() }
}

/// The fullest reply of `operation`.
pub fn full(operation: Operation) -> Value {
    use Operation as O;
    let (creation_date_ms, update_date_ms, start_date_ms, stop_date_ms) = (1, 2, 3, 4);
    match operation {
        O::CreateStateMachine => CreateStateMachineResponse {
            state_machine_arn: text(),
            creation_date_ms,
            state_machine_version_arn: some(),
        }
        .encode(),
        O::UpdateStateMachine => {
            UpdateStateMachineResponse { update_date_ms, revision_id: some(), state_machine_version_arn: some() }
                .encode()
        }
        O::DescribeStateMachine => DescribeStateMachineResponse {
            state_machine_arn: text(),
            name: text(),
            status: StateMachineStatus::Deleting,
            definition: text(),
            role_arn: text(),
            machine_type: StateMachineType::Express,
            creation_date_ms,
            logging_configuration: logging(),
            tracing_configuration: TracingConfiguration { enabled: true },
            encryption_configuration: encryption(),
            label: some(),
            revision_id: some(),
            description: some(),
            variable_references: references(),
        }
        .encode(),
        O::ListStateMachines => ListStateMachinesResponse {
            state_machines: vec![StateMachineListItem {
                state_machine_arn: text(),
                name: text(),
                machine_type: StateMachineType::Standard,
                creation_date_ms,
            }],
            next_token: next(),
        }
        .encode(),
        O::ValidateStateMachineDefinition => ValidateStateMachineDefinitionResponse {
            ok: false,
            diagnostics: vec![DefinitionDiagnostic {
                severity: DiagnosticSeverity::Warning,
                code: text(),
                message: text(),
                location: some(),
            }],
            truncated: true,
        }
        .encode(),
        O::PublishStateMachineVersion => {
            PublishStateMachineVersionResponse { creation_date_ms, state_machine_version_arn: text() }.encode()
        }
        O::ListStateMachineVersions => ListStateMachineVersionsResponse {
            state_machine_versions: vec![StateMachineVersionListItem {
                state_machine_version_arn: text(),
                creation_date_ms,
            }],
            next_token: next(),
        }
        .encode(),
        O::CreateStateMachineAlias => {
            CreateStateMachineAliasResponse { state_machine_alias_arn: text(), creation_date_ms }.encode()
        }
        O::UpdateStateMachineAlias => UpdateStateMachineAliasResponse { update_date_ms }.encode(),
        O::DescribeStateMachineAlias => DescribeStateMachineAliasResponse {
            alias: alias(),
            description: some(),
            routes: vec![Route { version: 1, weight: 100 }],
            creation_date_ms,
            update_date_ms,
        }
        .encode(),
        O::ListStateMachineAliases => ListStateMachineAliasesResponse {
            state_machine_aliases: vec![StateMachineAliasListItem {
                state_machine_alias_arn: text(),
                creation_date_ms,
            }],
            next_token: next(),
        }
        .encode(),
        O::StartExecution => StartExecutionResponse { execution_arn: text(), start_date_ms }.encode(),
        O::StartSyncExecution => StartSyncExecutionResponse {
            execution_arn: text(),
            state_machine_arn: text(),
            name: text(),
            status: ExecutionStatus::Succeeded,
            start_date_ms,
            stop_date_ms,
            input: some(),
            output: some(),
            included_data: IncludedData::AllData,
            trace_header: some(),
            error: some(),
            cause: some(),
            billing: BillingDetails { memory_mb: 64, duration_ms: 100 },
        }
        .encode(),
        O::StopExecution => StopExecutionResponse { stop_date_ms }.encode(),
        O::TestState => TestStateResponse {
            status: "SUCCEEDED",
            output: some(),
            error: some(),
            cause: some(),
            next_state: some(),
            inspection: Some(InspectionData {
                stages: vec![("input", text())],
                max_concurrency: Some(1),
                tolerated_failure_count: Some(1),
                tolerated_failure_percentage: Some(1.5),
                catch_index: Some(1),
                retry_index: Some(1),
                retry_backoff_interval_seconds: Some(1),
                request: Some(json!({"protocol": "https", "method": "GET", "url": "https://example.com/", "headers": "[]", "body": ""})),
                response: Some(json!({"protocol": "https", "statusCode": "200", "statusMessage": "OK", "headers": "[]", "body": ""})),
            }),
        }
        .encode(),
        O::RedriveExecution => RedriveExecutionResponse { redrive_date_ms: 5 }.encode(),
        O::DescribeExecution => DescribeExecutionResponse {
            execution_arn: text(),
            state_machine_arn: text(),
            name: text(),
            status: ExecutionStatus::Succeeded,
            start_date_ms,
            stop_date_ms: Some(stop_date_ms),
            input: some(),
            output: some(),
            included_data: IncludedData::AllData,
            trace_header: some(),
            map_run_arn: some(),
            error: some(),
            cause: some(),
            state_machine_version_arn: some(),
            state_machine_alias_arn: some(),
            redrive_count: 1,
            redrive_date_ms: Some(5),
            redrive_status: RedriveStatus::RedrivableByMapRun,
            redrive_status_reason: some(),
        }
        .encode(),
        O::ListExecutions => ListExecutionsResponse {
            executions: vec![ExecutionListItem {
                execution_arn: text(),
                state_machine_arn: text(),
                name: text(),
                status: ExecutionStatus::PendingRedrive,
                start_date_ms,
                stop_date_ms: Some(stop_date_ms),
                map_run_arn: some(),
                item_count: Some(1),
                state_machine_version_arn: some(),
                state_machine_alias_arn: some(),
                redrive_count: 1,
                redrive_date_ms: Some(5),
            }],
            next_token: next(),
        }
        .encode(),
        // The events are shaped, and tested, by the interpreter.
        O::GetExecutionHistory => {
            let event = json!({"timestamp": 0, "type": "ExecutionStarted", "id": 1});
            GetExecutionHistoryResponse { events: vec![event], next_token: next() }.encode()
        }
        O::DescribeStateMachineForExecution => DescribeStateMachineForExecutionResponse {
            state_machine_arn: text(),
            name: text(),
            definition: text(),
            role_arn: text(),
            update_date_ms,
            logging_configuration: logging(),
            tracing_configuration: TracingConfiguration { enabled: true },
            map_run_arn: some(),
            label: some(),
            revision_id: some(),
            encryption_configuration: encryption(),
            variable_references: references(),
        }
        .encode(),
        O::CreateActivity => CreateActivityResponse { activity_arn: text(), creation_date_ms }.encode(),
        O::DescribeActivity => DescribeActivityResponse {
            activity_arn: text(),
            name: text(),
            creation_date_ms,
            encryption_configuration: encryption(),
        }
        .encode(),
        O::ListActivities => ListActivitiesResponse {
            activities: vec![ActivityListItem { activity_arn: text(), name: text(), creation_date_ms }],
            next_token: next(),
        }
        .encode(),
        O::GetActivityTask => GetActivityTaskResponse::Task { task_token: text(), input: text() }.encode(),
        O::ListTagsForResource => {
            ListTagsForResourceResponse { tags: vec![Tag { key: text(), value: text() }] }.encode()
        }
        O::DescribeMapRun => DescribeMapRunResponse {
            map_run_arn: text(),
            execution_arn: text(),
            status: MapRunStatus::Running,
            start_date_ms,
            stop_date_ms: Some(stop_date_ms),
            max_concurrency: 1,
            tolerated_failure_percentage: 0.5,
            tolerated_failure_count: 1,
            item_counts: counts(),
            execution_counts: counts(),
            redrive_count: 1,
            redrive_date_ms: Some(start_date_ms),
        }
        .encode(),
        O::ListMapRuns => ListMapRunsResponse {
            map_runs: vec![MapRunListItem {
                execution_arn: text(),
                map_run_arn: text(),
                state_machine_arn: text(),
                start_date_ms,
                stop_date_ms: Some(stop_date_ms),
            }],
            next_token: next(),
        }
        .encode(),
        O::DeleteStateMachine
        | O::DeleteStateMachineVersion
        | O::DeleteStateMachineAlias
        | O::DeleteActivity
        | O::SendTaskSuccess
        | O::SendTaskFailure
        | O::SendTaskHeartbeat
        | O::UpdateMapRun
        | O::TagResource
        | O::UntagResource => EmptyResponse.encode(),
    }
}
