//! Whether a value could be the result of a task: the reply of an operation, its members named as Step Functions names them.
//!
//! Source of the sentences: recordings of TestState; the one about a maximum length is ours.

use crate::names::pascal;
use crate::{Kind, Shape};
use json::Value;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Checks<'c> {
    /// Whether members that every reply has must be there.
    pub required: bool,
    /// Members of the reply that Step Functions makes something else of, as it names them; they may be anything.
    pub opaque: &'c [&'c str],
}

/// What is wrong with `value` as a result of the shape `shape`, in AWS's words. Members that the shape does not have are no matter.
pub fn result_problem(shape: Shape<'_>, value: &Value, checks: Checks<'_>) -> Option<String> {
    if value.as_object().is_none() {
        return Some("Mock result must be a JSON object".to_owned());
    }
    structure(shape, value, checks)
}

fn structure(shape: Shape<'_>, value: &Value, checks: Checks<'_>) -> Option<String> {
    let given = |name: &str| value.get(&pascal(name)).filter(|value| !value.is_null());
    let missing = shape.required().map(pascal).find(|name| {
        checks.required && !checks.opaque.contains(&name.as_str()) && value.get(name).is_none_or(Value::is_null)
    });
    if let Some(name) = missing {
        return Some(format!("Required field '{name}' is missing"));
    }
    shape.members().find_map(|(name, member)| {
        let value = given(name)?;
        let name = pascal(name);
        if checks.opaque.contains(&name.as_str()) { None } else { field(&name, member, value, checks) }
    })
}

fn field(name: &str, shape: Shape<'_>, value: &Value, checks: Checks<'_>) -> Option<String> {
    let wrong = |what: &str| Some(format!("Field '{name}' {what}"));
    let checks = Checks { opaque: &[], ..checks };
    match (shape.kind(), value) {
        (Kind::Document, _) => None,
        (Kind::Structure, Value::Object(_)) => structure(shape, value, checks),
        (Kind::List, Value::Array(elements)) => {
            let element = shape.element()?;
            elements.iter().find_map(|value| field(name, element, value, checks))
        }
        (Kind::Map, Value::Object(entries)) => {
            let element = shape.element()?;
            entries.iter().find_map(|(key, value)| field(key, element, value, checks))
        }
        (Kind::String, Value::String(text)) => match shape.words() {
            Some(mut words) => {
                if words.any(|word| word == &**text) {
                    None
                } else {
                    wrong("is not an expected value")
                }
            }
            None => length(shape, text.chars().count()).and_then(wrong),
        },
        (Kind::Blob, Value::String(text)) => length(shape, text.len()).and_then(wrong),
        (Kind::Timestamp, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => None,
        (Kind::Integer | Kind::Float, Value::Number(number)) => {
            let number = number.as_f64();
            if shape.min().is_some_and(|min| number < min) {
                wrong("is less than the minimum value")
            } else if shape.max().is_some_and(|max| number > max) {
                wrong("exceeds the maximum value")
            } else {
                None
            }
        }
        (Kind::Structure | Kind::Map, _) => wrong("must be an object"),
        (Kind::List, _) => wrong("must be an array"),
        (Kind::String | Kind::Blob | Kind::Timestamp, _) => wrong("must be a string"),
        (Kind::Integer | Kind::Float, _) => wrong("must be a number"),
        (Kind::Boolean, _) => wrong("must be a boolean"),
    }
}

fn length(shape: Shape<'_>, length: usize) -> Option<&'static str> {
    let length = length as f64;
    if shape.min().is_some_and(|min| length < min) {
        Some("is smaller than the minimum length")
    } else if shape.max().is_some_and(|max| length > max) {
        Some("exceeds the maximum length")
    } else {
        None
    }
}
