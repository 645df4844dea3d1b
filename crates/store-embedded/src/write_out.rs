//! Writes tables out while they are made. The engine syncs a table when it is whole: tens of megabytes go to the disk at once, and syncs of the log
//! wait behind them. So what there is of the newest tables is synced every few megabytes.

use std::fs::File;
use std::path::PathBuf;

use crate::removed_tables;

/// Bytes of rows between two syncs: they take a disk a millisecond or so.
const STEP_BYTES: usize = 4 * 1024 * 1024;
/// Tables that may be under way: one by the feeder, one by a merge.
const UNDER_WAY: usize = 2;

/// Somebody who makes tables.
pub(crate) struct WriteOut {
    /// Where the tables are, each under its number.
    tables: PathBuf,
    /// Bytes of rows since the last sync.
    bytes: usize,
}

impl WriteOut {
    pub(crate) fn new(tables: PathBuf) -> WriteOut {
        WriteOut { tables, bytes: 0 }
    }

    /// A row of so many bytes went into a table.
    pub(crate) fn row(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes >= STEP_BYTES {
            self.bytes = 0;
            for table in self.newest() {
                // A table that cannot be synced here tells the engine as well, when it is whole.
                let _ = File::open(table).and_then(|table| table.sync_data());
            }
        }
    }

    fn newest(&self) -> impl Iterator<Item = PathBuf> {
        removed_tables::newest(&self.tables).take(UNDER_WAY).map(|(_, table)| table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::engine::Engine;

    #[test]
    fn the_newest_tables_are_found_where_the_engine_makes_them() {
        let directory = tempfile::tempdir().unwrap();
        let engine = Engine::open(directory.path().join("rows"), &Options::default()).unwrap();
        for _ in 0..UNDER_WAY + 1 {
            engine.put_behind().unwrap();
        }
        let newest: Vec<PathBuf> = engine.merge_pace.write_out().newest().collect();
        assert_eq!(newest.len(), UNDER_WAY);
        assert!(newest.iter().all(|table| table.is_file()), "{newest:?}");
    }
}
