//! What an expression works on: JSON values as they came, and what JSON lacks — undefined, functions, sequences, streams of tuples.
//!
//! A JSON value is never converted: an [`Item`] holds it as it is. Arrays and objects that an expression makes become lists and records,
//! which know how deep they are nested, so that nothing that recurses over a value can exhaust the stack.

use super::frame::Tuple;
use super::function::{Function, FunctionKind};
use crate::error::{DEPTH_EXCEEDED, Error};
use crate::number;
use crate::profile::Profile;
use json::{Key, ObjectBuilder, Value};
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The deepest value an expression may make, as deep as one that can be read.
pub(crate) const VALUE_DEPTH_MAX: u32 = 1000;

#[derive(Clone, Debug, Default)]
pub(crate) enum Item {
    #[default]
    Undefined,
    /// A computed number; may be infinite or NaN.
    Number(f64),
    /// A value from outside, or a scalar.
    Json(Value),
    List(Rc<List>, Flags),
    Record(Rc<Record>),
    Function(Rc<Function>),
    /// Contexts with their bindings, on the way from one step of a path to the next.
    Tuples(Rc<Vec<Tuple>>),
}

/// What the language remembers about an array.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Flags {
    /// It is the result of a path: a single item stands for itself.
    pub(crate) sequence: bool,
    /// …unless `[]` asked to keep it an array.
    pub(crate) keep_singleton: bool,
    /// It was written as an array constructor in a path and is not flattened.
    pub(crate) cons: bool,
    /// It wraps an input that is an array, so that it counts as one item.
    pub(crate) outer_wrapper: bool,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) items: Vec<Item>,
    depth: u32,
}

#[derive(Debug)]
pub(crate) struct Record {
    entries: Vec<(Key, Item)>,
    depth: u32,
    index: OnceCell<HashMap<Key, usize>>,
}

/// Up to this many keys a linear probe beats hashing.
pub(crate) const LINEAR_MAX: usize = 16;

impl List {
    pub(crate) fn plain(items: Vec<Item>) -> List {
        let depth = 1 + items.iter().map(Item::depth).max().unwrap_or(0);
        List { items, depth }
    }
}

impl From<List> for Item {
    fn from(list: List) -> Item {
        Item::List(Rc::new(list), Flags::default())
    }
}

impl Record {
    /// A record of entries whose keys are different.
    pub(crate) fn from_distinct(entries: Vec<(Key, Item)>) -> Record {
        let depth = 1 + entries.iter().map(|(_, item)| item.depth()).max().unwrap_or(0);
        Record { entries, depth, index: OnceCell::new() }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Item> {
        self.position(key).map(|position| &self.entries[position].1)
    }

    pub(crate) fn entries(&self) -> &[(Key, Item)] {
        &self.entries
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() <= LINEAR_MAX {
            return self.entries.iter().position(|(candidate, _)| &**candidate == key);
        }
        let index = self.index.get_or_init(|| {
            self.entries.iter().enumerate().map(|(position, (key, _))| (key.clone(), position)).collect()
        });
        index.get(key).copied()
    }
}

/// Collects entries; a repeated key keeps its place and takes the last value.
#[derive(Default)]
pub(crate) struct RecordBuilder {
    entries: Vec<(Key, Item)>,
    index: HashMap<Key, usize>,
}

impl RecordBuilder {
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() <= LINEAR_MAX {
            return self.entries.iter().position(|(candidate, _)| &**candidate == key);
        }
        self.index.get(key).copied()
    }

