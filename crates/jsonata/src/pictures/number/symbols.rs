//! The decimal format: which characters of a picture mean what, and what is written for them (F&O 4.7.1).

use super::super::digits::Family;

/// The properties, those not given in the options at their defaults.
pub(super) struct Symbols<'o> {
    pub(super) decimal_separator: &'o str,
    pub(super) grouping_separator: &'o str,
    pub(super) exponent_separator: &'o str,
    pub(super) infinity: &'o str,
    pub(super) minus_sign: &'o str,
    pub(super) not_a_number: &'o str,
    pub(super) percent: &'o str,
    pub(super) per_mille: &'o str,
    pub(super) digit: &'o str,
    pub(super) pattern_separator: &'o str,
    /// The zero digit and the nine characters after it, of whatever kind: the reference suite takes `A` for zero.
    pub(super) family: Family,
    /// False when the given zero digit is not a single character; then the picture has no digits.
    pub(super) has_family: bool,
}

/// What a place in a sub-picture means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Decimal,
    Grouping,
    Exponent,
    /// A member of the digit family.
    Digit,
    /// `#`.
    Optional,
    Percent,
    PerMille,
    Passive,
}

impl<'o> Symbols<'o> {
    pub(super) fn new(options: &'o [(String, String)]) -> Symbols<'o> {
        let option = |name: &str, default: &'static str| -> &'o str {
            options.iter().rev().find(|(given, _)| given == name).map_or(default, |(_, value)| value)
        };
        let mut zero = option("zero-digit", "0").chars();
        let family = match (zero.next(), zero.next()) {
            (Some(zero), None) => Family::from_zero(zero),
            _ => None,
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
            family: family.unwrap_or(Family::ASCII),
            has_family: family.is_some(),
        }
    }

    /// What is written between groups: a separator longer than one character, which F&O does not know, is written as its first.
    pub(super) fn grouping_character(&self) -> char {
        self.grouping_separator.chars().next().unwrap_or_default()
    }

    /// The meaning of the start of `picture` and the bytes it takes. A property may be longer than one character; an empty one never occurs.
    pub(super) fn next_token(&self, picture: &str) -> (Token, usize) {
        let symbols = [
            (self.decimal_separator, Token::Decimal),
            (self.grouping_separator, Token::Grouping),
            (self.exponent_separator, Token::Exponent),
            (self.digit, Token::Optional),
            (self.percent, Token::Percent),
            (self.per_mille, Token::PerMille),
        ];
        let first = picture.chars().next().unwrap_or_default();
        if self.has_family && self.family.value(first).is_some() {
            return (Token::Digit, first.len_utf8());
        }
        let symbol = symbols.into_iter().find(|(symbol, _)| !symbol.is_empty() && picture.starts_with(symbol));
        symbol.map_or((Token::Passive, first.len_utf8()), |(symbol, token)| (token, symbol.len()))
    }
}
