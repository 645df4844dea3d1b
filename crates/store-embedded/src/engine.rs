//! fjall, used as a sorted store that is fed whole generations.
//!
//! A generation goes in as tables written in key order and registered at once, synced, together with the number of the
//! last log group they cover. So the engine is always exactly at one group, and its journal is never needed.

use std::error::Error as _;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fjall::compaction::Leveled;
use fjall::compaction::filter::Factory;
use fjall::config::{BlockSizePolicy, CompressionPolicy, PartitioningPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable};
use store::{Bytes, StoreError};

use crate::merge_pace::{MergePace, Paced};
use crate::overlay::Overlay;
use crate::{OpenError, Options, row_key};

/// Bytes of a table read at a time.
const BLOCK_BYTES: u32 = 8 * 1024;
/// Tables that are merged into the sorted levels together.
pub(crate) const TABLES_MERGED: u8 = 8;
/// Tables not yet merged into the sorted levels, beyond which reads would suffer and feeding waits for merging.
pub(crate) const UNMERGED_TABLES_MAX: usize = 32;
/// Rows fed between two looks at how far the writer is.
const ROWS_FED_AT_ONCE: usize = 256;

/// Removed rows are not worth a whole merge below this, nor below this share of the disk space.
const GIVE_BACK_BYTES_MIN: u64 = if cfg!(test) { 64 * 1024 } else { 16 * 1024 * 1024 };
const GIVE_BACK_SHARE: u64 = 4;
const GIVE_BACK_ATTEMPTS: u32 = 20;
const GIVE_BACK_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 500 });

/// How tables are written and merged; fixed when a directory is created. Neighbouring rows have much in common, so all blocks are compressed,
/// and are a little larger than usual. More tables are merged at a time than usual: that writes less.
///
/// Filters and indices of merged tables are in pieces: a whole filter takes a processor for 20 ms at a table's end, while commits wait, and whoever
/// asks the table for a row later reads all of it.
fn keyspace_options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
        .data_block_size_policy(BlockSizePolicy::all(BLOCK_BYTES))
        .filter_block_partitioning_policy(PartitioningPolicy::new([false, true]))
        .index_block_partitioning_policy(PartitioningPolicy::new([false, false, true]))
        .compaction_strategy(Arc::new(Leveled::default().with_l0_threshold(TABLES_MERGED)))
}

/// A handle on the engine. Clones share it; the last one closes it.
#[derive(Clone)]
pub(crate) struct Engine {
    // Declared before the database: rows are let go first.
    rows: Keyspace,
    database: Database,
    path: PathBuf,
    /// Bytes of rows that were removed since the last whole merge: their space is taken until then. Kept with the number of the last log
    /// group, as it was a generation before.
    removed_bytes: Arc<AtomicU64>,
    /// What its merges know of the rest of the store.
    pub(crate) merge_pace: Arc<MergePace>,
}

/// The engine at one moment, while rows are read in order.
pub(crate) struct Moment {
    engine: Engine,
    snapshot: fjall::Snapshot,
}

impl Engine {
    /// Opens or creates the engine in `path`.
    pub(crate) fn open(path: PathBuf, options: &Options) -> Result<Engine, OpenError> {
        let failed = |error: fjall::Error| OpenError::Engine { path: path.clone(), message: describe(&error) };
        let merge_pace = Arc::new(MergePace::default());
        let paced: Arc<dyn Factory> = Arc::new(Paced(Arc::clone(&merge_pace)));
        let database = Database::builder(&path).cache_size(options.cache_bytes).worker_threads(1);
        let database = database.with_compaction_filter_factories(Arc::new(move |_| Some(Arc::clone(&paced))));
        let database = database.open().map_err(failed)?;
        let rows = database.keyspace("rows", keyspace_options).map_err(failed)?;
        merge_pace.set_tables(rows.path().join("tables"));
        let engine = Engine { rows, database, path, removed_bytes: Arc::default(), merge_pace };
        // Read again, with whatever it complains of, where the number of the group is asked for.
        let removed = engine.rows.get(row_key::APPLIED).ok().flatten();
        let removed = removed.and_then(|row| Some(u64::from_le_bytes(*row.get(8..)?.first_chunk()?)));
        engine.removed_bytes.store(removed.unwrap_or(0), Ordering::Relaxed);
        Ok(engine)
    }

