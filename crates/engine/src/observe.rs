//! What a store tells about the engine that works on it: for whoever stands between the two, as the simulation does.

use crate::engine::{FIRST_PARTITION, PARTITIONS};
use crate::keys;
use crate::tasks::invocation_id;
use arn::{ExecutionArn, Identity};
use interpreter::Timestamp;
use store::{Batch, PartitionId, Range, Store, StoreError, Write};

/// The `invocation_id`s of the tasks that a batch schedules. They may be performed once it is durable, and not before.
pub fn scheduled_invocations(identity: &Identity, batch: &Batch) -> Vec<String> {
    let scheduled = |write: &Write| {
        let Write::Put { table: keys::TASKS, key, .. } = write else { return None };
        let (execution, task) = keys::split(key, 16)?;
        let (state_machine, name) = std::str::from_utf8(&execution.0).ok()?.split_once('\0')?;
        let arn = ExecutionArn::standard(identity.clone(), state_machine, name);
        Some(invocation_id(&arn.to_string(), keys::read_task(&task)?))
    };
    batch.writes.iter().filter_map(scheduled).collect()
}

/// When the earliest timer of all executions is due.
pub async fn earliest_timer(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    let mut earliest = None;
    for partition in (FIRST_PARTITION..FIRST_PARTITION + PARTITIONS).map(PartitionId) {
        let rows = store.scan(partition, Range::all(keys::TIMERS).limit(1)).await?;
        let due = rows.first().and_then(|(key, _)| keys::read_timer(key)).map(|(_, timer)| timer.due);
        earliest = [earliest, due].into_iter().flatten().min();
    }
    Ok(earliest)
}