    pub(crate) fn insert(&mut self, key: Key, item: Item) {
        match self.position(&key) {
            Some(position) => self.entries[position].1 = item,
            None => {
                if self.entries.len() == LINEAR_MAX {
                    let known = self.entries.iter().enumerate();
                    self.index = known.map(|(position, (key, _))| (key.clone(), position)).collect();
                }
                if self.entries.len() >= LINEAR_MAX {
                    self.index.insert(key.clone(), self.entries.len());
                }
                self.entries.push((key, item));
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if self.position(key).is_some() {
            self.entries.retain(|(candidate, _)| &**candidate != key);
            self.index = self.entries.iter().enumerate().map(|(position, (key, _))| (key.clone(), position)).collect();
        }
    }

    pub(crate) fn build(self) -> Record {
        Record::from_distinct(self.entries)
    }

    /// As [`RecordBuilder::build`], in the order that the profile has for keys.
    pub(crate) fn build_as(mut self, profile: Profile) -> Record {
        in_key_order(&mut self.entries, |(key, _)| key, profile);
        self.build()
    }
}

/// Puts members in the order that the reference implementation has them in: to JavaScript, keys that look like small integers come first, by
/// their number. On AWS all stay in the order in which they were inserted.
pub(crate) fn in_key_order<T>(members: &mut [T], key: impl Fn(&T) -> &str, profile: Profile) {
    let index = |member: &T| {
        let key = key(member);
        let digits =
            key.len() <= 10 && key.bytes().all(|byte| byte.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
        key.parse::<u64>().ok().filter(|&number| digits && number < u64::from(u32::MAX)).unwrap_or(u64::MAX)
    };
    if profile != Profile::StepFunctions && !members.is_sorted_by_key(index) {
        members.sort_by_key(index);
    }
}

/// The elements of an array of either form.
#[derive(Clone, Copy)]
pub(crate) enum Elements<'a> {
    Json(&'a [Value]),
    Items(&'a [Item]),
}

impl<'a> Elements<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Elements::Json(values) => values.len(),
            Elements::Items(items) => items.len(),
        }
    }

    pub(crate) fn get(self, index: usize) -> Option<Item> {
        match self {
            Elements::Json(values) => values.get(index).cloned().map(Item::Json),
            Elements::Items(items) => items.get(index).cloned(),
        }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Item> + 'a {
        (0..self.len()).filter_map(move |index| self.get(index))
    }

    /// The elements as they are, for looking only: a clone of each would cost a reference count.
    pub(crate) fn look(self) -> impl Iterator<Item = Element<'a>> {
        let (values, items): (&[Value], &[Item]) = match self {
            Elements::Json(values) => (values, &[]),
            Elements::Items(items) => (&[], items),
        };
        values.iter().map(Element::Json).chain(items.iter().map(|item| match item {
            Item::Json(value) => Element::Json(value),
            item => Element::Item(item),
        }))
    }
}

/// An element of an array that is only looked at. An [`Item`] here is never JSON.
#[derive(Clone, Copy)]
pub(crate) enum Element<'a> {
    Json(&'a Value),
    Item(&'a Item),
}

impl<'a> Element<'a> {
    pub(crate) fn as_number(self) -> Option<f64> {
        match self {
            Element::Json(Value::Number(number)) => Some(number.as_f64()),
            Element::Json(_) => None,
            Element::Item(item) => item.as_number(),
        }
    }

    pub(crate) fn as_str(self) -> Option<&'a Arc<str>> {
        match self {
            Element::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn elements(self) -> Option<Elements<'a>> {
        match self {
            Element::Json(Value::Array(array)) => Some(Elements::Json(array)),
            Element::Json(_) => None,
            Element::Item(item) => item.elements(),
        }
    }

    pub(crate) fn is_array(self) -> bool {
        self.elements().is_some()
    }

    /// The member of an object.
    pub(crate) fn member(self, key: &str) -> Option<Element<'a>> {
        match self {
            Element::Json(Value::Object(object)) => object.get(key).map(Element::Json),
            Element::Item(Item::Record(record)) => record.get(key).map(Item::look),
            _ => None,
        }
    }

    pub(crate) fn into_item(self) -> Item {
        match self {
            Element::Json(value) => Item::Json(value.clone()),
            Element::Item(item) => item.clone(),
        }
    }
}

