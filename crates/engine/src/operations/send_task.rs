//! SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat: outcomes from whoever holds a task's token.

use crate::Engine;
use crate::partition::Input;
use api::{EmptyResponse, Exception, SendTaskFailureRequest, SendTaskHeartbeatRequest, SendTaskSuccessRequest};
use arn::ExecutionArn;
use interpreter::{Command, TaskId, TaskToken};

impl Engine {
    /// Ends a task with a result.
    pub async fn send_task_success(&self, request: SendTaskSuccessRequest) -> Result<EmptyResponse, Exception> {
        let SendTaskSuccessRequest { task_token, output } = request;
        // Events show outputs without the sender's white space.
        let output = output.value().clone().into();
        self.send_with_token(&task_token, |task| Command::TaskSucceeded { task, output }).await
    }

    /// Ends a task with an error.
    pub async fn send_task_failure(&self, request: SendTaskFailureRequest) -> Result<EmptyResponse, Exception> {
        let SendTaskFailureRequest { task_token, error, cause } = request;
        self.send_with_token(&task_token, |task| Command::TaskFailed { task, error, cause }).await
    }

    /// Says that a task is still being worked on.
    pub async fn send_task_heartbeat(&self, request: SendTaskHeartbeatRequest) -> Result<EmptyResponse, Exception> {
        self.send_with_token(&request.task_token, |task| Command::HeartbeatRecorded { task }).await
    }

    async fn send_with_token(
        &self,
        token: &str,
        command: impl FnOnce(TaskId) -> Command,
    ) -> Result<EmptyResponse, Exception> {
        let token = TaskToken::decode(token).ok_or_else(Exception::invalid_token)?;
        let arn = ExecutionArn::parse(&token.execution_arn).map_err(|_| Exception::invalid_token())?;
        if arn.identity != *self.registry().identity() {
            return Err(Exception::invalid_token());
        }
        let key = self.key_of(&arn);
        let (execution, task, nonce) = (key.clone(), token.task, token.nonce);
        let command = command(task);
        self.ask(&key, |answer| Input::Token { execution, task, nonce, command, answer }).await?;
        Ok(EmptyResponse)
    }
}
