//! Cursors: where a page of a list ends, as a text that only the same list takes back. Not secret, only opaque.

use super::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// What of the scope's hash stands in front.
const MARK_BYTES: usize = 6;

/// `position` as a cursor of the list that `scope` names, with all its filters.
pub(crate) fn encode(scope: &str, position: &str) -> String {
    URL_SAFE_NO_PAD.encode([&mark(scope, position), position.as_bytes()].concat())
}

/// The position in a cursor of that list.
pub(crate) fn decode(scope: &str, cursor: &str) -> Result<String, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Failure::cursor())?;
    let (given, position) = bytes.split_at_checked(MARK_BYTES).ok_or_else(Failure::cursor)?;
    let position = std::str::from_utf8(position).map_err(|_| Failure::cursor())?;
    if *given != mark(scope, position) {
        return Err(Failure::cursor());
    }
    Ok(position.to_owned())
}

fn mark(scope: &str, position: &str) -> [u8; MARK_BYTES] {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((scope, position)).to_be_bytes();
    hash[..MARK_BYTES].try_into().expect("it is longer")
}
