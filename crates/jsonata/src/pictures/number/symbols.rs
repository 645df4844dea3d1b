//! The decimal format: which characters of a picture mean what, and what is written for them (F&O 4.7.1).

use super::super::digits::Family;

/// The properties, those not given in the options at their defaults. Each may be longer than one character or empty; then no single character of
/// a picture is it, but it is found as a text.
pub(super) struct Symbols {
    pub(super) decimal_separator: Vec<char>,
    pub(super) grouping_separator: Vec<char>,
    pub(super) exponent_separator: Vec<char>,
    pub(super) infinity: Vec<char>,
    pub(super) minus_sign: Vec<char>,
    pub(super) not_a_number: Vec<char>,
    pub(super) percent: Vec<char>,
    pub(super) per_mille: Vec<char>,
    pub(super) digit: Vec<char>,
    pub(super) pattern_separator: Vec<char>,
    /// The zero digit and the nine characters after it, of whatever kind: the reference suite takes `A` for zero. `None` when those are no
    /// characters; then a picture has no digits, and numbers are written in ASCII.
    family: Option<Family>,
}

impl Symbols {
    pub(super) fn new(options: &[(String, String)]) -> Symbols {
        let option = |name: &str, default: &str| -> Vec<char> {
            let given = options.iter().rev().find(|(given, _)| given == name);
            given.map_or(default, |(_, value)| value).chars().collect()
        };
        Symbols {
            decimal_separator: option("decimal-separator", "."),
            grouping_separator: option("grouping-separator", ","),
            exponent_separator: option("exponent-separator", "e"),
            infinity: option("infinity", "Infinity"),
            minus_sign: option("minus-sign", "-"),
            not_a_number: option("NaN", "NaN"),
            percent: option("percent", "%"),
            per_mille: option("per-mille", "‰"),
            digit: option("digit", "#"),
            pattern_separator: option("pattern-separator", ";"),
            family: option("zero-digit", "0").first().and_then(|zero| Family::from_zero(*zero)),
        }
    }

    /// The character of an ASCII digit.
    pub(super) fn digit_of(&self, ascii: u8) -> char {
        self.family.unwrap_or(Family::ASCII).digit(ascii)
    }

    pub(super) fn is_mandatory_digit(&self, character: char) -> bool {
        self.family.is_some_and(|family| family.value(character).is_some())
    }

    /// Whether it stands for a digit that is written in any case, or only where there is one.
    pub(super) fn is_digit(&self, character: char) -> bool {
        self.is_mandatory_digit(character) || self.digit == [character]
    }

    /// Whether the part of a picture that is not text may begin and end with it.
    pub(super) fn bounds_active_part(&self, character: char) -> bool {
        self.is_active(character) && self.exponent_separator != [character]
    }

    pub(super) fn is_active(&self, character: char) -> bool {
        let signs = [
            &self.decimal_separator,
            &self.exponent_separator,
            &self.grouping_separator,
            &self.digit,
            &self.pattern_separator,
        ];
        self.is_mandatory_digit(character) || signs.into_iter().any(|sign| *sign == [character])
    }
}

/// Where `wanted` is in `text`, from `start` on. Nothing is everywhere.
pub(super) fn find(text: &[char], wanted: &[char], start: usize) -> Option<usize> {
    if wanted.is_empty() {
        return (start <= text.len()).then_some(start);
    }
    text.get(start..)?.windows(wanted.len()).position(|window| window == wanted).map(|at| at + start)
}
