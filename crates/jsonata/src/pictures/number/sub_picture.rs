//! A sub-picture: the rules it must keep (F&O 4.7.3) and what formatting reads off it (4.7.4).

use super::PictureError;
use super::symbols::{Symbols, find};

/// What one sub-picture asks for.
pub(super) struct SubPicture {
    pub(super) prefix: Vec<char>,
    pub(super) suffix: Vec<char>,
    /// 100 for percent, 1000 for per mille, else 1.
    pub(super) factor: f64,
    pub(super) has_decimal_separator: bool,
    pub(super) whole_digits_min: usize,
    /// How many digits stand between separators, if they are regular.
    pub(super) regular_grouping: Option<usize>,
    /// How many digits of the whole part stand behind each of its separators, from left to right.
    pub(super) whole_separators: Vec<usize>,
    pub(super) fraction_digits_min: usize,
    pub(super) fraction_digits_max: usize,
    /// How many digits of the fraction stand before each of its separators.
    pub(super) fraction_separators: Vec<usize>,
    /// How many digits of the mantissa stand before the decimal point.
    pub(super) scaling_factor: usize,
    /// 0 for a picture without an exponent.
    pub(super) exponent_digits_min: usize,
}

/// The sub-picture for positive numbers, and the one for negative numbers if there are two. More than two are D3080.
pub(super) fn parse(picture: &str, symbols: &Symbols) -> Result<(SubPicture, Option<SubPicture>), PictureError> {
    let picture: Vec<char> = picture.chars().collect();
    let mut parts = Vec::new();
    let mut rest = &picture[..];
    let separator = &symbols.pattern_separator;
    while let Some(at) = find(rest, separator, usize::from(separator.is_empty())).filter(|at| *at < rest.len()) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
        if parts.len() > 2 {
            break;
        }
    }
    parts.push(rest);
    if parts.len() > 2 {
        return Err(PictureError::new("D3080"));
    }
    let parts: Vec<Parts<'_>> = parts.into_iter().map(|part| Parts::split(part, symbols)).collect();
    parts.iter().try_for_each(|parts| parts.check(symbols))?;
    let mut measured = parts.iter().map(|parts| parts.measure(symbols));
    let positive = measured.next().expect("a text has at least one part");
    Ok((positive, measured.next()))
}

/// A sub-picture, taken apart.
struct Parts<'p> {
    whole_picture: &'p [char],
    prefix: &'p [char],
    suffix: &'p [char],
    active: &'p [char],
    mantissa: &'p [char],
    integer: &'p [char],
    /// Without a decimal separator the suffix stands for it, which has no digits.
    fraction: &'p [char],
    exponent: Option<&'p [char]>,
}

