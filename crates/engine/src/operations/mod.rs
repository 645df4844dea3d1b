//! The operations of the Step Functions API, one file each or one for a family.

mod activities;
mod describe_execution;
mod express;
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

pub(crate) use redrive_execution::not_redrivable;

use crate::Engine;
use api::Exception;
use arn::ExecutionArn;
use interpreter::Execution;

pub(crate) use describe_execution::{api_status, qualified};

impl Engine {
    /// An execution's header and state as they are on disk.
    async fn stored(&self, arn: &ExecutionArn) -> Result<Execution, Exception> {
        let missing = || Exception::execution_does_not_exist(arn);
        if arn.identity != *self.registry().identity() || arn.label.is_some() {
            return Err(missing());
        }
        let key = self.key_of(arn);
        let stored = crate::histories::stored(&*self.0.shared.store, self.partition_of(&key), &key).await?;
        stored.ok_or_else(missing)
    }
}
