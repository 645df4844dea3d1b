//! Rows that the log has and the engine may not have yet: one generation of them, in key order, the latest value of
//! each. A removed row stays as a `None` that hides what lies below.

use std::collections::BTreeMap;
use std::ops::Bound;

use store::Bytes;

use crate::frame::{RowWrite, WRITE_OVERHEAD_BYTES};

/// What a row costs in memory beside its key and value, about.
const ROW_OVERHEAD_BYTES: usize = 96;

/// What a generation takes, and may give back.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Size {
    /// Memory, about.
    pub(crate) bytes: usize,
    /// Log that a restart would replay.
    pub(crate) log_bytes: u64,
    /// Rows that went into it, coalesced ones included: what a restart spends its time on.
    pub(crate) writes: usize,
    /// Removals: what they remove takes space below until it is merged with them.
    pub(crate) removals: usize,
}

/// One generation.
#[derive(Clone, Default, Debug)]
pub(crate) struct Overlay {
    rows: BTreeMap<Bytes, Option<Bytes>>,
    /// Memory its rows take, about.
    pub(crate) bytes: usize,
    /// Rows that went into it.
    writes: usize,
    /// Removals that went into it.
    pub(crate) removals: usize,
    /// Bytes of log it came from, coalesced rows included: what a restart would replay.
    pub(crate) log_bytes: u64,
    /// The last log group in it.
    pub(crate) sequence: u64,
}

impl Overlay {
    /// Takes in the group `sequence`, which is the next one.
    pub(crate) fn apply(&mut self, sequence: u64, log_bytes: u64, writes: Vec<RowWrite>) {
        debug_assert!(sequence > self.sequence, "groups come in order");
        self.sequence = sequence;
        self.log_bytes += log_bytes;
        self.writes += writes.len();
        for (key, value) in writes {
            self.removals += usize::from(value.is_none());
            // The bytes of a group stay as long as one of its rows does.
            self.bytes += key.len() + value.as_ref().map_or(0, Bytes::len) + WRITE_OVERHEAD_BYTES;
            if self.rows.insert(key, value).is_none() {
                self.bytes += ROW_OVERHEAD_BYTES;
            }
        }
    }

    /// What it takes.
    pub(crate) fn size(&self) -> Size {
        Size { bytes: self.bytes, log_bytes: self.log_bytes, writes: self.writes, removals: self.removals }
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row's value; `Some(None)` if it is known to be gone; `None` if this generation does not say.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Option<Bytes>> {
        self.rows.get(key).cloned()
    }

    /// Every row in key order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Bytes, Option<&Bytes>)> {
        self.rows.iter().map(|(key, value)| (key, value.as_ref()))
    }

    /// Rows between two bounds, in either direction.
    pub(crate) fn range(&self, start: &Bound<Bytes>, end: &Bound<Bytes>) -> impl DoubleEndedIterator<Item = RowWrite> {
        let bounds = (start.as_ref().map(|key| &key[..]), end.as_ref().map(|key| &key[..]));
        self.rows.range::<[u8], _>(bounds).map(|(key, value)| (key.clone(), value.clone()))
    }
}
