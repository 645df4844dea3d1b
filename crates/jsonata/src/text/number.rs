//! Numbers as JSONata prints and reads them: ECMAScript's `Number::toString`, `$number` and `$formatBase`.

use super::round;
use crate::Profile;
use std::fmt::Write;

/// Appends the shortest decimal text that reads back as `value`: plain from 1e-6 up to 1e21, else with an exponent (`1e+21`).
///
/// ECMAScript, Number::toString. Not-a-number and the infinities give `NaN`, `Infinity`, `-Infinity`.
pub fn write(value: f64, out: &mut String) {
    if value == 0.0 {
        return out.push('0');
    }
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return write!(out, "{}", value as i64).expect("writing to a String cannot fail");
    }
    if !value.is_finite() {
        return out.push_str(match value {
            _ if value.is_nan() => "NaN",
            _ if value > 0.0 => "Infinity",
            _ => "-Infinity",
        });
    }
    let magnitude = value.abs();
    // Of two shortest texts equally near, ECMAScript wants the even one, as ryu does, and the standard library does not.
    let mut buffer = ryu::Buffer::new();
    let shortest = buffer.format_finite(value);
    let plain = (1e-6..1e21).contains(&magnitude);
    let Some((mantissa, exponent)) = shortest.split_once('e') else {
        // ryu writes an exponent wherever ECMAScript does.
        return out.push_str(shortest.strip_suffix(".0").unwrap_or(shortest));
    };
    let mantissa = mantissa.strip_suffix(".0").unwrap_or(mantissa);
    if !plain {
        let sign = if exponent.starts_with('-') { "" } else { "+" };
        return write!(out, "{mantissa}e{sign}{exponent}").expect("writing to a String cannot fail");
    }
    let exponent: i32 = exponent.parse().expect("ryu writes a decimal exponent");
    write_shifted(mantissa, exponent, out);
}

/// Appends a mantissa of one digit and a fraction with the point moved by `exponent` places.
fn write_shifted(mantissa: &str, exponent: i32, out: &mut String) {
    let (sign, unsigned) = match mantissa.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", mantissa),
    };
    let digits = unsigned.replace('.', "");
    out.push_str(sign);
    if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        return out.push_str(&digits);
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        out.push_str(&digits);
        return out.extend(std::iter::repeat_n('0', whole - digits.len()));
    }
    out.push_str(&digits[..whole]);
    out.push('.');
    out.push_str(&digits[whole..]);
}

