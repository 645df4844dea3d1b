//! The text as a tree in which every key and value knows its place. JSON and YAML give the same tree; nothing here knows the language that
//! is written in it.

mod json_reader;
mod yaml_reader;

pub use json_reader::parse_json;
pub use yaml_reader::parse_yaml;

use ::json::{Number, ObjectBuilder, Value};
use std::ops::Range;
use std::sync::Arc;

/// How deep arrays and objects may nest: the limit of AWS's JSON library.
pub(crate) const DEPTH_MAX: usize = ::json::DEPTH_MAX;

/// How many findings a broken text may give before its reader stops looking.
const SYNTAX_FINDINGS_MAX: usize = 20;

/// A value with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Byte range of the value in the text, quotes and brackets included.
    pub span: Range<usize>,
    /// The value.
    pub kind: NodeKind,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`, and in YAML an empty value.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as written.
    Number(Number),
    /// Text, escapes resolved.
    String(Arc<str>),
    /// Elements in order.
    Array(Vec<Node>),
    /// Fields in the order of the text; no key twice.
    Object(Vec<Entry>),
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, escapes resolved.
    pub key: Arc<str>,
    /// Byte range of the key in the text, quotes included.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value without its places.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(boolean) => Value::Bool(*boolean),
            NodeKind::Number(number) => Value::Number(number.clone()),
            NodeKind::String(text) => Value::String(text.clone()),
            NodeKind::Array(elements) => Value::from(elements.iter().map(Node::to_value).collect::<Vec<_>>()),
            NodeKind::Object(entries) => {
                let mut builder = ObjectBuilder::new();
                for entry in entries {
                    builder.insert(entry.key.clone(), entry.value.to_value());
                }
                Value::Object(builder.build())
            }
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn as_object(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The field `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_object()?.iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }

    /// The node at a location as diagnostics write it: `/States/Name/Choices[0]/Next`; `/` is the whole text. A key may itself contain the
    /// separators: the longest key that fits is followed.
    pub fn at(&self, location: &str) -> Option<&Node> {
        if location.is_empty() || location == "/" {
            return Some(self);
        }
        if let Some(rest) = location.strip_prefix('[') {
            let (index, rest) = rest.split_once(']')?;
            return self.as_array()?.get(index.parse::<usize>().ok()?)?.at(rest);
        }
        let rest = location.strip_prefix('/')?;
        let fits = |entry: &&Entry| {
            rest.strip_prefix(&*entry.key).is_some_and(|after| after.is_empty() || after.starts_with(['/', '[']))
        };
        let entry = self.as_object()?.iter().filter(fits).max_by_key(|entry| entry.key.len())?;
        entry.value.at(&rest[entry.key.len()..])
    }

    /// The location of the innermost value around a byte offset: for a key that is its object.
    pub fn location_of(&self, offset: usize) -> String {
        let mut location = String::new();
        let mut node = self;
        loop {
            match &node.kind {
                NodeKind::Array(elements) => {
                    let Some(index) = elements.iter().position(|element| element.span.contains(&offset)) else {
                        break;
                    };
                    location.push_str(&format!("[{index}]"));
                    node = &elements[index];
                }
                NodeKind::Object(entries) => {
                    let Some(entry) = entries.iter().find(|entry| entry.value.span.contains(&offset)) else {
                        break;
                    };
                    location.push('/');
                    location.push_str(&entry.key);
                    node = &entry.value;
                }
                _ => break,
            }
        }
        if location.is_empty() { "/".to_owned() } else { location }
    }
}

/// Keys seen in one object: a list while it is short, so that small objects cost nothing and large ones stay linear.
#[derive(Default)]
struct SeenKeys {
    many: std::collections::HashSet<Arc<str>>,
}

impl SeenKeys {
    const FEW: usize = 16;

    /// Whether `key` is already among `entries`, to which it is about to be added.
    fn is_duplicate(&mut self, entries: &[Entry], key: &Arc<str>) -> bool {
        if entries.len() < Self::FEW {
            return entries.iter().any(|entry| entry.key == *key);
        }
        if self.many.is_empty() {
            self.many.extend(entries.iter().map(|entry| entry.key.clone()));
        }
        !self.many.insert(key.clone())
    }
}
