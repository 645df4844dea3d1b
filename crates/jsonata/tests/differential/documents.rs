//! The data that expressions are evaluated on: the suite's, and a document of corners.

use json::Value;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Document {
    pub(crate) name: String,
    /// As JavaScript prints it, so that what passes through unchanged is the same text on both sides.
    pub(crate) text: String,
    pub(crate) value: Value,
}

/// Numbers at the ends of what is exact, empty and nested arrays, null, text beyond ASCII, members that are not everywhere.
const CORNERS: &str = include_str!("corners.json");

/// Those of the suite's that are worth walking: objects with lists of objects.
const OF_THE_SUITE: &[&str] =
    &["dataset0", "dataset1", "dataset4", "dataset5", "dataset6", "dataset8", "dataset10", "employees", "library"];

pub(crate) fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/suite")
}

pub(crate) fn all() -> Vec<Document> {
    let mut documents = vec![document("corners", CORNERS)];
    for name in OF_THE_SUITE {
        let text = fs::read_to_string(suite().join(format!("datasets/{name}.json"))).expect("the suite is here");
        documents.push(document(name, &text));
    }
    documents
}

pub(crate) fn document(name: &str, text: &str) -> Document {
    let value = json::parse(text).expect("a document is JSON");
    let text = javascript(&value);
    let value = json::parse(&text).expect("what was just written");
    Document { name: name.to_owned(), text, value }
}

/// JSON as JavaScript prints it: numbers in its notation, and keys that are small integers before others.
pub(crate) fn javascript(value: &Value) -> String {
    match value {
        Value::Number(number) => stepwell_jsonata::text::number::format(number.as_f64() + 0.0),
        Value::Array(array) => {
            let elements: Vec<String> = array.iter().map(javascript).collect();
            format!("[{}]", elements.join(","))
        }
        Value::Object(object) => {
            let mut members: Vec<(&str, &Value)> = object.iter().map(|(key, member)| (&**key, member)).collect();
            members.sort_by_key(|(key, _)| index_key(key).unwrap_or(u64::MAX));
            let members: Vec<String> = members
                .iter()
                .map(|(key, member)| format!("{}:{}", javascript_text(key), javascript(member)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::String(text) => javascript_text(text),
        other => other.to_string(),
    }
}

/// A string as JavaScript prints it: its escapes have small letters.
fn javascript_text(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The number of a key that JavaScript sorts before others.
fn index_key(key: &str) -> Option<u64> {
    let number: u64 = key.parse().ok()?;
    (number.to_string() == key && number < u64::from(u32::MAX)).then_some(number)
}
