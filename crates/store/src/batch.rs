//! What is committed: writes to rows of one partition, under the epoch that proves its ownership.
//! Merging or splitting batches is a backend's business and invisible here.

use std::fmt;

use crate::{Bytes, KEY_BYTES_MAX, StoreError};

/// A partition of the key space with one owner at a time. Rows of different partitions never meet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PartitionId(pub u32);

/// Fencing token: opening a partition again raises it, and commits under any other epoch than the latest are refused.
/// The first opening of a partition gives 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Epoch(pub u64);

/// Which ordered map of the partition a row lives in: a small number given by the engine, whose own enum converts to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Table(pub u8);

/// One change to one row. Keys and values may be empty and may hold any bytes; keys have at most
/// [`KEY_BYTES_MAX`](crate::KEY_BYTES_MAX), values up to tens of megabytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Write {
    /// Sets the row, whether or not it existed.
    Put {
        /// The map the row lives in.
        table: Table,
        /// The row's key, ordered as unsigned bytes.
        key: Bytes,
        /// The row's new value.
        value: Bytes,
    },
    /// Removes the row; removing a row that does not exist is no error.
    Delete {
        /// The map the row lives in.
        table: Table,
        /// The row's key.
        key: Bytes,
    },
}

/// Writes that become durable and visible together or not at all. A later write to the same row wins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// The partition all rows belong to.
    pub partition: PartitionId,
    /// The epoch [`open_partition`](crate::Store::open_partition) gave the committer.
    pub epoch: Epoch,
    /// The changes, in order.
    pub writes: Vec<Write>,
}

impl Write {
    /// Sets the row `key` of `table`.
    pub fn put(table: impl Into<Table>, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Write {
        Write::Put { table: table.into(), key: key.into(), value: value.into() }
    }

    /// Removes the row `key` of `table`.
    pub fn delete(table: impl Into<Table>, key: impl Into<Bytes>) -> Write {
        Write::Delete { table: table.into(), key: key.into() }
    }

    /// The map the row lives in.
    pub fn table(&self) -> Table {
        match self {
            Write::Put { table, .. } | Write::Delete { table, .. } => *table,
        }
    }

    /// The row's key.
    pub fn key(&self) -> &Bytes {
        match self {
            Write::Put { key, .. } | Write::Delete { key, .. } => key,
        }
    }

    /// The row's new value; `None` removes it.
    pub fn value(&self) -> Option<&Bytes> {
        match self {
            Write::Put { value, .. } => Some(value),
            Write::Delete { .. } => None,
        }
    }
}

impl Batch {
    /// Refuses keys that not every backend can keep.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.writes.iter().map(|write| write.key().len()).max() {
            Some(longest) if longest > KEY_BYTES_MAX => Err(StoreError::failed(format!(
                "a key of {longest} bytes in partition {}: keys have at most {KEY_BYTES_MAX} bytes",
                self.partition
            ))),
            _ => Ok(()),
        }
    }

    /// Bytes of keys and values together: what a backend bounds its queues by.
    pub fn size_bytes(&self) -> usize {
        self.writes.iter().map(|write| write.key().len() + write.value().map_or(0, Bytes::len)).sum()
    }
}

impl fmt::Display for PartitionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
