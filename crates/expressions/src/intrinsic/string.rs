//! The functions on strings: Base64, hashes, splitting.

use super::{Outcome, Refusal};
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, Engine};
use json::Value;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::fmt::Write;

/// The longest string that is encoded, decoded or hashed, in UTF-16 units as Java counts them.
const CHARACTERS_MAX: usize = 10_000;

/// Java's decoder: padding may be missing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn base64_encode(text: &Value) -> Outcome {
    Ok(STANDARD.encode(limited(string(text)?)?).into())
}

pub(super) fn base64_decode(text: &Value) -> Outcome {
    let bytes = LENIENT.decode(limited(string(text)?)?).map_err(|_| Refusal::Arguments)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}

/// The hash of a string, or of any other value's JSON text, in lower-case hexadecimal.
pub(super) fn hash(data: &Value, algorithm: &Value) -> Outcome {
    let text = match data {
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    };
    let bytes = limited(&text)?.as_bytes();
    match string(algorithm)? {
        "MD5" => Ok(hex(&Md5::digest(bytes))),
        "SHA-1" => Ok(hex(&Sha1::digest(bytes))),
        "SHA-256" => Ok(hex(&Sha256::digest(bytes))),
        "SHA-384" => Ok(hex(&Sha384::digest(bytes))),
        "SHA-512" => Ok(hex(&Sha512::digest(bytes))),
        _ => Err(Refusal::Arguments),
    }
}

/// `delimiters` is a set of characters; empty pieces are dropped.
pub(super) fn split(text: &Value, delimiters: &Value) -> Outcome {
    let delimiters: Vec<char> = string(delimiters)?.chars().collect();
    let pieces = string(text)?.split(|character| delimiters.contains(&character));
    Ok(pieces.filter(|piece| !piece.is_empty()).map(Value::from).collect::<Vec<_>>().into())
}

fn string(value: &Value) -> Result<&str, Refusal> {
    value.as_str().ok_or(Refusal::Arguments)
}

fn limited(text: &str) -> Result<&str, Refusal> {
    if text.encode_utf16().nth(CHARACTERS_MAX).is_none() { Ok(text) } else { Err(Refusal::Arguments) }
}

fn hex(digest: &[u8]) -> Value {
    let mut text = String::with_capacity(digest.len() * 2);
    for byte in digest {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text.into()
}
