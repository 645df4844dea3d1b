//! `States.StringToJson` and `States.JsonMerge`.

use super::{Outcome, Refusal};
use json::{Object, ObjectBuilder, ParseError, Problem, Value};

/// Parses `text`; nothing but white space gives `null` (recorded).
pub(super) fn string_to_json(text: &Value) -> Outcome {
    let Value::String(text) = text else { return Err(Refusal::Arguments) };
    if text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
        return Ok(Value::Null);
    }
    json::parse(text).map_err(|error| {
        let (line, column) = position(text, &error);
        Refusal::Said(format!(
            "Cannot convert String to Json in States.StringToJson, caused by: {error}\n at [Source: REDACTED \
             (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {line}, column: {column}]"
        ))
    })
}

/// Where AWS's parser stands when it gives up: at the character that it cannot use, or after the word.
fn position(text: &str, error: &ParseError) -> (usize, usize) {
    let token = match &error.problem {
        Problem::UnrecognizedToken(token) => token.len(),
        _ => 0,
    };
    let before = &text[..(error.offset + token).min(text.len())];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line..].chars().count() + 1)
}

/// `left` with the members of `right`, which win. AWS has no deep merge, for which `true` asks; anything else is taken as `false` (recorded).
pub(super) fn merge(left: &Value, right: &Value, deep: &Value) -> Outcome {
    if *deep == Value::Bool(true) {
        return Err(Refusal::Arguments);
    }
    let mut merged = ObjectBuilder::new();
    for object in [object(left)?, object(right)?] {
        for (key, member) in object.iter() {
            merged.insert(key.clone(), member);
        }
    }
    Ok(merged.build().into())
}

fn object(value: &Value) -> Result<&Object, Refusal> {
    value.as_object().ok_or(Refusal::Arguments)
}
