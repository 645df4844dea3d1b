//! Page tokens: opaque to clients, bound to the list they came from, good for 24 hours.
//!
//! A token is not a secret and grants nothing: it names a place in a list. The checksum catches what was mistyped, cut or taken from
//! another list; whoever takes a position out of a token must still treat it as data from outside.

use crate::exception::Exception;
use crate::limits::NEXT_TOKEN_AGE_MS_MAX;

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 1 + 8;
const CHECKSUM_BYTES: usize = 8;

/// The token that continues the list `scope` (operation and whatever filters it) behind `position`.
pub fn encode(scope: &str, position: &[u8], now_ms: i64) -> String {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + position.len() + CHECKSUM_BYTES);
    bytes.push(VERSION);
    bytes.extend_from_slice(&now_ms.to_be_bytes());
    bytes.extend_from_slice(position);
    let checksum = checksum(scope, &bytes);
    bytes.extend_from_slice(&checksum.to_be_bytes());
    to_hex(&bytes)
}

/// The position a token of the list `scope` holds; `InvalidToken` if it is no such token or too old.
pub fn decode(scope: &str, token: &str, now_ms: i64) -> Result<Vec<u8>, Exception> {
    let position = || -> Option<Vec<u8>> {
        let bytes = from_hex(token)?;
        let (signed, given) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        let (header, position) = signed.split_at_checked(HEADER_BYTES)?;
        let issued_ms = i64::from_be_bytes(header[1..].try_into().ok()?);
        let fresh = now_ms.saturating_sub(issued_ms) <= NEXT_TOKEN_AGE_MS_MAX;
        let intact = header[0] == VERSION && given == checksum(scope, signed).to_be_bytes();
        (intact && fresh).then(|| position.to_vec())
    };
    position().ok_or_else(Exception::invalid_token)
}

/// FNV-1a over the scope, a separator and the bytes.
fn checksum(scope: &str, bytes: &[u8]) -> u64 {
    let all = scope.as_bytes().iter().chain(&[0xff]).chain(bytes);
    all.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_list_for_a_day() {
        let token = encode("ListActivities", b"name", 1_000);
        assert_eq!(decode("ListActivities", &token, 2_000), Ok(b"name".to_vec()));
        assert_eq!(decode("ListActivities", &token, 1_000 + NEXT_TOKEN_AGE_MS_MAX), Ok(b"name".to_vec()));
        let refused = Err(Exception::invalid_token());
        assert_eq!(decode("ListActivities", &token, 1_001 + NEXT_TOKEN_AGE_MS_MAX), refused);
        assert_eq!(decode("ListStateMachines", &token, 2_000), refused);
        for tampered in ["", "InvalidToken", "00", &token[2..], &token.replace("6e", "6f"), &format!("{token}0")] {
            assert_eq!(decode("ListActivities", tampered, 2_000), refused, "{tampered}");
        }
    }
}
