//! Rounding in decimal: `$round`, the 15 digits of `$string`, and the shift of a decimal point they share.
//!
//! A double is rounded as the shortest decimal text that stands for it, so 4.525 rounds to 4.52 although the double lies just above.

/// `$round`: half to even at `precision` decimal places; a negative precision rounds to tens, hundreds and so on.
pub fn half_even(value: f64, precision: i32) -> f64 {
    if precision == 0 {
        return positive_zero(value.round_ties_even());
    }
    let shifted = shift(value, precision);
    if !shifted.is_finite() {
        return value; // No double has that many decimal places.
    }
    positive_zero(shift(shifted.round_ties_even(), precision.saturating_neg()))
}

fn positive_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

/// `value` times ten to the power `places`, by moving the point of its shortest decimal text.
pub fn shift(value: f64, places: i32) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = split_exponent(&text);
    format!("{mantissa}e{}", exponent.saturating_add(places)).parse().unwrap_or(value)
}

/// The decimal exponent of the first significant digit: 2 for 123, -1 for 0.5. Zero for zero and what is not finite.
pub fn decimal_exponent(value: f64) -> i32 {
    split_exponent(&format!("{value:e}")).1
}

fn split_exponent(text: &str) -> (&str, i32) {
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().unwrap_or(0)),
        None => (text, 0),
    }
}

/// `value` with at most 15 significant digits, as JSONata prints fractions (`22/7` is `3.14285714285714`). Ties go away from zero.
///
/// Doubles without a fraction are not printed this way; the caller asks [`super::number::for_string`], which knows.
pub fn to_15_digits(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = split_exponent(&shortest);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if digits <= 15 {
        return value;
    }
    if digits == 16 && mantissa.ends_with('5') && is_exactly(value, &shortest) {
        let magnitude: u64 = mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .take(15)
            .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let rounded = format!("{}e{}", magnitude + 1, exponent - 14).parse().unwrap_or(value.abs());
        return if value < 0.0 { -rounded } else { rounded };
    }
    format!("{value:.14e}").parse().unwrap_or(value)
}

/// Whether the decimal text with an exponent is the double's exact value, not only the nearest short text. 767 digits hold any double.
fn is_exactly(value: f64, shortest: &str) -> bool {
    let (mantissa, exponent) = split_exponent(shortest);
    let exact = format!("{value:.767e}");
    let (exact_mantissa, exact_exponent) = split_exponent(&exact);
    exact_exponent == exponent && exact_mantissa.trim_end_matches('0') == mantissa.trim_end_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour_in_decimal() {
        let cases = [
            (half_even(2.5, 0), 2.0),
            (half_even(3.5, 0), 4.0),
            (half_even(-8.5, 0), -8.0),
            (half_even(4.525, 2), 4.52),
            (half_even(4.515, 2), 4.52),
            (half_even(1.005, 2), 1.0),
            (half_even(12450.0, -2), 12400.0),
            (half_even(12350.0, -2), 12400.0),
            (half_even(6.022e-23, 24), 6e-23),
            (half_even(123.0, 400), 123.0),
            (half_even(123.0, i32::MIN), 0.0),
            (half_even(5e-324, i32::MAX), 5e-324),
        ];
        for (actual, expected) in cases {
            assert_eq!(actual, expected);
        }
        assert!(half_even(-0.3, 0).is_sign_positive());
        assert!(half_even(f64::NAN, 2).is_nan());
    }

    #[test]
    fn fractions_keep_fifteen_digits() {
        assert_eq!(to_15_digits(22.0 / 7.0), 3.14285714285714);
        assert_eq!(to_15_digits(0.1 + 0.2), 0.3);
        assert_eq!(to_15_digits(100000000000000.5), 100000000000001.0);
        assert_eq!(to_15_digits(-100000000000000.5), -100000000000001.0);
    }
}
