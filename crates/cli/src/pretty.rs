//! JSON for people.

use json::{Value, write_string};

/// The value on several lines, indented by two spaces; empty collections stay on one.
pub(crate) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            out.push('{');
            for (position, (key, value)) in object.iter().enumerate() {
                start_line(position, depth + 1, out);
                write_string(key, out);
                out.push_str(": ");
                write(value, depth + 1, out);
            }
            end(depth, '}', out);
        }
        Value::Array(array) if !array.is_empty() => {
            out.push('[');
            for (position, value) in array.iter().enumerate() {
                start_line(position, depth + 1, out);
                write(value, depth + 1, out);
            }
            end(depth, ']', out);
        }
        _ => out.push_str(&value.to_string()),
    }
}

fn start_line(position: usize, depth: usize, out: &mut String) {
    out.push_str(if position == 0 { "\n" } else { ",\n" });
    out.push_str(&"  ".repeat(depth));
}

fn end(depth: usize, bracket: char, out: &mut String) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(bracket);
}
