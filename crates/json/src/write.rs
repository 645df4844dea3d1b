//! Value to compact JSON text, escaped as AWS's JSON library escapes.

use crate::Value;
use std::fmt::Write;

/// Appends the compact JSON text of `value` to `out`.
pub fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write!(out, "{number}").expect("writing to a String cannot fail"),
        Value::String(text) => write_string(text, out),
        Value::Array(array) => {
            out.push('[');
            for (position, element) in array.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_value(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (position, (key, member)) in object.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_value(member, out);
            }
            out.push('}');
        }
    }
}

const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `text` as a JSON string. Only the quote, the backslash and control characters are escaped; other Unicode stands as it is.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let bytes = text.as_bytes();
    let mut plain_from = 0;
    for (position, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[plain_from..position]);
        plain_from = position + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            control => {
                out.push_str("\\u00");
                out.push(char::from(HEXADECIMAL[usize::from(control >> 4)]));
                out.push(char::from(HEXADECIMAL[usize::from(control & 15)]));
            }
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}
