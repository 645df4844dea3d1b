//! Times of many operations, and their quantiles.

use std::time::Duration;

/// Times, sorted.
#[derive(Debug)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Of at least one time.
    pub(crate) fn of(mut times: Vec<Duration>) -> Latencies {
        assert!(!times.is_empty(), "something was measured");
        times.sort();
        Latencies(times)
    }

    /// The quantile, in milliseconds: 0 is the least, 0.5 the median.
    pub(crate) fn milliseconds(&self, quantile: f64) -> f64 {
        let last = self.0.len() - 1;
        self.0[((last as f64 * quantile).ceil() as usize).min(last)].as_secs_f64() * 1000.0
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}
