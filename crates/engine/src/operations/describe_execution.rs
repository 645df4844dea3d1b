//! DescribeExecution and DescribeStateMachineForExecution.

use super::redrive_execution::MACHINE_GONE;
use crate::Engine;
use crate::registry::RevisionNumber;
use api::{
    DescribeExecutionRequest, DescribeExecutionResponse, DescribeStateMachineForExecutionRequest,
    DescribeStateMachineForExecutionResponse, Exception, ExecutionStatus as ApiStatus, IncludedData, RedriveStatus,
};
use interpreter::{Ending, Execution, ExecutionStatus, Header, MapRunId};
use std::fmt::Display;
use std::sync::Arc;

impl Engine {
    /// What is known of an execution.
    pub async fn describe_execution(
        &self,
        request: DescribeExecutionRequest,
    ) -> Result<DescribeExecutionResponse, Exception> {
        if request.execution_arn.express_id.is_some() {
            return self.describe_express_child(&request);
        }
        let execution = self.stored(&request.execution_arn).await?;
        let header = &execution.header;
        let with_data = request.included_data == IncludedData::AllData;
        let (output, ending) = match &execution.status {
            ExecutionStatus::Running => (None, Ending::default()),
            ExecutionStatus::Succeeded { output } => (Some(output.text().clone()), Ending::default()),
            ExecutionStatus::Failed(ending) | ExecutionStatus::TimedOut(ending) | ExecutionStatus::Aborted(ending) => {
                (None, ending.clone())
            }
        };
        let (redrive_status, redrive_status_reason) = self.redrive_status(&execution);
        Ok(DescribeExecutionResponse {
            execution_arn: header.execution_arn.clone(),
            state_machine_arn: header.state_machine_arn.clone(),
            name: header.name.clone(),
            status: api_status(&execution.status),
            start_date_ms: header.start_time.0,
            stop_date_ms: execution.stop_time.map(|time| time.0),
            input: with_data.then(|| header.input.text().clone()),
            output: output.filter(|_| with_data),
            included_data: request.included_data,
            trace_header: header.trace_header.clone(),
            map_run_arn: map_run_arn(header),
            error: ending.error,
            cause: ending.cause,
            state_machine_version_arn: header
                .state_machine_version
                .map(|version| qualified(&header.state_machine_arn, &version)),
            state_machine_alias_arn: header
                .state_machine_alias
                .as_ref()
                .map(|alias| qualified(&header.state_machine_arn, alias)),
            redrive_count: execution.redrives.count,
            redrive_date_ms: execution.redrives.last.map(|time| time.0),
            redrive_status,
            redrive_status_reason,
        })
    }

    /// An Express child of a Map Run, while it runs and as long as it is kept after that.
    fn describe_express_child(
        &self,
        request: &DescribeExecutionRequest,
    ) -> Result<DescribeExecutionResponse, Exception> {
        let arn = &request.execution_arn;
        let found = self.express_execution(&arn.to_string()).filter(|_| arn.identity == *self.registry().identity());
        let found = found.and_then(|found| Some((found.child?, found)));
        let (child, found) = found.ok_or_else(|| Exception::execution_does_not_exist(arn))?;
        let with_data = request.included_data == IncludedData::AllData;
        let (redrive_status, redrive_status_reason) = match found.status {
            ApiStatus::Running | ApiStatus::Succeeded => {
                let reason = format!("Execution is {} and cannot be redriven", found.status.as_str());
                (RedriveStatus::NotRedrivable, Some(reason.into()))
            }
            _ => (RedriveStatus::RedrivableByMapRun, None),
        };
        Ok(DescribeExecutionResponse {
            map_run_arn: Some(map_run_arn_of(&found.state_machine_arn, child.run)),
            execution_arn: found.execution_arn,
            state_machine_arn: found.state_machine_arn,
            name: found.name,
            status: found.status,
            start_date_ms: found.start_date_ms,
            stop_date_ms: found.stop_date_ms,
            input: with_data.then_some(found.input),
            output: found.output.filter(|_| with_data),
            included_data: request.included_data,
            trace_header: found.trace_header,
            error: found.error,
            cause: found.cause,
            state_machine_version_arn: None,
            state_machine_alias_arn: None,
            redrive_count: 0,
            redrive_date_ms: None,
            redrive_status,
            redrive_status_reason,
        })
    }

    /// An execution that can be redriven says so without a reason (recorded).
    fn redrive_status(&self, execution: &Execution) -> (RedriveStatus, Option<Arc<str>>) {
        let reason = execution.not_redrivable(self.now(), &self.0.shared.settings).map(|reason| reason.to_string());
        let reason = reason.or_else(|| self.is_machine_gone(execution).then(|| MACHINE_GONE.to_owned()));
        match reason {
            Some(reason) => (RedriveStatus::NotRedrivable, Some(reason.into())),
            None if execution.header.map_run.is_some() => (RedriveStatus::RedrivableByMapRun, None),
            None => (RedriveStatus::Redrivable, None),
        }
    }

    /// The machine as it was when the execution started.
    pub async fn describe_state_machine_for_execution(
        &self,
        request: DescribeStateMachineForExecutionRequest,
    ) -> Result<DescribeStateMachineForExecutionResponse, Exception> {
        let execution = self.stored(&request.execution_arn).await?;
        let number = RevisionNumber(execution.header.revision);
        let revision = self.registry().revision(number).await.map_err(|error| crate::read_failed(&error))?;
        let definition: Arc<str> = match request.included_data {
            IncludedData::AllData => revision.definition_text.clone(),
            IncludedData::MetadataOnly => "{}".into(),
        };
        Ok(DescribeStateMachineForExecutionResponse {
            state_machine_arn: execution.header.state_machine_arn.clone(),
            name: revision.machine_name.clone(),
            definition,
            role_arn: revision.role_arn.clone(),
            update_date_ms: revision.update_date_ms,
            logging_configuration: revision.logging.clone(),
            tracing_configuration: revision.tracing,
            map_run_arn: map_run_arn(&execution.header),
            label: request.execution_arn.label.as_deref().map(Into::into),
            revision_id: revision.revision_id.clone(),
            encryption_configuration: revision.encryption.clone(),
            variable_references: revision.variable_references.clone(),
        })
    }
}

/// The Map Run that an execution is a child of.
fn map_run_arn(header: &Header) -> Option<Arc<str>> {
    Some(map_run_arn_of(&header.state_machine_arn, header.map_run?.run))
}

/// The ARN of a run whose children are executions of a machine.
fn map_run_arn_of(state_machine_arn: &str, run: MapRunId) -> Arc<str> {
    let machine = state_machine_arn.replacen(":stateMachine:", ":mapRun:", 1);
    format!("{machine}:{run}").into()
}

/// The ARN of a version or alias of a machine.
pub(crate) fn qualified(state_machine_arn: &str, qualifier: &dyn Display) -> Arc<str> {
    format!("{state_machine_arn}:{qualifier}").into()
}

/// The interpreter's status as the API names it.
pub(crate) fn api_status(status: &ExecutionStatus) -> ApiStatus {
    match status {
        ExecutionStatus::Running => ApiStatus::Running,
        ExecutionStatus::Succeeded { .. } => ApiStatus::Succeeded,
        ExecutionStatus::Failed(_) => ApiStatus::Failed,
        ExecutionStatus::TimedOut(_) => ApiStatus::TimedOut,
        ExecutionStatus::Aborted(_) => ApiStatus::Aborted,
    }
}
