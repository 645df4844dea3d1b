//! What a partition finds when it is opened: timers to arm, tasks to perform again, steps to go on with.
//!
//! Opening costs the same however much is open: the first timers and the keys of unfinished turns are read. Tasks are performed again
//! from the `backlog` while the partition serves already, executions are read when something happens to them.

use super::backlog::Backlog;
use super::driver::Partition;
use super::relisting::Relisting;
use crate::keys::{self, ExecutionKey};
use store::{Range, StoreError};

/// Rows read in one go.
const SCAN_ROWS: usize = 4096;

/// Takes the partition over and puts back what was left open.
pub(super) async fn recover(partition: &mut Partition) -> Result<(), StoreError> {
    let begun = partition.shared.environment.now();
    partition.forget();
    let (store, id) = (partition.shared.store.clone(), partition.id);
    partition.epoch = store.open_partition(id).await?;
    partition.timers.read_mark(&*store, id).await?;
    partition.timers.read(&*store, id, Vec::new()).await?;
    let mut range = Range::all(keys::UNFINISHED).limit(SCAN_ROWS);
    loop {
        let rows = store.scan(id, range.clone()).await?;
        let Some((last, _)) = rows.last() else { break };
        range = range.after(last.clone());
        for (key, _) in rows {
            partition.unfinished.push(ExecutionKey(key));
        }
    }
    let mut range = Range::all(keys::OPEN_MAP_RUNS).limit(SCAN_ROWS);
    loop {
        let rows = store.scan(id, range.clone()).await?;
        let Some((last, _)) = rows.last() else { break };
        range = range.after(last.clone());
        for run in rows.iter().filter_map(|(key, _)| keys::read_map_run(key)) {
            partition.running_map_runs.start(&partition.shared, id, &partition.sender, run);
        }
    }
    // Whether there are any is seen while requests are served already: a store may have to go over many that are gone.
    partition.backlog = Some(Backlog::new(begun));
    partition.relisting = Relisting::new(&*store, id).await?;
    let (timers, more_timers) = partition.timers.known();
    let unfinished = partition.unfinished.len();
    if timers + unfinished > 0 {
        tracing::info!(
            partition = id.0,
            epoch = partition.epoch.0,
            timers,
            more_timers,
            unfinished,
            took_ms = partition.shared.environment.now().0 - begun.0,
            "picked up where the last run ended"
        );
    }
    Ok(())
}
