//! Lines of JSON for somebody outside, written by a thread of their own.
//!
//! What waits to be written is bounded; what does not fit is dropped and counted: nobody ever waits for whoever reads the lines, and nothing
//! is slower for them than it takes to hand references over.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// Entries that may wait to be written, and what they may take.
pub(crate) const ENTRIES_MAX: usize = 16_384;
const BYTES_MAX: usize = 64 << 20;
/// Text written in one go.
const WRITE_BYTES: usize = 64 << 10;
/// How long the end of the engine waits for the last lines: whoever reads them may have stopped reading.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// What becomes lines.
pub(crate) trait Entry: Send + 'static {
    /// What the lines are, in messages: `the execution log`.
    const NAME: &'static str;

    /// Adds its lines, each with a line break; how many.
    fn write(&self, text: &mut String) -> u64;

    /// How many lines it has.
    fn lines(&self) -> u64;

    /// What it takes in memory, by estimate.
    fn bytes(&self) -> usize;
}

/// Where entries go, and all there is if they go nowhere.
pub(crate) struct Outbox<T>(Option<Sender<T>>);

struct Sender<T> {
    items: SyncSender<Item<T>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    waiting_bytes: AtomicUsize,
    dropped: AtomicU64,
}

enum Item<T> {
    Entry(T),
    /// Says so when everything before it is written.
    Flush(oneshot::Sender<()>),
}

impl<T: Entry> Outbox<T> {
    /// Writes to `sink`, to which only this one writes; nowhere without one.
    pub fn to(sink: Option<Box<dyn Write + Send>>) -> Outbox<T> {
        let Some(sink) = sink else { return Outbox(None) };
        let (items, receiver) = sync_channel(ENTRIES_MAX);
        let counts = Arc::new(Counts::default());
        let of_writer = counts.clone();
        let writer = std::thread::Builder::new().name("outbox".to_owned());
        match writer.spawn(move || Writer { sink, counts: of_writer, told: 0, is_broken: false }.run(&receiver)) {
            Ok(_) => Outbox(Some(Sender { items, counts })),
            Err(error) => {
                tracing::error!(%error, "{} is not written: there is no thread for it", T::NAME);
                Outbox(None)
            }
        }
    }

    /// Whether entries go anywhere.
    pub fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Takes an entry, if there is room.
    pub fn put(&self, entry: T) {
        let Some(Sender { items, counts }) = &self.0 else { return };
        let (bytes, lines) = (entry.bytes(), entry.lines());
        let fits = counts.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= BYTES_MAX;
        if !fits || items.try_send(Item::Entry(entry)).is_err() {
            counts.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            counts.dropped.fetch_add(lines, Ordering::Relaxed);
        }
    }

    /// Lines that could not be written since the start.
    pub fn dropped(&self) -> u64 {
        self.0.as_ref().map_or(0, |sender| sender.counts.dropped.load(Ordering::Relaxed))
    }

    /// Waits, not for long, until what was taken is written.
    pub async fn flush(&self) {
        let Some(Sender { items, .. }) = &self.0 else { return };
        let (done, written) = oneshot::channel();
        if items.try_send(Item::Flush(done)).is_err() || tokio::time::timeout(FLUSH_TIMEOUT, written).await.is_err() {
            tracing::warn!("the last lines of {} may be missing: nobody takes them", T::NAME);
        }
    }

    /// What waits to be written.
    #[cfg(test)]
    pub fn waiting_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |sender| sender.counts.waiting_bytes.load(Ordering::Relaxed))
    }
}

struct Writer {
    sink: Box<dyn Write + Send>,
    counts: Arc<Counts>,
    /// Dropped lines that were told of.
    told: u64,
    is_broken: bool,
}

impl Writer {
    fn run<T: Entry>(mut self, items: &Receiver<Item<T>>) {
        let mut text = String::new();
        while let Ok(first) = items.recv() {
            let mut flushed = Vec::new();
            let mut lines = 0;
            let mut next = Some(first);
            while let Some(item) = next {
                match item {
                    Item::Entry(entry) => {
                        lines += entry.write(&mut text);
                        self.counts.waiting_bytes.fetch_sub(entry.bytes(), Ordering::Relaxed);
                    }
                    Item::Flush(done) => flushed.push(done),
                }
                next = if text.len() < WRITE_BYTES { items.try_recv().ok() } else { None };
            }
            self.write(&text, lines, T::NAME);
            text.clear();
            for done in flushed {
                // Whoever waited may have given up.
                let _ = done.send(());
            }
        }
    }

    fn write(&mut self, text: &str, lines: u64, name: &str) {
        match self.sink.write_all(text.as_bytes()).and_then(|()| self.sink.flush()) {
            Ok(()) => self.is_broken = false,
            Err(error) => {
                self.counts.dropped.fetch_add(lines, Ordering::Relaxed);
                if !self.is_broken {
                    tracing::error!(%error, "{name} cannot be written; lines are dropped until it can");
                }
                self.is_broken = true;
            }
        }
        let dropped = self.counts.dropped.load(Ordering::Relaxed);
        if dropped > self.told && !self.is_broken {
            tracing::warn!(
                lines = dropped - self.told,
                "{name} has lost lines: they came faster than they could be written"
            );
            self.told = dropped;
        }
    }
}
