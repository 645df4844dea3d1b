//! StartSyncExecution.

use crate::Engine;
use api::{Exception, StartSyncExecutionRequest, StartSyncExecutionResponse, StateMachineType};

impl Engine {
    /// Runs an Express execution to its end, at most once: nothing of it is on disk. It goes on when the caller has gone.
    pub async fn start_sync_execution(
        &self,
        request: StartSyncExecutionRequest,
    ) -> Result<StartSyncExecutionResponse, Exception> {
        let express = &self.0.express;
        let StartSyncExecutionRequest { start, included_data } = request;
        let prepared = express.prepare(self.registry(), &start.state_machine_arn).await?;
        if prepared.revision.machine_type != StateMachineType::Express {
            return Err(Exception::state_machine_type_not_supported());
        }
        express.run(express.new_execution(prepared, start)?, included_data).await
    }
}
