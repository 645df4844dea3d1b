//! Ids of requests: distinct over all servers, cheap to make.

use hyper::header::HeaderValue;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids: a random start and a count from there, so that a request costs no call of the operating system.
pub(crate) struct RequestIds {
    high: u64,
    low: AtomicU64,
}

/// The id of one request, as a UUID's text.
pub(crate) struct RequestId(String);

impl RequestIds {
    pub(crate) fn new() -> RequestIds {
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("the operating system has a random number generator");
        let [high, low] =
            [0, 8].map(|from| u64::from_be_bytes(random[from..from + 8].try_into().expect("eight of sixteen bytes")));
        RequestIds { high, low: AtomicU64::new(low) }
    }

    /// An id not given before.
    pub(crate) fn next(&self) -> RequestId {
        let (high, low) = (self.high, self.low.fetch_add(1, Ordering::Relaxed));
        RequestId(format!(
            "{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        ))
    }
}

impl RequestId {
    pub(crate) fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("hexadecimal digits and hyphens")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
