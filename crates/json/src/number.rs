//! Numbers as AWS keeps them: an integer stays an integer of any size, a fraction stays a double and is printed the way Java prints it.

use std::fmt;
use std::sync::Arc;

/// From here on an integer needs more than 64 bits.
const BEYOND_INTEGERS: f64 = 9_223_372_036_854_775_808.0;

/// A JSON number.
///
/// Integers and doubles are different values (`1` is not `1.0`), as in AWS's own JSON library: recorded outputs keep `0.0` apart from `0`.
#[derive(Clone, Debug)]
pub enum Number {
    /// An integer that fits 64 bits.
    Integer(i64),
    /// A number written with a fraction or an exponent. Never infinite, never NaN.
    Double(f64),
    /// The decimal text of a number that must not be rounded: an integer beyond 64 bits, or seconds with milliseconds in a reply.
    Decimal(Arc<str>),
}

impl Number {
    /// The double nearest to this number.
    pub fn as_f64(&self) -> f64 {
        match self {
            Number::Integer(integer) => *integer as f64,
            Number::Double(double) => *double,
            Number::Decimal(text) => text.parse().unwrap_or(f64::INFINITY),
        }
    }

    /// The integer, when this number was written as one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Integer(integer) => Some(*integer),
            Number::Double(_) | Number::Decimal(_) => None,
        }
    }

    /// The integral value of an integer or of a double without a fraction (`2.0` gives 2).
    pub fn as_integral(&self) -> Option<i64> {
        match self {
            Number::Integer(integer) => Some(*integer),
            Number::Double(double) if double.fract() == 0.0 && double.abs() < 9.0e18 => Some(*double as i64),
            Number::Double(_) | Number::Decimal(_) => None,
        }
    }

    /// Whether this is the form that a number has whose text is not known: an integer if 64 bits hold it, else a double.
    pub fn is_plain(&self) -> bool {
        match self {
            Number::Integer(_) => true,
            Number::Double(double) => double.fract() != 0.0 || double.abs() >= BEYOND_INTEGERS,
            Number::Decimal(_) => false,
        }
    }

    /// The plain number that a double stands for; `None` for the values JSON has no text for.
    pub fn plain(double: f64) -> Option<Number> {
        if double.fract() == 0.0 && double.abs() < BEYOND_INTEGERS {
            return Some(Number::Integer(double as i64));
        }
        Number::from_f64(double)
    }

    /// A double as a number; `None` for the values JSON has no text for.
    pub fn from_f64(double: f64) -> Option<Number> {
        double.is_finite().then_some(Number::Double(double))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Number::Integer(left), Number::Integer(right)) => left == right,
            (Number::Double(left), Number::Double(right)) => left == right,
            (Number::Decimal(left), Number::Decimal(right)) => left == right,
            _ => false,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(integer) => formatter.write_str(itoa::Buffer::new().format(*integer)),
            Number::Double(double) => write_double(*double, formatter),
            Number::Decimal(text) => formatter.write_str(text),
        }
    }
}

/// Java's `Double.toString`: plain between 10^-3 and 10^7, else one digit, a point, the rest and `E` with the exponent.
fn write_double(double: f64, out: &mut impl fmt::Write) -> fmt::Result {
    if double == 0.0 {
        return out.write_str(if double.is_sign_negative() { "-0.0" } else { "0.0" });
    }
    let magnitude = double.abs();
    let mut buffer = ryu::Buffer::new();
    let shortest = buffer.format_finite(double);
    if (1e-3..1e7).contains(&magnitude) && !shortest.contains('e') {
        return out.write_str(shortest);
    }
    let (negative, digits, exponent) = decimal_parts(shortest);
    if negative {
        out.write_char('-')?;
    }
    if (1e-3..1e7).contains(&magnitude) {
        return write_plain(&digits, exponent, out);
    }
    let (first, rest) = digits.split_at(1);
    write!(out, "{first}.{}E{exponent}", if rest.is_empty() { "0" } else { rest })
}

/// Sign, significant digits without leading or trailing zeros, and the decimal exponent of the first digit.
fn decimal_parts(shortest: &str) -> (bool, String, i32) {
    let (negative, unsigned) = match shortest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, shortest),
    };
    let (mantissa, exponent) = match unsigned.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().expect("ryu writes a decimal exponent")),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0').to_owned();
    (negative, digits, exponent + whole.len() as i32 - 1 - leading as i32)
}

fn write_plain(digits: &str, exponent: i32, out: &mut impl fmt::Write) -> fmt::Result {
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return write!(out, "0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return write!(out, "{digits}{}.0", "0".repeat(whole - digits.len()));
    }
    write!(out, "{}.{}", &digits[..whole], &digits[whole..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_java_prints_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (1.5e6, "1500000.0"),
            (9999999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e22, "1.25E22"),
            (0.001, "0.001"),
            (0.0005, "5.0E-4"),
            (-1.2345e-10, "-1.2345E-10"),
            (f64::MAX, "1.7976931348623157E308"),
        ];
        for (double, expected) in cases {
            assert_eq!(Number::Double(double).to_string(), expected);
        }
    }
}
