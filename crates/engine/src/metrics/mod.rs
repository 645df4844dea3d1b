//! What is counted about executions and their tasks, from the history events once they are durable, under the names of AWS's CloudWatch
//! metrics. Counts begin with the process.

mod counts;
mod tasks;

pub use counts::{Counter, Histogram, Observed};
pub(crate) use tasks::OpenTasks;
pub use tasks::TaskMetrics;

use MachineMetrics as M;
use api::BillingDetails;
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details};
use interpreter::{Execution, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

/// Rows of one kind. What comes after is counted together in one more, so that nobody can make the metrics endless.
pub const ROWS_MAX: usize = 1000;
/// The name of that one.
pub const OTHER: &str = "other";

/// Everything counted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By state machine ARN.
    pub machines: Rows<MachineMetrics>,
    /// By activity ARN.
    pub activities: Rows<TaskMetrics>,
    /// By function ARN.
    pub functions: Rows<TaskMetrics>,
    /// By integration: the resource's type and name, such as `sqs:sendMessage.waitForTaskToken`.
    pub services: Rows<TaskMetrics>,
    /// Commands refused because a partition had too many to do.
    pub throttled: Counter,
    /// Batches that became durable.
    pub commits: Counter,
    /// Batches that failed.
    pub commits_failed: Counter,
    /// History events that became durable.
    pub events: Counter,
}

/// What is counted of one state machine.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "AWS's names")]
pub struct MachineMetrics {
    pub executions_started: Counter,
    pub executions_succeeded: Counter,
    pub executions_failed: Counter,
    pub executions_aborted: Counter,
    pub executions_timed_out: Counter,
    pub executions_redriven: Counter,
    pub redriven_executions_succeeded: Counter,
    pub redriven_executions_failed: Counter,
    pub redriven_executions_aborted: Counter,
    pub redriven_executions_timed_out: Counter,
    /// From start to end.
    pub execution_time: Histogram,
    /// Of Express executions that ended: what AWS would charge, in ms and in MB, and what they used, in bytes.
    pub express_execution_billed_duration: Counter,
    pub express_execution_billed_memory: Counter,
    pub express_execution_memory: Counter,
}

impl MachineMetrics {
    /// Counts what an Express execution cost.
    pub(crate) fn bill(&self, billing: &BillingDetails, memory_bytes: u64) {
        self.express_execution_billed_duration.add(billing.duration_ms);
        self.express_execution_billed_memory.add(billing.memory_mb);
        self.express_execution_memory.add(memory_bytes);
    }
}

/// Counts by name, a bounded number of them.
#[derive(Debug)]
pub struct Rows<T>(RwLock<BTreeMap<Arc<str>, Arc<T>>>);

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows(RwLock::default())
    }
}

impl<T: Default> Rows<T> {
    /// The row of a name, or the one for all that came too late.
    pub fn of(&self, name: &str) -> Arc<T> {
        if let Some(row) = self.0.read().expect("nothing panics while holding the lock").get(name) {
            return row.clone();
        }
        let mut rows = self.0.write().expect("nothing panics while holding the lock");
        let name = if rows.len() < ROWS_MAX { name } else { OTHER };
        rows.entry(name.into()).or_default().clone()
    }

    /// All rows by their names.
    pub fn all(&self) -> Vec<(Arc<str>, Arc<T>)> {
        let rows = self.0.read().expect("nothing panics while holding the lock");
        rows.iter().map(|(name, row)| (name.clone(), row.clone())).collect()
    }
}

impl Metrics {
    /// Counts events of one execution that cannot be lost any more.
    pub(crate) fn count(
        &self,
        events: &[HistoryEvent],
        machine: &MachineMetrics,
        execution: &Execution,
        open: &mut OpenTasks,
    ) {
        let M { executions_succeeded, executions_failed, executions_aborted, executions_timed_out, .. } = machine;
        self.events.add(events.len() as u64);
        for event in events {
            let (closed, redriven) = match &event.details {
                Details::ExecutionStarted { .. } => {
                    machine.executions_started.add(1);
                    continue;
                }
                Details::ExecutionRedriven { .. } => {
                    machine.executions_redriven.add(1);
                    continue;
                }
                Details::ExecutionSucceeded { .. } => (executions_succeeded, &machine.redriven_executions_succeeded),
                Details::ExecutionFailed { .. } => (executions_failed, &machine.redriven_executions_failed),
                Details::ExecutionAborted { .. } => (executions_aborted, &machine.redriven_executions_aborted),
                Details::ExecutionTimedOut { .. } => (executions_timed_out, &machine.redriven_executions_timed_out),
                _ => {
                    open.count(event, self);
                    continue;
                }
            };
            closed.add(1);
            redriven.add(u64::from(execution.redrives.count > 0));
            machine.execution_time.observe(between(execution.header.start_time, event.timestamp));
        }
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_bounded() {
        let rows = Rows::<Counter>::default();
        for number in 0..ROWS_MAX + 50 {
            rows.of(&number.to_string()).add(1);
        }
        assert_eq!(rows.all().len(), ROWS_MAX + 1);
        assert_eq!(rows.of(OTHER).get(), 50);
        assert_eq!(rows.of("7").get(), 1);
    }
}
