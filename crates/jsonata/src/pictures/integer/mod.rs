//! Integer pictures: `$formatInteger`, `$parseInteger`, and the numbers inside date pictures (F&O 4.6.1, fn:format-integer).
//!
//! A picture is a primary token, which names a sequence of numerals, and after the last `;` a modifier, of which JSONata knows the ordinal
//! `o`. Languages other than English are not supported, nor are other sequences (D3130).

mod decimal;
mod numerals;
mod words;

pub(super) use decimal::DecimalPattern;
pub(super) use words::word_run_ends;

use super::PictureError;
use crate::text::OUTPUT_BYTES_MAX;
use words::WordCase;

/// `$formatInteger`: the whole number at or below `value`, as `picture` says. A number without digits (not finite) is D1001.
pub fn format(value: f64, picture: &str) -> Result<String, PictureError> {
    Picture::parse(picture)?.format(value)
}

/// `$parseInteger`: the number that `text` stands for under `picture`; `None` when it stands for none.
pub fn parse(text: &str, picture: &str) -> Result<Option<f64>, PictureError> {
    Ok(Picture::parse(picture)?.read(text))
}

/// The numerals a number is written in.
#[derive(Clone, Debug)]
pub(super) enum Sequence {
    /// `A` or `a`: A, B, … Z, AA, AB, …
    Letters { upper: bool },
    /// `I` or `i`.
    Roman { upper: bool },
    /// `w`, `W` or `Ww`.
    Words(WordCase),
    /// Digits, with zeros in front and separators between.
    Decimal(DecimalPattern),
}

/// A picture, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) sequence: Sequence,
    pub(super) ordinal: bool,
}

impl Picture {
    pub(super) fn parse(picture: &str) -> Result<Picture, PictureError> {
        let (primary, modifier) = picture.rsplit_once(';').unwrap_or((picture, ""));
        Picture::new(primary, modifier.starts_with('o'))
    }

    pub(super) fn new(primary: &str, ordinal: bool) -> Result<Picture, PictureError> {
        let sequence = match primary {
            "A" | "a" => Sequence::Letters { upper: primary == "A" },
            "I" | "i" => Sequence::Roman { upper: primary == "I" },
            "w" => Sequence::Words(WordCase::Lower),
            "W" => Sequence::Words(WordCase::Upper),
            "Ww" => Sequence::Words(WordCase::Title),
            _ => Sequence::Decimal(DecimalPattern::parse(primary)?),
        };
        Ok(Picture { sequence, ordinal })
    }

    pub(super) fn format(&self, value: f64) -> Result<String, PictureError> {
        let whole = value.floor();
        if !whole.is_finite() {
            return Err(PictureError::out_of_range(value));
        }
        let magnitude = whole.abs();
        let mut out = String::from(if whole < 0.0 { "-" } else { "" });
        match &self.sequence {
            Sequence::Letters { upper } => numerals::write_letters(magnitude, *upper, &mut out),
            Sequence::Roman { upper } => numerals::write_roman(magnitude, *upper, &mut out)?,
            Sequence::Words(case) => words::write(magnitude, self.ordinal, *case, &mut out),
            Sequence::Decimal(pattern) => pattern.write(&digits_of(magnitude), self.ordinal, &mut out)?,
        }
        if out.len() > OUTPUT_BYTES_MAX {
            return Err(PictureError::new(PictureError::TOO_LONG));
        }
        Ok(out)
    }

    /// Like [`Picture::read`], but letters and Roman numerals of the other case count too: texts match date pictures in any case.
    pub(super) fn read_in_any_case(&self, text: &str) -> Option<f64> {
        match &self.sequence {
            Sequence::Letters { upper: true } | Sequence::Roman { upper: true } => {
                self.read(&text.to_ascii_uppercase())
            }
            Sequence::Letters { upper: false } => self.read(&text.to_ascii_lowercase()),
            Sequence::Roman { upper: false } | Sequence::Words(_) | Sequence::Decimal(_) => self.read(text),
        }
    }

    /// The number that `text` stands for, if any.
    pub(super) fn read(&self, text: &str) -> Option<f64> {
        match &self.sequence {
            Sequence::Letters { upper } => numerals::read_letters(text, *upper),
            Sequence::Roman { upper } => numerals::read_roman(text, *upper),
            Sequence::Words(_) => words::read(text),
            Sequence::Decimal(pattern) => pattern.read(text, self.ordinal),
        }
    }
}

/// The digits of a whole number: the shortest that stand for it, then zeros (10^46 is a one and 46 zeros).
fn digits_of(magnitude: f64) -> String {
    format!("{magnitude}")
}

/// The English ending of an ordinal written in digits.
fn ordinal_suffix(digits: &str) -> &'static str {
    let (tens, ones) = match digits.as_bytes() {
        [.., tens, ones] => (*tens, *ones),
        [ones] => (b'0', *ones),
        [] => (b'0', b'0'),
    };
    match ones {
        b'1' if tens != b'1' => "st",
        b'2' if tens != b'1' => "nd",
        b'3' if tens != b'1' => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests;
