//! RedriveExecution.

use crate::Engine;
use crate::partition::Input;
use api::{Code, Exception, RedriveExecutionRequest, RedriveExecutionResponse};
use arn::StateMachineArn;
use interpreter::Execution;
use std::fmt;

impl Engine {
    /// Lets a closed execution go on from what failed; answered when that is durable. A request with a token that was used a short time ago is
    /// answered as before.
    pub async fn redrive_execution(
        &self,
        request: RedriveExecutionRequest,
    ) -> Result<RedriveExecutionResponse, Exception> {
        let execution = self.stored(&request.execution_arn).await?;
        if execution.header.map_run.is_some() {
            return Err(not_redrivable(&"Execution can be redriven by its Map Run only"));
        }
        if self.is_machine_gone(&execution) {
            return Err(not_redrivable(&MACHINE_GONE));
        }
        let key = self.key_of(&request.execution_arn);
        let execution = key.clone();
        let client_token = request.client_token.clone();
        let redriven = self.ask(&key, |answer| Input::Redrive { execution, client_token, answer }).await?;
        let missing = || Exception::execution_does_not_exist(&request.execution_arn);
        Ok(RedriveExecutionResponse { redrive_date_ms: redriven.ok_or_else(missing)?.0 })
    }

    /// Whether the machine of an execution has been deleted.
    pub(super) fn is_machine_gone(&self, execution: &Execution) -> bool {
        StateMachineArn::parse(&execution.header.state_machine_arn)
            .is_ok_and(|arn| self.registry().check_exists(&StateMachineArn { label: None, ..arn }).is_err())
    }
}

/// Why an execution of a deleted machine cannot be redriven, in AWS's words.
pub(super) const MACHINE_GONE: &str = "State machine is in DELETING status";

/// `ExecutionNotRedrivable`.
pub(crate) fn not_redrivable(reason: &dyn fmt::Display) -> Exception {
    Exception::new(Code::ExecutionNotRedrivable, reason.to_string())
}