impl<'p> Parts<'p> {
    fn split(picture: &'p [char], symbols: &Symbols) -> Parts<'p> {
        let bounds = |character: &char| symbols.bounds_active_part(*character);
        let start = picture.iter().position(bounds).unwrap_or(0);
        let end = picture.iter().rposition(bounds).map_or(picture.len(), |last| last + 1);
        let (prefix, active, suffix) = (&picture[..start], &picture[start..end], &picture[end..]);
        // An exponent may follow the active part directly. Its place counts from the start of the sub-picture and is used in the active part.
        let (mantissa, exponent) = match find(picture, &symbols.exponent_separator, start).filter(|at| *at <= end) {
            None => (active, None),
            Some(at) => (&active[..at.min(active.len())], Some(active.get(at + 1..).unwrap_or_default())),
        };
        let (integer, fraction) = match find(mantissa, &symbols.decimal_separator, 0) {
            None => (mantissa, suffix),
            Some(at) => (&mantissa[..at], mantissa.get(at + 1..).unwrap_or_default()),
        };
        Parts { whole_picture: picture, prefix, suffix, active, mantissa, integer, fraction, exponent }
    }

    /// The rules of F&O 4.7.3, each with JSONata's code. Of several broken rules the last is reported.
    fn check(&self, symbols: &Symbols) -> Result<(), PictureError> {
        let picture = self.whole_picture;
        let has = |wanted: &[char]| find(picture, wanted, 0).is_some();
        let repeats = |wanted: &[char]| match find(picture, wanted, 0) {
            Some(first) => find(picture, wanted, first + 1).is_some(),
            None => false,
        };
        let grouping = &symbols.grouping_separator[..];
        let is_grouping = |at: Option<usize>| {
            let character = at.and_then(|at| picture.get(at)).map(std::slice::from_ref);
            character.unwrap_or_default() == grouping
        };
        let point = find(picture, &symbols.decimal_separator, 0);
        let mandatory = |characters: &[char]| characters.iter().any(|digit| symbols.is_mandatory_digit(*digit));
        let optional_first = find(self.integer, &symbols.digit, 0);
        let optional_last = (0..=self.fraction.len()).rfind(|at| self.fraction[*at..].starts_with(&symbols.digit));
        let last_of_integer = self.integer.last().map(std::slice::from_ref).unwrap_or_default();
        let percents = has(&symbols.percent) || has(&symbols.per_mille);
        let rules = [
            ("D3081", repeats(&symbols.decimal_separator)),
            ("D3082", repeats(&symbols.percent)),
            ("D3083", repeats(&symbols.per_mille)),
            ("D3084", has(&symbols.percent) && has(&symbols.per_mille)),
            ("D3085", !self.mantissa.iter().any(|character| symbols.is_digit(*character))),
            ("D3086", self.active.iter().any(|character| !symbols.is_active(*character))),
            ("D3087", point.is_some_and(|point| is_grouping(point.checked_sub(1)) || is_grouping(Some(point + 1)))),
            ("D3088", point.is_none() && last_of_integer == grouping),
            ("D3089", has(&[grouping, grouping].concat())),
            ("D3090", optional_first.is_some_and(|optional| mandatory(&self.integer[..optional]))),
            ("D3091", optional_last.is_some_and(|optional| mandatory(&self.fraction[optional..]))),
            ("D3092", self.exponent.is_some_and(|exponent| !exponent.is_empty()) && percents),
            (
                "D3093",
                self.exponent.is_some_and(|exponent| {
                    exponent.is_empty() || exponent.iter().any(|digit| !symbols.is_mandatory_digit(*digit))
                }),
            ),
        ];
        match rules.iter().rfind(|(_, is_broken)| *is_broken) {
            Some((code, _)) => Err(PictureError::new(code)),
            None => Ok(()),
        }
    }

    fn measure(&self, symbols: &Symbols) -> SubPicture {
        let has = |wanted: &[char]| find(self.whole_picture, wanted, 0).is_some();
        let mandatory = |part: &[char]| part.iter().filter(|digit| symbols.is_mandatory_digit(**digit)).count();
        let digits = |part: &[char]| part.iter().filter(|digit| symbols.is_digit(**digit)).count();
        let scaling_factor = mandatory(self.integer);
        let mut whole_digits_min = scaling_factor;
        let mut fraction_digits_min = mandatory(self.fraction);
        let mut fraction_digits_max = digits(self.fraction);
        if whole_digits_min == 0 && fraction_digits_max == 0 {
            if self.exponent.is_some() {
                (fraction_digits_min, fraction_digits_max) = (1, 1);
            } else {
                whole_digits_min = 1;
            }
        }
        if self.exponent.is_some() && whole_digits_min == 0 && find(self.integer, &symbols.digit, 0).is_some() {
            whole_digits_min = 1;
        }
        if whole_digits_min == 0 && fraction_digits_min == 0 {
            fraction_digits_min = 1;
        }
        let (before, all) = (digits_before(self.integer, symbols), digits(self.integer));
        let whole_separators: Vec<usize> = self.separators(self.integer, symbols).map(|at| all - before[at]).collect();
        let before = digits_before(self.fraction, symbols);
        let fraction_separators = self.separators(self.fraction, symbols).map(|at| before[at.min(self.fraction.len())]);
        let percent = has(&symbols.percent);
        SubPicture {
            prefix: self.prefix.to_vec(),
            suffix: self.suffix.to_vec(),
            factor: if percent {
                100.0
            } else if has(&symbols.per_mille) {
                1000.0
            } else {
                1.0
            },
            has_decimal_separator: has(&symbols.decimal_separator),
            whole_digits_min,
            regular_grouping: regular(&whole_separators),
            fraction_separators: fraction_separators.collect(),
            whole_separators,
            fraction_digits_min,
            fraction_digits_max,
            scaling_factor,
            exponent_digits_min: self.exponent.map_or(0, mandatory),
        }
    }

    /// Where the separators of a part are. The reference implementation looks for the first in the part, and for the others in the integer.
    fn separators(&self, part: &[char], symbols: &Symbols) -> impl Iterator<Item = usize> {
        let grouping = &symbols.grouping_separator;
        let first = if grouping.is_empty() { None } else { find(part, grouping, 0) };
        std::iter::successors(first, move |at| find(self.integer, grouping, at + 1))
    }
}

/// How many digits stand before each character of a part, and before its end.
fn digits_before(part: &[char], symbols: &Symbols) -> Vec<usize> {
    let counts = part.iter().scan(0, |count, digit| {
        *count += usize::from(symbols.is_digit(*digit));
        Some(*count)
    });
    std::iter::once(0).chain(counts).collect()
}

/// The interval of separators that stand at all its multiples up to the largest.
fn regular(positions: &[usize]) -> Option<usize> {
    let interval = positions.iter().copied().reduce(greatest_common_divisor).filter(|interval| *interval > 0)?;
    // From right to left the positions grow; those that are there twice leave others out.
    let mut sorted = positions.to_vec();
    sorted.sort_unstable();
    (1..=sorted.len()).all(|times| sorted.binary_search(&(times * interval)).is_ok()).then_some(interval)
}

fn greatest_common_divisor(left: usize, right: usize) -> usize {
    if right == 0 { left } else { greatest_common_divisor(right, left % right) }
}
