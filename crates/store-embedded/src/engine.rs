//! fjall, used as a sorted store that is fed whole generations.
//!
//! A generation goes in as tables written in key order and registered at once, synced, together with the number of the
//! last log group they cover. So the engine is always exactly at one group, and its journal is never needed.

use std::error::Error as _;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable};
use store::{Bytes, StoreError};

use crate::overlay::Overlay;
use crate::{OpenError, Options, row_key};

/// Tables not yet merged into the sorted levels, beyond which reads would suffer and feeding waits for merging.
const UNMERGED_TABLES_MAX: usize = 16;

/// A handle on the engine. Clones share it; the last one closes it.
#[derive(Clone)]
pub(crate) struct Engine {
    // Declared before the database: rows are let go first.
    rows: Keyspace,
    database: Database,
    path: PathBuf,
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
        let database = Database::builder(&path).cache_size(options.cache_bytes).worker_threads(1).open();
        let database = database.map_err(failed)?;
        let rows = database.keyspace("rows", KeyspaceCreateOptions::default).map_err(failed)?;
        Ok(Engine { rows, database, path })
    }

    /// The last log group it has; 0 if none.
    pub(crate) fn applied(&self) -> Result<u64, StoreError> {
        let Some(row) = self.get(row_key::APPLIED)? else { return Ok(0) };
        let bytes = row[..].try_into().map_err(|_| StoreError::Corrupt {
            what: format!("the number of the last log group has {} bytes", row.len()),
            place: self.path.display().to_string(),
        })?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// One row.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.rows.get(key).map(|value| value.map(Bytes::from)).map_err(|error| read_error(&self.path, &error))
    }

    /// The engine as it is now.
    pub(crate) fn moment(&self) -> Moment {
        Moment { snapshot: self.database.snapshot(), engine: self.clone() }
    }

    /// Takes in a generation, durably and as a whole or not at all.
    pub(crate) fn feed(&self, generation: &Overlay) -> Result<(), FeedError> {
        #[cfg(test)]
        crate::faults::strike(&self.path.join("tables"), crate::faults::Operation::Feed).map_err(fjall::Error::from)?;
        let mut tables = self.rows.start_ingestion()?;
        tables.write(row_key::APPLIED, &generation.sequence.to_le_bytes()[..])?;
        for (key, value) in generation.rows() {
            match value {
                Some(value) => tables.write(key.clone(), value.clone())?,
                // A row that came and went within the generation leaves no trace.
                None if !self.rows.contains_key(key)? => {}
                None => tables.write_tombstone(key.clone())?,
            }
        }
        Ok(tables.finish()?)
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
