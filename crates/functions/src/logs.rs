//! Log lines of functions: a bounded ring per function and a live feed. A function that talks without end costs a fixed amount of memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;

/// Lines kept per function.
const LINES_MAX: usize = 1_000;
/// Bytes of text kept per function.
const BYTES_MAX: usize = 1 << 20;
/// Lines a slow reader of the live feed may fall behind before it loses the oldest.
const FEED_LINES: usize = 1_024;

/// One line a function wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The function's name.
    pub function: Arc<str>,
    /// When it was read, in ms since the Unix epoch.
    pub time_ms: i64,
    /// The invocation the process was working on; `None` while it initialised.
    pub request_id: Option<Arc<str>>,
    /// Which output it came from.
    pub stream: LogStream,
    /// The line without its end, invalid UTF-8 replaced, cut at 16 KiB.
    pub text: Arc<str>,
}

/// Which output of the process a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The platform's own lines: `START`, `END`, `REPORT`.
    Platform,
}

/// The recent lines of one function, plus the feed shared by all functions.
pub(crate) struct LogRing {
    lines: Mutex<Lines>,
    feed: broadcast::Sender<LogLine>,
}

#[derive(Default)]
struct Lines {
    queue: VecDeque<LogLine>,
    bytes: usize,
}

/// The live feed of all functions.
pub(crate) fn new_feed() -> broadcast::Sender<LogLine> {
    broadcast::Sender::new(FEED_LINES)
}

impl LogRing {
    pub(crate) fn new(feed: broadcast::Sender<LogLine>) -> LogRing {
        LogRing { lines: Mutex::default(), feed }
    }

    pub(crate) fn push(&self, line: LogLine) {
        let mut lines = self.lines.lock().expect("no panic happens under this lock");
        lines.bytes += line.text.len();
        lines.queue.push_back(line.clone());
        while lines.queue.len() > LINES_MAX || lines.bytes > BYTES_MAX {
            let Some(oldest) = lines.queue.pop_front() else { break };
            lines.bytes -= oldest.text.len();
        }
        drop(lines);
        // Nobody listening is fine.
        let _ = self.feed.send(line);
    }

    pub(crate) fn recent(&self) -> Vec<LogLine> {
        self.lines.lock().expect("no panic happens under this lock").queue.iter().cloned().collect()
    }
}
