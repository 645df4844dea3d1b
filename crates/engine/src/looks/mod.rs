//! What consoles look at beyond the operations of AWS's API: executions of all machines in one list, counts, histories by range, and the tasks that wait for
//! an answer.
//!
//! Nothing here changes anything, and nothing reads more rows than it says.

mod executions;
mod history;
mod revisit;
mod tasks;

pub use executions::{COUNT_MAX, ExecutionsPage, ExecutionsQuery, ListedExecution, StatusCounts};
pub use history::Look;
pub use revisit::{Revisit, Revisited};
pub use tasks::{AtActivity, TaskPlace, TasksPage, TasksQuery, WaitingTask};

use crate::Engine;
use arn::{Identity, StateMachineArn};

/// A state machine there is.
#[derive(Clone, Debug)]
pub struct ListedMachine {
    /// The machine.
    pub arn: StateMachineArn,
    /// Its type.
    pub machine_type: api::StateMachineType,
    /// When it was created, in ms since the epoch.
    pub creation_date_ms: i64,
}

impl Engine {
    /// Partition, Region and account of everything that is shown.
    pub fn identity(&self) -> &Identity {
        self.registry().identity()
    }

    /// The engine's time, in ms since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.now().0
    }

    /// All state machines, by name.
    pub fn machines(&self) -> Vec<ListedMachine> {
        self.registry().machines()
    }

    /// What a machine runs now.
    pub async fn current_revision(
        &self,
        arn: &StateMachineArn,
    ) -> Result<std::sync::Arc<crate::registry::Revision>, api::Exception> {
        self.registry().current(arn).await
    }
}
