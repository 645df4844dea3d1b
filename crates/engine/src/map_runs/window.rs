//! Which children of a run have ended: a window that moves over all of them.
//!
//! Children are read in chunks. A chunk is remembered until all its children have ended, with the place its items begin at, so that what is
//! kept grows with the children that are slow and not with those that are over.

use std::collections::BTreeMap;

/// Children in a chunk at most.
pub(super) const CHUNK_MAX: u64 = 256;

/// A place among the items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// The number of the item there.
    pub item: u64,
    /// Which of several objects it is in.
    pub part: u64,
    /// Where in it, in bytes or items as the source counts.
    pub offset: u64,
}

/// Children that were read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// The index of the first.
    pub first: u64,
    pub count: u64,
    /// Where its items begin.
    pub position: Position,
    /// A bit for each child that has ended.
    pub done: [u64; 4],
}

impl Chunk {
    pub fn new(first: u64, count: u64, position: Position) -> Chunk {
        Chunk { first, count, position, done: [0; 4] }
    }

    pub fn is_done(&self, index: u64) -> bool {
        let (word, bit) = self.place(index);
        self.done[word] >> bit & 1 != 0
    }

    fn place(&self, index: u64) -> (usize, u64) {
        let offset = index - self.first;
        ((offset / 64) as usize, offset % 64)
    }

    fn done_count(&self) -> u64 {
        self.done.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }
}

/// The children that were read and have not all ended, and what comes after them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    pub chunks: BTreeMap<u64, Chunk>,
    /// The index of the first child that was not read.
    pub next: u64,
    /// Where its items begin.
    pub next_position: Position,
}

impl Window {
    /// Takes in what was read next.
    pub fn push(&mut self, chunk: Chunk, next_position: Position) {
        assert_eq!(chunk.first, self.next, "children are read in order");
        self.next += chunk.count;
        self.next_position = next_position;
        self.chunks.insert(chunk.first, chunk);
    }

    /// A child has ended; false if that was known.
    pub fn end(&mut self, index: u64) -> bool {
        let Some((&first, chunk)) = self.chunks.range_mut(..=index).next_back() else { return false };
        if index >= chunk.first + chunk.count || chunk.is_done(index) {
            return false;
        }
        let (word, bit) = chunk.place(index);
        chunk.done[word] |= 1 << bit;
        if chunk.done_count() == chunk.count {
            self.chunks.remove(&first);
        }
        true
    }

    /// How many children were read and have not ended.
    pub fn open_count(&self) -> u64 {
        self.chunks.values().map(|chunk| chunk.count - chunk.done_count()).sum()
    }

    /// Whether a child was read and has not ended.
    pub fn is_open(&self, index: u64) -> bool {
        let chunk = self.chunks.range(..=index).next_back().map(|(_, chunk)| chunk);
        chunk.is_some_and(|chunk| index < chunk.first + chunk.count && !chunk.is_done(index))
    }
}
