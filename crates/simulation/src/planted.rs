//! Faults planted between engine and world: each kind must be noticed, or the checks are worth nothing.

use crate::machine;
use crate::plan::{Crash, ExpressRun, Plan, Update};
use crate::random::Random;
use crate::run::{Wrap, run};
use crate::world::{SimulatedPerformer, SimulatedStore, World};
use crate::{plain_performer, plain_store};
use integrations::{PerformFuture, Performer, TaskOutcome, TaskRequest};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Batch, Bytes, CommitFuture, Epoch, PartitionId, Range, ReadFuture, Store, StoreError, Table, Write};

/// Seeds after which a fault must have been noticed.
const SEEDS: u64 = 150;

/// Runs seeds until one fails, and looks for what is expected among the violations.
fn notices(wrap: Wrap<'_>, expected: &[&str]) {
    notices_in(|seed| Plan::new(seed, &BTreeSet::new()), wrap, expected);
}

/// A run in which a machine is updated, Express executions are started, and the server crashes soon.
fn eventful(seed: u64) -> Plan {
    let mut plan = Plan::new(seed, &BTreeSet::new());
    plan.machines.truncate(1);
    plan.clients.iter_mut().for_each(|client| client.machine = 0);
    let to = machine::generate(&mut Random::new(seed, "other", 0));
    plan.updates = vec![Update { name: "u0".to_owned(), machine: 0, at_ms: 0, to, weight: Some(100) }];
    let express = |number: u64| ExpressRun {
        name: format!("q{number}"),
        at_ms: number * 5,
        input: json::json!({"n": 1, "s": "a", "l": [1, 2]}),
        is_synchronous: false,
    };
    plan.express_runs = (0..6).map(express).collect();
    let crash = |number: u64| Crash {
        name: format!("c{number}"),
        at_operation: 120 + seed * 15 + number * 60,
        downtime_ms: 100,
        is_orderly: false,
    };
    plan.crashes = (0..3).map(crash).collect();
    plan.jumps.clear();
    plan.faults.clear();
    plan
}

fn notices_in(plan: impl Fn(u64) -> Plan, wrap: Wrap<'_>, expected: &[&str]) {
    let mut others = BTreeSet::new();
    for seed in 0..SEEDS {
        let report = run(plan(seed), wrap);
        if report.violations.iter().any(|violation| expected.iter().any(|words| violation.contains(words))) {
            return;
        }
        others.extend(report.violations);
    }
    panic!("nothing of {expected:?} in {SEEDS} seeds; but {others:?}");
}

/// What a planted store does with a batch.
enum Fate {
    /// Commits what is left of it.
    Commit(Batch),
    /// Commits it, but says so before it is durable.
    Boast(Batch),
    /// Refuses it, and goes on with those that build on it.
    Refuse,
}

struct PlantedStore {
    inner: SimulatedStore,
    commits: AtomicU64,
    fate: fn(Batch, u64) -> Fate,
}

fn planted(fate: fn(Batch, u64) -> Fate) -> impl Fn(Arc<World>, SimulatedStore) -> Arc<dyn Store> {
    move |_, inner| Arc::new(PlantedStore { inner, commits: AtomicU64::new(0), fate })
}

impl Store for PlantedStore {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        self.inner.open_partition(partition)
    }

    fn commit(&self, batch: Batch) -> CommitFuture {
        let number = self.commits.fetch_add(1, Ordering::Relaxed);
        // The machines must be there.
        if batch.partition == engine::registry::CONTROL {
            return self.inner.commit(batch);
        }
        match (self.fate)(batch, number) {
            Fate::Commit(batch) => self.inner.commit(batch),
            Fate::Boast(batch) => {
                drop(self.inner.commit(batch));
                Box::pin(std::future::ready(Ok(())))
            }
            Fate::Refuse => Box::pin(async {
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
                Err(StoreError::unavailable("planted"))
            }),
        }
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        self.inner.get(partition, table, key)
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        self.inner.scan(partition, range)
    }

    fn close(&self) -> CommitFuture {
        self.inner.close()
    }
}

/// The batch without what it puts into a table.
fn without_puts(mut batch: Batch, table: Table) -> Batch {
    batch.writes.retain(|write| !matches!(write, Write::Put { table: of, .. } if *of == table));
    batch
}

const STATES: Table = Table(17);
const HISTORY: Table = Table(20);
const INDEX: Table = Table(21);
const TIMERS: Table = Table(22);
const CLOSED: Table = Table(25);
const EXPRESS_STARTS: Table = Table(26);
const MARKS: Table = Table(28);

/// A store that loses what the registry writes now and then, once there is something to lose.
struct Forgetful {
    inner: SimulatedStore,
    commits: AtomicU64,
}

impl Store for Forgetful {
    fn open_partition(&self, partition: PartitionId) -> ReadFuture<'_, Epoch> {
        self.inner.open_partition(partition)
    }

    fn commit(&self, mut batch: Batch) -> CommitFuture {
        if batch.partition == engine::registry::CONTROL && self.commits.fetch_add(1, Ordering::Relaxed) >= 5 {
            batch.writes.clear();
        }
        self.inner.commit(batch)
    }

    fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> ReadFuture<'_, Option<Bytes>> {
        self.inner.get(partition, table, key)
    }

    fn scan(&self, partition: PartitionId, range: Range) -> ReadFuture<'_, Vec<(Bytes, Bytes)>> {
        self.inner.scan(partition, range)
    }

    fn close(&self) -> CommitFuture {
        self.inner.close()
    }
}

