//! A partition's timers: those that are due next in memory, all of them on disk.
//!
//! Memory and recovery cost the same for a thousand timers and for millions. What is in memory is a prefix of the rows in their order, by
//! time: every timer up to the horizon. When it runs empty the next stretch is read; when it grows its end is let go.
//!
//! A mark says before which time there are no rows, so that opening need not look where millions of timers have been. It follows the first
//! timer at a distance, and goes back in the batch that sets an earlier one.

use crate::keys::{self, ExecutionKey};
use interpreter::Timer;
use std::collections::BTreeMap;
use store::{Bytes, PartitionId, Range, Store, StoreError, Write};

/// Rows read in one go, and left in memory when too many are.
const STRETCH: usize = 1024;
/// Timers in memory at most.
const MEMORY_MAX: usize = 3 * STRETCH;
/// Timers that go before the mark follows.
const GONE_MAX: usize = 4;

/// The timers of one partition.
#[derive(Default)]
pub(crate) struct Timers {
    /// By the key of their row.
    next: BTreeMap<Bytes, (Timer, ExecutionKey)>,
    /// Up to which key all timers are in memory; all there are, if none.
    horizon: Option<Bytes>,
    /// The mark: as stored, or in a batch on its way there.
    from: u64,
    /// Timers that went since the mark was moved.
    gone: usize,
    /// The first of those that fired and whose rows stay because their executions are left alone.
    left_behind: Option<u64>,
}

impl Timers {
    /// Begins again with nothing in memory and everything on disk.
    pub fn forget(&mut self) {
        *self = Timers { horizon: Some(Bytes::new()), ..Timers::default() };
    }

    /// Reads the mark: what is before it is not looked at.
    pub async fn read_mark(&mut self, store: &dyn Store, partition: PartitionId) -> Result<(), StoreError> {
        let mark = store.get(partition, keys::MARKS, keys::TIMERS_FROM).await?;
        // A directory that has none yet is read from the beginning.
        if let Some(from) = mark.and_then(|mark| Some(u64::from_be_bytes(mark[..].try_into().ok()?))) {
            self.from = from;
            self.horizon = Some(Bytes::copy_from_slice(&from.to_be_bytes()));
        }
        Ok(())
    }

    /// The mark's new row, if a batch that sets and clears these timers has to move it.
    pub fn move_mark(&mut self, set: &[(Timer, ExecutionKey)], cleared: usize) -> Option<Write> {
        self.gone += cleared;
        let earliest_set = set.iter().map(|(timer, _)| keys::sortable(timer.due)).min();
        let first = self.next.first_key_value().map(|(key, _)| key).or(self.horizon.as_ref());
        let first = first.and_then(|key| Some(u64::from_be_bytes(*key.first_chunk()?)));
        let from = [earliest_set, first, self.left_behind].into_iter().flatten().min();
        let goes_back = earliest_set.is_some_and(|earliest| earliest < self.from);
        let from = from.filter(|from| goes_back || self.gone >= GONE_MAX && *from > self.from)?;
        (self.from, self.gone) = (from, 0);
        Some(Write::put(keys::MARKS, keys::TIMERS_FROM, from.to_be_bytes().to_vec()))
    }

    /// A timer fired for an execution that is left alone: its row stays.
    pub fn leave_behind(&mut self, timer: &Timer) {
        let due = keys::sortable(timer.due);
        self.left_behind = Some(self.left_behind.map_or(due, |before| before.min(due)));
    }

    /// How many are in memory, and whether there are more on disk.
    pub fn known(&self) -> (usize, bool) {
        (self.next.len(), self.horizon.is_some())
    }

    /// Whether the next stretch must be read before it is known which timer is first.
    pub fn needs_reading(&self) -> bool {
        self.next.is_empty() && self.horizon.is_some()
    }

    /// The timer that is due first.
    pub fn first(&self) -> Option<Timer> {
        self.next.first_key_value().map(|(_, (timer, _))| *timer)
    }

    pub fn pop_first(&mut self) -> Option<(Timer, ExecutionKey)> {
        self.next.pop_first().map(|(_, timer)| timer)
    }

