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
#[derive(Clone, Copy)]
pub(crate) struct RequestId([u8; 36]);

impl RequestIds {
    pub(crate) fn new() -> RequestIds {
        let [high, low]: [u64; 2] = rand::random();
        // Version 8, a free form.
        RequestIds { high: high & !0xf000 | 0x8000, low: AtomicU64::new(low) }
    }

    /// An id not given before.
    pub(crate) fn next(&self) -> RequestId {
        let low = self.low.fetch_add(1, Ordering::Relaxed) & (u64::MAX >> 2) | 1 << 63;
        let id = u128::from(self.high) << 64 | u128::from(low);
        let mut text = [b'-'; 36];
        let mut digits = (0..32).rev().map(|digit| b"0123456789abcdef"[(id >> (4 * digit) & 0xf) as usize]);
        for (position, byte) in text.iter_mut().enumerate() {
            if ![8, 13, 18, 23].contains(&position) {
                *byte = digits.next().expect("32 of the 36 are digits");
            }
        }
        RequestId(text)
    }
}

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits and hyphens")
    }

    pub(crate) fn header_value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("hexadecimal digits and hyphens")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_and_differ() {
        let ids = RequestIds::new();
        let (one, two) = (ids.next(), ids.next());
        assert_ne!(one.as_str(), two.as_str());
        let parts: Vec<usize> = one.as_str().split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert!(one.as_str()[14..].starts_with('8') && "89ab".contains(&one.as_str()[19..20]), "{one}");
    }
}
