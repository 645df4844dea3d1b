//! What all executions do, a line per happening, with the functions' output between them.

use crate::output::{self, Style};
use crate::progress::{Tree, lines, log_line};
use anyhow::bail;
use engine::{Engine, ExecutionEvents, HistoryEvent};
use functions::{Functions, LogLine};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Open executions that are shown at a time; more than that nobody reads.
const SHOWN_MAX: usize = 200;

/// What is shown.
pub(super) struct Follow {
    events: Receiver<ExecutionEvents>,
    logs: Receiver<LogLine>,
    trees: HashMap<Arc<str>, Tree>,
    style: Style,
}

/// Why [`Follow::next`] came back.
pub(super) enum Followed {
    /// An execution has closed; its tree has been shown to the end.
    Closed(Arc<str>),
    /// Events went by unseen: any execution may have closed.
    Missed,
}

impl Follow {
    /// Shows what happens from now on.
    pub(super) fn new(engine: &Engine, functions: &Functions) -> Follow {
        let (events, logs) = (engine.watch(), functions.subscribe_logs());
        Follow { events, logs, trees: HashMap::new(), style: Style::of_stderr() }
    }

    /// Shows what happens until an execution closes. May be dropped and called again.
    pub(super) async fn next(&mut self) -> anyhow::Result<Followed> {
        loop {
            tokio::select! {
                biased;
                Ok(line) = self.logs.recv() => self.show_log(&line),
                events = self.events.recv() => match events {
                    Ok(events) if self.handle(&events) => return Ok(Followed::Closed(events.execution_arn)),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        self.trees.clear();
                        return Ok(Followed::Missed);
                    }
                    Err(RecvError::Closed) => bail!("the engine stopped"),
                },
            }
        }
    }

    /// Shows an execution that nobody can follow, as it has ended already.
    pub(super) fn show(&mut self, execution_arn: Arc<str>, events: Arc<[HistoryEvent]>) {
        self.handle(&ExecutionEvents { execution_arn: execution_arn.clone(), events });
        // Its end may not be among them.
        self.trees.remove(&execution_arn);
    }

    fn handle(&mut self, events: &ExecutionEvents) -> bool {
        let arn = &events.execution_arn;
        if !self.trees.contains_key(arn) {
            if self.trees.len() >= SHOWN_MAX {
                return false;
            }
            self.trees.insert(arn.clone(), Tree::new());
        }
        let tree = self.trees.get_mut(arn).expect("it was just made sure");
        let prefix = format!("{} ", short_name(arn));
        for event in &*events.events {
            let happening = tree.handle(event);
            let line = happening.and_then(|it| lines::line(tree, it, event.timestamp.0, &prefix, self.style));
            if let Some(line) = line {
                output::talk(&line);
            }
        }
        let closed = tree.root().ended.is_some();
        if closed {
            self.trees.remove(arn);
        }
        closed
    }

    fn show_log(&self, line: &LogLine) {
        if let Some(text) = log_line(line, self.style) {
            output::talk(&text);
        }
    }
}

/// `machine/name` of an execution's ARN, a long name cut.
pub(super) fn short_name(execution_arn: &str) -> String {
    // arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME; an Express execution's has an id of the run behind that.
    let mut parts = execution_arn.split(':').skip(6);
    let machine = parts.next().unwrap_or_default();
    let name: String = parts.next().unwrap_or_default().chars().take(8).collect();
    output::printable(&format!("{machine}/{name}"))
}
