//! The random numbers of one execution: deterministic, resumable from a stored seed. Not for secrets.

/// A generator that gives the same numbers for the same seed.
#[derive(Clone, Debug)]
pub struct Random(fastrand::Rng);

impl Random {
    /// A generator that starts from `seed`.
    pub fn new(seed: u64) -> Random {
        Random(fastrand::Rng::with_seed(seed))
    }

    /// The seed that resumes this generator where it stands: `Random::new(random.seed())` gives the same numbers from here on.
    pub fn seed(&self) -> u64 {
        self.0.get_seed()
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// The next number `n` with `0 <= n < 1`.
    pub fn f64(&mut self) -> f64 {
        self.0.f64()
    }

    /// The next integer `n` with `start <= n < end`, all equally likely; `start` when the range is empty.
    pub fn integer(&mut self, start: i64, end: i64) -> i64 {
        if start >= end { start } else { self.0.i64(start..end) }
    }

    /// The next version 4 UUID, in lower case with hyphens.
    pub fn uuid_v4(&mut self) -> String {
        let version = 0x4000 << 64;
        let variant = 0x8000_u128 << 48;
        let bits = self.0.u128(..) & !(0xF000 << 64) & !(0xC000_u128 << 48) | version | variant;
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_seed_resumes_the_sequence() {
        let mut first = Random::new(7);
        first.next_u64();
        let mut resumed = Random::new(first.seed());
        assert_eq!(first.uuid_v4(), resumed.uuid_v4());
        assert_eq!(first.f64(), resumed.f64());
    }

    #[test]
    fn uuids_are_version_4() {
        let mut random = Random::new(1);
        for _ in 0..100 {
            let uuid = random.uuid_v4();
            assert_eq!(uuid.len(), 36);
            assert_eq!(&uuid[14..15], "4", "{uuid}");
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
    }
}
