//! Decimal digit patterns: `#,##0`, `0001`, `##,##,##٠` (F&O 4.6.1).

use super::super::digits::Family;
use super::super::grouping::Grouping;
use super::{PictureError, ordinal_suffix};
use crate::text::OUTPUT_BYTES_MAX;

/// A decimal digit pattern, taken apart.
#[derive(Clone, Debug)]
pub(in super::super) struct DecimalPattern {
    pub(in super::super) family: Family,
    /// How many digits are written at least.
    pub(in super::super) mandatory: usize,
    /// The number of `#`, which matters for years only.
    pub(in super::super) optional: usize,
    pub(in super::super) grouping: Grouping,
}

impl DecimalPattern {
    /// Reads a primary token that is none of the other sequences. Without a digit it is D3130, with digits of two families D3131.
    ///
    /// More lenient than F&O, as the reference implementation is: `#` may follow a digit, and separators may stand anywhere.
    pub(super) fn parse(primary: &str) -> Result<DecimalPattern, PictureError> {
        let mut family = None;
        let (mut mandatory, mut optional) = (0, 0);
        let mut positions = Vec::new();
        for character in primary.chars().rev() {
            if let Some(own) = Family::of(character) {
                if *family.get_or_insert(own) != own {
                    return Err(PictureError::new("D3131"));
                }
                mandatory += 1;
            } else if character == '#' {
                optional += 1;
            } else {
                positions.push((mandatory + optional, character));
            }
        }
        positions.reverse();
        let family = family.ok_or_else(|| PictureError::quoting("D3130", primary))?;
        Ok(DecimalPattern { family, mandatory, optional, grouping: Grouping::new(positions) })
    }

    pub(super) fn write(&self, digits: &str, ordinal: bool, out: &mut String) -> Result<(), PictureError> {
        let zeros = self.mandatory.saturating_sub(digits.len());
        if zeros > OUTPUT_BYTES_MAX {
            return Err(PictureError::new(PictureError::TOO_LONG));
        }
        self.grouping.write(&format!("{}{digits}", "0".repeat(zeros)), self.family, out);
        if ordinal {
            // Of digits of other families the reference implementation knows no endings but the common one.
            out.push_str(if self.family == Family::of('0').expect("a digit") { ordinal_suffix(digits) } else { "th" });
        }
        Ok(())
    }

    /// Reads as many digits as there are, after white space and a sign, and ignores what follows, as JavaScript's `parseInt` does.
    /// Separators of the pattern are skipped wherever they stand; of an ordinal the last two characters are dropped first.
    pub(super) fn read(&self, text: &str, ordinal: bool) -> Option<f64> {
        let text = if ordinal { without_suffix(text) } else { text };
        // Where groups are regular, the reference implementation takes out commas, whatever the separator is.
        let regular = [','];
        let irregular = self.grouping.separators();
        let separators = if self.grouping.regular_separator().is_some() { &regular[..] } else { &irregular[..] };
        let mut characters = text
            .chars()
            .filter(|character| separators.binary_search(character).is_err())
            .skip_while(|c| c.is_whitespace())
            .peekable();
        let negative = characters.peek() == Some(&'-');
        if matches!(characters.peek(), Some('-' | '+')) {
            characters.next();
        }
        let rest: String = characters.collect();
        if let Some(digits) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            let digits = digits.chars().map_while(|digit| digit.to_digit(16)).collect::<Vec<_>>();
            let magnitude = digits.iter().fold(0.0, |sum, digit| sum * 16.0 + f64::from(*digit));
            return (!digits.is_empty()).then_some(if negative { -magnitude } else { magnitude });
        }
        let digits: String = rest
            .chars()
            .map_while(|character| self.family.value(character))
            .map(|digit| char::from(b'0' + digit))
            .collect();
        let magnitude: f64 = digits.parse().ok()?;
        Some(if negative { -magnitude } else { magnitude })
    }
}

fn without_suffix(text: &str) -> &str {
    text.char_indices().rev().nth(1).map_or("", |(byte, _)| &text[..byte])
}
