//! Values printed as Java's `toString` prints maps and lists (`{a=1, b=[x, y]}`): the form AWS shows in `States.Format` and in path errors.

use json::Value;
use std::fmt::Write;

/// The text of `value` as Java prints it: strings bare, `null` as `null`.
pub(crate) fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write_text(value, &mut text);
    text
}

/// Appends what [`to_text`] gives.
pub(crate) fn write_text(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(boolean) => out.push_str(if *boolean { "true" } else { "false" }),
        Value::Number(number) => write!(out, "{number}").expect("writing to a String cannot fail"),
        Value::String(text) => out.push_str(text),
        Value::Array(array) => {
            out.push('[');
            for (position, element) in array.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                write_text(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (position, (key, member)) in object.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                out.push_str(key);
                out.push('=');
                write_text(member, out);
            }
            out.push('}');
        }
    }
}
