//! `States.StringToJson` and `States.JsonMerge`.

use super::Outcome;
use json::{Object, ObjectBuilder, Value};

/// Parses `text`; nothing but white space gives `null` (recorded).
pub(super) fn string_to_json(text: &Value) -> Outcome {
    let Value::String(text) = text else {
        return Err(format!("The argument must be a string but was: {text}"));
    };
    if text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
        return Ok(Value::Null);
    }
    json::parse(text).map_err(|error| format!("The string is not valid JSON: {error}"))
}

/// `left` with the members of `right`, which win. AWS has no deep merge: the third argument must be `false`.
pub(super) fn merge(left: &Value, right: &Value, deep: &Value) -> Outcome {
    if *deep != Value::Bool(false) {
        return Err(format!("Deep merge is not supported: the third argument must be false but was: {deep}"));
    }
    let mut merged = ObjectBuilder::new();
    for object in [object(left)?, object(right)?] {
        for (key, member) in object.iter() {
            merged.insert(key.clone(), member);
        }
    }
    Ok(merged.build().into())
}

fn object(value: &Value) -> Result<&Object, String> {
    value.as_object().ok_or_else(|| format!("The first two arguments must be objects but one was: {value}"))
}
