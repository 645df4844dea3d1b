//! The durable starts of asynchronous executions: a row from before the answer until the execution has ended.
//!
//! The row is all there is on disk. What is found after a crash had not ended, as far as the disk knows, and runs once more.

use super::run::Run;
use super::{Express, ExpressKind, New};
use crate::engine::{EXPRESS_PARTITION, INBOX};
use crate::keys::EXPRESS_STARTS;
use crate::registry::{Revision, RevisionNumber};
use api::Exception;
use interpreter::{Execution, Header};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use store::{Batch, Bytes, CommitFuture, Epoch, Range, StoreError, Write};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

/// Inputs taken into one batch at most.
const BATCH_INPUTS_MAX: usize = 512;
/// Batches under way at most: one being synced, one being queued behind it.
const BATCHES_IN_FLIGHT_MAX: usize = 2;
/// Rows read in one go.
const SCAN_ROWS: usize = 1024;
/// How long to wait before reading everything again after a failed commit.
const REOPEN_AFTER: Duration = Duration::from_millis(500);

/// What arrives.
pub(crate) enum Input {
    /// An execution to be started.
    Start(Box<Start>),
    /// One that has ended.
    Ended([u8; 16]),
    /// Finish what was begun and end.
    Shutdown,
}

/// An execution to be started.
pub(crate) struct Start {
    pub new: New,
    pub permit: OwnedSemaphorePermit,
    /// Told when the start is durable.
    pub answer: oneshot::Sender<Result<(), Exception>>,
}

struct InFlight {
    commit: CommitFuture,
    starts: Vec<Start>,
    ended: Vec<[u8; 16]>,
}

/// The owner of the rows.
pub(crate) struct Starts {
    express: Arc<Express>,
    inbox: mpsc::Receiver<Input>,
    epoch: Epoch,
    /// Executions of this process that have rows, or will have when a batch is durable.
    under_way: HashSet<[u8; 16]>,
    /// Ended executions whose rows are to go with the next batch.
    ended: Vec<[u8; 16]>,
    in_flight: VecDeque<InFlight>,
    is_closing: bool,
}

impl Starts {
    /// The way in.
    pub fn channel() -> (mpsc::Sender<Input>, mpsc::Receiver<Input>) {
        mpsc::channel(INBOX)
    }

    /// Takes the rows over and runs what had not ended.
    pub async fn open(express: Arc<Express>, inbox: mpsc::Receiver<Input>) -> Result<Starts, StoreError> {
        let mut starts = Starts {
            express,
            inbox,
            epoch: Epoch(0),
            under_way: HashSet::new(),
            ended: Vec::new(),
            in_flight: VecDeque::new(),
            is_closing: false,
        };
        starts.recover().await?;
        Ok(starts)
    }

    /// Runs until told to shut down.
    pub async fn run(mut self) {
        while !(self.is_closing && self.in_flight.is_empty()) {
            let has_room = self.in_flight.len() < BATCHES_IN_FLIGHT_MAX;
            let turn = tokio::select! {
                biased;
                result = first_commit(&mut self.in_flight) => self.committed(result),
                input = self.inbox.recv(), if has_room && !self.is_closing => {
                    self.take_inputs(input);
                    Ok(())
                }
            };
            if let Err(error) = turn {
                self.reopen(&error).await;
            }
        }
    }

    fn take_inputs(&mut self, first: Option<Input>) {
        let mut starts = Vec::new();
        let mut next = first;
        for _ in 0..BATCH_INPUTS_MAX {
            match next {
                Some(Input::Start(start)) => starts.push(*start),
                Some(Input::Ended(id)) => self.ended.push(id),
                Some(Input::Shutdown) | None => {
                    self.is_closing = true;
                    break;
                }
            }
            next = match self.inbox.try_recv() {
                Ok(input) => Some(input),
                Err(_) => break,
            };
        }
        self.submit(starts);
    }

    fn submit(&mut self, starts: Vec<Start>) {
        let ended = std::mem::take(&mut self.ended);
        let key = |id: &[u8; 16]| Bytes::copy_from_slice(id);
        let mut writes: Vec<Write> = ended.iter().map(|id| Write::delete(EXPRESS_STARTS, key(id))).collect();
        for start in &starts {
            writes.push(Write::put(EXPRESS_STARTS, key(&start.new.id), start.new.header.to_row()));
            self.under_way.insert(start.new.id);
        }
        if !writes.is_empty() {
            let batch = Batch { partition: EXPRESS_PARTITION, epoch: self.epoch, writes };
            let commit = self.express.shared.store.commit(batch);
            self.in_flight.push_back(InFlight { commit, starts, ended });
        }
    }

