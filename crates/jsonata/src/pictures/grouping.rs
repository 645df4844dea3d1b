//! Grouping separators: where a picture puts them, and how they go between the digits of a number (F&O 4.6.1 and 4.7.4).

use super::digits::Family;

/// The separators of an integer part, located by the number of digits to their right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grouping {
    /// As the picture has them, from left to right.
    Irregular(Vec<(usize, char)>),
    /// One and the same separator after every so many digits, however long the number.
    Regular { interval: usize, separator: char },
}

impl Grouping {
    /// Regular when all separators are equal and stand at every multiple of some interval up to the last one.
    ///
    /// `positions` run from left to right, so they do not grow.
    pub(super) fn new(positions: Vec<(usize, char)>) -> Grouping {
        let interval = positions.iter().fold(0, |common, &(position, _)| greatest_common_divisor(common, position));
        let Some(&(_, separator)) = positions.first().filter(|_| interval > 0) else {
            return Grouping::Irregular(positions);
        };
        let is_regular = positions
            .iter()
            .rev()
            .enumerate()
            .all(|(index, &(position, character))| position == interval * (index + 1) && character == separator);
        if is_regular { Grouping::Regular { interval, separator } } else { Grouping::Irregular(positions) }
    }

    /// Appends ASCII `digits` in `family`, with the separators between them. A separator before the first digit is left out.
    pub(super) fn write(&self, digits: &str, family: Family, out: &mut String) {
        let mut irregular = match self {
            Grouping::Irregular(positions) => positions.as_slice(),
            Grouping::Regular { .. } => &[],
        };
        for (index, digit) in digits.bytes().enumerate() {
            let to_the_right = digits.len() - index;
            if let Grouping::Regular { interval, separator } = self
                && index > 0
                && to_the_right.is_multiple_of(*interval)
            {
                out.push(*separator);
            }
            while let Some((&(position, separator), rest)) = irregular.split_first()
                && position >= to_the_right
            {
                if index > 0 {
                    out.push(separator);
                }
                irregular = rest;
            }
            out.push(family.digit(digit));
        }
        out.extend(irregular.iter().map(|&(_, separator)| separator));
    }

    /// The one separator of a regular grouping.
    pub(super) fn regular_separator(&self) -> Option<char> {
        match self {
            Grouping::Irregular(_) => None,
            Grouping::Regular { separator, .. } => Some(*separator),
        }
    }

    /// The separators, sorted, each once.
    pub(super) fn separators(&self) -> Vec<char> {
        let mut separators: Vec<char> = match self {
            Grouping::Irregular(positions) => positions.iter().map(|&(_, separator)| separator).collect(),
            Grouping::Regular { separator, .. } => vec![*separator],
        };
        separators.sort_unstable();
        separators.dedup();
        separators
    }
}

fn greatest_common_divisor(left: usize, right: usize) -> usize {
    if right == 0 { left } else { greatest_common_divisor(right, left % right) }
}
