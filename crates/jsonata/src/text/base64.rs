//! `$base64encode` and `$base64decode`: one character is one byte.
//!
//! JSONata documents that every character is treated as a byte of binary data and must lie between U+0000 and U+00FF. So this is not the
//! intrinsic `States.Base64Encode`, which encodes UTF-8: `é` is `6Q==` here and `w6k=` there. AWS's JSONata encodes UTF-8 too
//! ([`encode_utf8`]).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The base64 text, padded. `Err` names the first character beyond U+00FF, which has no byte.
pub fn encode(text: &str) -> Result<String, char> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        bytes.push(u8::try_from(u32::from(character)).map_err(|_| character)?);
    }
    Ok(encode_bytes(&bytes))
}

/// The base64 text of the UTF-8 bytes of `text`, padded.
pub fn encode_utf8(text: &str) -> String {
    encode_bytes(text.as_bytes())
}

fn encode_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()) as u32);
        for position in 0..4u32 {
            let sextet = (bits >> (18 - 6 * position)) & 63;
            out.push(if position as usize <= group.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    out
}

/// The text whose UTF-8 bytes base64 text stands for; bytes that are no UTF-8 are replaced. Padding may be missing. `None` for anything that
/// is not base64.
pub fn decode_utf8(text: &str) -> Option<String> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let rest = digits.len() % 4;
    if rest == 1 || padding != 0 && (rest + padding) != 4 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in digits.bytes() {
        bits = (bits << 6 | sextet(byte).filter(|_| !matches!(byte, b'-' | b'_'))?) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The characters that base64 text stands for, one for each byte.
///
/// Lenient like the reference implementation: characters outside the alphabet are skipped, the URL-safe alphabet is read too, everything
/// from the first `=` on is ignored, and so are bits that do not fill a byte. Of characters beyond one byte Node.js sees the lower half of each
/// unit, which may be a digit or a `=`.
pub fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut bits, mut count) = (0u32, 0u32);
    for sextet in text.encode_utf16().map(|unit| unit as u8).take_while(|&byte| byte != b'=').filter_map(sextet) {
        bits = (bits << 6 | sextet) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(char::from((bits >> count) as u8));
        }
    }
    out
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_a_byte() {
        for (text, encoded) in
            [("", ""), ("h", "aA=="), ("he", "aGU="), ("hello:world", "aGVsbG86d29ybGQ="), ("é", "6Q==")]
        {
            assert_eq!(encode(text).as_deref(), Ok(encoded));
            assert_eq!(decode(encoded), text);
        }
        assert_eq!(encode("a中"), Err('中'));
    }

    #[test]
    fn aws_encodes_utf_8() {
        assert_eq!(encode_utf8("日本 a"), "5pel5pysIGE=");
        let decoded =
            [("5pel5pysIGE=", Some("日本 a")), ("YWJ", Some("ab")), ("", Some("")), ("gA==", Some("\u{fffd}"))];
        let refused = [("!!", None), ("a", None), ("YWJ==", None), ("YW=J", None), ("_-8=", None)];
        for (encoded, text) in decoded.into_iter().chain(refused) {
            assert_eq!(decode_utf8(encoded).as_deref(), text, "{encoded}");
        }
    }

    #[test]
    fn decoding_skips_what_is_not_base64() {
        for (encoded, text) in
            [("aGVs bG8", "hello"), ("aG=VsbG8=", "h"), ("a", ""), ("_-8=", "ÿï"), ("!!!", ""), ("w6k=", "Ã©")]
        {
            assert_eq!(decode(encoded), text, "{encoded}");
        }
    }
}
