//! How much one batch may hold: so much that it is durable in good time, whatever the machine, its disk and everything else on it allow.
//!
//! A larger batch spares syncs but takes longer to step, to write and to feed, and everybody in it and behind it waits. So the bound follows
//! what commits take: it falls quickly when one was late, and rises slowly while they are in time.

use std::time::Duration;

/// Events in a batch at most: a step more or less. Beyond the bound everything takes its turn, so that a batch takes milliseconds however
/// much is asked for.
const EVENTS_MAX: usize = 2048;
/// A batch may always hold this many.
const EVENTS_MIN: usize = 128;
/// From handing a batch over until it is known to be durable.
const IN_TIME: Duration = Duration::from_millis(8);

/// The bound of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    events: usize,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { events: EVENTS_MAX }
    }
}

impl Pace {
    /// Events collected in a batch before it is handed over.
    pub fn events(self) -> usize {
        self.events
    }

    /// Of these, for inputs: so that neither they nor unfinished steps starve the others.
    pub fn events_of_inputs(self) -> usize {
        self.events / 2
    }

    /// For inputs and unfinished steps; the rest is for timers.
    pub fn events_of_steps(self) -> usize {
        self.events * 3 / 4
    }

    /// A batch is durable, so long after it was handed over.
    pub fn committed(&mut self, took: Duration) {
        self.events = match took > IN_TIME {
            true => (self.events * 3 / 4).max(EVENTS_MIN),
            false => (self.events + self.events / 16).min(EVENTS_MAX),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_commits_make_small_batches_and_prompt_ones_large_batches() {
        let mut pace = Pace::default();
        (0..100).for_each(|_| pace.committed(Duration::from_millis(30)));
        assert_eq!((pace.events(), pace.events_of_inputs(), pace.events_of_steps()), (128, 64, 96));
        (0..100).for_each(|_| pace.committed(Duration::from_millis(1)));
        assert_eq!(pace, Pace::default());
    }
}