    /// A timer was set: its row is on disk, or in a batch on its way there.
    pub fn set(&mut self, timer: Timer, execution: ExecutionKey) {
        let key = execution.timer(&timer);
        if self.horizon.as_ref().is_some_and(|horizon| key > *horizon) {
            return;
        }
        self.next.insert(key, (timer, execution));
        if self.next.len() > MEMORY_MAX {
            let rest = self.next.keys().nth(STRETCH).expect("there are more").clone();
            self.next.split_off(&rest);
            self.horizon = self.next.last_key_value().map(|(key, _)| key.clone());
        }
    }

    pub fn clear(&mut self, timer: &Timer, execution: &ExecutionKey) {
        self.next.remove(&execution.timer(timer));
    }

    /// Reads the next stretch. `on_the_way` are timers whose rows may not be there yet.
    pub async fn read(
        &mut self,
        store: &dyn Store,
        partition: PartitionId,
        on_the_way: Vec<(Timer, ExecutionKey)>,
    ) -> Result<(), StoreError> {
        let Some(from) = self.horizon.take() else { return Ok(()) };
        let range = Range::all(keys::TIMERS).after(from.clone()).limit(STRETCH);
        let rows = match store.scan(partition, range).await {
            Ok(rows) => rows,
            Err(error) => {
                self.horizon = Some(from);
                return Err(error);
            }
        };
        self.horizon = rows.last().filter(|_| rows.len() == STRETCH).map(|(key, _)| key.clone());
        for (key, _) in rows {
            match keys::read_timer(&key) {
                Some((execution, timer)) => drop(self.next.insert(key, (timer, execution))),
                None => tracing::error!(
                    partition = partition.0, key = %key.escape_ascii(), code = store::Trouble::DamagedExecution.code(),
                    "a timer is left alone, its row cannot be read; `stepwell check` finds everything that is damaged"
                ),
            }
        }
        for (timer, execution) in on_the_way {
            if execution.timer(&timer) > from {
                self.set(timer, execution);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter::{FrameId, TimerKind, Timestamp};
    use store::{Batch, Memory};

    fn timer(due: i64) -> Timer {
        Timer { due: Timestamp(due), kind: TimerKind::Delay(FrameId::ROOT) }
    }

    fn execution(number: usize) -> ExecutionKey {
        ExecutionKey::new("m", &format!("{number}"))
    }

    /// Three stretches of timers come in order, with those set and cleared meanwhile, though few are ever in memory.
    #[tokio::test]
    async fn every_timer_comes_in_its_turn() {
        let store = Memory::new();
        let partition = PartitionId(1);
        let epoch = store.open_partition(partition).await.expect("it opens");
        let count = 3 * STRETCH;
        let put = |due: i64, number: usize| {
            let (timer, key) = (timer(due), execution(number));
            Write::put(keys::TIMERS, key.timer(&timer), vec![interpreter::rows::VERSION])
        };
        let writes = (0..count).map(|number| put(number as i64 / 7, number)).collect();
        store.commit(Batch { partition, epoch, writes }).await.expect("the owner commits");
        let mut timers = Timers::default();
        timers.forget();
        let (late, later) = (timer(count as i64 / 7 - 1), timer(count as i64));
        let mut on_the_way = vec![(late, execution(count)), (later, execution(count + 1))];
        timers.set(late, execution(count));
        timers.set(later, execution(count + 1));
        let mut fired = Vec::new();
        loop {
            if timers.needs_reading() {
                timers.read(&store, partition, on_the_way.clone()).await.expect("it reads");
            }
            assert!(timers.next.len() <= STRETCH + 2, "{}", timers.next.len());
            let Some((timer, execution)) = timers.pop_first() else { break };
            fired.push(execution.timer(&timer));
            on_the_way.retain(|(_, waiting)| *waiting != execution);
        }
        assert!(fired.is_sorted());
        fired.dedup();
        assert_eq!(fired.len(), count + 2);
        assert_eq!(timers.known(), (0, false));
    }

    #[test]
    fn memory_is_bounded() {
        let mut timers = Timers::default();
        for number in (0..10 * MEMORY_MAX).rev() {
            timers.set(timer(number as i64), execution(number));
        }
        assert_eq!(timers.first(), Some(timer(0)));
        assert!(timers.known().0 <= MEMORY_MAX && timers.known().1);
        timers.clear(&timer(0), &execution(0));
        assert_eq!(timers.first(), Some(timer(1)));
    }
}
