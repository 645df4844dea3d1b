//! The access log: a line of JSON for every request, written by a thread of its own. Requests never wait for it: when the queue is full,
//! lines are dropped and counted.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Lines that may wait to be written.
const QUEUE: usize = 8192;
/// How often the file is looked for under its name, so that it can be renamed to begin a new one.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the end of the server may wait for the last lines.
const FLUSH_MAX: Duration = Duration::from_secs(2);

/// Where access is logged. Cloning shares it.
#[derive(Clone, Debug)]
pub struct AccessLog {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Line(String),
    Flush(SyncSender<()>),
}

impl AccessLog {
    /// Appends to a file, which is created if need be. When it is renamed or removed a new one is begun within a second.
    pub fn to_file(path: &Path) -> io::Result<AccessLog> {
        let target = Target::File { file: BufWriter::new(open(path)?), path: path.to_owned(), looked: Instant::now() };
        AccessLog::start(target)
    }

    /// Writes to stdout.
    pub fn to_stdout() -> io::Result<AccessLog> {
        AccessLog::start(Target::Stdout(io::stdout()))
    }

    fn start(target: Target) -> io::Result<AccessLog> {
        let (queue, messages) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        std::thread::Builder::new().name("access-log".into()).spawn(move || write_all(target, &messages, &counted))?;
        Ok(AccessLog { queue, dropped })
    }

    pub(crate) fn write(&self, line: String) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines that were not written: the queue was full, or the file could not be written.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until what was logged so far is written, not for long. Blocks.
    pub(crate) fn flush(&self) {
        let (done, flushed) = sync_channel(1);
        if self.queue.try_send(Message::Flush(done)).is_ok() {
            // Late lines are lost, as they are when the queue is full.
            let _ = flushed.recv_timeout(FLUSH_MAX);
        }
    }
}

enum Target {
    Stdout(io::Stdout),
    File { file: BufWriter<File>, path: PathBuf, looked: Instant },
}

impl Target {
    fn write(&mut self, line: &str) -> io::Result<()> {
        match self {
            Target::Stdout(stdout) => stdout.write_all(line.as_bytes()),
            Target::File { file, path, looked } => {
                if looked.elapsed() >= LOOK_EVERY {
                    *looked = Instant::now();
                    if !is_same(file.get_ref(), path) {
                        file.flush()?;
                        *file = BufWriter::new(open(path)?);
                    }
                }
                file.write_all(line.as_bytes())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Stdout(stdout) => stdout.flush(),
            Target::File { file, .. } => file.flush(),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn is_same(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.metadata()) {
        (Ok(file), Ok(named)) => (file.dev(), file.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Lines are written out as soon as no other waits.
fn write_all(mut target: Target, messages: &Receiver<Message>, dropped: &AtomicU64) {
    let mut has_failed = false;
    let mut check = |result: io::Result<()>| match result {
        Ok(()) => has_failed = false,
        Err(error) => {
            dropped.fetch_add(1, Ordering::Relaxed);
            if !has_failed {
                tracing::warn!(%error, "the access log cannot be written");
            }
            has_failed = true;
        }
    };
    loop {
        let message = match messages.recv_timeout(Duration::ZERO) {
            Ok(message) => message,
            Err(RecvTimeoutError::Disconnected) => return check(target.flush()),
            Err(RecvTimeoutError::Timeout) => {
                check(target.flush());
                let Ok(message) = messages.recv() else { return };
                message
            }
        };
        match message {
            Message::Line(line) => check(target.write(&line)),
            Message::Flush(done) => {
                check(target.flush());
                // Whoever waited may have given up.
                let _ = done.send(());
            }
        }
    }
}
