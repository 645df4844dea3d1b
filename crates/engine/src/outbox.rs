//! Lines for somebody outside, written by a thread of their own.
//!
//! What waits to be written is bounded; what does not fit is dropped and counted: nobody ever waits for whoever reads the lines, and nothing
//! is slower for them than it takes to hand references over.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// Entries that may wait to be written, and what they may take.
pub(crate) const ENTRIES_MAX: usize = 16_384;
const BYTES_MAX: usize = 64 << 20;
/// Text handed over in one go.
const WRITE_BYTES: usize = 256 << 10;
/// How long the end of the engine waits for the last lines: whoever reads them may have stopped reading.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Where lines go. It may block: it is called on a thread that does nothing else.
pub trait Sink: Send + 'static {
    /// Delivers the lines, in order.
    fn deliver(&mut self, lines: &Lines) -> Result<(), Lost>;
}

/// Lines that did not arrive and will not be delivered again.
#[derive(Debug)]
pub struct Lost {
    /// How many.
    pub lines: u64,
    /// Why.
    pub problem: String,
}

/// Some lines, at least one.
#[derive(Debug, Default)]
pub struct Lines {
    text: String,
    lines: Vec<(Range<usize>, Option<Address>)>,
}

/// What is said about a line besides its text.
#[derive(Clone, Debug)]
pub struct Address {
    /// The log group that it is meant for, by its ARN.
    pub log_group: Arc<str>,
    /// The state machine that it is about.
    pub state_machine: Arc<str>,
    /// Its time, in ms since 1970.
    pub timestamp: i64,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'l> {
    /// JSON.
    pub text: &'l str,
    /// Where it is meant to go, if that is not the same for all.
    pub address: Option<&'l Address>,
}

impl Lines {
    /// All of them, each with its line break.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.lines.len() as u64
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().map(|(at, address)| Line { text: &self.text[at.clone()], address: address.as_ref() })
    }

    /// Adds what `write` writes.
    pub(crate) fn add(&mut self, address: Option<Address>, write: impl FnOnce(&mut String)) {
        let begin = self.text.len();
        write(&mut self.text);
        self.lines.push((begin..self.text.len(), address));
        self.text.push('\n');
    }

    fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
    }
}

impl<W: Write + Send + 'static> Sink for W {
    fn deliver(&mut self, lines: &Lines) -> Result<(), Lost> {
        let written = self.write_all(lines.text().as_bytes()).and_then(|()| self.flush());
        written.map_err(|error| Lost { lines: lines.count(), problem: error.to_string() })
    }
}

/// What becomes lines.
pub(crate) trait Entry: Send + 'static {
    /// What the lines are, in messages: `the execution log`.
    const NAME: &'static str;

    /// How many lines it has, about.
    fn lines(&self) -> u64;

    /// What it takes in memory, by estimate.
    fn bytes(&self) -> usize;
}

/// Makes lines of entries.
pub(crate) type Scribe<T> = Box<dyn FnMut(T, &mut Lines) + Send>;

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
    /// Delivers to `sink` what `scribe` makes of entries; without a sink, nothing.
    pub fn to(sink: Option<Box<dyn Sink>>, scribe: Scribe<T>) -> Outbox<T> {
        let Some(sink) = sink else { return Outbox(None) };
        let (items, receiver) = sync_channel(ENTRIES_MAX);
        let counts = Arc::new(Counts::default());
        let of_writer = counts.clone();
        let writer = std::thread::Builder::new().name("outbox".to_owned());
        let run = move || Writer { sink, counts: of_writer, told: 0, is_broken: false }.run(&receiver, scribe);
        match writer.spawn(run) {
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

    /// Lines that could not be delivered since the start.
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
    sink: Box<dyn Sink>,
    counts: Arc<Counts>,
    /// Dropped lines that were told of.
    told: u64,
    is_broken: bool,
}

impl Writer {
    fn run<T: Entry>(mut self, items: &Receiver<Item<T>>, mut scribe: Scribe<T>) {
        let mut lines = Lines::default();
        while let Ok(first) = items.recv() {
            let mut flushed = Vec::new();
            let mut next = Some(first);
            while let Some(item) = next {
                match item {
                    Item::Entry(entry) => {
                        self.counts.waiting_bytes.fetch_sub(entry.bytes(), Ordering::Relaxed);
                        scribe(entry, &mut lines);
                    }
                    Item::Flush(done) => flushed.push(done),
                }
                next = if lines.text.len() < WRITE_BYTES { items.try_recv().ok() } else { None };
            }
            self.write(&lines, T::NAME);
            lines.clear();
            for done in flushed {
                // Whoever waited may have given up.
                let _ = done.send(());
            }
        }
    }

    fn write(&mut self, lines: &Lines, name: &str) {
        if lines.count() > 0 {
            match self.sink.deliver(lines) {
                Ok(()) => self.is_broken = false,
                Err(Lost { lines, problem }) => {
                    self.counts.dropped.fetch_add(lines, Ordering::Relaxed);
                    if !self.is_broken {
                        tracing::error!(lines, "{name} cannot be written; lines are dropped until it can: {problem}");
                    }
                    self.is_broken = true;
                }
            }
        }
        let dropped = self.counts.dropped.load(Ordering::Relaxed);
        if dropped > self.told && !self.is_broken {
            let lines = dropped - self.told;
            tracing::warn!(lines, "{name} has lost lines: they came faster than they could be written");
            self.told = dropped;
        }
    }
}
