//! Numbers as JavaScript prints, rounds and reads them. No arithmetic: that is the processor's.

use json::{Number, Value};

/// Integers up to here are exact in a double.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Appends `number` as `String(number)` prints it.
pub(crate) fn write_number(number: f64, out: &mut String) {
    if number == 0.0 {
        return out.push('0');
    }
    if number.fract() == 0.0 && number.abs() < EXACT_MAX {
        return out.push_str(itoa::Buffer::new().format(number as i64));
    }
    if !number.is_finite() {
        return out.push_str(if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
    }
    let (digits, exponent) = shortest_digits(number.abs());
    if number < 0.0 {
        out.push('-');
    }
    let count = digits.len() as i32;
    match exponent {
        -6..0 => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
            out.push_str(&digits);
        }
        0..21 if count <= exponent + 1 => {
            out.push_str(&digits);
            out.extend(std::iter::repeat_n('0', (exponent + 1 - count) as usize));
        }
        0..21 => {
            let (whole, fraction) = digits.split_at(exponent as usize + 1);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            out.push_str(first);
            if !rest.is_empty() {
                out.push('.');
                out.push_str(rest);
            }
            out.push_str(if exponent < 0 { "e-" } else { "e+" });
            out.push_str(itoa::Buffer::new().format(exponent.abs()));
        }
    }
}

/// The shortest digits that read back as `magnitude`, and the decimal exponent of the first of them.
fn shortest_digits(magnitude: f64) -> (String, i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(magnitude);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().expect("ryu writes a decimal exponent");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let exponent = exponent + whole.len() as i32 - 1 - leading as i32;
    (all.trim_matches('0').to_owned(), exponent)
}

/// `String(number)`.
pub(crate) fn number_to_string(number: f64) -> String {
    let mut text = String::new();
    write_number(number, &mut text);
    text
}

/// The number `$string` shows: integers as they are, others with 15 significant digits.
pub(crate) fn to_precision_15(number: f64) -> f64 {
    if number.fract() == 0.0 || !number.is_finite() {
        return number;
    }
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// A computed number as JSON: integral doubles become integers, printed as JavaScript prints them. Neither infinite nor NaN.
pub(crate) fn to_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT_MAX {
        return Value::from(number as i64);
    }
    if number.fract() == 0.0 && number.abs() < 1e21 {
        let text = number_to_string(number);
        return match text.parse::<i64>() {
            Ok(integer) => Value::from(integer),
            Err(_) => Value::Number(Number::Decimal(text.into())),
        };
    }
    Value::from(number)
}

/// `Number(text)` where `$number` allows it: a JSON-like decimal, or `0x`, `0o`, `0b` integers.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let (digits, radix) = match text.get(..2) {
        Some("0x" | "0X") => (&text[2..], 16),
        Some("0o" | "0O") => (&text[2..], 8),
        Some("0b" | "0B") => (&text[2..], 2),
        _ => return is_decimal(text).then(|| text.parse().ok()).flatten(),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let number = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit));
    number.is_finite().then_some(number)
}

/// The grammar of a JSON number, as the language reads it from strings and literals.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    decimal_length(unsigned) == unsigned.len() && !unsigned.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_javascript_prints_them() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (121_932_631_112_635_269.0, "121932631112635260"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (0.000001, "0.000001"),
            (0.0000001, "1e-7"),
            (-123.456, "-123.456"),
            (f64::NAN, "NaN"),
        ];
        for (number, expected) in cases {
            assert_eq!(number_to_string(number), expected);
        }
    }
}
