//! What callers asked for and the log writer has not taken yet. Bounded: beyond it callers are told to come back.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard};

use store::{Batch, Epoch, PartitionId, StoreError};
use tokio::sync::oneshot;

/// Bytes of batches that may wait. One batch alone may be larger.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One request, and where its answer goes. Nobody may be listening any more.
#[derive(Debug)]
pub(crate) enum Job {
    Open { partition: PartitionId, reply: oneshot::Sender<Result<Epoch, StoreError>> },
    Commit { batch: Batch, bytes: usize, reply: oneshot::Sender<Result<(), StoreError>> },
}

#[derive(Default, Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default, Debug)]
struct State {
    jobs: Vec<Job>,
    bytes: usize,
    is_closed: bool,
    /// Partitions of which a batch was refused, and under which epoch: what comes after it may build on it.
    refused: HashMap<PartitionId, Epoch>,
}

impl Job {
    /// Bytes it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Job::Open { .. } => 0,
            Job::Commit { bytes, .. } => *bytes,
        }
    }

    /// The partition and epoch of a commit.
    pub(crate) fn chain(&self) -> Option<(PartitionId, Epoch)> {
        match self {
            Job::Open { .. } => None,
            Job::Commit { batch, .. } => Some((batch.partition, batch.epoch)),
        }
    }

    /// Answers that it was not done.
    pub(crate) fn refuse(self, error: StoreError) {
        match self {
            Job::Open { reply, .. } => drop(reply.send(Err(error))),
            Job::Commit { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

/// Why a batch is refused that comes after one that was.
pub(crate) fn after_refusal() -> StoreError {
    StoreError::unavailable("a batch before this one was refused; the partition must be opened again")
}

impl Queue {
    /// Puts a request behind the others, or refuses it.
    pub(crate) fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.is_closed {
            return Err(StoreError::unavailable("it was closed"));
        }
        let chain = job.chain();
        if chain.is_some_and(|(partition, epoch)| state.refused.get(&partition) == Some(&epoch)) {
            return Err(after_refusal());
        }
        if state.bytes > 0 && state.bytes + job.bytes() > QUEUE_BYTES_MAX {
            state.refused.extend(chain);
            return Err(StoreError::unavailable("too much is waiting to be committed"));
        }
        state.bytes += job.bytes();
        state.jobs.push(job);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for requests and takes all of them; `None` once closed and empty.
    pub(crate) fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.state();
        while state.jobs.is_empty() {
            if state.is_closed {
                return None;
            }
            state = self.ready.wait(state).expect("nothing panics while holding the lock");
        }
        state.bytes = 0;
        Some(std::mem::take(&mut state.jobs))
    }

    /// Takes no more requests.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.ready.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding the lock")
    }
}
