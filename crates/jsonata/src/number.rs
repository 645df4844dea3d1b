//! Computed numbers as JSON, and the grammar of number literals. How numbers are printed and read is in `text::number`.

use json::{Key, Number, Object, Value};

/// A computed number as JSON: what 64 bits hold without a fraction becomes an integer, as on AWS. Neither infinite nor NaN.
pub(crate) fn to_json(number: f64) -> Value {
    Number::plain(number).map_or(Value::Null, Value::Number)
}

/// A value whose numbers are written as AWS writes what comes out of an expression: `1.0` is 1, and an integer beyond 64 bits a double.
/// What is in that form already, as most values are, is not looked through: it knows.
pub(crate) fn in_aws_form(value: &Value) -> Value {
    changed(value).unwrap_or_else(|| value.clone())
}

/// The value in AWS's form, if that is another one.
fn changed(value: &Value) -> Option<Value> {
    if value.has_plain_numbers() {
        return None;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(Number::Integer(_)) => None,
        Value::Number(Number::Double(double)) => Some(to_json(*double)),
        // What no double holds stays as it is.
        Value::Number(number @ Number::Decimal(_)) => {
            Some(number.as_f64()).filter(|double| double.is_finite()).map(to_json)
        }
        Value::Array(array) => {
            let (position, first) = array.iter().enumerate().find_map(|(at, element)| Some((at, changed(element)?)))?;
            let mut elements: Vec<Value> = array[..position].to_vec();
            elements.push(first);
            elements.extend(array[position + 1..].iter().map(in_aws_form));
            Some(Value::from(elements))
        }
        Value::Object(object) => {
            let mut members = object.iter().enumerate();
            let (position, first) = members.find_map(|(at, (_, member))| Some((at, changed(member)?)))?;
            let mut entries: Vec<(Key, Value)> = Vec::with_capacity(object.len());
            entries.extend(object.iter().take(position).map(|(key, member)| (key.clone(), member.clone())));
            let mut rest = object.iter().skip(position);
            entries.extend(rest.next().map(|(key, _)| (key.clone(), first)));
            entries.extend(rest.map(|(key, member)| (key.clone(), in_aws_form(member))));
            Some(Value::Object(Object::from_distinct(entries)))
        }
    }
}

/// How many bytes at the start of `text` are an unsigned decimal literal; 0 when there is none.
pub(crate) fn decimal_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = match bytes.first() {
        Some(b'0') => 1,
        Some(b'1'..=b'9') => digits(0),
        _ => return 0,
    };
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let from = (end + 1 + sign).min(bytes.len());
        if digits(from) > 0 {
            end = from + digits(from);
        }
    }
    end
}
