//! `$length`, `$substring` and `$pad`: strings as sequences of code points.
//!
//! Deliberately not grapheme clusters: JSONata 2 counts code points (`$length("𝄞")` is 1).

use super::{OUTPUT_BYTES_MAX, TooLong};

/// The number of code points in `text`.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// The part of `text` that starts at code point `start` (negative counts from the end) and is `length` code points long, or reaches the end.
///
/// Fractions are cut off the way JavaScript's `slice` cuts them: the start and the end each lose theirs, not the length.
pub fn substring(text: &str, start: f64, length: Option<f64>) -> &str {
    let count = self::length(text);
    let start = if count as f64 + start < 0.0 { 0.0 } else { start };
    let end = match length {
        None => count as f64,
        Some(length) if length <= 0.0 => return "",
        Some(length) if start >= 0.0 => start + length,
        Some(length) => count as f64 + start + length,
    };
    let (from, to) = (slice_index(start, count), slice_index(end, count));
    if from >= to { "" } else { &text[byte_of(text, from)..byte_of(text, to)] }
}

/// An index of `slice`: without its fraction, counted from the end when negative, kept within the string.
fn slice_index(index: f64, count: usize) -> usize {
    let whole = index.trunc();
    if whole < 0.0 { (count as f64 + whole).max(0.0) as usize } else { (whole as usize).min(count) }
}

fn byte_of(text: &str, code_point: usize) -> usize {
    text.char_indices().nth(code_point).map_or(text.len(), |(byte, _)| byte)
}

/// `text` filled up to `width` code points by repeating `fill` on the right, or on the left when `width` is negative.
///
/// An empty `fill` is a space. A text that is long enough comes back as it is.
pub fn pad(text: &str, width: f64, fill: &str) -> Result<String, TooLong> {
    let fill = if fill.is_empty() { " " } else { fill };
    let missing = width.abs().trunc() - length(text) as f64;
    if missing.is_nan() || missing <= 0.0 {
        return Ok(text.to_owned());
    }
    if missing > OUTPUT_BYTES_MAX as f64 {
        return Err(TooLong);
    }
    let filling: String = fill.chars().cycle().take(missing as usize).collect();
    if filling.len() > OUTPUT_BYTES_MAX {
        return Err(TooLong);
    }
    Ok(if width < 0.0 { filling + text } else { format!("{text}{filling}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substrings_count_code_points_and_cut_fractions() {
        let cases = [
            (substring("hello world", 6.0, None), "world"),
            (substring("hello world", -5.0, Some(4.0)), "worl"),
            (substring("hello world", -100.0, Some(3.0)), "hel"),
            (substring("😂😁😀", -2.0, Some(1.0)), "😁"),
            (substring("hello", 1.5, Some(1.5)), "el"),
            (substring("hello", -2.5, Some(1.0)), ""),
            (substring("hello", -5.5, Some(2.0)), "he"),
            (substring("hello", 10.0, None), ""),
            (substring("hello", 0.0, Some(f64::INFINITY)), "hello"),
            (substring("hello", f64::NAN, Some(f64::NAN)), ""),
        ];
        for (actual, expected) in cases {
            assert_eq!(actual, expected);
        }
    }

    #[test]
    fn padding_repeats_the_fill_and_is_bounded() {
        assert_eq!(pad("foo", 8.0, "-+").as_deref(), Ok("foo-+-+-"));
        assert_eq!(pad("a𝄞", -4.7, "xy").as_deref(), Ok("xya𝄞"));
        assert_eq!(pad("foo", 5.0, "").as_deref(), Ok("foo  "));
        assert_eq!(pad("foo", 1e9, "x"), Err(TooLong));
        assert_eq!(pad("foo", 1e6, "💩"), Err(TooLong));
        assert_eq!(pad("foo", f64::NAN, "x").as_deref(), Ok("foo"));
    }
}
