//! Everything that is in the store at one moment, in key order, while commits go on.

use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use store::{Bytes, StoreError};

use crate::engine::Moment;
use crate::overlay::Overlay;
use crate::row_key;
use crate::view::newest;

/// The rows of one moment. Holding it keeps the engine from giving back space.
pub(crate) struct Snapshot {
    pub(crate) active: Overlay,
    pub(crate) sealed: Option<Arc<Overlay>>,
    pub(crate) moment: Moment,
}

impl Snapshot {
    /// Every row that exists, with its full key; not what the engine notes for itself.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Result<(Bytes, Bytes), StoreError>> + '_ {
        let unbounded = || (Bound::Unbounded, Bound::Unbounded);
        let owned = |(key, value): (&Bytes, Option<&Bytes>)| (key.clone(), value.cloned());
        let recent = newest(
            self.active.rows().map(owned),
            self.sealed.iter().flat_map(|sealed| sealed.rows()).map(owned),
            false,
        );
        let stored = self.moment.range(unbounded(), false);
        Merged { recent: recent.peekable(), stored: stored.peekable() }.filter(|row| match row {
            Ok((key, _)) => **key != *row_key::APPLIED,
            Err(_) => true,
        })
    }
}

/// Recent rows over stored ones; rows that were removed recently are left out.
struct Merged<R: Iterator, S: Iterator> {
    recent: Peekable<R>,
    stored: Peekable<S>,
}

impl<R, S> Iterator for Merged<R, S>
where
    R: Iterator<Item = (Bytes, Option<Bytes>)>,
    S: Iterator<Item = Result<(Bytes, Bytes), StoreError>>,
{
    type Item = Result<(Bytes, Bytes), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let recent_key = self.recent.peek().map(|(key, _)| key);
            match (recent_key, self.stored.peek()) {
                (_, Some(Err(_))) => return self.stored.next(),
                (Some(recent), Some(Ok((stored, _)))) if stored < recent => return self.stored.next(),
                (None, Some(Ok(_))) => return self.stored.next(),
                (None, None) => return None,
                (Some(recent), stored) => {
                    let hides = stored.is_some_and(|row| row.as_ref().is_ok_and(|(key, _)| key == recent));
                    if hides {
                        self.stored.next();
                    }
                    let (key, value) = self.recent.next()?;
                    if let Some(value) = value {
                        return Some(Ok((key, value)));
                    }
                }
            }
        }
    }
}
