//! The durable starts of asynchronous executions: on disk from before the answer until the execution has ended.
//!
//! The rows are all there is on disk. What is found after a crash had not ended, as far as the disk knows, and runs once more.

use super::group::{self, Group, Id};
use super::run::Run;
use super::{Express, ExpressKind, New};
use crate::engine::{EXPRESS_PARTITION, INBOX};
use crate::keys::EXPRESS_STARTS;
use crate::registry::{Revision, RevisionNumber};
use crate::room::Room;
use api::Exception;
use interpreter::{Execution, Header};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use store::{Batch, Bytes, CommitFuture, Epoch, Range, StoreError, Write};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::Instant;

/// Batches under way at most: one being synced, one being queued behind it.
const BATCHES_IN_FLIGHT_MAX: usize = 2;
/// Executions that take their first steps one after the other, in one task.
const STEPPED_TOGETHER: usize = 32;
/// After this long the rest of them get a task of their own.
const STEPPED_TOGETHER_FOR: Duration = Duration::from_millis(1);
/// Rows read in one go.
const SCAN_ROWS: usize = 1024;
/// How long to wait before reading everything again after a failed commit.
const REOPEN_AFTER: Duration = Duration::from_millis(500);

/// What arrives.
pub(crate) enum Input {
    /// An execution to be started.
    Start(Box<Start>),
    /// Some that have ended.
    Ended(Vec<Place>),
    /// Finish what was begun and end.
    Shutdown,
}

/// Where a start is written: the key of its group, and its number there.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    group: Id,
    number: usize,
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
    /// The key of a new group, and its starts.
    group: Option<Id>,
    starts: Vec<Start>,
    gone: Vec<Id>,
}

/// The owner of the rows.
pub(crate) struct Starts {
    express: Arc<Express>,
    inbox: mpsc::Receiver<Input>,
    epoch: Epoch,
    /// Groups that have rows, or will have when a batch is durable.
    groups: HashMap<Id, Group>,
    /// When to look at which.
    looks: BTreeSet<(Instant, Id)>,
    /// Groups whose rows are to go with the next batch.
    gone: Vec<Id>,
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
            groups: HashMap::new(),
            looks: BTreeSet::new(),
            gone: Vec::new(),
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
            let look = self.looks.first().map(|(when, _)| *when);
            let turn = tokio::select! {
                biased;
                result = first_commit(&mut self.in_flight) => self.committed(result),
                () = until(look), if has_room && !self.is_closing => {
                    self.look();
                    Ok(())
                }
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
        let (mut next, mut room) = (first, Room::behind_the_first());
        loop {
            match next {
                Some(Input::Start(start)) => starts.push(*start),
                Some(Input::Ended(places)) => self.ended(&places),
                Some(Input::Shutdown) | None => {
                    self.is_closing = true;
                    break;
                }
            }
            next = room.take(&mut self.inbox);
            if next.is_none() {
                break;
            }
        }
        self.submit(starts, Vec::new());
    }

    fn ended(&mut self, places: &[Place]) {
        for Place { group: key, number } in places {
            // After a failed commit it may be that nothing is known of it.
            let Some(group) = self.groups.get_mut(key) else { continue };
            if group.ended(*number) {
                self.looks.remove(&(group.look, *key));
                self.groups.remove(key);
                self.gone.push(*key);
            }
        }
    }

    /// Writes groups anew of which most have ended.
    fn look(&mut self) {
        let now = Instant::now();
        let mut rows = Vec::new();
        while let Some((_, key)) = self.looks.first().copied().filter(|(when, _)| *when <= now) {
            self.looks.pop_first();
            let Some(group) = self.groups.get_mut(&key) else { continue };
            rows.extend(group.anew().map(|row| Write::put(EXPRESS_STARTS, Bytes::copy_from_slice(&key), row)));
            group.look_later(now);
            self.looks.insert((group.look, key));
        }
        self.submit(Vec::new(), rows);
    }

    fn submit(&mut self, starts: Vec<Start>, mut writes: Vec<Write>) {
        let gone = std::mem::take(&mut self.gone);
        let key = |id: &Id| Bytes::copy_from_slice(id);
        writes.extend(gone.iter().map(|id| Write::delete(EXPRESS_STARTS, key(id))));
        let group = starts.first().map(|first| first.new.id);
        if let Some(id) = group {
            let rows = starts.iter().map(|start| (start.new.id, start.new.header.to_row()));
            let (group, row) = Group::of(rows, Instant::now());
            writes.push(Write::put(EXPRESS_STARTS, key(&id), row));
            self.add(id, group);
        }
        if !writes.is_empty() {
            let batch = Batch { partition: EXPRESS_PARTITION, epoch: self.epoch, writes };
            let commit = self.express.shared.store.commit(batch);
            self.in_flight.push_back(InFlight { commit, group, starts, gone });
        }
    }

    fn add(&mut self, key: Id, group: Group) {
        self.looks.insert((group.look, key));
        self.groups.insert(key, group);
    }

