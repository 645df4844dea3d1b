//! Whether what is stored fits together: every row of every execution against every other that says the same.
//!
//! Nothing is changed. Each execution is read once, whole: its rows are parsed, its index rows, timers, tasks and marks are looked up, its
//! history is read in order and replayed against what is stored. Then the other way round: rows that no execution accounts for are found by
//! counting, and named only if the counts differ. Memory is bounded by the largest execution.
//!
//! Reading order: [`check`], `execution` (one execution's rows), `map_runs`, `express`, `strays` (rows without an execution that wants them).

mod execution;
mod express;
mod map_runs;
mod strays;

use crate::engine::partitions;
use crate::keys;
use crate::registry::{Identity, Registry};
use interpreter::{MapRunId, Settings};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Bytes, PartitionId, Range, Store, StoreError};

/// Rows read in one go.
const PAGE: usize = 256;

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of row or relation: a word such as `history`.
    pub kind: &'static str,
    /// Where: an execution's ARN, or a row.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Executions.
    pub executions: u64,
    /// Those that have not closed.
    pub open: u64,
    /// History events.
    pub events: u64,
    /// Timers that are set.
    pub timers: u64,
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Executions whose history was replayed.
    pub replayed: u64,
    /// Express executions that run once more when the server starts.
    pub express: u64,
}

/// How thorough to be.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The part every ARN shares.
    pub identity: Identity,
    /// The settings under which executions ran.
    pub settings: Settings,
    /// Whether histories are replayed against what is stored.
    pub replays: bool,
}

/// What goes through the check.
struct Checker<'c> {
    store: Arc<dyn Store>,
    registry: Registry,
    options: &'c CheckOptions,
    checked: Checked,
    /// Whether all tasks of the partition that wait for somebody outside have rows: earlier releases wrote none.
    all_are_listed: bool,
    /// Map Runs that children are of, and whether they are there.
    runs: HashMap<MapRunId, bool>,
    found: &'c mut dyn FnMut(Finding),
}

/// How many rows of a partition executions account for.
#[derive(Default)]
struct Expected {
    index: u64,
    closed: u64,
    timers: u64,
    tasks: u64,
    awaited: u64,
    unfinished: u64,
    states: u64,
    frames: u64,
    variables: u64,
    map_runs: u64,
    open_map_runs: u64,
    map_run_results: u64,
    map_run_failures: u64,
}

/// Checks everything in `store`, which nobody changes meanwhile. What is found goes to `found`, as it is found.
///
/// # Errors
/// If the store cannot be read. Damage to a row or block is a finding.
pub async fn check(
    store: Arc<dyn Store>,
    options: &CheckOptions,
    found: &mut dyn FnMut(Finding),
) -> Result<Checked, StoreError> {
    let registry = match Registry::open(store.clone(), options.identity.clone()).await {
        Ok(registry) => registry,
        Err(StoreError::Corrupt { what, place }) => {
            found(Finding { kind: "registry", place, what });
            return Ok(Checked::default());
        }
        Err(error) => return Err(error),
    };
    let checked = Checked::default();
    let mut checker = Checker { store, registry, options, checked, all_are_listed: false, runs: HashMap::new(), found };
    for partition in partitions() {
        match checker.partition(partition).await {
            Err(StoreError::Corrupt { what, place }) => checker.report("table", place, what),
            outcome => outcome?,
        }
    }
    match checker.express_starts().await {
        Err(StoreError::Corrupt { what, place }) => checker.report("table", place, what),
        outcome => outcome?,
    }
    Ok(checker.checked)
}

impl Checker<'_> {
    async fn partition(&mut self, partition: PartitionId) -> Result<(), StoreError> {
        let mut expected = Expected::default();
        self.all_are_listed = self.store.get(partition, keys::MARKS, keys::AWAITED_LISTED).await?.is_some();
        let mut range = Range::all(keys::HEADERS).limit(PAGE);
        loop {
            let rows = self.page(partition, &mut range).await?;
            if rows.is_empty() {
                break;
            }
            for (key, header) in rows {
                self.execution(partition, key, &header, &mut expected).await?;
            }
        }
        self.mark(partition).await?;
        self.stray_map_runs(partition, &expected).await?;
        self.abandoned_jobs(partition).await?;
        self.strays(partition, &expected).await
    }

    /// No timer is due before the mark: it would never be read.
    async fn mark(&mut self, partition: PartitionId) -> Result<(), StoreError> {
        let Some(mark) = self.store.get(partition, keys::MARKS, keys::TIMERS_FROM).await? else { return Ok(()) };
        let first = self.store.scan(partition, Range::all(keys::TIMERS).limit(1)).await?;
        if first.first().is_some_and(|(key, _)| key[..] < mark[..]) {
            self.report("timer", format!("partition {}", partition.0), "a timer is before the mark, it would not fire");
        }
        Ok(())
    }

    /// The next rows of a range, which then begins behind them.
    async fn page(&self, partition: PartitionId, range: &mut Range) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let rows = self.store.scan(partition, range.clone()).await?;
        if let Some((last, _)) = rows.last() {
            *range = range.clone().after(last.clone());
        }
        Ok(rows)
    }

    fn report(&mut self, kind: &'static str, place: impl Into<String>, what: impl Into<String>) {
        (self.found)(Finding { kind, place: place.into(), what: what.into() });
    }
}
