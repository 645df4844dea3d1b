//! The timers of a partition. All of them are rows in the store, sorted by time; those due soonest are here as well.
//!
//! Memory and the start depend neither on how many there are nor on how far ahead they lie: what is beyond the window is read when the
//! window has been used up.

use crate::keys;
use interpreter::Timestamp;
use std::collections::BTreeSet;
use store::{Bytes, Range};

/// Timers read in one go, and kept when the window has grown too large.
const WINDOW: usize = 1024;
/// Timers in memory at most.
const WINDOW_MAX: usize = 4 * WINDOW;

/// What a batch does to timers, by row key.
#[derive(Debug, Default)]
pub(super) struct TimerChanges {
    /// They go first: a heartbeat in the millisecond of the last one clears a timer and sets the very same again.
    pub cleared: Vec<Bytes>,
    pub set: Vec<Bytes>,
}

/// The window.
#[derive(Debug)]
pub(super) struct Timers {
    /// Row keys, and so sorted by time.
    near: BTreeSet<Bytes>,
    /// Where the window ends: every timer with a lower key is in it. `None` if it holds all there are.
    end: Option<Bytes>,
}

impl Default for Timers {
    /// Knows nothing yet: whatever there is lies beyond.
    fn default() -> Timers {
        Timers { near: BTreeSet::new(), end: Some(Bytes::new()) }
    }
}

impl Timers {
    /// Takes in what a batch changes.
    pub fn apply(&mut self, changes: &TimerChanges) {
        for key in &changes.cleared {
            self.near.remove(key);
        }
        let is_near = |key: &&Bytes| self.end.as_ref().is_none_or(|end| *key < end);
        self.near.extend(changes.set.iter().filter(is_near).cloned());
        if self.near.len() > WINDOW_MAX {
            let first_beyond = self.near.iter().nth(WINDOW).cloned().expect("there are more than that");
            // The rest is in the store, or in a batch on its way there, and `refill` looks at both.
            self.near.split_off(&first_beyond);
            self.end = Some(first_beyond);
        }
    }

    /// When the first one is due, as far as is known.
    pub fn first_due(&self) -> Option<Timestamp> {
        self.near.first().map(|key| keys::timer_due(key))
    }

    /// Takes out the first one if it is due.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<Bytes> {
        if self.first_due()? > now {
            return None;
        }
        self.near.pop_first()
    }

    /// What to read if timers beyond the window may be the next; `refill` takes the rows.
    pub fn wanted(&self) -> Option<Range> {
        let start = self.end.as_ref().filter(|_| self.near.is_empty())?;
        Some(Range::from(keys::TIMERS, start.clone()).limit(WINDOW + 1))
    }

    /// Moves the window on. `in_flight` are the batches whose commits are not known to be durable, oldest first: the rows may lack what they
    /// change.
    pub fn refill<'c>(
        &mut self,
        rows: Vec<(Bytes, Bytes)>,
        in_flight: impl Iterator<Item = &'c TimerChanges>,
    ) -> Result<(), Bytes> {
        if let Some((key, _)) = rows.iter().find(|(key, _)| keys::read_timer(key).is_none()) {
            return Err(key.clone());
        }
        let Some(start) = self.end.take() else { return Ok(()) };
        if rows.len() > WINDOW {
            self.end = rows.last().map(|(key, _)| key.clone());
        }
        self.near.extend(rows.into_iter().take(WINDOW).map(|(key, _)| key));
        for changes in in_flight {
            // What lies before the start has been here already, and may have fired since.
            let set = changes.set.iter().filter(|key| **key >= start).cloned().collect();
            self.apply(&TimerChanges { cleared: changes.cleared.clone(), set });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::ExecutionKey;
    use interpreter::{FrameId, Timer, TimerKind};
    use store::{Batch, Memory, PartitionId, Store, Write};

    const PARTITION: PartitionId = PartitionId(1);

    fn key(due: i64) -> Bytes {
        let timer = Timer { due: Timestamp(due), kind: TimerKind::Delay(FrameId(0)) };
        ExecutionKey::new("m", "e").timer(&timer)
    }

    fn ready<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    fn store_with(due: impl Iterator<Item = i64>) -> Memory {
        let store = Memory::new();
        let epoch = ready(store.open_partition(PARTITION)).expect("it opens");
        let writes = due.map(|due| Write::put(keys::TIMERS, key(due), vec![1])).collect();
        ready(store.commit(Batch { partition: PARTITION, epoch, writes })).expect("it commits");
        store
    }

    fn refill(timers: &mut Timers, store: &Memory, in_flight: &[TimerChanges]) {
        if let Some(range) = timers.wanted() {
            let rows = ready(store.scan(PARTITION, range)).expect("memory can be read");
            timers.refill(rows, in_flight.iter()).expect("the keys are well formed");
        }
    }

    /// Everything that fires by and by at `now`.
    fn fired(timers: &mut Timers, store: &Memory, now: i64) -> Vec<i64> {
        let mut fired = Vec::new();
        loop {
            refill(timers, store, &[]);
            match timers.pop_due(Timestamp(now)) {
                Some(key) => fired.push(keys::timer_due(&key).0),
                None => return fired,
            }
        }
    }

    #[test]
    fn every_timer_fires_once_whatever_the_clock_does() {
        let count = 3 * WINDOW_MAX as i64;
        let store = store_with(0..count);
        let mut timers = Timers::default();
        assert_eq!(fired(&mut timers, &store, 10), (0..=10).collect::<Vec<_>>());
        assert_eq!(fired(&mut timers, &store, -5), Vec::<i64>::new());
        assert_eq!(fired(&mut timers, &store, i64::MAX), (11..count).collect::<Vec<_>>());
        assert_eq!(timers.wanted(), None);
    }

    #[test]
    fn memory_holds_a_window_and_loses_nothing_that_is_on_its_way_to_the_disk() {
        let mut timers = Timers::default();
        let nothing = store_with(std::iter::empty());
        assert_eq!(fired(&mut timers, &nothing, 0), Vec::<i64>::new());
        // More than the window, not durable yet; then one of them is cleared and set again.
        let count = WINDOW_MAX as i64 + 10;
        let set = TimerChanges { cleared: Vec::new(), set: (1..=count).map(key).collect() };
        let again = TimerChanges { cleared: vec![key(3000), key(2000)], set: vec![key(2000)] };
        timers.apply(&set);
        timers.apply(&again);
        assert_eq!(timers.near.len(), WINDOW);
        let mut seen = fired(&mut Timers { near: timers.near.clone(), end: None }, &nothing, i64::MAX);
        timers.near.clear();
        let in_flight = [set, again];
        while timers.end.is_some() {
            refill(&mut timers, &nothing, &in_flight);
            while let Some(key) = timers.pop_due(Timestamp(i64::MAX)) {
                seen.push(keys::timer_due(&key).0);
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (1..=count).filter(|due| *due != 3000).collect::<Vec<_>>());
    }
}
