//! The store: rows in memory, behind a disk that is slow, fails, and in a crash keeps only some of what it has not acknowledged.

use super::World;
use crate::plan::{FaultKind, Pace};
use crate::random::hash;
use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use store::{Batch, Bytes, CommitFuture, Epoch, Memory, PartitionId, Range, ReadFuture, Store, StoreError, Table};

/// The store as one life of the engine sees it.
pub(crate) struct SimulatedStore(pub Arc<World>);

/// What the store knows beside the rows.
#[derive(Default)]
pub(crate) struct StoreState {
    commits: u64,
    reads: u64,
    /// It promises nothing any more.
    has_failed: bool,
    /// Batches that are not durable yet, in order.
    pending: BTreeMap<PartitionId, VecDeque<Pending>>,
    /// When the last batch of a partition will be durable.
    last_due: BTreeMap<PartitionId, u64>,
    /// Partitions of which a batch was refused, and under which epoch.
    refused: BTreeMap<PartitionId, Epoch>,
    results: BTreeMap<u64, Result<(), StoreError>>,
    invocations: engine::ScheduledInvocations,
}

struct Pending {
    number: u64,
    batch: Batch,
    /// Whether there is no room for it when its turn comes.
    is_refused: bool,
}

/// The result of a future that is ready at once, as the memory store's are.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("the memory store delays nothing"),
    }
}

fn failed() -> StoreError {
    StoreError::failed("the disk has failed")
}

impl World {
    fn fault(&self, number: u64, is_commit: bool) -> Option<FaultKind> {
        let fits = |kind: FaultKind| (kind != FaultKind::ReadUnavailable) == is_commit;
        self.plan.faults.iter().find(|fault| fault.at == number && fits(fault.kind)).map(|fault| fault.kind)
    }

    /// A number for a decision about the store, below `end`.
    fn dice(&self, number: u64, what: &str, end: u64) -> u64 {
        hash(self.plan.seed ^ number.wrapping_mul(0x9e37_79b9), what) % end
    }

    /// How long a commit takes to be durable, and its answer to arrive.
    fn delays_ms(&self, number: u64) -> (u64, u64) {
        let roll = self.dice(number, "delay", 100);
        match self.plan.pace {
            Pace::Immediate => (0, 0),
            Pace::Quick => (roll % 6, if roll < 10 { 3 } else { 0 }),
            Pace::Erratic => match roll {
                0..40 => (0, 0),
                40..80 => (roll % 9, roll % 4),
                80..97 => (roll, roll * 3),
                _ => (2_500, 1_500),
            },
        }
    }

    /// Puts a batch into its partition's line; when it is durable, and how long its answer takes after that.
    fn enqueue(&self, number: u64, batch: Batch, is_refused: bool) -> (u64, u64) {
        let (durable, answer) = self.delays_ms(number);
        let due = self.elapsed_ms() + durable;
        let mut state = self.state();
        let last_due = state.store.last_due.entry(batch.partition).or_default();
        *last_due = due.max(*last_due);
        let due = *last_due;
        state.store.pending.entry(batch.partition).or_default().push_back(Pending { number, batch, is_refused });
        (due, answer)
    }

    /// Makes the partition's pending batches durable up to `number`.
    fn apply_up_to(&self, partition: PartitionId, number: u64) {
        while let Some(pending) = self.pop_pending(partition, |pending| pending.number <= number) {
            self.apply(pending);
        }
    }

    fn pop_pending(&self, partition: PartitionId, wanted: impl Fn(&Pending) -> bool) -> Option<Pending> {
        let mut state = self.state();
        let queue = state.store.pending.get_mut(&partition)?;
        if wanted(queue.front()?) { queue.pop_front() } else { None }
    }

    fn apply(&self, Pending { number, batch, is_refused }: Pending) {
        let chain = (batch.partition, batch.epoch);
        if is_refused || self.state().store.refused.get(&chain.0) == Some(&chain.1) {
            self.trace(&format!("refused {number} partition {}", batch.partition));
            let mut state = self.state();
            state.store.refused.extend([chain]);
            state.store.results.insert(number, Err(StoreError::unavailable("the disk is full")));
            return;
        }
        let (partition, writes) = (batch.partition, batch.writes.len());
        let bytes = batch.writes.iter().fold(0, |sum, write| {
            let value = write.value().map_or(1, |value| hash(7, &value.escape_ascii().to_string()));
            hash(sum ^ value, &write.key().escape_ascii().to_string())
        });
        let memory = self.memory();
        let result = ready(memory.commit(batch.clone()));
        let word = if result.is_ok() { "durable" } else { "fenced" };
        self.trace(&format!("{word} {number} partition {partition} {writes} writes {bytes:016x}"));
        let mut state = self.state();
        if result.is_ok() {
            let scheduled = state.store.invocations.of(&batch);
            state.ledger.scheduled.extend(scheduled);
        }
        state.store.results.insert(number, result);
    }

