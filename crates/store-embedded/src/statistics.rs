//! What the log has taken since it was opened, counted.

use crate::log::Appended;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much was committed, and in how few syncs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statistics {
    /// Groups appended to the log; each was synced once.
    pub groups: u64,
    /// Batches in them.
    pub batches: u64,
    /// Bytes of their rows, before compression.
    pub row_bytes: u64,
    /// Bytes the groups took in the log.
    pub log_bytes: u64,
    /// Zeros the log wrote ahead of its groups: until it has as many segments as it needs, which it then uses again and again.
    pub ahead_bytes: u64,
}

/// The running counts. They are read now and then, and need not agree to the last group.
#[derive(Default, Debug)]
pub(crate) struct Counters {
    groups: AtomicU64,
    batches: AtomicU64,
    row_bytes: AtomicU64,
    log_bytes: AtomicU64,
    ahead_bytes: AtomicU64,
}

impl Counters {
    /// A group became durable.
    pub(crate) fn committed(&self, batches: usize, appended: &Appended) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.batches.fetch_add(batches as u64, Ordering::Relaxed);
        self.row_bytes.fetch_add(appended.row_bytes, Ordering::Relaxed);
        self.log_bytes.fetch_add(appended.log_bytes, Ordering::Relaxed);
        self.ahead_bytes.fetch_add(appended.ahead_bytes, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Statistics {
        Statistics {
            groups: self.groups.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            row_bytes: self.row_bytes.load(Ordering::Relaxed),
            log_bytes: self.log_bytes.load(Ordering::Relaxed),
            ahead_bytes: self.ahead_bytes.load(Ordering::Relaxed),
        }
    }
}
