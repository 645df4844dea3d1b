//! How long closed executions are kept, and their removal after that.
//!
//! AWS keeps a closed execution for 90 days; then it can no longer be described or listed, and its name is free again (Step Functions
//! developer guide, quotas: "Execution history retention time"). The partition removes them beside its other work: at every tick a bounded
//! number of rows, found by an index ordered by closing time, in the batches that it commits anyway. An execution goes as a whole; one with
//! a very long history is marked first, which ends it for everybody, and then goes piece by piece.
//!
//! With an execution go its Map Runs. Their children go when they have been kept long enough themselves, but not before the execution has gone
//! whose Map Run lists them: until then they are passed over, to be met again when runs have gone.
//!
//! Machines that keep their executions equally long share a cursor into the index. A cursor meets every row at most once, and none that is
//! not old enough: with one retention for all machines nothing is ever read that is not removed.

use super::batch::SUCCEEDED;
use super::driver::Partition;
use crate::keys::{self, ClosedRow, ExecutionKey, IndexRow};
use crate::map_runs;
use interpreter::{MapRunId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;
use store::{Bytes, PartitionId, Range, Store, StoreError, Table, Write};

/// How long closed executions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// For all machines that `machines` does not name; `None` keeps executions forever. AWS: 90 days.
    pub default: Option<Duration>,
    /// By the name of the state machine.
    pub machines: BTreeMap<String, Option<Duration>>,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { default: Some(Duration::from_secs(90 * 24 * 60 * 60)), machines: BTreeMap::new() }
    }
}

impl Retention {
    fn of(&self, machine: &str) -> Option<Duration> {
        *self.machines.get(machine).unwrap_or(&self.default)
    }

    /// The different times executions are kept for.
    fn classes(&self) -> BTreeSet<Duration> {
        self.machines.values().chain([&self.default]).flatten().copied().collect()
    }
}

/// Between two ticks when there is nothing to remove, and when there is more. At full stretch a partition removes some 2,500 executions a
/// second: more than it can be given over the long run.
const IDLE: Duration = Duration::from_secs(5);
const BUSY: Duration = Duration::from_millis(50);
/// Rows of the index that one tick looks at.
const LOOKS_MAX: usize = 2048;
/// Executions removed in one tick.
const EXECUTIONS_MAX: usize = 128;
/// Rows of history and frames removed in one tick, and their bytes, which have to be read to find them.
const CHUNKS_MAX: usize = 1024;
const CHUNK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Of these, rows read in one go: few, because a row can be large.
const CHUNKS_READ: usize = 16;

/// The removal of one partition.
pub(crate) struct Sweep {
    classes: Vec<Class>,
    /// When the next tick is due, and when the last one was.
    next: Timestamp,
    last: Timestamp,
    /// Executions whose removal is on its way to the disk: until then they are still there to read, and must not be.
    leaving: HashSet<ExecutionKey>,
    /// Whether children of Map Runs that are there were passed over, and how many runs had gone then.
    passed_over: Option<u64>,
    /// Map Runs whose removal is on its way to the disk, and those that are gone and were not told of yet.
    runs_leaving: u64,
    runs_gone: u64,
    /// Of the runs that this tick met, whether they are there.
    runs_known: HashMap<MapRunId, bool>,
    /// Removed since the last line in the log.
    removed: u64,
}

/// Executions that are kept equally long.
struct Class {
    kept: Duration,
    /// The last row of the index that was seen to.
    cursor: Option<Bytes>,
}

/// What one tick may still do.
struct Budget {
    looks: usize,
    executions: usize,
    chunks: usize,
    chunk_bytes: usize,
    /// Whether rows were left although the rest of the budget is not spent.
    has_more: bool,
}

impl Budget {
    fn is_spent(&self) -> bool {
        self.looks == 0 || self.executions == 0 || self.chunks == 0 || self.chunk_bytes == 0
    }
}

impl Sweep {
    pub fn new(retention: &Retention) -> Sweep {
        let classes = retention.classes().into_iter().map(|kept| Class { kept, cursor: None }).collect();
        let never = Timestamp(i64::MIN);
        Sweep {
            classes,
            next: never,
            last: never,
            leaving: HashSet::new(),
            passed_over: None,
            runs_leaving: 0,
            runs_gone: 0,
            runs_known: HashMap::new(),
            removed: 0,
        }
    }

    /// Whether the execution is about to be gone.
    pub fn is_leaving(&self, key: &ExecutionKey) -> bool {
        !self.leaving.is_empty() && self.leaving.contains(key)
    }

    /// The batch with the removals is on disk.
    pub fn committed(&mut self) {
        self.leaving.clear();
        self.runs_gone += std::mem::take(&mut self.runs_leaving);
    }

    /// The partition is read again.
    pub fn forget(&mut self) {
        self.leaving.clear();
        // Whether they are gone is not known: children that are met for nothing are passed over once more.
        self.runs_gone += std::mem::take(&mut self.runs_leaving);
        self.passed_over = None;
        self.classes.iter_mut().for_each(|class| class.cursor = None);
    }

