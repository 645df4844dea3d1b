//! Points in time. Nothing here reads a clock: a [`Timestamp`] is always handed in.

use std::fmt;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This instant moved by `seconds`; saturates far beyond any date a workflow can name.
    pub fn plus_seconds(self, seconds: u64) -> Timestamp {
        self.plus_milliseconds(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000))
    }

    /// This instant moved by `milliseconds`.
    pub fn plus_milliseconds(self, milliseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(milliseconds))
    }
}

/// ISO 8601 as the context object shows it: the fraction is absent when zero, else three digits.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(instant) = jiff::Timestamp::from_millisecond(self.0) else {
            return write!(formatter, "{}ms", self.0);
        };
        let format = if self.0.rem_euclid(1000) == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S.%3fZ" };
        write!(formatter, "{}", instant.strftime(format))
    }
}