    /// The oldest batch is on disk, or will never be.
    fn committed(&mut self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        let in_flight = self.in_flight.pop_front().expect("the batch whose commit was waited for");
        if let Err(error) = result {
            self.failed(in_flight);
            return Err(error);
        }
        let InFlight { group, starts, .. } = in_flight;
        let Some(group) = group else { return Ok(()) };
        let mut starts = starts.into_iter().zip((0..).map(|number| Place { group, number }));
        loop {
            let together: Vec<_> = starts.by_ref().take(STEPPED_TOGETHER).collect();
            if together.is_empty() {
                return Ok(());
            }
            spawn_beginning(self.express.clone(), together);
        }
    }

    /// Nobody knows whether the rows are there: what is found when they are read again runs.
    fn failed(&mut self, in_flight: InFlight) {
        let InFlight { group, starts, gone, .. } = in_flight;
        if let Some(key) = group
            && let Some(group) = self.groups.remove(&key)
        {
            self.looks.remove(&(group.look, key));
        }
        for start in starts {
            let _ = start.answer.send(Err(crate::unavailable()));
        }
        self.gone.extend(gone);
    }

    /// After a failed commit: begins again from what is there.
    async fn reopen(&mut self, error: &StoreError) {
        tracing::error!(%error, "starts of Express executions could not be stored; what is stored is read again");
        for in_flight in std::mem::take(&mut self.in_flight) {
            self.failed(in_flight);
        }
        let mut told = error.to_string();
        while !self.is_closing {
            tokio::select! {
                biased;
                () = tokio::time::sleep(REOPEN_AFTER) => {}
                input = self.inbox.recv() => {
                    match input {
                        Some(Input::Start(start)) => drop(start.answer.send(Err(crate::unavailable()))),
                        Some(Input::Ended(places)) => self.ended(&places),
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
                again += self.run_again(&key, &row).await;
            }
        }
        if again > 0 {
            tracing::info!(executions = again, "Express executions that had not ended run once more");
        }
        Ok(())
    }

    /// Runs the executions of a row, unless it is known; how many.
    async fn run_again(&mut self, key: &[u8], row: &Bytes) -> u64 {
        let trouble = |what: &dyn std::fmt::Display| {
            let code = store::Trouble::DamagedExecution.code();
            tracing::error!(key = %key.escape_ascii(), code, "an Express execution cannot run once more: {what}");
        };
        if Id::try_from(key).is_ok_and(|key| self.groups.contains_key(&key) || self.gone.contains(&key)) {
            return 0;
        }
        let starts = match group::read(key, row) {
            Ok(starts) => starts,
            Err(corrupt) => {
                trouble(&corrupt);
                return 0;
            }
        };
        let Ok(group) = Id::try_from(key) else {
            trouble(&"its key is malformed");
            return 0;
        };
        self.add(group, Group::read(&starts, Instant::now()));
        let mut again = 0;
        for (number, start) in starts.into_iter().enumerate() {
            let revision = RevisionNumber(start.header.revision);
            match self.express.shared.registry.revision(revision).await {
                Ok(revision) => self.go_again(start.header, Place { group, number }, revision),
                Err(error) => {
                    trouble(&error);
                    continue;
                }
            }
            again += 1;
        }
        again
    }

    fn go_again(&self, mut header: Header, place: Place, revision: Arc<Revision>) {
        // Its five minutes begin anew.
        header.start_time = self.express.now();
        // Without a permit if there is none: it was accepted once.
        let permit = self.express.under_way.clone().try_acquire_owned().ok();
        let (kind, execution) = (ExpressKind::Asynchronous, Execution::new(header));
        let run = Run::new(self.express.clone(), kind, revision, execution, permit);
        tokio::spawn(run.started(place).start());
    }
}

/// Lets executions begin in a task of theirs.
fn spawn_beginning(express: Arc<Express>, starts: Vec<(Start, Place)>) {
    tokio::spawn(async move {
        let ended = begin(&express, starts);
        if !ended.is_empty() {
            // Nobody takes them only when the server goes down: then they run once more.
            let _ = express.starts.send(Input::Ended(ended)).await;
        }
    });
}

/// Answers those who started executions, and takes their first steps, with which most end: those are returned. Each of the others goes on
/// in a task of its own.
fn begin(express: &Arc<Express>, starts: Vec<(Start, Place)>) -> Vec<Place> {
    let begun = Instant::now();
    let mut ended = Vec::new();
    let mut starts = starts.into_iter();
    while let Some((Start { new: New { header, prepared, .. }, permit, answer }, place)) = starts.next() {
        // Whoever asked may have gone away.
        let _ = answer.send(Ok(()));
        let (kind, revision) = (ExpressKind::Asynchronous, &prepared.revision);
        let mut execution = Execution::new(header);
        match express.begin(kind, revision, &mut execution) {
            Ok(Some(outcome)) => {
                let run = Run::new(express.clone(), kind, revision.clone(), execution, Some(permit));
                tokio::spawn(run.started(place).go_on(outcome));
            }
            // A panic is an end as well.
            Ok(None) | Err(()) => ended.push(place),
        }
        if begun.elapsed() > STEPPED_TOGETHER_FOR && starts.len() > 0 {
            spawn_beginning(express.clone(), starts.collect());
            break;
        }
    }
    ended
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}

async fn first_commit(in_flight: &mut VecDeque<InFlight>) -> Result<(), StoreError> {
    match in_flight.front_mut() {
        Some(batch) => (&mut batch.commit).await,
        None => std::future::pending().await,
    }
}
