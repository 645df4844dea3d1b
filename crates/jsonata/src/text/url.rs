//! `$encodeUrl`, `$encodeUrlComponent`, `$decodeUrl`, `$decodeUrlComponent`: ECMAScript's four functions, which JSONata names as its source.
//!
//! Encoding cannot fail here: a Rust string holds no lone surrogate.

/// A `%` that does not begin an escape, or escapes that are not UTF-8. The evaluator reports it as D3140 with the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What a whole URL keeps besides letters, digits and the marks: its separators, and `#`.
const RESERVED: &[u8] = b";,/?:@&=+$#";

/// `$encodeUrl`: escapes what a URL cannot contain, and leaves the separators.
pub fn encode(text: &str) -> String {
    escape(text, RESERVED)
}

/// `$encodeUrlComponent`: escapes the separators too.
pub fn encode_component(text: &str) -> String {
    escape(text, b"")
}

/// `$decodeUrl`: undoes every escape but those of separators and `#`, which stay as written.
pub fn decode(text: &str) -> Result<String, Malformed> {
    unescape(text, RESERVED)
}

/// `$decodeUrlComponent`: undoes every escape.
pub fn decode_component(text: &str) -> Result<String, Malformed> {
    unescape(text, b"")
}

/// `$decodeUrlComponent` on AWS, which reads forms as Java does: `+` is a space, and bytes that are no UTF-8 are replaced.
pub fn decode_form_component(text: &str) -> Result<String, Malformed> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        match first {
            b'%' => {
                bytes.push(escaped_byte(rest)?);
                rest = &rest[3..];
                continue;
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
        rest = after;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn escape(text: &str, kept: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

fn unescape(text: &str, kept: &[u8]) -> Result<String, Malformed> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(percent) = rest.find('%') {
        out.push_str(&rest[..percent]);
        let (character, length) = escaped_character(&rest.as_bytes()[percent..])?;
        if character.is_ascii() && kept.contains(&(character as u8)) {
            out.push_str(&rest[percent..percent + length]);
        } else {
            out.push(character);
        }
        rest = &rest[percent + length..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The character whose UTF-8 bytes are escaped at the start of `bytes`, and how many bytes of text that takes.
fn escaped_character(bytes: &[u8]) -> Result<(char, usize), Malformed> {
    let first = escaped_byte(bytes)?;
    let length = match first {
        0x00..=0x7F => 1,
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Err(Malformed),
    };
    let mut encoded = [first; 4];
    for (position, byte) in encoded[..length].iter_mut().enumerate() {
        *byte = escaped_byte(bytes.get(3 * position..).ok_or(Malformed)?)?;
    }
    let text = std::str::from_utf8(&encoded[..length]).map_err(|_| Malformed)?;
    Ok((text.chars().next().ok_or(Malformed)?, 3 * length))
}

fn escaped_byte(bytes: &[u8]) -> Result<u8, Malformed> {
    let [b'%', high, low, ..] = bytes else { return Err(Malformed) };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).ok_or(Malformed);
    Ok((digit(high)? << 4 | digit(low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_survive_in_a_url_and_are_escaped_in_a_component() {
        assert_eq!(encode("https://m.org/?x=шы #[%]"), "https://m.org/?x=%D1%88%D1%8B%20#%5B%25%5D");
        assert_eq!(encode_component("?x=a'b+c"), "%3Fx%3Da'b%2Bc");
        assert_eq!(decode("%3f%20%41%2541+%F0%9F%98%80").as_deref(), Ok("%3f A%41+😀"));
        assert_eq!(decode_component("%3F%20+").as_deref(), Ok("? +"));
    }

    #[test]
    fn aws_reads_components_as_forms() {
        for (text, decoded) in [("a+b%2Bc%20d", "a b+c d"), ("%E6%97%A5é", "日é"), ("%E6x", "\u{fffd}x")] {
            assert_eq!(decode_form_component(text).as_deref(), Ok(decoded));
        }
        assert_eq!(decode_form_component("%zz"), Err(Malformed));
    }

    #[test]
    fn malformed_escapes_are_refused() {
        for text in
            ["%", "%2", "%zz", "%E0%A4%A", "%80", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%E4%B8%AD%e4%b8", "%é1"]
        {
            assert_eq!(decode(text), Err(Malformed), "{text}");
            assert_eq!(decode_component(text), Err(Malformed), "{text}");
        }
    }
}