    /// After a crash: of what was not acknowledged some is durable, and the rest is lost.
    pub(super) fn settle(&self) {
        // Rows can be written to a store that was closed by opening it again.
        let memory = Arc::new(self.memory().reopen());
        self.state().memory = memory;
        for partition in self.pending_partitions() {
            self.settle_partition(partition);
        }
        let mut state = self.state();
        state.store.pending.clear();
        state.store.last_due.clear();
        state.store.has_failed = false;
    }

    fn pending_partitions(&self) -> Vec<PartitionId> {
        self.state().store.pending.keys().copied().collect()
    }

    fn settle_partition(&self, partition: PartitionId) {
        let (count, number) = {
            let state = self.state();
            let queue = state.store.pending.get(&partition);
            (queue.map_or(0, VecDeque::len), state.operations ^ u64::from(partition.0) << 32)
        };
        let survive = self.dice(number, "settle", count as u64 + 1);
        for _ in 0..survive {
            if let Some(pending) = self.pop_pending(partition, |_| true) {
                self.apply(pending);
            }
        }
        while let Some(pending) = self.pop_pending(partition, |_| true) {
            let reason = StoreError::unavailable("the partition was opened again");
            self.state().store.results.insert(pending.number, Err(reason));
        }
        if count > 0 {
            self.trace(&format!("settle partition {partition}: {survive} of {count} batches are durable"));
        }
    }

    /// The store has failed: somebody restarts the server after a while.
    fn fail(self: &Arc<World>) {
        self.trace("the disk fails");
        self.state().store.has_failed = true;
        let world = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(2_300)).await;
            world.trace("killed because of the disk");
            world.freeze();
        });
    }

    pub fn memory(&self) -> Arc<Memory> {
        self.state().memory.clone()
    }

    /// Whether a read may go on, or why not.
    async fn read(&self, what: &str) -> Result<(), StoreError> {
        self.pass(what).await;
        let number = {
            let mut state = self.state();
            state.store.reads += 1;
            state.store.reads
        };
        match self.fault(number, false) {
            Some(_) => {
                self.trace(&format!("read {number} is refused"));
                Err(StoreError::unavailable("a read was refused"))
            }
            None => Ok(()),
        }
    }

    /// A batch becomes durable when its time has come, whoever waits for it.
    async fn make_durable(
        &self,
        partition: PartitionId,
        number: u64,
        due: u64,
        answer_ms: u64,
    ) -> Result<(), StoreError> {
        for _ in 0..self.dice(number, "yields", 4) {
            tokio::task::yield_now().await;
        }
        self.sleep_until(due).await;
        self.pass("durable").await;
        if !self.state().store.has_failed {
            self.apply_up_to(partition, number);
        }
        if answer_ms > 0 {
            tokio::time::sleep(Duration::from_millis(answer_ms)).await;
        }
        self.pass("committed").await;
        self.state().store.results.remove(&number).unwrap_or_else(|| Err(failed()))
    }
}

impl Store for SimulatedStore {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        Box::pin(async move {
            self.0.pass("open").await;
            if self.0.state().store.has_failed {
                return Err(failed());
            }
            self.0.settle_partition(partition);
            let epoch = ready(self.0.memory().open_partition(partition));
            self.0.trace(&format!("open partition {partition}: {epoch:?}"));
            self.0.pass("opened").await;
            epoch
        })
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        let world = self.0.clone();
        if !world.operation("commit") {
            return Box::pin(std::future::pending());
        }
        let partition = batch.partition;
        let (number, has_failed) = {
            let mut state = world.state();
            state.store.commits += 1;
            (state.store.commits, state.store.has_failed)
        };
        if has_failed {
            return Box::pin(async { Err(failed()) });
        }
        let fault = world.fault(number, true);
        let is_refused = fault == Some(FaultKind::CommitUnavailable);
        let (due, answer_ms) = world.enqueue(number, batch, is_refused);
        if fault == Some(FaultKind::CommitFailed) {
            world.fail();
            return Box::pin(async { Err(failed()) });
        }
        let committing = tokio::spawn(async move { world.make_durable(partition, number, due, answer_ms).await });
        Box::pin(async move { committing.await.unwrap_or_else(|_| Err(failed())) })
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        let key = key.to_vec();
        Box::pin(async move {
            self.0.read("get").await?;
            ready(self.0.memory().get(partition, table, &key))
        })
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        Box::pin(async move {
            self.0.read("scan").await?;
            ready(self.0.memory().scan(partition, range))
        })
    }

    fn close(&self) -> CommitFuture {
        let world = self.0.clone();
        Box::pin(async move {
            world.pass("close").await;
            for partition in world.pending_partitions() {
                world.apply_up_to(partition, u64::MAX);
            }
            ready(world.memory().close())
        })
    }
}
