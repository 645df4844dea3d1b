//! How the server is.

use super::Console;
use super::failure::Failure;
use super::shape::shapes;
use crate::metrics;
use api::ExecutionStatus;
use engine::ExecutionsQuery;

shapes! {
    /// How the server is.
    struct Health {
        /// `ok` while requests are served.
        status: &'static str,
        /// How long it has been serving.
        uptime_ms: i64,
        /// Standard executions that run, counted up to `limits.counts`.
        open_executions: usize,
        /// What is stored.
        storage: Storage,
        /// What did not arrive where it was to go since the start.
        dropped: Dropped,
        /// Bodies under way, in bytes.
        bodies_bytes: usize,
    }

    /// What is stored.
    struct Storage {
        /// Bytes of all files below the data directory; null without one.
        bytes: Option<u64>,
    }

    /// What was dropped.
    struct Dropped {
        /// Events that `loggingConfiguration` asked for.
        logs: u64,
        /// Events about new statuses.
        status_events: u64,
        /// Spans, about.
        traces: u64,
    }
}

impl Console {
    /// `GET health`
    pub(super) async fn health(&self) -> Result<Health, Failure> {
        let query = ExecutionsQuery { statuses: vec![ExecutionStatus::Running], ..ExecutionsQuery::default() };
        let open = self.engine.execution_counts(&query).await?;
        let bytes = match self.data_directory.clone() {
            // A size that cannot be told is left out.
            Some(directory) => tokio::task::spawn_blocking(move || metrics::bytes_below(&directory)).await.ok(),
            None => None,
        };
        let dropped = self.engine.dropped();
        Ok(Health {
            status: "ok",
            uptime_ms: self.engine.now_ms() - self.started_at_ms,
            open_executions: open.iter().map(|(_, count)| *count).sum(),
            storage: Storage { bytes },
            dropped: Dropped { logs: dropped.log_events, status_events: dropped.status_changes, traces: dropped.spans },
            bodies_bytes: self.memory.used(),
        })
    }
}