/// How far names lead through objects.
pub(crate) enum Walk {
    /// To what the last name names, or to nothing.
    End(Item),
    /// To an array, with this many names taken.
    Array(Item, usize),
}

impl Item {
    pub(crate) fn look(&self) -> Element<'_> {
        match self {
            Item::Json(value) => Element::Json(value),
            item => Element::Item(item),
        }
    }

    /// Follows `names` as long as there are objects. Only what is found at the end is cloned.
    pub(crate) fn walk<'n>(&self, names: impl Iterator<Item = &'n str>) -> Walk {
        let mut current = self.look();
        for (taken, name) in names.enumerate() {
            if current.elements().is_some() {
                return Walk::Array(current.into_item(), taken);
            }
            match current.member(name) {
                Some(member) => current = member,
                None => return Walk::End(Item::Undefined),
            }
        }
        Walk::End(current.into_item())
    }
}

impl Item {
    pub(crate) const NULL: Item = Item::Json(Value::Null);

    pub(crate) fn array(items: Vec<Item>) -> Item {
        Item::from(List::plain(items))
    }

    pub(crate) fn sequence(items: Vec<Item>) -> Item {
        Item::List(Rc::new(List::plain(items)), Flags { sequence: true, ..Flags::default() })
    }

    /// The items of a sequence as the language gives them on: nothing for none, the item itself for one.
    pub(crate) fn from_sequence(mut items: Vec<Item>) -> Item {
        match items.len() {
            0 => Item::Undefined,
            1 => items.pop().unwrap_or_default(),
            _ => Item::sequence(items),
        }
    }