/// The text of `value`, see [`write`].
pub fn format(value: f64) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Appends what AWS's `$string` and `&` make of a finite number: whole numbers as [`write`] does; of others 15 significant digits, rounded
/// down and without zeros at the end, as Java's `BigDecimal` prints them (`1e+2` for 100.0000000000001).
pub fn write_as_aws(value: f64, out: &mut String) {
    if value.fract() == 0.0 {
        return write(value, out);
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').expect("an exponent was asked for");
    let exponent: i32 = exponent.parse().expect("the standard library writes a decimal exponent");
    let negative = mantissa.starts_with('-');
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let (kept, cut) = digits.split_at(digits.len().min(15));
    let mut kept: i64 = kept.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    // Down is away from zero for negative numbers.
    kept += i64::from(negative && cut.iter().any(|digit| *digit != b'0'));
    // The number is kept * 10^-scale.
    let mut scale = digits.len().min(15) as i32 - 1 - exponent;
    while kept % 10 == 0 {
        kept /= 10;
        scale -= 1;
    }
    let digits = kept.to_string();
    let exponent = digits.len() as i32 - 1 - scale;
    if negative {
        out.push('-');
    }
    if scale >= 0 && exponent >= -6 {
        return write_shifted(&digits, exponent, out);
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { "" } else { "+" };
    write!(out, "{first}{point}{rest}e{sign}{exponent}").expect("writing to a String cannot fail");
}

/// The double that `$string` and `&` print for `value`: fractions keep 15 significant digits, whole numbers all of theirs.
/// In version 2.0.6 they keep 15 too.
pub fn for_string(value: f64, profile: Profile) -> f64 {
    let exact = value.fract() == 0.0 && !profile.is_documented();
    if exact { value } else { round::to_15_digits(value) }
}

/// `$number` of a string: a JSON number, leading zeros allowed, or digits after `0x`, `0o`, `0b`. `None` for anything else and for what
/// no double holds; the evaluator reports that as D3030.
pub fn parse(text: &str) -> Option<f64> {
    if let Some(radix) = radix_of_prefix(text) {
        return parse_digits(&text.as_bytes()[2..], radix);
    }
    is_decimal(text).then(|| text.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

fn radix_of_prefix(text: &str) -> Option<u32> {
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    }
}

/// An optional minus, digits, and optionally a fraction and an exponent; no part of it empty.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && fraction.is_none_or(are_digits) && exponent.is_none_or(are_digits)
}

/// Digits of a radix that is a power of two, rounded once: 120 bits are kept, and whether anything follows them.
fn parse_digits(digits: &[u8], radix: u32) -> Option<f64> {
    let (mut kept, mut scale) = (0u128, 1f64);
    for &byte in digits {
        let digit = u128::from(char::from(byte).to_digit(radix)?);
        if kept >> 120 == 0 {
            kept = kept * u128::from(radix) + digit;
        } else {
            kept |= u128::from(digit != 0);
            scale *= f64::from(radix);
        }
    }
    let value = kept as f64 * scale;
    (!digits.is_empty() && value.is_finite()).then_some(value)
}

/// `$formatBase`: `value` rounded to a whole number and written in `radix`, itself rounded. `Err` carries the rounded radix when it is not
/// between 2 and 36 (D3100).
///
/// Beyond 2^53 the digits below a double's precision are written as zeros; ECMAScript leaves them to the implementation.
pub fn format_base(value: f64, radix: f64) -> Result<String, f64> {
    let radix = round::half_even(radix, 0);
    if !(2.0..=36.0).contains(&radix) {
        return Err(radix);
    }
    let value = round::half_even(value, 0);
    if radix == 10.0 || !value.is_finite() {
        return Ok(format(value));
    }
    let mut digits = Vec::new();
    let mut rest = value.abs();
    while rest >= 9_007_199_254_740_992.0 {
        rest /= radix;
        digits.push('0');
    }
    let mut rest = rest as u64;
    while rest > 0 || digits.is_empty() {
        let digit = rest % radix as u64;
        digits.push(char::from_digit(digit as u32, 36).expect("a remainder below 36 is a digit"));
        rest /= radix as u64;
    }
    if value < 0.0 {
        digits.push('-');
    }
    Ok(digits.into_iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_ecmascript_prints_them() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (-42.0, "-42"),
            (0.1, "0.1"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (-1e-7, "-1e-7"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, expected) in cases {
            assert_eq!(format(value), expected);
        }
        assert_eq!(format(for_string(22.0 / 7.0, Profile::Reference)), "3.14285714285714");
        assert_eq!(format(for_string(5890840712243076.0, Profile::Reference)), "5890840712243076");
        assert_eq!(format(for_string(5890840712243076.0, Profile::Documented)), "5890840712243080");
    }

    #[test]
    fn fractions_keep_15_digits_rounded_down_on_aws() {
        let cases = [
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (0.6666666666666666, "0.666666666666666"),
            (-0.6666666666666666, "-0.666666666666667"),
            (1234567890123456.7, "1.23456789012345e+15"),
            (123456789012345.5, "123456789012345"),
            (100.0000000000001, "1e+2"),
            (0.0000015, "0.0000015"),
            (0.00000015, "1.5e-7"),
            (-2.5, "-2.5"),
            (1.5e16, "15000000000000000"),
            (1.5e21, "1.5e+21"),
            (9223372036854775808.0, "9223372036854776000"),
        ];
        for (value, expected) in cases {
            let mut text = String::new();
            write_as_aws(value, &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn strings_are_read_as_numbers() {
        let cases = [
            ("000.00123000", Some(0.00123)),
            ("-007", Some(-7.0)),
            ("1E+5", Some(100000.0)),
            ("0x1F", Some(31.0)),
            ("0B101", Some(5.0)),
            ("0o12", Some(10.0)),
            ("0xffffffffffffffffffffffffffffffffffff", Some(2.2300745198530623e43)),
            ("10e500", None),
            ("0x", None),
            ("0x1G", None),
            ("0é", None),
            ("-0x12", None),
            ("+5", None),
            (" 5", None),
            ("5.", None),
            (".5", None),
            ("1e", None),
            ("", None),
            ("Infinity", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse(&format!("0x{}", "f".repeat(300))), None);
    }

    #[test]
    fn bases_two_to_thirty_six() {
        let cases = [
            (format_base(-100.0, 2.0), "-1100100"),
            (format_base(99.5, 2.5), "1100100"),
            (format_base(100.0, 36.0), "2s"),
            (format_base(-0.4, 3.0), "0"),
            (format_base(1e21, 16.0), "3635c9adc5dea00000"),
        ];
        for (actual, expected) in cases {
            assert_eq!(actual.as_deref(), Ok(expected));
        }
        assert_eq!(format_base(100.0, 1.4), Err(1.0));
        assert_eq!(format_base(f64::MAX, 2.0).map(|text| text.len()), Ok(1024));
    }
}