#[test]
fn an_update_that_is_lost() {
    let store = |_, inner| -> Arc<dyn Store> { Arc::new(Forgetful { inner, commits: AtomicU64::new(0) }) };
    let words = ["runs another definition", "but it may only run one of", "and was Some"];
    notices_in(eventful, (&store, &plain_performer), &words);
}

#[test]
fn an_express_start_that_is_lost() {
    let store = planted(|batch, _| Fate::Commit(without_puts(batch, EXPRESS_STARTS)));
    notices_in(eventful, (&store, &plain_performer), &["was acknowledged and never ran"]);
}

#[test]
fn a_removal_that_leaves_something() {
    let store = planted(|mut batch, _| {
        let removes = batch.writes.iter().any(|write| matches!(write, Write::Delete { table: CLOSED, .. }));
        batch.writes.retain(|write| !(removes && matches!(write, Write::Delete { table: INDEX, .. })));
        Fate::Commit(batch)
    });
    notices((&store, &plain_performer), &["is listed, but it cannot be described", "stored: index"]);
}

#[test]
fn timers_before_the_mark() {
    let store = planted(|mut batch, _| {
        let far = Bytes::from_static(&[0xff; 8]);
        for write in &mut batch.writes {
            if let Write::Put { table: MARKS, value, .. } = write {
                *value = far.clone();
            }
        }
        Fate::Commit(batch)
    });
    notices((&store, &plain_performer), &["a timer is before the mark", "nothing happens any more, but these run"]);
}

#[test]
fn an_effect_before_its_commit() {
    let store = planted(|batch, _| Fate::Boast(batch));
    notices((&store, &plain_performer), &["which was never scheduled durably"]);
}

#[test]
fn a_lost_start_that_was_acknowledged() {
    let store = planted(|batch, _| Fate::Boast(batch));
    notices((&store, &plain_performer), &["is acknowledged, but it is not durable", "was acknowledged and is lost"]);
}

#[test]
fn a_lost_timer() {
    let store =
        planted(|batch, number| Fate::Commit(if number % 3 == 0 { without_puts(batch, TIMERS) } else { batch }));
    notices((&store, &plain_performer), &["nothing happens any more, but these run"]);
}

#[test]
fn an_execution_that_closes_and_is_not_closed() {
    let store = planted(|batch, _| {
        // Its row leaves the index of those that run: it closes, but is not stored as closed, and may close again.
        let closes = batch.writes.iter().any(|write| matches!(write, Write::Delete { table: INDEX, .. }));
        Fate::Commit(if closes { without_puts(batch, STATES) } else { batch })
    });
    // Its history is shown up to where it is stored to be: whoever stopped it, or ended its last task, knows better.
    let words = ["closes 2 times", "was said to have stopped at", "knows nothing of an acknowledged outcome"];
    notices((&store, &plain_performer), &words);
}

#[test]
fn a_history_with_a_gap() {
    let store =
        planted(|batch, number| Fate::Commit(if number % 7 == 0 { without_puts(batch, HISTORY) } else { batch }));
    notices((&store, &plain_performer), &["is missing, or is not the one that should follow"]);
}

#[test]
fn an_index_that_does_not_agree() {
    let store = planted(|batch, number| Fate::Commit(if number % 7 == 0 { without_puts(batch, INDEX) } else { batch }));
    notices((&store, &plain_performer), &["index of arn", "stored: index"]);
}

#[test]
fn a_batch_that_is_kept_although_one_before_it_was_refused() {
    let store = planted(|batch, number| if number % 5 == 4 { Fate::Refuse } else { Fate::Commit(batch) });
    notices((&store, &plain_performer), &["stored: "]);
}

struct PlantedPerformer {
    inner: SimulatedPerformer,
    performed: AtomicU64,
    change: fn(&mut TaskRequest, u64),
    lie: fn(TaskOutcome, u64) -> TaskOutcome,
}

impl Performer for PlantedPerformer {
    fn perform(&self, mut request: TaskRequest) -> PerformFuture {
        let number = self.performed.fetch_add(1, Ordering::Relaxed);
        (self.change)(&mut request, number);
        let (lie, performing) = (self.lie, self.inner.perform(request));
        Box::pin(async move { performing.await.map(|outcome| lie(outcome, number)) })
    }

    fn look(&self, job: integrations::Job) -> PerformFuture {
        self.inner.look(job)
    }

    fn cancel(&self, job: integrations::Job) -> PerformFuture {
        self.inner.cancel(job)
    }
}

#[test]
fn an_identity_that_changes() {
    let performer = |inner| -> Box<dyn Performer> {
        let change = |request: &mut TaskRequest, number| {
            if number % 4 == 3 {
                request.invocation_id.replace_range(..4, "dead");
            }
        };
        Box::new(PlantedPerformer { inner, performed: AtomicU64::new(0), change, lie: |outcome, _| outcome })
    };
    notices((&plain_store, &performer), &["which was never scheduled durably"]);
}

#[test]
fn a_result_that_is_another() {
    let performer = |inner| -> Box<dyn Performer> {
        let lie = |outcome, number| match outcome {
            // The reference knows the envelope of an invocation, and nothing else in its place.
            TaskOutcome::Succeeded { output } if number % 4 == 3 && output.value().get("Payload").is_none() => {
                TaskOutcome::Succeeded { output: json::json!({"n": 1, "s": "", "l": [1, 2]}).into() }
            }
            outcome => outcome,
        };
        Box::new(PlantedPerformer { inner, performed: AtomicU64::new(0), change: |_, _| {}, lie })
    };
    notices((&plain_store, &performer), &["but the world made"]);
}