    /// How long until the next tick; none if there will be none before the next commit.
    pub fn due_in(&self, now: Timestamp) -> Option<Duration> {
        if self.classes.is_empty() || !self.leaving.is_empty() {
            return None;
        }
        // A clock that went far back must not end removal.
        let left = self.next.0.saturating_sub(now.0).clamp(0, IDLE.as_millis() as i64);
        Some(Duration::from_millis(left as u64))
    }
}

/// One tick, if it is time: collects the removal of what has been kept long enough.
pub(super) async fn tick(partition: &mut Partition) -> Result<(), StoreError> {
    let now = partition.shared.environment.now();
    if partition.sweep.due_in(now).is_none_or(|left| !left.is_zero()) {
        return Ok(());
    }
    partition.shared.map_runs.are_gone(std::mem::take(&mut partition.sweep.runs_gone));
    let runs_gone = partition.shared.map_runs.gone();
    if now < partition.sweep.last || partition.sweep.passed_over.is_some_and(|before| before != runs_gone) {
        // The clock went back: executions may have closed behind the cursors. Or some are there whose Map Runs have gone since.
        partition.sweep.forget();
    }
    partition.sweep.runs_known.clear();
    let mut budget = Budget {
        looks: LOOKS_MAX,
        executions: EXECUTIONS_MAX,
        chunks: CHUNKS_MAX,
        chunk_bytes: CHUNK_BYTES_MAX,
        has_more: false,
    };
    for class in 0..partition.sweep.classes.len() {
        if budget.is_spent() {
            break;
        }
        remove_class(partition, class, now, &mut budget).await?;
    }
    let sweep = &mut partition.sweep;
    sweep.removed += sweep.leaving.len() as u64;
    let has_more = budget.has_more || budget.is_spent();
    let pause = if has_more { BUSY } else { IDLE };
    sweep.next = Timestamp(now.0.saturating_add(pause.as_millis() as i64));
    sweep.last = now;
    if !has_more && sweep.removed > 0 {
        let executions = std::mem::take(&mut sweep.removed);
        tracing::info!(partition = partition.id.0, executions, "removed closed executions that were kept long enough");
    }
    Ok(())
}

/// Goes on with one class, as far as it is old enough and the budget allows.
async fn remove_class(
    partition: &mut Partition,
    class: usize,
    now: Timestamp,
    budget: &mut Budget,
) -> Result<(), StoreError> {
    let Class { kept, cursor } = &partition.sweep.classes[class];
    let kept = *kept;
    let horizon = now.0.saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX));
    let limit = budget.looks.min(4 * EXECUTIONS_MAX);
    let range = keys::closed_until(Timestamp(horizon)).limit(limit);
    let range = match cursor {
        Some(cursor) => range.after(cursor.clone()),
        None => range,
    };
    let rows = partition.shared.store.scan(partition.id, range).await?;
    budget.has_more |= rows.len() == limit;
    for (key, value) in rows {
        if budget.is_spent() {
            break;
        }
        budget.looks -= 1;
        let row = ClosedRow::read(&key, &value);
        let run = row.as_ref().and_then(|row| row.child).map(|child| child.run);
        match row {
            None => tracing::error!(
                partition = partition.id.0, key = %key.escape_ascii(), code = store::Trouble::DamagedExecution.code(),
                "a closed execution is kept, its row in the index of closing times cannot be read"
            ),
            Some(row) if partition.shared.retention.of(keys::state_machine_of(&row.machine)) != Some(kept) => {}
            Some(_) if is_there(partition, run).await? => {
                partition.sweep.passed_over.get_or_insert(partition.shared.map_runs.gone());
            }
            Some(row) => {
                let execution = ExecutionKey::new(&row.machine, &row.name);
                // Somebody may have just touched it, or a Map Run is still being stopped: the next tick sees to it.
                if !partition.let_go(&execution) || is_stopping(partition, &execution).await? {
                    break;
                }
                budget.executions -= 1;
                let is_whole = remove(partition, &execution, &key, &row, budget).await?;
                partition.sweep.leaving.insert(execution);
                if !is_whole {
                    break;
                }
            }
        }
        partition.sweep.classes[class].cursor = Some(key);
    }
    Ok(())
}

/// Collects the removal of one execution; false if its history is so long that a part of it is left for later.
async fn remove(
    partition: &mut Partition,
    execution: &ExecutionKey,
    closed_key: &Bytes,
    row: &ClosedRow,
    budget: &mut Budget,
) -> Result<bool, StoreError> {
    let (store, id) = (partition.shared.store.clone(), partition.id);
    let at = (&*store, id);
    let mut writes = Vec::new();
    let mut is_whole = true;
    for table in [keys::HISTORY, keys::TEXTS, keys::ABANDONED_JOBS] {
        is_whole = is_whole && collect_rows(at, table, execution.prefix(), budget, &mut writes).await?;
    }
    // One that did not succeed has kept its frames for a redrive.
    for table in [keys::FRAME_BASES, keys::FRAME_PROGRESSES, keys::VARIABLES] {
        is_whole = is_whole
            && (row.status == SUCCEEDED || collect_rows(at, table, execution.prefix(), budget, &mut writes).await?);
    }
    is_whole = is_whole && collect_map_runs(partition, execution, budget, &mut writes).await?;
    let run = row.child.map(|child| child.run);
    for indexed in keys::indexed_under(&row.machine, row.version, row.alias.as_ref(), run) {
        writes.push(Write::delete(keys::INDEX, IndexRow::key(&indexed, row.status, row.start, &row.name)));
    }
    if is_whole {
        writes.push(Write::delete(keys::HEADERS, execution.0.clone()));
        writes.push(Write::delete(keys::STATES, execution.0.clone()));
        writes.push(Write::delete(keys::CLOSED, closed_key.clone()));
    } else {
        writes.push(Write::put(keys::STATES, execution.0.clone(), &keys::LEAVING_STATE[..]));
    }
    partition.remove_rows(writes);
    Ok(is_whole)
}

