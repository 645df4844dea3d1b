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
use crate::keys;
use api::Exception;
use arn::ExecutionArn;
use interpreter::{Execution, Header};

pub(crate) use describe_execution::{api_status, qualified};

impl Engine {
    /// An execution's header and state as they are on disk.
    async fn stored(&self, arn: &ExecutionArn) -> Result<Execution, Exception> {
        let missing = || Exception::execution_does_not_exist(arn);
        if arn.identity != *self.registry().identity() || arn.label.is_some() {
            return Err(missing());
        }
        let key = self.key_of(arn);
        let partition = self.partition_of(&key);
        let store = &self.0.shared.store;
        let read = |error| crate::read_failed(&error);
        let header = store.get(partition, keys::HEADERS, &key.0).await.map_err(read)?.ok_or_else(missing)?;
        let state = store.get(partition, keys::STATES, &key.0).await.map_err(read)?.ok_or_else(missing)?;
        if state == keys::LEAVING_STATE[..] {
            return Err(missing());
        }
        let execution = Header::from_row(&header).and_then(|header| Execution::from_rows(header, &state));
        execution.map_err(|corrupt| {
            tracing::error!(execution = %arn, %corrupt, "an execution cannot be read");
            crate::damaged()
        })
    }
}
