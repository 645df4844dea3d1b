//! The handle: opens the directory, starts the two threads, turns the contract's calls into requests and reads.

use std::future::ready;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use store::{Batch, Bytes, CommitFuture, Epoch, PartitionId, Range, ReadFuture, Store, StoreError, Table};
use tokio::sync::{oneshot, watch};

use crate::directory::Directory;
use crate::engine::Engine;
use crate::progress::Progress;
use crate::queue::{Job, Queue};
use crate::retired::Retired;
use crate::shared::Shared;
use crate::statistics::Statistics;
use crate::view::View;
use crate::writer::Writer;
use crate::{BackupSummary, OpenError, Options, backup, feeder, recovery};

/// Bytes of keys and values that one batch may have.
const BATCH_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A data directory, open.
///
/// Dropping it without closing is safe: what was queued is still committed, and what the engine does not have is replayed
/// from the log when the directory is opened again.
pub struct Embedded {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Embedded {
    /// Opens or creates the data directory, and recovers what the log has beyond the engine.
    ///
    /// # Errors
    /// If another process has it open, if it cannot be written, if a newer release wrote it, or if it is damaged.
    pub fn open(directory: &Path, options: Options) -> Result<Embedded, OpenError> {
        let held = Directory::hold(directory)?;
        let engine = Engine::open(held.rows(), &options)?;
        let engine_error = |error: StoreError| OpenError::Engine { path: held.rows(), message: error.to_string() };
        let applied = engine.applied().map_err(engine_error)?;
        let retired = Arc::new(Retired::new(held.log()));
        let (overlay, log) = recovery::recover(&held.log(), &options, applied, &retired)?;
        let progress = Progress::new(options, overlay.size());
        let shared = Arc::new(Shared {
            queue: Queue::default(),
            view: View::new(overlay, engine.clone()),
            progress,
            counters: Arc::clone(&engine.merge_pace.counters),
            retired,
            directory: Mutex::new(Some(held)),
            closed: watch::Sender::new(None),
        });
        let mut embedded = Embedded { shared: Arc::clone(&shared), threads: Vec::new() };
        let writer = Writer::new(Arc::clone(&shared), log);
        embedded.start(directory, "store-log", move || writer.run())?;
        embedded.start(directory, "store-feeder", move || feeder::run(&shared, engine))?;
        Ok(embedded)
    }

    /// What was committed since it was opened.
    pub fn statistics(&self) -> Statistics {
        self.shared.counters.read()
    }

    /// Writes everything that is durable at one moment as a backup, while commits go on.
    ///
    /// # Errors
    /// If rows cannot be read or `out` cannot be written. What was written is no backup then, and is told from one.
    pub fn back_up(&self, made_at_ms: i64, out: &mut dyn Write) -> Result<BackupSummary, StoreError> {
        backup::write(&self.shared.view.snapshot()?, made_at_ms, out)
    }

    fn start(&mut self, directory: &Path, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let thread = Builder::new().name(name.to_owned()).spawn(run).map_err(OpenError::io(directory))?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Store for Embedded {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        let (reply, answer) = oneshot::channel();
        let queued = self.shared.queue.push(Job::Open { partition, reply });
        Box::pin(async move {
            queued?;
            answer.await.unwrap_or_else(|_| Err(writer_stopped()))
        })
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        let bytes = batch.size_bytes();
        if bytes > BATCH_BYTES_MAX {
            let message = format!("a batch of {bytes} bytes: batches have at most {BATCH_BYTES_MAX} bytes");
            return Box::pin(ready(Err(StoreError::failed(message))));
        }
        let (reply, answer) = oneshot::channel();
        let queued = batch.check().and_then(|()| self.shared.queue.push(Job::Commit { batch, bytes, reply }));
        Box::pin(async move {
            queued?;
            answer.await.unwrap_or_else(|_| Err(writer_stopped()))
        })
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        Box::pin(ready(self.shared.view.get(partition, table, key)))
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        Box::pin(ready(self.shared.view.scan(partition, &range)))
    }

    fn close(&self) -> CommitFuture {
        self.shared.queue.close();
        let mut closed = self.shared.closed.subscribe();
        Box::pin(async move {
            let result = closed.wait_for(Option::is_some).await;
            result.map_or_else(|_| Err(writer_stopped()), |result| result.clone().expect("waited for"))
        })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.shared.progress.abandon();
        self.shared.queue.close();
        for thread in self.threads.drain(..) {
            // A thread that panicked has told its callers; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

fn writer_stopped() -> StoreError {
    StoreError::failed("the log writer stopped; restart")
}
