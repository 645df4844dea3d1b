//! Matching a text against a picture: which part of the text each marker covers.
//!
//! Every marker takes as much as it can, and gives back when the rest would not match. What has failed once at a place is not tried there
//! again, so the work is bounded by the product of parts and text, and that is bounded by [`STATES_MAX`].

use super::super::integer::{self, Sequence};
use super::PictureError;
use super::picture::{Component, Digits, Marker, OffsetPresentation, Part, Picture, Presentation};

/// The most pairs of a part and a place in the text.
const STATES_MAX: usize = 1 << 14;
/// The longest piece of text a marker covers, in bytes. The longest that means anything is a year in words.
const PIECE_BYTES_MAX: usize = 256;

/// The pieces of `text` that the markers of `picture` cover, in order; `None` when the text does not match. Letters match in either case.
pub(super) fn pieces<'p, 't>(
    picture: &'p Picture,
    text: &'t str,
) -> Result<Option<Vec<(&'p Marker, &'t str)>>, PictureError> {
    let parts = &picture.parts;
    if parts.len().saturating_mul(text.len() + 1) > STATES_MAX {
        return Err(PictureError::new(PictureError::TOO_LONG));
    }
    let mut failed = vec![false; parts.len() * (text.len() + 1)];
    // One entry for each part matched so far: where it began, and the ends not yet tried, best last.
    let mut trail: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut position = 0;
    loop {
        if trail.len() == parts.len() && position == text.len() && !parts.is_empty() {
            return Ok(Some(covered(parts, &trail, position, text)));
        }
        let is_open = trail.len() < parts.len() && !failed[trail.len() * (text.len() + 1) + position];
        trail.push((position, if is_open { ends(parts, trail.len(), text, position) } else { Vec::new() }));
        // Take the next end of the last part that has one.
        loop {
            let index = trail.len() - 1;
            let Some((start, ends)) = trail.last_mut() else { return Ok(None) };
            if let Some(end) = ends.pop() {
                position = end;
                break;
            }
            if let Some(entry) = failed.get_mut(index * (text.len() + 1) + *start).filter(|_| index < parts.len()) {
                *entry = true;
            }
            trail.pop();
            if trail.is_empty() {
                return Ok(None);
            }
        }
    }
}

fn covered<'p, 't>(
    parts: &'p [Part],
    trail: &[(usize, Vec<usize>)],
    end: usize,
    text: &'t str,
) -> Vec<(&'p Marker, &'t str)> {
    let ends = trail.iter().skip(1).map(|(start, _)| *start).chain([end]);
    let pieces = trail.iter().zip(ends).map(|((start, _), end)| &text[*start..end]);
    parts
        .iter()
        .zip(pieces)
        .filter_map(|(part, piece)| match part {
            Part::Literal(_) => None,
            Part::Marker(marker) => Some((marker, piece)),
        })
        .collect()
}

/// Where the part may end that begins at `position`, best last.
fn ends(parts: &[Part], index: usize, text: &str, position: usize) -> Vec<usize> {
    let rest = &text[position..];
    let lengths = match &parts[index] {
        Part::Literal(literal) => Vec::from_iter(literal_length(literal, rest)),
        Part::Marker(marker) => {
            let is_before_number = matches!(
                parts.get(index + 1),
                Some(Part::Marker(Marker { presentation: Presentation::Number(_), .. }))
            );
            marker_lengths(marker, is_before_number, beginning(rest))
        }
    };
    lengths.into_iter().map(|length| position + length).collect()
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(PIECE_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// How much of `text` is `literal`, if it begins with it.
fn literal_length(literal: &str, text: &str) -> Option<usize> {
    let mut rest = text.chars();
    for expected in literal.chars() {
        let found = rest.next()?;
        if found != expected && !found.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

fn marker_lengths(marker: &Marker, is_before_number: bool, text: &str) -> Vec<usize> {
    match &marker.presentation {
        Presentation::Name(_) => run_lengths(text, |character| character.is_ascii_alphabetic()),
        Presentation::Offset(presentation) => {
            Vec::from_iter(offset_length(presentation, marker.component == Component::OffsetFromGmt, text))
        }
        Presentation::Number(picture) => number_lengths(picture, marker, is_before_number, text),
    }
}

fn number_lengths(picture: &integer::Picture, marker: &Marker, is_before_number: bool, text: &str) -> Vec<usize> {
    match &picture.sequence {
        Sequence::Letters { .. } => run_lengths(text, |character| character.is_ascii_alphabetic()),
        Sequence::Roman { .. } => run_lengths(text, |character| "MDCLXVImdclxvi".contains(character)),
        Sequence::Words(_) => integer::word_run_ends(text),
        Sequence::Decimal(pattern) => {
            // Whatever digits are written, these are looked for.
            let mut lengths = run_lengths(text, |character| character.is_ascii_digit());
            if let Digits::Between(least, most) = marker.digits {
                lengths = lengths.into_iter().take(most).skip(least.saturating_sub(1)).collect();
            } else if marker.digits == Digits::ByNext && is_before_number && !picture.ordinal {
                // Only the width tells where this number ends and the next begins.
                let width = marker.width_max.unwrap_or(pattern.mandatory);
                lengths = lengths.into_iter().skip(width.saturating_sub(1)).take(1).collect();
            }
            if picture.ordinal {
                lengths.retain_mut(|length| {
                    let suffix = text.get(*length..*length + 2).map(str::to_ascii_lowercase);
                    *length += 2;
                    matches!(suffix.as_deref(), Some("st" | "nd" | "rd" | "th"))
                });
            }
            lengths
        }
    }
}

/// The lengths of the first one, two, … characters of a kind, up to the last of the kind.
fn run_lengths(text: &str, is_of_kind: impl Fn(char) -> bool) -> Vec<usize> {
    text.char_indices()
        .take_while(|&(_, character)| is_of_kind(character))
        .map(|(byte, character)| byte + character.len_utf8())
        .collect()
}

fn offset_length(presentation: &OffsetPresentation, is_from_gmt: bool, text: &str) -> Option<usize> {
    if presentation.is_zulu && text.starts_with(['Z', 'z']) {
        return Some(1);
    }
    let prefix = if is_from_gmt { literal_length("GMT", text)? } else { 0 };
    let signed = text[prefix..].strip_prefix(['+', '-'])?;
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(signed);
    let length = match presentation.separator {
        None => (1..=4).contains(&first).then_some(first)?,
        Some(separator) => {
            let minutes = signed[first..].strip_prefix(separator)?;
            let second = digits(minutes);
            let fits = (1..=2).contains(&first) && (1..=2).contains(&second);
            fits.then_some(first + separator.len_utf8() + second)?
        }
    };
    Some(prefix + 1 + length)
}
