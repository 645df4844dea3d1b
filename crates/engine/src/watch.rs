//! Telling whoever watches (the terminal, later the console) what has become durable.

use interpreter::history::HistoryEvent;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Events of one execution that have just become durable.
#[derive(Clone, Debug)]
pub struct ExecutionEvents {
    /// Whose.
    pub execution_arn: Arc<str>,
    /// What happened, in order.
    pub events: Arc<[HistoryEvent]>,
}

/// Batches of events a slow watcher may fall behind before it misses some.
const BACKLOG: usize = 4096;

pub(crate) struct Watchers(broadcast::Sender<ExecutionEvents>);

impl Watchers {
    pub fn new() -> Watchers {
        Watchers(broadcast::channel(BACKLOG).0)
    }

    pub fn tell(&self, execution_arn: &Arc<str>, events: Vec<HistoryEvent>) {
        if self.0.receiver_count() > 0 {
            // The last watcher may have left since.
            let _ = self.0.send(ExecutionEvents { execution_arn: execution_arn.clone(), events: events.into() });
        }
    }

    pub fn subscribe(&self) -> broadcast::Receiver<ExecutionEvents> {
        self.0.subscribe()
    }
}
