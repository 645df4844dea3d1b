//! How much work a layout was: what a test of its growth counts instead of time.

/// A number of elementary steps.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Steps(u64);

impl Steps {
    pub(crate) fn add(&mut self, count: usize) {
        self.0 += count as u64;
    }

    pub(crate) fn count(self) -> u64 {
        self.0
    }
}