    /// The oldest batch is on disk, or will never be.
    fn committed(&mut self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        let InFlight { starts, ended, .. } = self.in_flight.pop_front().expect("the batch whose commit was waited for");
        if let Err(error) = result {
            self.failed(starts, ended);
            return Err(error);
        }
        for id in &ended {
            self.under_way.remove(id);
        }
        for start in starts {
            let Start { new: New { header, id, prepared }, permit, answer } = start;
            // Whoever asked may have gone away.
            let _ = answer.send(Ok(()));
            self.spawn(header, id, prepared.revision.clone(), Some(permit));
        }
        Ok(())
    }

    fn spawn(&self, header: Header, id: [u8; 16], revision: Arc<Revision>, permit: Option<OwnedSemaphorePermit>) {
        let (kind, execution) = (ExpressKind::Asynchronous, Execution::new(header));
        let run = Run::new(self.express.clone(), kind, revision, execution, permit);
        tokio::spawn(run.started(id).start());
    }

    /// Nobody knows whether the rows are there: what is found when they are read again runs.
    fn failed(&mut self, starts: Vec<Start>, ended: Vec<[u8; 16]>) {
        for start in starts {
            self.under_way.remove(&start.new.id);
            let _ = start.answer.send(Err(crate::unavailable()));
        }
        self.ended.extend(ended);
    }

    /// After a failed commit: begins again from what is there.
    async fn reopen(&mut self, error: &StoreError) {
        tracing::error!(%error, "starts of Express executions could not be stored; what is stored is read again");
        for InFlight { starts, ended, .. } in std::mem::take(&mut self.in_flight) {
            self.failed(starts, ended);
        }
        let mut told = error.to_string();
        while !self.is_closing {
            tokio::select! {
                biased;
                () = tokio::time::sleep(REOPEN_AFTER) => {}
                input = self.inbox.recv() => {
                    match input {
                        Some(Input::Start(start)) => drop(start.answer.send(Err(crate::unavailable()))),
                        Some(Input::Ended(id)) => self.ended.push(id),
                        Some(Input::Shutdown) | None => self.is_closing = true,
                    }
                    continue;
                }
            }
            match self.recover().await {
                Ok(()) => {
                    tracing::info!("starts of Express executions are stored again");
                    return;
                }
                Err(error) if error.to_string() == told => {}
                Err(error) => {
                    told = error.to_string();
                    tracing::error!(%error, "starts of Express executions cannot be stored yet");
                }
            }
        }
    }

    /// Opens the partition and runs what has a row and does not run. There are never more than may be under way.
    async fn recover(&mut self) -> Result<(), StoreError> {
        let store = self.express.shared.store.clone();
        self.epoch = store.open_partition(EXPRESS_PARTITION).await?;
        let mut range = Range::all(EXPRESS_STARTS).limit(SCAN_ROWS);
        let mut again = 0_u64;
        loop {
            let rows = store.scan(EXPRESS_PARTITION, range.clone()).await?;
            let Some((last, _)) = rows.last() else { break };
            range = range.after(last.clone());
            for (key, row) in rows {
                again += u64::from(self.run_again(&key, &row).await);
            }
        }
        if again > 0 {
            tracing::info!(executions = again, "Express executions that had not ended run once more");
        }
        Ok(())
    }

    /// Runs the execution of a row, unless it runs or has just ended.
    async fn run_again(&mut self, key: &[u8], row: &[u8]) -> bool {
        let trouble = |what: &dyn std::fmt::Display| {
            let code = store::Trouble::DamagedExecution.code();
            tracing::error!(key = %key.escape_ascii(), code, "an Express execution cannot run once more: {what}");
            false
        };
        let Ok(id) = <[u8; 16]>::try_from(key) else { return trouble(&"its key is malformed") };
        if self.under_way.contains(&id) || self.ended.contains(&id) {
            return false;
        }
        let mut header = match Header::from_row(row) {
            Ok(header) => header,
            Err(corrupt) => return trouble(&corrupt),
        };
        let revision = match self.express.shared.registry.revision(RevisionNumber(header.revision)).await {
            Ok(revision) => revision,
            Err(error) => return trouble(&error),
        };
        // Its five minutes begin anew.
        header.start_time = self.express.now();
        self.under_way.insert(id);
        // Without a permit if there is none: it was accepted once.
        let permit = self.express.under_way.clone().try_acquire_owned().ok();
        self.spawn(header, id, revision, permit);
        true
    }
}

async fn first_commit(in_flight: &mut VecDeque<InFlight>) -> Result<(), StoreError> {
    match in_flight.front_mut() {
        Some(batch) => (&mut batch.commit).await,
        None => std::future::pending().await,
    }
}
