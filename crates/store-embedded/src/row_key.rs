//! How rows share one ordered key space in memory, log and engine.
//!
//! | Key | Row |
//! |---|---|
//! | 1 byte, zero | the last log group the engine has, and bytes of removed rows it had before; 8 bytes each (engine only) |
//! | partition, 4 bytes | the partition's epoch, 8 bytes |
//! | partition, 4 bytes; table, 1 byte; key | the caller's row |
//!
//! Numbers are big-endian, so keys sort by partition, then table, then key.

use std::ops::Bound;

use store::{Bytes, PartitionId, Range, Table};

/// The engine's own row: the last log group it has.
pub(crate) const APPLIED: &[u8] = &[0];

/// Bytes that the key of a caller's row begins with.
pub(crate) const PREFIX_BYTES: usize = 5;

/// Bytes of the row with a partition's epoch.
pub(crate) const EPOCH_ROW_BYTES: usize = 4 + 8;

/// What the keys of a table's rows begin with.
pub(crate) fn prefix(partition: PartitionId, table: Table) -> [u8; PREFIX_BYTES] {
    let [a, b, c, d] = partition.0.to_be_bytes();
    [a, b, c, d, table.0]
}

/// The key of a caller's row.
pub(crate) fn row(partition: PartitionId, table: Table, key: &[u8]) -> Bytes {
    let mut full = Vec::with_capacity(PREFIX_BYTES + key.len());
    full.extend_from_slice(&prefix(partition, table));
    full.extend_from_slice(key);
    full.into()
}

/// The key of a partition's epoch.
pub(crate) fn epoch(partition: PartitionId) -> Bytes {
    Bytes::copy_from_slice(&partition.0.to_be_bytes())
}

/// The caller's part of a row's key.
pub(crate) fn of_caller(full: &Bytes) -> Bytes {
    full.slice(PREFIX_BYTES..)
}

/// The full bounds of a caller's range.
pub(crate) fn bounds(partition: PartitionId, range: &Range) -> (Bound<Bytes>, Bound<Bytes>) {
    let full = |key: &Bytes| row(partition, range.table, key);
    let start = match &range.start {
        Bound::Unbounded => Bound::Included(full(&Bytes::new())),
        bounded => bounded.as_ref().map(full),
    };
    let end = match &range.end {
        Bound::Unbounded => after_table(partition, range.table),
        bounded => bounded.as_ref().map(full),
    };
    (start, end)
}

/// The first key beyond a table. Beyond a partition's last table that is the next partition's epoch.
fn after_table(partition: PartitionId, table: Table) -> Bound<Bytes> {
    match (table.0.checked_add(1), partition.0.checked_add(1)) {
        (Some(next), _) => Bound::Excluded(row(partition, Table(next), &[])),
        (None, Some(next)) => Bound::Excluded(epoch(PartitionId(next))),
        (None, None) => Bound::Unbounded,
    }
}
