//! The operations of the Step Functions API, one file each or one for a family.

mod activities;
mod describe_execution;
mod express;
mod fork_execution;
mod get_execution_history;
mod list_executions;
mod map_runs;
mod redrive_execution;
mod registry;
mod send_task;
mod start_execution;
mod start_sync_execution;
mod stop_execution;
mod test_state;

pub use fork_execution::{ForkRefused, ForkRequest};
pub(crate) use get_execution_history::shown as shown_event;
pub(crate) use list_executions::STATUSES;
pub(crate) use redrive_execution::not_redrivable;
pub(crate) use test_state::find;

use crate::Engine;
use crate::partition::{Head, Stored, read_head};
use api::Exception;
use arn::ExecutionArn;
use interpreter::Execution;
use store::StoreError;

pub(crate) use describe_execution::{api_status, qualified};

impl Engine {
    /// An execution as it is on disk, without its frames.
    pub(crate) async fn stored(&self, arn: &ExecutionArn) -> Result<Execution, Exception> {
        self.stored_head(arn).await.map(|head| head.execution)
    }

    pub(crate) async fn stored_head(&self, arn: &ExecutionArn) -> Result<Head, Exception> {
        let missing = || Exception::execution_does_not_exist(arn);
        if arn.identity != *self.registry().identity() {
            return Err(missing());
        }
        let key = self.key_of(arn);
        match read_head(&*self.0.shared.store, self.partition_of(&key), &key).await {
            Ok(Stored::Execution(head)) => Ok(head),
            Ok(Stored::Nothing | Stored::Leaving) => Err(missing()),
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(execution = %arn, %error, "an execution cannot be read");
                Err(crate::damaged())
            }
            Err(error) => Err(crate::read_failed(&error)),
        }
    }
}
