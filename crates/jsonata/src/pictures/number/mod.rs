//! `$formatNumber`: a number as a picture says (F&O 4.7, fn:format-number, with the decimal format given as options).
//!
//! Where the reference implementation departs from F&O this does, too: separators in odd places stand where it puts them, a text before the
//! exponent moves where the mantissa ends, of several errors the last is reported. Only numbers that JavaScript has no digits for, those from
//! 10^21 on, infinity and what is no number, are written as F&O says.
//!
//! `symbols` holds the properties of the decimal format, `sub_picture` reads a picture into what formatting needs.

mod sub_picture;
mod symbols;

use super::PictureError;
use crate::text::round;
use sub_picture::SubPicture;
use symbols::{Symbols, find};

/// No double has more digits after the decimal point; what a picture asks beyond them is zeros.
const FRACTION_DIGITS_MAX: usize = 1100;
/// What all separators of a picture may cost together: their number times the length of the text they go into.
const INSERTIONS_MAX: usize = 20_000_000;

/// Formats `value`. `options` are properties of the decimal format by name (`decimal-separator`, `grouping-separator`,
/// `exponent-separator`, `infinity`, `minus-sign`, `NaN`, `percent`, `per-mille`, `zero-digit`, `digit`, `pattern-separator`); other names
/// mean nothing. A wrong picture is D3080 to D3093.
pub fn format(value: f64, picture: &str, options: &[(String, String)]) -> Result<String, PictureError> {
    let symbols = Symbols::new(options);
    let (positive, negative) = sub_picture::parse(picture, &symbols)?;
    if value.is_nan() {
        return Ok(symbols.not_a_number.iter().collect());
    }
    let mut out: Vec<char> = Vec::new();
    let chosen = match negative {
        Some(negative) if value < 0.0 => negative,
        _ => {
            out.extend(if value < 0.0 { &symbols.minus_sign[..] } else { &[] });
            positive
        }
    };
    out.extend(&chosen.prefix);
    write_magnitude(value.abs() * chosen.factor, &chosen, &symbols, &mut out)?;
    out.extend(&chosen.suffix);
    Ok(out.into_iter().collect())
}

fn write_magnitude(
    magnitude: f64,
    picture: &SubPicture,
    symbols: &Symbols,
    out: &mut Vec<char>,
) -> Result<(), PictureError> {
    if magnitude.is_infinite() {
        out.extend(&symbols.infinity);
        return Ok(());
    }
    if picture.exponent_digits_min == 0 {
        return write_decimal(magnitude, picture, symbols, out);
    }
    let (mantissa, exponent) = scaled(magnitude, picture.scaling_factor);
    write_decimal(mantissa, picture, symbols, out)?;
    out.extend(&symbols.exponent_separator);
    out.extend(if exponent < 0 { &symbols.minus_sign[..] } else { &[] });
    let digits = exponent.unsigned_abs().to_string();
    let zeros = picture.exponent_digits_min.saturating_sub(digits.len());
    out.extend(std::iter::repeat_n(symbols.digit_of(b'0'), zeros));
    out.extend(digits.bytes().map(|digit| symbols.digit_of(digit)));
    Ok(())
}

/// Mantissa and exponent: multiplied or divided by ten until as many digits stand before the point, with the rounding that this brings.
fn scaled(magnitude: f64, digits: usize) -> (f64, i32) {
    let power = |exponent: i32| format!("1e{exponent}").parse::<f64>().unwrap_or(f64::INFINITY);
    let digits = i32::try_from(digits).unwrap_or(i32::MAX);
    let (least, most) = (power(digits.saturating_sub(1)), power(digits));
    let (mut mantissa, mut exponent) = (magnitude, 0);
    if mantissa != 0.0 {
        while mantissa < least {
            mantissa *= 10.0;
            exponent -= 1;
        }
        while mantissa > most {
            mantissa /= 10.0;
            exponent += 1;
        }
    }
    (mantissa, exponent)
}

/// Rounds half to even to the digits the picture allows, then writes both parts with their separators.
fn write_decimal(value: f64, picture: &SubPicture, symbols: &Symbols, out: &mut Vec<char>) -> Result<(), PictureError> {
    let digits_max = picture.fraction_digits_max.min(FRACTION_DIGITS_MAX);
    let rounded = round::half_even(value, digits_max as i32);
    let digits = format!("{rounded:.digits_max$}");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));

    let zero = symbols.digit_of(b'0');
    let point = picture.whole_digits_min.max(whole.len());
    let mut text: Vec<char> = vec![zero; point - whole.len()];
    text.extend(whole.bytes().map(|digit| symbols.digit_of(digit)));
    text.extend(&symbols.decimal_separator);
    text.extend(fraction.bytes().map(|digit| symbols.digit_of(digit)));
    text.resize(text.len() + picture.fraction_digits_min.saturating_sub(fraction.len()), zero);

    let separators = picture.whole_separators.len() + picture.fraction_separators.len();
    if separators.saturating_mul(text.len()) > INSERTIONS_MAX {
        return Err(PictureError::new(PictureError::TOO_LONG));
    }
    group_whole(picture, symbols, point, &mut text);
    let point = find(&text, &symbols.decimal_separator, 0).unwrap_or(text.len());
    for digits in &picture.fraction_separators {
        let at = (point + 1 + digits).min(text.len());
        text.splice(at..at, symbols.grouping_separator.iter().copied());
    }
    let point = find(&text, &symbols.decimal_separator, 0).unwrap_or(text.len());
    if !picture.has_decimal_separator || point + 1 >= text.len() {
        text.pop();
    }
    out.append(&mut text);
    Ok(())
}

/// Puts the separators between the digits before the decimal point, which is at `point`.
fn group_whole(picture: &SubPicture, symbols: &Symbols, mut point: usize, text: &mut Vec<char>) {
    if let Some(interval) = picture.regular_grouping {
        let mut grouped = Vec::with_capacity(text.len() + point / interval * symbols.grouping_separator.len());
        for (index, character) in text.drain(..).enumerate() {
            if index > 0 && index < point && (point - index).is_multiple_of(interval) {
                grouped.extend(&symbols.grouping_separator);
            }
            grouped.push(character);
        }
        *text = grouped;
        return;
    }
    for digits in &picture.whole_separators {
        // A place before the first digit counts from the end of the text, as a negative index does in JavaScript.
        let at = point.checked_sub(*digits).unwrap_or_else(|| (text.len() + point).saturating_sub(*digits));
        let at = at.min(text.len());
        text.splice(at..at, symbols.grouping_separator.iter().copied());
        point += 1;
    }
}

#[cfg(test)]
mod tests;