/// Whether the Map Run of a child is there, which it is as long as its execution.
async fn is_there(partition: &mut Partition, run: Option<MapRunId>) -> Result<bool, StoreError> {
    let Some(run) = run else { return Ok(false) };
    if let Some(is_there) = partition.sweep.runs_known.get(&run) {
        return Ok(*is_there);
    }
    let shared = partition.shared.clone();
    let is_there = shared.map_runs.is_open(run) || map_runs::is_stored(&*shared.store, run).await?;
    partition.sweep.runs_known.insert(run, is_there);
    Ok(is_there)
}

/// Whether something is still to be done for a Map Run of the execution: a closed execution's are stopped.
async fn is_stopping(partition: &mut Partition, execution: &ExecutionKey) -> Result<bool, StoreError> {
    if partition.running_map_runs.is_idle() {
        return Ok(false);
    }
    let (store, id) = (partition.shared.store.clone(), partition.id);
    let mut range = Range::prefix(keys::MAP_RUNS_OF, execution.prefix()).limit(LOOKS_MAX);
    loop {
        let rows = store.scan(id, range.clone()).await?;
        let mut runs = rows.iter().filter_map(|(row, _)| keys::read_map_run(row));
        if runs.any(|run| partition.running_map_runs.is_at_work(run)) {
            return Ok(true);
        }
        match rows.into_iter().next_back() {
            Some((last, _)) => range = range.after(last),
            None => return Ok(false),
        }
    }
}

/// Collects the removal of an execution's Map Runs, each with the row that leads to it last; false if a part is left for later.
async fn collect_map_runs(
    partition: &mut Partition,
    execution: &ExecutionKey,
    budget: &mut Budget,
    writes: &mut Vec<Write>,
) -> Result<bool, StoreError> {
    let (store, id) = (partition.shared.store.clone(), partition.id);
    let mut range = Range::prefix(keys::MAP_RUNS_OF, execution.prefix()).limit(CHUNKS_READ);
    loop {
        let rows = store.scan(id, range.clone()).await?;
        let is_last = rows.len() < CHUNKS_READ;
        for (row, _) in rows {
            range = range.after(row.clone());
            if let Some(run) = keys::read_map_run(&row) {
                let key = keys::map_run(run).to_vec();
                for table in [keys::MAP_RUN_RESULTS, keys::MAP_RUN_FAILURES] {
                    if !collect_rows((&*store, id), table, key.clone().into(), budget, writes).await? {
                        return Ok(false);
                    }
                }
                for table in [keys::MAP_RUNS, keys::MAP_RUN_STATES, keys::OPEN_MAP_RUNS] {
                    writes.push(Write::delete(table, key.clone()));
                }
                // One that could not be read may have asked for something still.
                let (runs, shared) = (&mut partition.running_map_runs, &partition.shared);
                runs.forget(shared, run);
            }
            writes.push(Write::delete(keys::MAP_RUNS_OF, row));
            partition.sweep.runs_leaving += 1;
            budget.chunks = budget.chunks.saturating_sub(1);
            if budget.chunks == 0 {
                return Ok(false);
            }
        }
        if is_last {
            return Ok(true);
        }
    }
}

/// Collects the removal of the rows of one table that begin so; false if the budget did not allow all of them.
async fn collect_rows(
    (store, partition): (&dyn Store, PartitionId),
    table: Table,
    prefix: Bytes,
    budget: &mut Budget,
    writes: &mut Vec<Write>,
) -> Result<bool, StoreError> {
    let mut range = Range::prefix(table, prefix).limit(CHUNKS_READ);
    loop {
        let rows = store.scan(partition, range.clone()).await?;
        let Some((last, _)) = rows.last() else { return Ok(true) };
        range = range.after(last.clone());
        let is_last = rows.len() < CHUNKS_READ;
        for (key, row) in rows {
            budget.chunks = budget.chunks.saturating_sub(1);
            budget.chunk_bytes = budget.chunk_bytes.saturating_sub(row.len());
            writes.push(Write::delete(table, key));
        }
        if is_last {
            return Ok(true);
        }
        if budget.chunks == 0 || budget.chunk_bytes == 0 {
            return Ok(false);
        }
    }
}
