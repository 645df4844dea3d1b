//! JSON objects: insertion-ordered, shared, found by a linear probe while small and by an index above.

use crate::Value;
use crate::mark::Mark;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// An object's key: shared text, usually interned by the parser.
pub type Key = Arc<str>;

/// Up to this many keys a linear probe beats hashing.
const LINEAR_MAX: usize = 16;

/// An immutable, insertion-ordered JSON object. Cloning shares it.
#[derive(Clone, Default)]
pub struct Object(Arc<Entries>);

#[derive(Default)]
struct Entries {
    list: Vec<(Key, Value)>,
    index: OnceLock<HashMap<Key, usize>>,
    numbers: Mark,
}

impl Clone for Entries {
    fn clone(&self) -> Self {
        Entries { list: self.list.clone(), ..Entries::default() }
    }
}

impl Entries {
    fn position(&self, key: &str) -> Option<usize> {
        if self.list.len() <= LINEAR_MAX {
            return self.list.iter().position(|(candidate, _)| &**candidate == key);
        }
        let index = self
            .index
            .get_or_init(|| self.list.iter().enumerate().map(|(position, (key, _))| (key.clone(), position)).collect());
        index.get(key).copied()
    }
}

impl Object {
    /// An object without entries.
    pub fn new() -> Object {
        Object::default()
    }

    /// An object of entries whose keys are known to be different.
    pub fn from_distinct(entries: Vec<(Key, Value)>) -> Object {
        debug_assert!(
            entries.len() > LINEAR_MAX
                || (1..entries.len()).all(|index| entries[..index].iter().all(|(key, _)| *key != entries[index].0))
        );
        Object(Arc::new(Entries { list: entries, ..Entries::default() }))
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.position(key).map(|position| &self.0.list[position].1)
    }

    /// The value of `key`, and the key itself.
    pub fn key_value(&self, key: &str) -> Option<(&Key, &Value)> {
        let (key, value) = &self.0.list[self.0.position(key)?];
        Some((key, value))
    }

    /// Whether `key` is there, be its value null or not.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.position(key).is_some()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Key, &Value)> + ExactSizeIterator {
        self.0.list.iter().map(|(key, value)| (key, value))
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> + ExactSizeIterator {
        self.0.list.iter().map(|(key, _)| key)
    }

    /// The values in insertion order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.0.list.iter().map(|(_, value)| value)
    }

    /// This object with `key` set: the other entries are shared, an existing key keeps its place.
    #[must_use]
    pub fn with(&self, key: impl Into<Key> + AsRef<str>, value: Value) -> Object {
        let mut changed = self.clone();
        changed.set(key, value);
        changed
    }

    /// Makes this the object [`with`](Object::with) gives: in place, if nobody shares it.
    pub fn set(&mut self, key: impl Into<Key> + AsRef<str>, value: Value) {
        let position = self.0.position(key.as_ref());
        let entries = Arc::make_mut(&mut self.0);
        entries.numbers.forget();
        match position {
            Some(position) => entries.list[position].1 = value,
            None => {
                let key = key.into();
                if let Some(index) = entries.index.get_mut() {
                    index.insert(key.clone(), entries.list.len());
                }
                entries.list.push((key, value));
            }
        }
    }

    /// This object without `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Object {
        self.iter()
            .filter(|(candidate, _)| &***candidate != key)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    pub(crate) fn has_plain_numbers(&self) -> bool {
        self.0.numbers.are_plain(self.values())
    }

    /// Whether both are the same object in memory: a cheap test that says nothing when false.
    pub fn ptr_eq(&self, other: &Object) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// Key order does not count, as in JSON.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other)
            || (self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value)))
    }
}

impl<K: Into<Key> + AsRef<str>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut builder = ObjectBuilder::new();
        for (key, value) in entries {
            builder.insert(key, value);
        }
        builder.build()
    }
}

/// Collects entries; a repeated key keeps its first place and takes the last value.
#[derive(Default)]
pub struct ObjectBuilder {
    list: Vec<(Key, Value)>,
    positions: HashMap<Key, usize>,
}

impl ObjectBuilder {
    /// A builder without entries.
    pub fn new() -> ObjectBuilder {
        ObjectBuilder::default()
    }

    /// Sets `key`.
    pub fn insert(&mut self, key: impl Into<Key> + AsRef<str>, value: impl Into<Value>) -> &mut ObjectBuilder {
        match self.position(key.as_ref()) {
            Some(position) => self.list[position].1 = value.into(),
            None => self.push(key.into(), value.into()),
        }
        self
    }

    /// Sets `key` if there is a value for it; absent fields are omitted, never null.
    pub fn insert_some<V: Into<Value>>(
        &mut self,
        key: impl Into<Key> + AsRef<str>,
        value: Option<V>,
    ) -> &mut ObjectBuilder {
        if let Some(value) = value {
            self.insert(key, value);
        }
        self
    }

    /// The finished object.
    pub fn build(self) -> Object {
        Object(Arc::new(Entries { list: self.list, ..Entries::default() }))
    }

    /// The finished object, in which all numbers are known to be plain.
    pub(crate) fn build_of_plain_numbers(self) -> Object {
        Object(Arc::new(Entries { list: self.list, numbers: Mark::plain(), ..Entries::default() }))
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.list.len() <= LINEAR_MAX {
            return self.list.iter().position(|(candidate, _)| &**candidate == key);
        }
        self.positions.get(key).copied()
    }

    fn push(&mut self, key: Key, value: Value) {
        if self.list.len() == LINEAR_MAX {
            self.positions = self.list.iter().enumerate().map(|(position, (key, _))| (key.clone(), position)).collect();
        }
        if self.list.len() >= LINEAR_MAX {
            self.positions.insert(key.clone(), self.list.len());
        }
        self.list.push((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_keeps_its_place_in_small_and_large_objects() {
        for count in [3, 16, 17, 100] {
            let mut builder = ObjectBuilder::new();
            for number in 0..count {
                builder.insert(format!("k{number}"), number as i64);
            }
            builder.insert("k1", "last");
            let object = builder.build();
            assert_eq!(object.len(), count);
            assert_eq!(object.get("k1"), Some(&Value::from("last")));
            assert_eq!(object.keys().nth(1).map(|key| &**key), Some("k1"));
            let changed = object.with("new", Value::Null);
            assert!(changed.contains_key("new") && !object.contains_key("new"));
        }
    }
}