    /// Where its files are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The last log group it has; 0 if none.
    pub(crate) fn applied(&self) -> Result<u64, StoreError> {
        let Some(row) = self.get(row_key::APPLIED)? else { return Ok(0) };
        let bytes = row.first_chunk().ok_or_else(|| StoreError::Corrupt {
            what: format!("the number of the last log group has {} bytes", row.len()),
            place: self.path.display().to_string(),
        })?;
        Ok(u64::from_le_bytes(*bytes))
    }

    /// One row.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.rows.get(key).map(|value| value.map(Bytes::from)).map_err(|error| read_error(&self.path, &error))
    }

    /// The engine as it is now.
    pub(crate) fn moment(&self) -> Moment {
        Moment { snapshot: self.database.snapshot(), engine: self.clone() }
    }

    /// Takes in a generation, durably and as a whole or not at all. `pace` is told now and then what share of it is done, and may take its time.
    pub(crate) fn feed(&self, generation: &Overlay, mut pace: impl FnMut(f64)) -> Result<(), FeedError> {
        #[cfg(test)]
        crate::faults::strike(&self.path.join("tables"), crate::faults::Operation::Feed).map_err(fjall::Error::from)?;
        let mut tables = self.rows.start_ingestion()?;
        let (mut removed_bytes, mut write_out) = (0, self.merge_pace.write_out());
        tables.write(row_key::APPLIED, self.applied_row(generation.sequence))?;
        for (done, (key, value)) in generation.rows().enumerate() {
            if done % ROWS_FED_AT_ONCE == 0 {
                pace(done as f64 / generation.len() as f64);
            }
            match value {
                Some(value) => {
                    tables.write(key.clone(), value.clone())?;
                    write_out.row(key.len() + value.len());
                }
                // A row that came and went within the generation leaves no trace.
                None => {
                    if let Some(bytes) = self.rows.size_of(key)? {
                        removed_bytes += key.len() as u64 + u64::from(bytes);
                        tables.write_tombstone(key.clone())?;
                    }
                }
            }
        }
        tables.finish()?;
        self.merge_pace.tables_change();
        self.merge_pace.set_unmerged(self.rows.l0_table_count());
        self.removed_bytes.fetch_add(removed_bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Removes the files that [`give_back`](Engine::give_back) has replaced: the engine does it when it merges again.
    pub(crate) fn remove_replaced(&self) -> Result<(), FeedError> {
        (0..TABLES_MERGED).try_for_each(|_| self.put_behind())
    }

    /// Adds a table that says nothing new. What was removed before the last table came in, and only that, is let go in a merge.
    pub(crate) fn put_behind(&self) -> Result<(), FeedError> {
        let applied = self.applied().map_err(|error| FeedError { message: error.to_string(), is_full: false })?;
        let mut table = self.rows.start_ingestion()?;
        table.write(row_key::APPLIED, self.applied_row(applied))?;
        Ok(table.finish()?)
    }

    fn applied_row(&self, sequence: u64) -> Vec<u8> {
        [sequence.to_le_bytes(), self.removed_bytes.load(Ordering::Relaxed).to_le_bytes()].concat()
    }

    /// Whether so much of the disk space is taken by removed rows that merging all tables is worth it. What is written all the time is merged
    /// level by level, and gives its space back by itself; a wave of removals may lie on top for long.
    pub(crate) fn has_much_to_give_back(&self) -> bool {
        let removed = self.removed_bytes.load(Ordering::Relaxed);
        removed >= GIVE_BACK_BYTES_MIN && removed >= self.rows.disk_space() / GIVE_BACK_SHARE
    }

    /// Merges all tables into new ones without removed rows. Takes as long as copying all rows does; reads and feeding go on meanwhile.
    pub(crate) fn give_back(&self) -> Result<(), FeedError> {
        let removed = self.removed_bytes.load(Ordering::Relaxed);
        let (before, begun) = (self.rows.disk_space(), Instant::now());
        for attempt in 1.. {
            self.rows.major_compact()?;
            // It does nothing while tables are being merged by the engine's own thread.
            if self.rows.disk_space() < before || attempt == GIVE_BACK_ATTEMPTS {
                break;
            }
            thread::sleep(GIVE_BACK_PAUSE);
        }
        self.removed_bytes.fetch_sub(removed, Ordering::Relaxed);
        let (after, took) = (self.rows.disk_space(), begun.elapsed());
        tracing::info!(
            bytes_before = before,
            bytes_after = after,
            ?took,
            "merged all tables to give back the space of removed rows"
        );
        Ok(())
    }

    /// Fills an empty engine with rows that come in key order, durably and as a whole or not at all.
    pub(crate) fn fill<T, E: From<FeedError>>(
        &self,
        rows: impl FnOnce(&mut dyn FnMut(Bytes, Bytes) -> Result<(), FeedError>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tables = self.rows.start_ingestion().map_err(FeedError::from)?;
        let result = rows(&mut |key, value| Ok(tables.write(key, value)?))?;
        tables.finish().map_err(FeedError::from)?;
        Ok(result)
    }

    /// Whether so many tables wait to be merged that the next generation should wait too.
    pub(crate) fn is_behind(&self) -> bool {
        self.rows.l0_table_count() >= UNMERGED_TABLES_MAX
    }

    /// Whether the engine's background work still runs; it stops for good at its first error.
    pub(crate) fn check(&self) -> Result<(), FeedError> {
        Ok(self.database.persist(PersistMode::Buffer)?)
    }
}

impl Moment {
    /// Rows between two bounds in order, read as the iterator advances.
    pub(crate) fn range(
        &self,
        bounds: (Bound<Bytes>, Bound<Bytes>),
        reverse: bool,
    ) -> impl Iterator<Item = Result<(Bytes, Bytes), StoreError>> + '_ {
        let mut rows = self.snapshot.range(&self.engine.rows, bounds);
        std::iter::from_fn(move || if reverse { rows.next_back() } else { rows.next() }).map(|row| {
            let (key, value) = row.into_inner().map_err(|error| read_error(&self.engine.path, &error))?;
            Ok((key.into(), value.into()))
        })
    }
}

/// Why a generation did not get in. It can be tried again.
#[derive(Debug)]
pub(crate) struct FeedError {
    pub(crate) message: String,
    /// The disk is full: space may come back.
    pub(crate) is_full: bool,
}

impl From<fjall::Error> for FeedError {
    fn from(error: fjall::Error) -> FeedError {
        let is_full = io_error(&error).is_some_and(|error| is_full(error.kind()));
        FeedError { message: describe(&error), is_full }
    }
}

/// Whether an error says that there is no room left.
pub(crate) fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn read_error(path: &Path, error: &fjall::Error) -> StoreError {
    match io_error(error) {
        Some(error) => StoreError::failed(format!("{}: {error}", path.display())),
        None => StoreError::Corrupt { what: describe(error), place: path.display().to_string() },
    }
}

fn describe(error: &fjall::Error) -> String {
    match (io_error(error), error) {
        (Some(error), _) => error.to_string(),
        (None, fjall::Error::Poisoned) => "the engine stopped after an earlier error; restart".to_owned(),
        (None, error) => error.to_string(),
    }
}

fn io_error(error: &fjall::Error) -> Option<&io::Error> {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.find_map(|cause| cause.downcast_ref::<io::Error>())
}
