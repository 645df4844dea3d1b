//! Looking at recent Express executions: no operation of AWS's API shows them.

use crate::{Engine, ExpressExecution, ExpressHistory, ExpressQuery};
use api::Exception;

impl Engine {
    /// Express executions that run or ended lately, newest first.
    pub fn express_executions(&self, query: &ExpressQuery) -> Vec<ExpressExecution> {
        self.0.express.list(query)
    }

    /// One of them, if it is still kept.
    pub fn express_execution(&self, execution_arn: &str) -> Option<ExpressExecution> {
        self.0.express.find(execution_arn)
    }

    /// Its history, `events_max` events at most.
    pub async fn express_history(
        &self,
        execution_arn: &str,
        events_max: usize,
    ) -> Result<Option<ExpressHistory>, Exception> {
        self.0.express.history(execution_arn, events_max).await
    }
}
