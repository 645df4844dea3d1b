//! Query parameters, and bodies as forms.

use super::parameters::invalid;
use json::{Object, Value};
use std::fmt::Write;

/// How a list is written (`Transform.RequestEncodingOptions.ArrayFormat`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ArrayFormat {
    /// `a[0]=x&a[1]=y`
    #[default]
    Indices,
    /// `a=x&a=y`
    Repeat,
    /// `a=x,y`
    Commas,
    /// `a[]=x&a[]=y`
    Brackets,
}

/// Whether the body is to be a form, and how lists are written.
pub(super) fn transform(transform: Option<&Value>) -> Result<(bool, ArrayFormat), String> {
    let Some(transform) = transform else { return Ok((false, ArrayFormat::default())) };
    let is_form = match transform.get("RequestBodyEncoding").map(Value::as_str) {
        None | Some(Some("NONE")) => false,
        Some(Some("URL_ENCODED")) => true,
        Some(_) => return Err(invalid("RequestBodyEncoding")),
    };
    let format = transform.get("RequestEncodingOptions").and_then(|options| options.get("ArrayFormat"));
    let format = match format.map(Value::as_str) {
        None | Some(Some("INDICES")) => ArrayFormat::Indices,
        Some(Some("REPEAT")) => ArrayFormat::Repeat,
        Some(Some("COMMAS")) => ArrayFormat::Commas,
        Some(Some("BRACKETS")) => ArrayFormat::Brackets,
        Some(_) => return Err(invalid("ArrayFormat")),
    };
    Ok((is_form, format))
}

/// The fields of a form.
pub(super) fn form(fields: &Object, format: ArrayFormat) -> String {
    let mut pairs = Vec::new();
    for (name, value) in fields.iter() {
        pair(&encoded(name), value, format, &mut pairs);
    }
    pairs.join("&")
}

/// Query parameters without those that `added` stand in place of. Lists in them repeat the name unless a format was asked for.
pub(super) fn query(given: &Object, added: &[(String, String)], format: ArrayFormat) -> String {
    let is_added = |name: &str| added.iter().any(|(added, _)| added == name);
    let mut pairs = Vec::new();
    for (name, value) in given.iter().filter(|(name, _)| !is_added(name)) {
        let format = if format == ArrayFormat::Indices { ArrayFormat::Repeat } else { format };
        pair(&encoded(name), value, format, &mut pairs);
    }
    pairs.join("&")
}

/// The query parameters of a connection.
pub(super) fn added_query(added: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        added.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

/// A URL with these parameters behind those it has.
pub(super) fn with_query(url: &str, query: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    match (query.is_empty(), url.contains('?')) {
        (true, _) => url.to_owned(),
        (false, true) => format!("{url}&{query}"),
        (false, false) => format!("{url}?{query}"),
    }
}

fn pair(name: &str, value: &Value, format: ArrayFormat, pairs: &mut Vec<String>) {
    match value {
        Value::Array(elements) if format == ArrayFormat::Commas && elements.iter().all(is_plain) => {
            let elements: Vec<String> = elements.iter().map(|element| encoded(&plain(element))).collect();
            pairs.push(format!("{name}={}", elements.join(",")));
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let name = match format {
                    ArrayFormat::Repeat => name.to_owned(),
                    ArrayFormat::Brackets => format!("{name}[]"),
                    ArrayFormat::Indices | ArrayFormat::Commas => format!("{name}[{index}]"),
                };
                pair(&name, element, format, pairs);
            }
        }
        Value::Object(fields) => {
            for (field, value) in fields.iter() {
                pair(&format!("{name}[{}]", encoded(field)), value, format, pairs);
            }
        }
        value => pairs.push(format!("{name}={}", encoded(&plain(value)))),
    }
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Percent-encoded but for the unreserved characters of RFC 3986.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            // Writing to a text cannot fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}
