//! What readers see: the rows in memory over the engine's.
//!
//! Three layers, newest first: the generation that commits go into, the one the feeder is moving, and the engine. A
//! generation leaves only when the engine has it, so whoever reads the layers top down misses nothing.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use store::{Bytes, PartitionId, Range, StoreError, Table};

use crate::engine::Engine;
use crate::frame::RowWrite;
use crate::log::Appended;
use crate::overlay::{Overlay, Size};
use crate::row_key;
use crate::snapshot::Snapshot;

pub(crate) struct View {
    layers: RwLock<Layers>,
}

struct Layers {
    active: Overlay,
    sealed: Option<Arc<Overlay>>,
    /// Gone once closed.
    engine: Option<Engine>,
}

impl View {
    pub(crate) fn new(active: Overlay, engine: Engine) -> View {
        View { layers: RwLock::new(Layers { active, sealed: None, engine: Some(engine) }) }
    }

    /// Makes a group visible, at once as a whole. Returns what the active generation takes.
    pub(crate) fn apply(&self, appended: Appended, writes: Vec<RowWrite>) -> Size {
        let mut layers = self.write();
        layers.active.apply(appended.sequence, appended.log_bytes, writes);
        layers.active.size()
    }

    /// Starts a new generation and gives the former one to be fed, unless it is empty. One is fed at a time.
    pub(crate) fn seal(&self) -> Option<Arc<Overlay>> {
        let mut layers = self.write();
        assert!(layers.sealed.is_none(), "the feeder finishes one generation before it takes the next");
        if !layers.active.is_empty() {
            layers.sealed = Some(Arc::new(std::mem::take(&mut layers.active)));
        }
        layers.sealed.clone()
    }

    /// The engine has the sealed generation now.
    pub(crate) fn drop_sealed(&self) {
        let sealed = self.write().sealed.take();
        // Freeing many rows takes a while: not under the lock.
        drop(sealed);
    }

    /// Ends reading.
    pub(crate) fn close(&self) {
        let engine = self.write().engine.take();
        drop(engine);
    }

    pub(crate) fn epoch(&self, partition: PartitionId) -> Result<u64, StoreError> {
        let Some(row) = self.get_full(&row_key::epoch(partition))? else { return Ok(0) };
        let bytes = row[..].try_into().map_err(|_| StoreError::Corrupt {
            what: format!("an epoch has {} bytes", row.len()),
            place: format!("partition {partition}"),
        })?;
        Ok(u64::from_le_bytes(bytes))
    }

    pub(crate) fn get(&self, partition: PartitionId, table: Table, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.get_full(&row_key::row(partition, table, key))
    }

    fn get_full(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let engine = {
            let layers = self.read();
            let recent = layers.active.get(key).or_else(|| layers.sealed.as_ref()?.get(key));
            let engine = layers.engine()?;
            match recent {
                Some(value) => return Ok(value),
                None => engine,
            }
        };
        engine.get(key)
    }

    pub(crate) fn scan(&self, partition: PartitionId, range: &Range) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let layers = self.read();
        let engine = layers.engine()?;
        if range.is_empty() || range.limit == 0 {
            return Ok(Vec::new());
        }
        let bounds = row_key::bounds(partition, range);
        let recent = layers.recent(&bounds, range.reverse, range.limit);
        // Taken under the lock: it belongs to the same moment as the recent rows.
        let moment = engine.moment();
        drop(layers);

        let mut failure = None;
        let stored = moment.range(bounds, range.reverse).map_while(|row| match row {
            Ok((key, value)) => Some((key, Some(value))),
            Err(error) => {
                failure = Some(error);
                None
            }
        });
        let rows = newest(recent.into_iter(), stored, range.reverse)
            .filter_map(|(key, value)| Some((row_key::of_caller(&key), value?)))
            .take(range.limit)
            .collect();
        failure.map_or(Ok(rows), Err)
    }

    /// Everything as it is now. Commits wait while the youngest rows are copied; they share their bytes with the copy.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let layers = self.read();
        let moment = layers.engine()?.moment();
        Ok(Snapshot { active: layers.active.clone(), sealed: layers.sealed.clone(), moment })
    }

    fn read(&self) -> RwLockReadGuard<'_, Layers> {
        self.layers.read().expect("nothing panics while holding the lock")
    }

    fn write(&self) -> RwLockWriteGuard<'_, Layers> {
        self.layers.write().expect("nothing panics while holding the lock")
    }
}

impl Layers {
    fn engine(&self) -> Result<Engine, StoreError> {
        self.engine.clone().ok_or_else(|| StoreError::unavailable("it was closed"))
    }

    /// The rows of both generations up to the `limit`th that exists: whatever the engine adds in between, a scan needs
    /// no further one.
    fn recent(&self, (start, end): &(Bound<Bytes>, Bound<Bytes>), reverse: bool, limit: usize) -> Vec<RowWrite> {
        let active = directed(self.active.range(start, end), reverse);
        match &self.sealed {
            None => up_to(active, limit),
            Some(sealed) => {
                let sealed = directed(sealed.range(start, end), reverse);
                // The limit counts what is left after merging: a row of one generation may hide one of the other.
                up_to(newest(active, sealed, reverse), limit)
            }
        }
    }
}

fn directed<T>(mut rows: impl DoubleEndedIterator<Item = T>, reverse: bool) -> impl Iterator<Item = T> {
    std::iter::from_fn(move || if reverse { rows.next_back() } else { rows.next() })
}

/// The rows up to the `limit`th that has a value.
fn up_to(rows: impl Iterator<Item = RowWrite>, limit: usize) -> Vec<RowWrite> {
    let mut missing = limit;
    let mut taken = Vec::new();
    for row in rows {
        missing -= usize::from(row.1.is_some());
        taken.push(row);
        if missing == 0 {
            break;
        }
    }
    taken
}

/// Merges two sorted runs of rows; where both have a key, `newer` wins.
pub(crate) fn newest(
    newer: impl Iterator<Item = RowWrite>,
    older: impl Iterator<Item = RowWrite>,
    reverse: bool,
) -> impl Iterator<Item = RowWrite> {
    let mut newer = newer.peekable();
    let mut older = older.peekable();
    std::iter::from_fn(move || match order(&mut newer, &mut older, reverse) {
        Ordering::Less => newer.next(),
        Ordering::Greater => older.next(),
        Ordering::Equal => {
            older.next();
            newer.next()
        }
    })
}

/// Which of two runs has the next row; an exhausted run comes last.
fn order(
    newer: &mut Peekable<impl Iterator<Item = RowWrite>>,
    older: &mut Peekable<impl Iterator<Item = RowWrite>>,
    reverse: bool,
) -> Ordering {
    match (newer.peek(), older.peek()) {
        (Some((newer, _)), Some((older, _))) if reverse => older.cmp(newer),
        (Some((newer, _)), Some((older, _))) => newer.cmp(older),
        (_, None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
    }
}
