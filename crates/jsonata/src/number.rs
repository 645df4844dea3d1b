//! Computed numbers as JSON, and the grammar of number literals. How numbers are printed and read is in `text::number`.

use json::{Number, Value};

/// Integers up to here are exact in a double.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A computed number as JSON: integral doubles become integers, printed as JavaScript prints them. Neither infinite nor NaN.
pub(crate) fn to_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT_MAX {
        return Value::from(number as i64);
    }
    if number.fract() == 0.0 && number.abs() < 1e21 {
        let text = crate::text::number::format(number);
        return match text.parse::<i64>() {
            Ok(integer) => Value::from(integer),
            Err(_) => Value::Number(Number::Decimal(text.into())),
        };
    }
    Value::from(number)
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
