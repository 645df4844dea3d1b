//! Java's generator of random numbers, from which AWS draws the numbers of a seed.

/// `java.util.Random`: a linear congruential generator of 48 bits, as Java's documentation specifies it.
#[derive(Clone, Copy, Debug)]
pub struct JavaRandom(u64);

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

impl JavaRandom {
    /// The generator that `seed` starts.
    pub fn new(seed: i64) -> JavaRandom {
        JavaRandom((seed as u64 ^ MULTIPLIER) & MASK)
    }

    /// The next number of `bits` bits, at most 32.
    fn next(&mut self, bits: u32) -> u64 {
        self.0 = self.0.wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK;
        self.0 >> (48 - bits)
    }

    /// The next double, from 0 up to 1 without it.
    pub fn double(&mut self) -> f64 {
        let (high, low) = (self.next(26), self.next(27));
        ((high << 27) + low) as f64 / (1_u64 << 53) as f64
    }

    /// The next integer from 0 up to `bound` without it; 0 for a bound of 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        if bound.is_power_of_two() {
            return ((u64::from(bound) * self.next(31)) >> 31) as u32;
        }
        loop {
            let bits = self.next(31) as u32;
            let value = bits % bound;
            // Java's int overflows where the last, incomplete run of bounds begins.
            if u64::from(bits - value) + u64::from(bound - 1) < 1 << 31 {
                return value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_java() {
        assert_eq!(JavaRandom::new(42).double(), 0.7275636800328681);
        assert_eq!(JavaRandom::new(77).double(), 0.7240700207191966);
        assert_eq!(JavaRandom::new(0).double(), 0.730967787376657);
        let below = |seed, bound| JavaRandom::new(seed).below(bound);
        assert_eq!((below(42, 99), below(1, 999), below(2, 999)), (62, 105, 805));
        assert_eq!(below(7, 1), 0);
    }
}
