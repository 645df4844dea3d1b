//! StopExecution.

use crate::Engine;
use crate::partition::Input;
use api::{Exception, StopExecutionRequest, StopExecutionResponse};
use interpreter::Command;

impl Engine {
    /// Aborts a running execution; one that has closed is left as it is, and its stop date is answered.
    pub async fn stop_execution(&self, request: StopExecutionRequest) -> Result<StopExecutionResponse, Exception> {
        let missing = || Exception::execution_does_not_exist(&request.execution_arn);
        let arn = &request.execution_arn;
        if arn.identity != *self.registry().identity() {
            return Err(missing());
        }
        let key = self.key_of(&request.execution_arn);
        let command = Command::StopExecution { error: request.error.clone(), cause: request.cause.clone() };
        let execution = key.clone();
        let stopped = self.ask(&key, |answer| Input::Stop { execution, command, answer }).await?;
        Ok(StopExecutionResponse { stop_date_ms: stopped.ok_or_else(missing)?.0 })
    }
}
