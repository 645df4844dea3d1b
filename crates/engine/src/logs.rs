//! Logs of executions: the events that `loggingConfiguration` asks for, one line of JSON each, in the form in which AWS writes them to
//! CloudWatch Logs.

use crate::outbox::{Address, Entry, Lines, Outbox, Sink};
use crate::registry::Revision;
use api::{LogLevel, LoggingConfiguration};
use interpreter::history::{HistoryEvent, HistoryEventDetails};
use std::sync::Arc;

/// Where they go.
pub(crate) type ExecutionLogs = Outbox<LogEntry>;

/// New events of one execution.
pub(crate) struct LogEntry {
    execution_arn: Arc<str>,
    redrive_count: u64,
    events: Vec<HistoryEvent>,
    include_execution_data: bool,
    log_group: Option<Arc<str>>,
    state_machine: Arc<str>,
}

impl Entry for LogEntry {
    const NAME: &'static str = "the execution log";

    fn lines(&self) -> u64 {
        self.events.len() as u64
    }

    fn bytes(&self) -> usize {
        let payload = |event: &HistoryEvent| event.details.payload().map_or(0, json::Payload::len_bytes);
        let payloads: usize = if self.include_execution_data { self.events.iter().map(payload).sum() } else { 0 };
        payloads + 256 * self.events.len()
    }
}

/// Logs on the way to `sink`.
pub(crate) fn to(sink: Option<Box<dyn Sink>>) -> ExecutionLogs {
    Outbox::to(sink, Box::new(|entry: LogEntry, lines| entry.write(lines)))
}

impl LogEntry {
    fn write(self, lines: &mut Lines) {
        for event in &self.events {
            let address = self.log_group.as_ref().map(|log_group| Address {
                log_group: log_group.clone(),
                state_machine: self.state_machine.clone(),
                timestamp: event.timestamp.0,
            });
            let value = event.to_log_value(&self.execution_arn, self.redrive_count, self.include_execution_data);
            lines.add(address, |text| json::write_value(&value, text));
        }
    }
}

impl ExecutionLogs {
    /// Logs what of an execution's new events is wanted.
    pub fn tell(&self, revision: &Revision, execution_arn: &Arc<str>, redrive_count: u64, events: &[HistoryEvent]) {
        self.tell_as(&revision.logging, &revision.machine_name, execution_arn, redrive_count, events);
    }

    fn tell_as(
        &self,
        logging: &LoggingConfiguration,
        state_machine: &Arc<str>,
        execution_arn: &Arc<str>,
        redrive_count: u64,
        events: &[HistoryEvent],
    ) {
        if logging.level == LogLevel::Off || !self.is_wanted() {
            return;
        }
        let events: Vec<HistoryEvent> =
            events.iter().filter(|event| is_logged(logging.level, &event.details)).cloned().collect();
        if !events.is_empty() {
            self.put(LogEntry {
                execution_arn: execution_arn.clone(),
                redrive_count,
                events,
                include_execution_data: logging.include_execution_data,
                // There is exactly one (AWS API reference, LoggingConfiguration).
                log_group: logging.destinations.iter().flatten().next().cloned(),
                state_machine: state_machine.clone(),
            });
        }
    }
}

/// What each level logs: failures of whatever it is, or those that end the execution (AWS guide, "Log levels for Step Functions execution
/// events").
fn is_logged(level: LogLevel, details: &HistoryEventDetails) -> bool {
    let name = details.type_name();
    match level {
        LogLevel::All => true,
        LogLevel::Error => {
            name == "FailStateEntered" || ["Failed", "TimedOut", "Aborted"].iter().any(|end| name.ends_with(end))
        }
        LogLevel::Fatal => ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"].contains(&name),
        LogLevel::Off => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::ENTRIES_MAX;
    use interpreter::Timestamp;
    use std::io::Write;
    use std::sync::Mutex;

    /// A sink that waits until it is let go.
    struct Held(Arc<Mutex<Vec<u8>>>);

    impl Write for Held {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("it is not poisoned").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_sink_that_takes_nothing_holds_nobody_up_and_what_is_dropped_is_counted() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let logs = to(Some(Box::new(Held(written.clone()))));
        let logging = LoggingConfiguration { level: LogLevel::All, ..LoggingConfiguration::default() };
        let event = |id| HistoryEvent {
            id,
            previous_event_id: 0,
            timestamp: Timestamp(0),
            details: HistoryEventDetails::MapStateSucceeded,
        };
        let told = 3 * ENTRIES_MAX as u64;
        {
            let _held = written.lock().expect("it is not poisoned");
            (0..told).for_each(|id| logs.tell_as(&logging, &"m".into(), &"arn".into(), 0, &[event(id)]));
        }
        assert!(logs.dropped() > 0);
        while logs.waiting_bytes() > 0 {
            tokio::task::yield_now().await;
        }
        logs.flush().await;
        let lines = written.lock().expect("it is not poisoned").iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(lines + logs.dropped(), told);
    }
}
