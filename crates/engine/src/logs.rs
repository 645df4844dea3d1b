//! Logs of executions: the events that `loggingConfiguration` asks for, one line of JSON each, in the form in which AWS writes them to
//! CloudWatch Logs.
//!
//! A thread of its own shapes and writes them. What waits for it is bounded; what does not fit is dropped and counted: no execution ever waits for
//! its log, and none is slower for it than it takes to hand references over.

use api::{LogLevel, LoggingConfiguration};
use interpreter::history::{HistoryEvent, HistoryEventDetails};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// Steps whose events may wait to be written, and what their payloads may take.
const STEPS_MAX: usize = 16_384;
const BYTES_MAX: usize = 64 << 20;
/// Text written in one go.
const WRITE_BYTES: usize = 64 << 10;
/// How long the end of the engine waits for the last lines: whoever reads them may have stopped reading.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Where lines go, and all there is if they go nowhere.
#[derive(Default)]
pub(crate) struct ExecutionLogs(Option<Sender>);

struct Sender {
    entries: SyncSender<Entry>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    waiting_bytes: AtomicUsize,
    dropped: AtomicU64,
}

enum Entry {
    Events {
        execution_arn: Arc<str>,
        redrive_count: u64,
        events: Vec<HistoryEvent>,
        include_execution_data: bool,
        bytes: usize,
    },
    /// Says so when everything before it is written.
    Flush(oneshot::Sender<()>),
}

impl ExecutionLogs {
    /// Logs to `sink`, to which only this one writes.
    pub fn to(sink: Box<dyn Write + Send>) -> ExecutionLogs {
        let (entries, receiver) = sync_channel(STEPS_MAX);
        let counts = Arc::new(Counts::default());
        let of_writer = counts.clone();
        let writer = std::thread::Builder::new().name("execution-logs".to_owned());
        match writer.spawn(move || Writer { sink, counts: of_writer, told: 0, is_broken: false }.run(&receiver)) {
            Ok(_) => ExecutionLogs(Some(Sender { entries, counts })),
            Err(error) => {
                tracing::error!(%error, "executions are not logged: there is no thread for it");
                ExecutionLogs(None)
            }
        }
    }

    /// Logs what of an execution's new events is wanted.
    pub fn tell(
        &self,
        logging: &LoggingConfiguration,
        execution_arn: &Arc<str>,
        redrive_count: u64,
        events: &[HistoryEvent],
    ) {
        let Some(Sender { entries, counts }) = &self.0 else { return };
        if logging.level == LogLevel::Off {
            return;
        }
        let wanted: Vec<HistoryEvent> =
            events.iter().filter(|event| is_logged(logging.level, &event.details)).cloned().collect();
        if wanted.is_empty() {
            return;
        }
        let count = wanted.len() as u64;
        let include_execution_data = logging.include_execution_data;
        let payload = |event: &HistoryEvent| event.details.payload().map_or(0, json::Payload::len_bytes);
        let bytes: usize = if include_execution_data {
            wanted.iter().map(|event| payload(event) + 256).sum()
        } else {
            256 * wanted.len()
        };
        if counts.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > BYTES_MAX {
            counts.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            counts.dropped.fetch_add(count, Ordering::Relaxed);
            return;
        }
        let execution_arn = execution_arn.clone();
        let entry = Entry::Events { execution_arn, redrive_count, events: wanted, include_execution_data, bytes };
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = entries.try_send(entry) {
            counts.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            counts.dropped.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Events that could not be logged since the start.
    pub fn dropped(&self) -> u64 {
        self.0.as_ref().map_or(0, |sender| sender.counts.dropped.load(Ordering::Relaxed))
    }

    /// Waits, not for long, until what was told is written.
    pub async fn flush(&self) {
        let Some(Sender { entries, .. }) = &self.0 else { return };
        let (done, written) = oneshot::channel();
        if entries.try_send(Entry::Flush(done)).is_err() || tokio::time::timeout(FLUSH_TIMEOUT, written).await.is_err()
        {
            tracing::warn!("the last lines of the execution log may be missing: nobody takes them");
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

struct Writer {
    sink: Box<dyn Write + Send>,
    counts: Arc<Counts>,
    /// Dropped events that were told of.
    told: u64,
    is_broken: bool,
}

impl Writer {
    fn run(mut self, entries: &Receiver<Entry>) {
        let mut text = String::new();
        while let Ok(first) = entries.recv() {
            let mut flushed = Vec::new();
            let mut lines = 0;
            let mut next = Some(first);
            while let Some(entry) = next {
                match entry {
                    Entry::Events { execution_arn, redrive_count, events, include_execution_data, bytes } => {
                        for event in &events {
                            json::write_value(
                                &event.to_log_value(&execution_arn, redrive_count, include_execution_data),
                                &mut text,
                            );
                            text.push('\n');
                        }
                        lines += events.len() as u64;
                        self.counts.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
                    }
                    Entry::Flush(done) => flushed.push(done),
                }
                next = if text.len() < WRITE_BYTES { entries.try_recv().ok() } else { None };
            }
            self.write(&text, lines);
            text.clear();
            for done in flushed {
                // Whoever waited may have given up.
                let _ = done.send(());
            }
        }
    }

    fn write(&mut self, text: &str, lines: u64) {
        match self.sink.write_all(text.as_bytes()).and_then(|()| self.sink.flush()) {
            Ok(()) => self.is_broken = false,
            Err(error) => {
                self.counts.dropped.fetch_add(lines, Ordering::Relaxed);
                if !self.is_broken {
                    tracing::error!(%error, "the execution log cannot be written; events are dropped until it can");
                }
                self.is_broken = true;
            }
        }
        let dropped = self.counts.dropped.load(Ordering::Relaxed);
        if dropped > self.told && !self.is_broken {
            tracing::warn!(
                events = dropped - self.told,
                "events were not logged: they came faster than they could be written"
            );
            self.told = dropped;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter::Timestamp;
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
        let logs = ExecutionLogs::to(Box::new(Held(written.clone())));
        let logging = LoggingConfiguration { level: LogLevel::All, ..LoggingConfiguration::default() };
        let event = |id| HistoryEvent {
            id,
            previous_event_id: 0,
            timestamp: Timestamp(0),
            details: HistoryEventDetails::MapStateSucceeded,
        };
        let told = 3 * STEPS_MAX as u64;
        {
            let _held = written.lock().expect("it is not poisoned");
            (0..told).for_each(|id| logs.tell(&logging, &"arn".into(), 0, &[event(id)]));
        }
        assert!(logs.dropped() > 0);
        while logs.0.as_ref().expect("it logs").counts.waiting_bytes.load(Ordering::Relaxed) > 0 {
            tokio::task::yield_now().await;
        }
        logs.flush().await;
        let lines = written.lock().expect("it is not poisoned").iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(lines + logs.dropped(), told);
    }
}
