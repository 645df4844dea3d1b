//! Sets of small numbers, for what flows along transitions.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn none(size: usize) -> Bits {
        Bits(vec![0; size.div_ceil(64)])
    }

    pub(crate) fn all(size: usize) -> Bits {
        Bits(vec![u64::MAX; size.div_ceil(64)])
    }

    pub(crate) fn insert(&mut self, position: usize) {
        self.0[position / 64] |= 1 << (position % 64);
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        self.0[position / 64] & 1 << (position % 64) != 0
    }

    /// Adds what `other` has; whether that changed anything.
    pub(crate) fn unite(&mut self, other: &Bits) -> bool {
        self.combine(other, |a, b| a | b)
    }

    /// Keeps what `other` has as well; whether that changed anything.
    pub(crate) fn intersect(&mut self, other: &Bits) -> bool {
        self.combine(other, |a, b| a & b)
    }

    fn combine(&mut self, other: &Bits, operation: fn(u64, u64) -> u64) -> bool {
        let mut changed = false;
        for (mine, &theirs) in self.0.iter_mut().zip(&other.0) {
            let combined = operation(*mine, theirs);
            changed |= combined != *mine;
            *mine = combined;
        }
        changed
    }
}
