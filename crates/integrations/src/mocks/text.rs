//! Mocks as a file.

use super::template::expression;
use json::{Object, ObjectBuilder, Value};

/// A value as YAML, with its own lines indented. Texts are in quotes as in JSON.
pub(super) fn yaml(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields.iter() {
                line_break(indent, out);
                out.push_str(&key(name));
                out.push(':');
                nested(value, indent, out);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements.iter() {
                line_break(indent, out);
                out.push('-');
                nested(element, indent, out);
            }
        }
        other => {
            out.push(' ');
            out.push_str(&other.to_string());
        }
    }
}

fn nested(value: &Value, indent: usize, out: &mut String) {
    yaml(value, indent + 2, out);
}

fn line_break(indent: usize, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.extend(std::iter::repeat_n(' ', indent));
}

/// A key, in quotes where it could be taken for something else.
fn key(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { name.to_owned() } else { Value::from(name).to_string() }
}

/// A value that stands for itself: of a text that would be taken for an expression an expression gives the text.
pub(super) fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) if expression(text).is_some() => Value::from(format!("{{% {value} %}}")),
        Value::Array(elements) => elements.iter().map(literal).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let mut object = ObjectBuilder::new();
            for (name, value) in fields.iter() {
                object.insert(name.clone(), literal(value));
            }
            object.build().into()
        }
        other => other.clone(),
    }
}

/// A file with one test case: by the names of states their responses.
pub(super) fn file(state_machine: &str, test_case: &str, head: &[(&str, Value)], responses: Object) -> String {
    let object = |name: &str, value: Value| -> Value {
        let mut object = Object::new();
        object.set(name, value);
        object.into()
    };
    let machine = object("TestCases", object(test_case, responses.into()));
    let mut file = Object::new();
    for (name, value) in head {
        file.set(*name, value.clone());
    }
    file.set("StateMachines", object(state_machine, machine));
    let mut out = String::new();
    yaml(&file.into(), 0, &mut out);
    out.push('\n');
    out
}
