//! The value itself and its conversions.

use crate::mark::Mark;
use crate::{Number, Object};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Any JSON value. Cloning is a reference count at most.
#[derive(Clone, PartialEq, Default)]
pub enum Value {
    /// `null`, which is a value and not the absence of one.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; see [`Number`] for why `1` is not `1.0`.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// A list.
    Array(Array),
    /// An object.
    Object(Object),
}

/// An immutable JSON array. Cloning shares it.
#[derive(Clone, Default)]
pub struct Array(Arc<Elements>);

#[derive(Default)]
struct Elements {
    list: Vec<Value>,
    numbers: Mark,
}

impl Clone for Elements {
    fn clone(&self) -> Self {
        Elements { list: self.list.clone(), numbers: Mark::default() }
    }
}

impl Deref for Array {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0.list
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        self.0.list == other.0.list
    }
}

impl Array {
    /// This array with the element at `index` replaced; `None` when there is no such element.
    pub fn with(&self, index: usize, value: Value) -> Option<Array> {
        let mut changed = self.clone();
        let elements = Arc::make_mut(&mut changed.0);
        *elements.list.get_mut(index)? = value;
        elements.numbers.forget();
        Some(changed)
    }

    /// An array of elements in which all numbers are known to be plain.
    pub(crate) fn of_plain_numbers(list: Vec<Value>) -> Array {
        Array(Arc::new(Elements { list, numbers: Mark::plain() }))
    }
}

impl From<Vec<Value>> for Array {
    fn from(elements: Vec<Value>) -> Self {
        Array(Arc::new(Elements { list: elements, numbers: Mark::default() }))
    }
}

impl FromIterator<Value> for Array {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        Array::from(elements.into_iter().collect::<Vec<_>>())
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl Value {
    /// An object without entries.
    pub fn empty_object() -> Value {
        Value::Object(Object::new())
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The integer, when the number was written as one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(boolean) => Some(*boolean),
            _ => None,
        }
    }

    /// The array.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The member `key` of an object; `None` for anything else.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object().and_then(|object| object.get(key))
    }

    /// The JSON type's name: `null`, `boolean`, `number`, `string`, `array`, `object`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Whether all numbers in this are [plain](Number::is_plain). An array or object is looked through once at most: one that was parsed, or
    /// asked before, knows.
    pub fn has_plain_numbers(&self) -> bool {
        match self {
            Value::Number(number) => number.is_plain(),
            Value::Array(array) => array.0.numbers.are_plain(array.iter()),
            Value::Object(object) => object.has_plain_numbers(),
            Value::Null | Value::Bool(_) | Value::String(_) => true,
        }
    }

    /// Whether arrays and objects are nested deeper than `levels`. Payloads are checked with it where they are made, so that no
    /// recursion over a value can exhaust the stack.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        match self {
            Value::Array(array) => levels == 0 || array.iter().any(|value| value.is_deeper_than(levels - 1)),
            Value::Object(object) => levels == 0 || object.values().any(|value| value.is_deeper_than(levels - 1)),
            _ => false,
        }
    }
}

/// Compact JSON text.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        crate::write_value(self, &mut text);
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Value::Null
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Value::Bool(boolean)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Value::Number(Number::Integer(integer))
    }
}

impl From<i32> for Value {
    fn from(integer: i32) -> Self {
        Value::from(i64::from(integer))
    }
}

impl From<u32> for Value {
    fn from(integer: u32) -> Self {
        Value::from(i64::from(integer))
    }
}

impl From<u64> for Value {
    fn from(integer: u64) -> Self {
        match i64::try_from(integer) {
            Ok(integer) => Value::from(integer),
            Err(_) => Value::Number(Number::Decimal(integer.to_string().into())),
        }
    }
}

impl From<usize> for Value {
    fn from(integer: usize) -> Self {
        Value::from(integer as u64)
    }
}

/// A double that JSON cannot write becomes `null`.
impl From<f64> for Value {
    fn from(double: f64) -> Self {
        Number::from_f64(double).map_or(Value::Null, Value::Number)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::String(text.as_str().into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Value::String(text)
    }
}

impl From<&Arc<str>> for Value {
    fn from(text: &Arc<str>) -> Self {
        Value::String(text.clone())
    }
}

impl From<Array> for Value {
    fn from(array: Array) -> Self {
        Value::Array(array)
    }
}

impl From<Vec<Value>> for Value {
    fn from(elements: Vec<Value>) -> Self {
        Value::Array(elements.into())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}

impl From<&Object> for Value {
    fn from(object: &Object) -> Self {
        Value::Object(object.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, parse};

    #[test]
    fn what_has_plain_numbers_is_asked_anew_after_a_change() {
        let parsed = |text| parse(text).expect("it is JSON");
        for plain in ["7", r#"{"a": [1, -2.5, 1e300, "1.0"], "b": {}}"#, "[]"] {
            assert!(parsed(plain).has_plain_numbers(), "{plain}");
        }
        for other in ["7.0", r#"{"a": [1, {"b": -0.0}]}"#, "[12345678901234567890]", r#"[[], [1e2], []]"#] {
            assert!(!parsed(other).has_plain_numbers(), "{other}");
        }
        let two = parsed(r#"[1, {"a": 2}]"#);
        let array = two.as_array().expect("it is one");
        assert!(!Value::from(array.with(0, Value::from(1.0)).expect("it has elements")).has_plain_numbers());
        let mut object = json!({"a": 1.5, "b": (two.clone())}).as_object().expect("it is one").clone();
        assert!(Value::from(&object).has_plain_numbers());
        object.set("a", Value::from(1.0));
        assert!(!Value::from(&object).has_plain_numbers());
        object.set("a", Value::from(1));
        assert!(Value::from(&object).has_plain_numbers() && two.has_plain_numbers());
    }
}
