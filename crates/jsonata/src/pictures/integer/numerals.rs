//! Letters (A, B, … Z, AA, …) and Roman numerals, written and read.

use super::PictureError;
use crate::text::OUTPUT_BYTES_MAX;

/// Zero has no letters. Beyond 2^53 the letters are those of the double.
pub(super) fn write_letters(magnitude: f64, upper: bool, out: &mut String) {
    let mut letters = Vec::new();
    let mut rest = magnitude;
    while rest >= 1.0 {
        let letter = ((rest - 1.0) % 26.0) as u8;
        letters.push(char::from(letter + if upper { b'A' } else { b'a' }));
        rest = ((rest - 1.0) / 26.0).floor();
    }
    out.extend(letters.into_iter().rev());
}

/// The sum of the letters' places, each 26 times what is after it; other characters count by their distance from the first letter, as in the
/// reference implementation. No letters are zero. `None` when no double holds the number.
pub(super) fn read_letters(text: &str, upper: bool) -> Option<f64> {
    let first = f64::from(if upper { b'A' } else { b'a' });
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut sum = 0.0;
    for (place, unit) in units.into_iter().rev().enumerate() {
        sum += (f64::from(unit) - first + 1.0) * 26.0_f64.powf(place as f64);
    }
    sum.is_finite().then_some(sum)
}

const ROMAN: [(u32, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

/// Zero is written as nothing, thousands as so many M.
pub(super) fn write_roman(magnitude: f64, upper: bool, out: &mut String) -> Result<(), PictureError> {
    if magnitude > 1000.0 * OUTPUT_BYTES_MAX as f64 {
        return Err(PictureError::new(PictureError::TOO_LONG));
    }
    let mut rest = magnitude as u32;
    let start = out.len();
    for (value, numeral) in ROMAN {
        out.push_str(&numeral.repeat((rest / value) as usize));
        rest %= value;
    }
    if upper {
        out[start..].make_ascii_uppercase();
    }
    Ok(())
}

/// Adds up the numerals, taking off those before a larger one; irregular spellings (`IIII`, `IC`) are read as well. Lower case is read only
/// by the lower-case sequence. `None` when a character is no numeral.
pub(super) fn read_roman(text: &str, upper: bool) -> Option<f64> {
    let (mut sum, mut largest) = (0.0, 0.0);
    for byte in text.bytes().rev() {
        let value = match if upper { byte } else { byte.to_ascii_uppercase() } {
            b'M' => 1000.0,
            b'D' => 500.0,
            b'C' => 100.0,
            b'L' => 50.0,
            b'X' => 10.0,
            b'V' => 5.0,
            b'I' => 1.0,
            _ => return None,
        };
        if value < largest {
            sum -= value;
        } else {
            largest = value;
            sum += value;
        }
    }
    Some(sum)
}
