//! What one process writes, cut into lines and attributed to the invocation it works on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::clock;
use crate::logs::{LogLine, LogRing, LogStream};

/// Longer lines are cut.
const LINE_BYTES_MAX: usize = 16 << 10;
/// What `LogType: Tail` returns.
const TAIL_BYTES_MAX: usize = 4 << 10;

/// The log of one process. A line that arrives after the response still belongs to that invocation: the next one begins when it is delivered.
pub(crate) struct ProcessLog {
    function: Arc<str>,
    ring: Arc<LogRing>,
    current: Mutex<Current>,
}

#[derive(Default)]
struct Current {
    request_id: Option<Arc<str>>,
    tail: Option<VecDeque<u8>>,
}

impl ProcessLog {
    pub(crate) fn new(function: Arc<str>, ring: Arc<LogRing>) -> ProcessLog {
        ProcessLog { function, ring, current: Mutex::default() }
    }

    /// The process takes up this invocation.
    pub(crate) fn begin(&self, request_id: Arc<str>, keep_tail: bool) {
        let mut current = self.lock();
        current.request_id = Some(request_id);
        current.tail = keep_tail.then(VecDeque::new);
    }

    pub(crate) fn line(&self, stream: LogStream, text: &str) {
        let mut current = self.lock();
        if let Some(tail) = &mut current.tail {
            extend_tail(tail, text);
        }
        let request_id = current.request_id.clone();
        drop(current);
        self.ring.push(LogLine {
            function: self.function.clone(),
            time_ms: clock::now_ms(),
            request_id,
            stream,
            text: text.into(),
        });
    }

    /// The end of this invocation's log, framed by the lines Lambda adds.
    pub(crate) fn take_tail(&self, first: &str, last: &str) -> Vec<u8> {
        let mut all = VecDeque::new();
        extend_tail(&mut all, first);
        let written = self.lock().tail.take().unwrap_or_default();
        all.extend(written);
        extend_tail(&mut all, last);
        all.into()
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().expect("no panic happens under this lock")
    }
}

fn extend_tail(tail: &mut VecDeque<u8>, line: &str) {
    tail.extend(line.as_bytes());
    tail.push_back(b'\n');
    let surplus = tail.len().saturating_sub(TAIL_BYTES_MAX);
    tail.drain(..surplus);
}

/// Reads until the end, whatever comes: a pipe nobody reads would stop the process.
pub(crate) async fn copy_lines(mut from: impl AsyncRead + Unpin, stream: LogStream, log: Arc<ProcessLog>) {
    let mut buffer = vec![0; 8 << 10];
    let mut line = Line::default();
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let mut rest = &buffer[..count];
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            line.extend(&rest[..end]);
            log.line(stream, &line.take());
            rest = &rest[end + 1..];
        }
        line.extend(rest);
    }
    if !line.bytes.is_empty() {
        log.line(stream, &line.take());
    }
}

#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    cut: usize,
}

impl Line {
    fn extend(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(LINE_BYTES_MAX - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..kept]);
        self.cut += bytes.len() - kept;
    }

    fn take(&mut self) -> String {
        let bytes = std::mem::take(&mut self.bytes);
        let cut = std::mem::take(&mut self.cut);
        let text = String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(&bytes));
        if cut == 0 { text.into_owned() } else { format!("{text}… ({cut} more bytes)") }
    }
}
