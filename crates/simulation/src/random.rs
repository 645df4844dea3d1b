//! Randomness from a seed, and numbers that are the same for the same words. Nothing here draws from anywhere else.

/// A generator for one purpose. What other purposes draw does not move it.
pub(crate) struct Random(fastrand::Rng);

impl Random {
    /// The generator of `seed` for `purpose`; `number` tells several of one purpose apart.
    pub fn new(seed: u64, purpose: &str, number: u64) -> Random {
        Random(fastrand::Rng::with_seed(hash(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15), purpose)))
    }

    /// Any number.
    pub fn u64(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A number from `low` up to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    /// Yes, in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.u32(..100) < percent
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// A number made from a seed and a text (FNV-1a, finished with the steps of SplitMix64).
pub(crate) fn hash(seed: u64, text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut mixed = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
