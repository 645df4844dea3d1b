//! A note on an array or object that all numbers in it are plain, so that whoever asks again need not look.
//!
//! It says nothing about what the value is: two values that differ in it alone are equal.

use crate::Value;
use std::sync::atomic::{AtomicU8, Ordering};

const UNKNOWN: u8 = 0;
const PLAIN: u8 = 1;
const NOT_PLAIN: u8 = 2;

/// Whether all numbers in a shared list of values are plain, once somebody found out. It is lost where the list is changed.
#[derive(Default)]
pub(crate) struct Mark(AtomicU8);

impl Mark {
    pub(crate) fn plain() -> Mark {
        Mark(AtomicU8::new(PLAIN))
    }

    /// What is known, or what the values tell.
    pub(crate) fn are_plain<'v>(&self, mut values: impl Iterator<Item = &'v Value>) -> bool {
        // Whoever finds out finds the same, so that no order between threads is needed.
        match self.0.load(Ordering::Relaxed) {
            UNKNOWN => {
                let plain = values.all(Value::has_plain_numbers);
                self.0.store(if plain { PLAIN } else { NOT_PLAIN }, Ordering::Relaxed);
                plain
            }
            known => known == PLAIN,
        }
    }

    /// For a list that changes.
    pub(crate) fn forget(&mut self) {
        *self.0.get_mut() = UNKNOWN;
    }
}