    pub(crate) fn string(text: impl Into<Arc<str>>) -> Item {
        Item::Json(Value::String(text.into()))
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Item::Undefined)
    }

    pub(crate) fn is_function(&self) -> bool {
        matches!(self, Item::Function(_))
    }

    pub(crate) fn is_regex(&self) -> bool {
        matches!(self, Item::Function(function) if matches!(function.kind, FunctionKind::Regex(_) | FunctionKind::NextMatch { .. }))
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Item::Json(Value::Array(_)) | Item::List(..))
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Item::Json(Value::Object(_)) | Item::Record(_))
    }

    pub(crate) fn flags(&self) -> Flags {
        match self {
            Item::List(_, flags) => *flags,
            _ => Flags::default(),
        }
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Item::Number(number) => Some(*number),
            Item::Json(Value::Number(number)) => Some(number.as_f64()),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&Arc<str>> {
        match self {
            Item::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Item::Json(Value::Bool(boolean)) => Some(*boolean),
            _ => None,
        }
    }

    pub(crate) fn elements(&self) -> Option<Elements<'_>> {
        match self {
            Item::Json(Value::Array(array)) => Some(Elements::Json(array)),
            Item::List(list, _) => Some(Elements::Items(&list.items)),
            _ => None,
        }
    }

    /// The elements of an array, the value itself as the only one, or nothing for undefined.
    pub(crate) fn into_items(self) -> Vec<Item> {
        match self {
            Item::Undefined => Vec::new(),
            Item::List(list, _) => match Rc::try_unwrap(list) {
                Ok(list) => list.items,
                Err(shared) => shared.items.clone(),
            },
            Item::Json(Value::Array(array)) => array.iter().cloned().map(Item::Json).collect(),
            single => vec![single],
        }
    }

    /// The member of an object.
    pub(crate) fn get(&self, key: &str) -> Item {
        match self {
            Item::Json(Value::Object(object)) => object.get(key).cloned().map_or(Item::Undefined, Item::Json),
            Item::Record(record) => record.get(key).cloned().unwrap_or_default(),
            _ => Item::Undefined,
        }
    }

    /// The entries of an object, in order; none for anything else.
    pub(crate) fn entries(&self) -> Vec<(Key, Item)> {
        match self {
            Item::Json(Value::Object(object)) => {
                object.iter().map(|(key, value)| (key.clone(), Item::Json(value.clone()))).collect()
            }
            Item::Record(record) => record.entries.clone(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        match self {
            Item::List(list, _) => list.depth,
            Item::Record(record) => record.depth,
            Item::Function(function) => function.depth,
            Item::Json(Value::Array(_) | Value::Object(_)) => 1,
            Item::Undefined | Item::Number(_) | Item::Json(_) | Item::Tuples(_) => 0,
        }
    }

    /// Refuses a value that is nested too deeply.
    pub(crate) fn shallow_enough(self) -> Result<Item, Error> {
        if self.depth() > VALUE_DEPTH_MAX { Err(Error::new(DEPTH_EXCEEDED)) } else { Ok(self) }
    }

    /// The value as JSON for a caller outside: nothing when it is undefined or a function, or has a function in it.
    pub(crate) fn to_value(&self, mode: Output) -> Option<Value> {
        match self {
            Item::Undefined | Item::Tuples(_) => None,
            Item::Function(_) => None,
            Item::Json(value) => Some(match mode {
                Output::StepFunctions => number::in_aws_form(value),
                Output::Javascript => value.clone(),
            }),
            Item::Number(number) if number.is_finite() => Some(number::to_json(*number)),
            Item::Number(number) => Some(match mode {
                Output::StepFunctions => Value::from(crate::text::number::format(*number)),
                Output::Javascript => Value::Null,
            }),
            Item::List(list, _) => {
                let absent = |item: &Item| match mode {
                    Output::StepFunctions if !item.is_undefined() => None,
                    _ => Some(Value::Null),
                };
                let values: Option<Vec<Value>> =
                    list.items.iter().map(|item| item.to_value(mode).or_else(|| absent(item))).collect();
                values.map(Value::from)
            }
            Item::Record(record) => {
                let mut object = ObjectBuilder::new();
                for (key, item) in &record.entries {
                    match item.to_value(mode) {
                        Some(value) => {
                            object.insert(key.clone(), value);
                        }
                        None if mode == Output::StepFunctions && !item.is_undefined() => return None,
                        None => {}
                    }
                }
                Some(Value::from(object.build()))
            }
        }
    }

    /// The value as an error shows it: large ones are cut to nothing, as no message is longer than AWS's.
    pub(crate) fn to_error_value(&self) -> Value {
        self.to_value(Output::Javascript).unwrap_or_default()
    }
}

/// How what JSON lacks is written.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Output {
    /// As `JSON.stringify` does it: non-finite numbers and functions in arrays are null, functions in objects are left out.
    Javascript,
    /// Non-finite numbers are strings, a function anywhere makes the result unsupported.
    StepFunctions,
}

/// Whether two items are the same value; functions are the same only if they are one.
pub(crate) fn deep_equal(left: &Item, right: &Item) -> bool {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return left == right;
    }
    if let (Some(left), Some(right)) = (left.elements(), right.elements()) {
        return left.len() == right.len()
            && left.iter().zip(right.iter()).all(|(left, right)| deep_equal(&left, &right));
    }
    if left.is_object() && right.is_object() {
        let entries = left.entries();
        let count = match right {
            Item::Json(Value::Object(object)) => object.len(),
            Item::Record(record) => record.entries.len(),
            _ => 0,
        };
        return entries.len() == count
            && entries.iter().all(|(key, item)| {
                let other = right.get(key);
                !other.is_undefined() && deep_equal(item, &other)
            });
    }
    match (left, right) {
        (Item::Undefined, Item::Undefined) => true,
        (Item::Json(left), Item::Json(right)) => left == right,
        (Item::Function(left), Item::Function(right)) => Rc::ptr_eq(left, right),
        _ => false,
    }
}

/// The order of two strings as JavaScript has it: by UTF-16 units.
pub(crate) fn compare_text(left: &str, right: &str) -> Ordering {
    if left.is_ascii() || right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}
