//! A hash that never changes: it decides where executions are stored, and what makes them recognised after a crash.

/// FNV-1a's offset basis.
pub(crate) const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a from a basis: [`BASIS`], or another for another hash of the same bytes. Its low bits are weak.
pub(crate) fn fnv_1a(basis: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(basis, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
