//! The log writer: one thread that takes everything queued, in order and of all partitions, and commits it as one group.
//!
//! It is the only one that changes epochs, so checking and committing under them needs no lock.

use std::collections::HashMap;
use std::sync::Arc;

use store::{Batch, Bytes, Epoch, PartitionId, StoreError};
use tokio::sync::oneshot;

use crate::frame::{self, WRITE_OVERHEAD_BYTES};
use crate::log::{AppendError, Log};
use crate::queue::{self, Job};
use crate::row_key;
use crate::shared::Shared;

/// Bytes of batches that one group takes together; a larger batch is a group of its own.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(crate) struct Writer {
    shared: Arc<Shared>,
    log: Log,
    /// Epochs of partitions seen since the start.
    epochs: HashMap<PartitionId, u64>,
    /// Partitions of which a batch was refused, and under which epoch: what comes after it may build on it.
    refused: HashMap<PartitionId, Epoch>,
    /// Why nothing can be committed any more.
    broken: Option<StoreError>,
}

/// Requests that become durable together.
#[derive(Default)]
struct Group {
    /// Its writes, as they stand in the log.
    writes: Vec<u8>,
    epochs: HashMap<PartitionId, u64>,
    opens: Vec<(oneshot::Sender<Result<Epoch, StoreError>>, Epoch)>,
    commits: Vec<oneshot::Sender<Result<(), StoreError>>>,
    /// Partitions that have a batch in the group, each with its epoch.
    committing: HashMap<PartitionId, Epoch>,
    /// Refusals wait as well: an epoch that fenced someone counts only once it is durable.
    fenced: Vec<(oneshot::Sender<Result<(), StoreError>>, StoreError)>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, log: Log) -> Writer {
        Writer { shared, log, epochs: HashMap::new(), refused: HashMap::new(), broken: None }
    }

    /// Commits until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let _end = End(&shared);
        while let Some(jobs) = shared.queue.take() {
            let mut jobs = jobs.into_iter().peekable();
            while let Some(first) = jobs.next() {
                let mut bytes = first.bytes();
                let mut group = vec![first];
                while let Some(job) = jobs.next_if(|job| bytes + job.bytes() <= GROUP_BYTES_MAX) {
                    bytes += job.bytes();
                    group.push(job);
                }
                self.commit(group);
            }
        }
        self.log.finish();
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        let room = self.broken.clone().map_or_else(|| self.shared.progress.wait_for_room(), Err);
        if let Err(error) = room {
            for job in jobs {
                self.refuse(job, error.clone());
            }
            return;
        }
        let mut group = Group { writes: Vec::with_capacity(jobs.iter().map(row_bytes).sum()), ..Group::default() };
        for job in jobs {
            self.admit(job, &mut group);
        }
        match self.append(&mut group) {
            Ok(()) => group.acknowledge(),
            Err(error) => {
                self.refused.extend(group.committing.drain());
                group.refuse(&error);
            }
        }
    }

    fn refuse(&mut self, job: Job, error: StoreError) {
        self.refused.extend(job.chain());
        job.refuse(error);
    }

    /// Checks a request against its partition's epoch and adds it to the group.
    fn admit(&mut self, job: Job, group: &mut Group) {
        let partition = match &job {
            Job::Open { partition, .. } => *partition,
            Job::Commit { batch, .. } => batch.partition,
        };
        let current = match self.epoch(partition, group) {
            Ok(current) => current,
            Err(error) => return self.refuse(job, error),
        };
        match job {
            Job::Open { reply, .. } => {
                let epoch = current + 1;
                group.epochs.insert(partition, epoch);
                let row = epoch.to_le_bytes();
                frame::push_write(&mut group.writes, [&row_key::epoch(partition), &[]], Some(&row));
                group.opens.push((reply, Epoch(epoch)));
            }
            Job::Commit { batch, reply, .. } if self.refused.get(&partition) == Some(&batch.epoch) => {
                group.fenced.push((reply, queue::after_refusal()));
            }
            Job::Commit { batch, reply, .. } if batch.epoch.0 == current && current > 0 => {
                group.committing.insert(partition, batch.epoch);
                group.add(&batch);
                group.commits.push(reply);
            }
            Job::Commit { batch, reply, .. } => {
                let fenced = StoreError::Fenced { partition, given: batch.epoch, current: Epoch(current) };
                group.fenced.push((reply, fenced));
            }
        }
    }

    fn epoch(&mut self, partition: PartitionId, group: &Group) -> Result<u64, StoreError> {
        if let Some(epoch) = group.epochs.get(&partition).or_else(|| self.epochs.get(&partition)) {
            return Ok(*epoch);
        }
        let epoch = self.shared.view.epoch(partition)?;
        self.epochs.insert(partition, epoch);
        Ok(epoch)
    }

    /// Makes the group durable, then visible.
    fn append(&mut self, group: &mut Group) -> Result<(), StoreError> {
        if group.writes.is_empty() {
            return Ok(());
        }
        let appended = self.log.append(&group.writes).map_err(|error| match error {
            AppendError::Full(message) => {
                tracing::warn!("{message}");
                StoreError::unavailable(message)
            }
            AppendError::Broken(message) => {
                tracing::error!("{message}");
                self.broken.insert(StoreError::failed(message)).clone()
            }
        })?;
        let batches = group.commits.len() + group.opens.len();
        self.shared.counters.committed(batches, &appended);
        let writes = frame::read_writes(&Bytes::from(std::mem::take(&mut group.writes)));
        let size = self.shared.view.apply(appended, writes.expect("the group was put together above"));
        self.epochs.extend(group.epochs.drain());
        self.shared.progress.committed(size);
        Ok(())
    }
}

impl Group {
    fn add(&mut self, batch: &Batch) {
        for write in &batch.writes {
            let prefix = row_key::prefix(batch.partition, write.table());
            frame::push_write(&mut self.writes, [&prefix, write.key()], write.value().map(|value| &value[..]));
        }
    }

    /// Answers everyone. Whoever stopped listening loses nothing.
    fn acknowledge(self) {
        self.opens.into_iter().for_each(|(reply, epoch)| drop(reply.send(Ok(epoch))));
        self.commits.into_iter().for_each(|reply| drop(reply.send(Ok(()))));
        self.fenced.into_iter().for_each(|(reply, error)| drop(reply.send(Err(error))));
    }

    fn refuse(self, error: &StoreError) {
        self.opens.into_iter().for_each(|(reply, _)| drop(reply.send(Err(error.clone()))));
        let commits = self.commits.into_iter().chain(self.fenced.into_iter().map(|(reply, _)| reply));
        commits.for_each(|reply| drop(reply.send(Err(error.clone()))));
    }
}

/// Bytes its writes take in the log before they are compressed.
fn row_bytes(job: &Job) -> usize {
    let (writes, bytes) = match job {
        Job::Open { .. } => (1, row_key::EPOCH_ROW_BYTES),
        Job::Commit { batch, bytes, .. } => (batch.writes.len(), *bytes),
    };
    bytes + writes * (WRITE_OVERHEAD_BYTES + row_key::PREFIX_BYTES)
}

/// Runs however the writer ends, so that nobody waits for it.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.queue.close();
        while let Some(jobs) = self.0.queue.take() {
            jobs.into_iter().for_each(|job| job.refuse(StoreError::failed("the log writer stopped; restart")));
        }
        self.0.progress.writer_done();
    }
}
