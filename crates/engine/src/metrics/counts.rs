//! A counter and a histogram of durations: atomics, so that counting never waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A count that rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper ends of a histogram's buckets, in ms: from a fast reply to executions of a day.
const BUCKETS_MS: [u64; 18] =
    [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000];

/// How long something took, how often.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [Counter; BUCKETS_MS.len() + 1],
    sum_us: Counter,
}

/// What a histogram holds.
#[derive(Debug)]
pub struct Observed {
    /// Upper ends in seconds, none for the last, with how many fell into each; not summed up.
    pub buckets: Vec<(Option<f64>, u64)>,
    /// All durations together.
    pub sum_seconds: f64,
}

impl Histogram {
    /// Counts a duration.
    pub fn observe(&self, duration: Duration) {
        let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS_MS.partition_point(|end| end * 1000 < us);
        self.buckets[bucket].add(1);
        self.sum_us.add(us);
    }

    /// Whether nothing was counted yet.
    pub fn is_empty(&self) -> bool {
        self.buckets.iter().all(|bucket| bucket.get() == 0)
    }

    /// What it holds.
    pub fn read(&self) -> Observed {
        let ends = BUCKETS_MS.iter().map(|end| Some(*end as f64 / 1000.0)).chain([None]);
        let buckets = ends.zip(self.buckets.iter().map(Counter::get)).collect();
        Observed { buckets, sum_seconds: self.sum_us.get() as f64 / 1e6 }
    }
}
