//! The only door to clock and entropy. A simulation opens another one.

use interpreter::Timestamp;
use rand::RngExt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where time and randomness come from.
pub trait Environment: Send + Sync + 'static {
    /// The time, UTC.
    fn now(&self) -> Timestamp;
    /// Sixteen bytes nobody can guess.
    fn entropy(&self) -> [u8; 16];
    /// As many such bytes as there is room for.
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(16) {
            piece.copy_from_slice(&self.entropy()[..piece.len()]);
        }
    }
}

/// The machine's clock, and randomness that is the operating system's or grown from it: a call of the system for each start is dear.
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn entropy(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill(bytes);
    }
}

/// A version 4 UUID from random bytes.
pub(crate) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (position, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&position) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("a nibble is a hexadecimal digit"));
        }
    }
    text
}
