//! How fast the engine merges tables. A merge works for seconds and would have a processor for itself; commits want the same processors. There is
//! time: until the next merge is due, and some more until feeding would wait. So a merge rests between its rows while commits go on, and less
//! the more tables wait for it.
//!
//! The engine shows each row it merges to a filter, while it holds no lock. The filter keeps every row, and rests now and then.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use fjall::compaction::filter::{CompactionFilter, CompactionFilterResult, Context, Factory, ItemAccessor, Verdict};

use crate::engine::{TABLES_MERGED, UNMERGED_TABLES_MAX};
use crate::removed_tables;
use crate::statistics::Counters;
use crate::write_out::WriteOut;

/// Rows merged between two looks at the clock.
const ROWS_AT_ONCE: u32 = 64;
/// How long a merge works between two rests: shorter than what one waits for a processor anyway.
const WORK: Duration = Duration::from_millis(1);
/// The longest rest, in times of the work before it.
const RESTS_MAX: usize = 9;
/// The longest rest, whatever the work before took.
const REST_MAX: Duration = Duration::from_millis(20);

/// What merges know of the rest of the store.
#[derive(Default, Debug)]
pub(crate) struct MergePace {
    /// What was committed. Merges look whether it changes.
    pub(crate) counters: Arc<Counters>,
    /// Tables not yet merged into the sorted levels, as of the last generation.
    unmerged: AtomicUsize,
    /// Not known before the engine is open, when a merge may have begun.
    tables: OnceLock<Tables>,
}

/// The engine's tables.
#[derive(Debug)]
struct Tables {
    /// Where they are.
    path: PathBuf,
    /// Who wants to know that some come or go.
    changed: Sender<()>,
}

impl MergePace {
    /// So many tables are not yet merged into the sorted levels.
    pub(crate) fn set_unmerged(&self, tables: usize) {
        self.unmerged.store(tables, Ordering::Relaxed);
    }

    /// The engine is open, and its tables are in this directory.
    pub(crate) fn set_tables(&self, path: PathBuf) {
        let changed = removed_tables::hold(path.clone());
        let _ = self.tables.set(Tables { path, changed });
    }

    /// Tables come or go about now.
    pub(crate) fn tables_change(&self) {
        if let Some(tables) = self.tables.get() {
            // Nobody listens where the thread that would could not be started.
            let _ = tables.changed.send(());
        }
    }

    /// For somebody who makes tables.
    pub(crate) fn write_out(&self) -> WriteOut {
        WriteOut::new(self.tables.get().map(|tables| tables.path.clone()).unwrap_or_default())
    }

    fn groups(&self) -> u64 {
        self.counters.read().groups
    }

    fn rest_after(&self, work: Duration) -> Duration {
        rest_after(work, self.unmerged.load(Ordering::Relaxed))
    }
}

/// How long a merge rests after `work`, with so many tables not merged. Its share of a processor grows with each of them, from a tenth when it is
/// due to all of it when feeding waits: what merges need on average is found on the way, and commits never meet one that suddenly takes it all.
fn rest_after(work: Duration, unmerged: usize) -> Duration {
    let due = usize::from(TABLES_MERGED);
    let (more, most) = (unmerged.clamp(due, UNMERGED_TABLES_MAX) - due, UNMERGED_TABLES_MAX - due);
    (work * (RESTS_MAX * (most - more)) as u32 / (most + RESTS_MAX * more) as u32).min(REST_MAX)
}

/// Makes the filter of each merge.
pub(crate) struct Paced(pub(crate) Arc<MergePace>);

impl Factory for Paced {
    fn name(&self) -> &str {
        "pace"
    }

    fn make_filter(&self, _: &Context) -> Box<dyn CompactionFilter> {
        let (pace, write_out) = (Arc::clone(&self.0), self.0.write_out());
        Box::new(Merge { groups: pace.groups(), pace, write_out, rows: 0, worked_since: Instant::now() })
    }
}

/// One merge.
struct Merge {
    pace: Arc<MergePace>,
    write_out: WriteOut,
    /// Groups at the last rest.
    groups: u64,
    /// Rows since the last look at the clock.
    rows: u32,
    worked_since: Instant,
}

impl CompactionFilter for Merge {
    fn filter_item(&mut self, row: ItemAccessor<'_>, _: &Context) -> CompactionFilterResult {
        self.write_out.row(row.key().len() + row.value()?.len());
        self.rows += 1;
        if self.rows == ROWS_AT_ONCE {
            self.rows = 0;
            self.rest();
        }
        Ok(Verdict::Keep)
    }

    fn finish(self: Box<Self>) {
        self.pace.tables_change();
    }
}

impl Merge {
    fn rest(&mut self) {
        let work = self.worked_since.elapsed();
        if work < WORK {
            return;
        }
        let groups = self.pace.groups();
        // Where nothing was committed meanwhile there is nobody to make way for.
        if groups != self.groups {
            thread::sleep(self.pace.rest_after(work));
        }
        self.groups = groups;
        self.worked_since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_rests_less_the_more_tables_wait() {
        let shares = [7, 8, 10, 12, 20, 31, 32, 33].map(|tables| {
            let (work, rest) = (Duration::from_millis(1), rest_after(Duration::from_millis(1), tables));
            100 * work.as_nanos() / (work + rest).as_nanos()
        });
        assert_eq!(shares, [10, 10, 17, 25, 55, 96, 100, 100]);
        assert_eq!(rest_after(Duration::from_secs(1), 8), REST_MAX);
    }
}
