//! Which rows of a table a scan returns, in which direction, and how many at most.

use std::ops::Bound;

use crate::{Bytes, Table};

/// A stretch of one table in key order. The bounds are about keys, not direction: `start` is the low end also when
/// `reverse` is set, and a reversed, limited range returns the highest keys. A start above the end is an empty range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// The table to read.
    pub table: Table,
    /// The low end.
    pub start: Bound<Bytes>,
    /// The high end.
    pub end: Bound<Bytes>,
    /// Highest key first.
    pub reverse: bool,
    /// Rows returned at most; `usize::MAX` for all.
    pub limit: usize,
}

impl Range {
    /// Every row of `table`.
    pub fn all(table: impl Into<Table>) -> Range {
        Range::between(table, Bound::Unbounded, Bound::Unbounded)
    }

    /// The rows between two bounds.
    pub fn between(table: impl Into<Table>, start: Bound<Bytes>, end: Bound<Bytes>) -> Range {
        Range { table: table.into(), start, end, reverse: false, limit: usize::MAX }
    }

    /// The rows whose key begins with `prefix`.
    pub fn prefix(table: impl Into<Table>, prefix: impl Into<Bytes>) -> Range {
        let prefix = prefix.into();
        let end = successor(&prefix).map_or(Bound::Unbounded, Bound::Excluded);
        Range::between(table, Bound::Included(prefix), end)
    }

    /// The rows from `key` on, itself included.
    pub fn from(table: impl Into<Table>, key: impl Into<Bytes>) -> Range {
        Range::between(table, Bound::Included(key.into()), Bound::Unbounded)
    }

    /// The same rows without those up to `key`, itself included: where the next page of a forward scan starts.
    #[must_use]
    pub fn after(self, key: impl Into<Bytes>) -> Range {
        Range { start: Bound::Excluded(key.into()), ..self }
    }

    /// The same rows without those from `key` on, itself included: where the next page of a reversed scan ends.
    #[must_use]
    pub fn before(self, key: impl Into<Bytes>) -> Range {
        Range { end: Bound::Excluded(key.into()), ..self }
    }

    /// The same rows, highest key first.
    #[must_use]
    pub fn reversed(self) -> Range {
        Range { reverse: true, ..self }
    }

    /// At most `limit` rows.
    #[must_use]
    pub fn limit(self, limit: usize) -> Range {
        Range { limit, ..self }
    }

    /// Whether the bounds alone leave no key between them. Ordered maps of the standard library panic on such bounds.
    pub fn is_empty(&self) -> bool {
        match (&self.start, &self.end) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Included(start), Bound::Included(end)) => start > end,
            (Bound::Included(start) | Bound::Excluded(start), Bound::Included(end) | Bound::Excluded(end)) => {
                start >= end
            }
        }
    }
}

/// The lowest key above every key that begins with `prefix`; none if the prefix is empty or all 0xff.
fn successor(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|&byte| byte != 0xff)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next.into())
}
