//! GetActivityTask.

use crate::Engine;
use crate::activities::{ActivityTask, OfferedTask, Polled};
use crate::partition::Input;
use crate::tasks::HandedOut;
use api::{Code, Exception, GetActivityTaskRequest, GetActivityTaskResponse};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a poll waits for work (AWS API reference, GetActivityTask).
const POLL: Duration = Duration::from_secs(60);

impl Engine {
    /// The next task of an activity; waits up to a minute for one. The task's clocks start when it is handed out.
    pub async fn get_activity_task(
        &self,
        request: GetActivityTaskRequest,
    ) -> Result<GetActivityTaskResponse, Exception> {
        if !self.registry().activity_exists(&request.activity_arn) {
            return Err(Exception::activity_does_not_exist(&request.activity_arn));
        }
        let deadline = Instant::now() + POLL;
        let activity_arn = request.activity_arn.to_string();
        while let Some(offered) = self.next_task(&activity_arn, deadline).await? {
            let handed_out = self.hand_out(offered.task(), request.worker_name.clone()).await?;
            // Accepted either way: a task that has ended is not to be offered again.
            offered.accept();
            if let Some(HandedOut { token, input }) = handed_out {
                return Ok(GetActivityTaskResponse::Task { task_token: token, input });
            }
        }
        Ok(GetActivityTaskResponse::Nothing)
    }

    /// Answers all polls that wait, and all later ones, with nothing: the server is about to go down.
    pub fn end_polls(&self) {
        self.0.shared.activities.close();
    }

    async fn next_task(&self, activity_arn: &str, deadline: Instant) -> Result<Option<OfferedTask>, Exception> {
        match self.0.shared.activities.poll(activity_arn) {
            Polled::Task(offered) => Ok(Some(offered)),
            Polled::Waiting(waiting) => Ok(tokio::time::timeout_at(deadline, waiting).await.ok().and_then(Result::ok)),
            Polled::Closed => Ok(None),
            Polled::TooMany => Err(Exception::new(
                Code::ActivityWorkerLimitExceeded,
                format!(
                    "The maximum number of workers concurrently polling for activity tasks of '{activity_arn}' has been reached"
                ),
            )),
        }
    }

    /// Records that a worker has the task; nothing if the task has ended since it was offered.
    async fn hand_out(
        &self,
        ActivityTask { execution, task }: &ActivityTask,
        worker_name: Option<Arc<str>>,
    ) -> Result<Option<HandedOut>, Exception> {
        let (key, execution, task) = (execution, execution.clone(), *task);
        self.ask(key, |answer| Input::HandOut { execution, task, worker_name, answer }).await
    }
}
