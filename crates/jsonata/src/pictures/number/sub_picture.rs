//! A sub-picture: the rules it must keep (F&O 4.7.3) and what formatting reads off it (4.7.4).

use super::super::grouping::Grouping;
use super::PictureError;
use super::symbols::{Symbols, Token};

/// What one sub-picture asks for.
pub(super) struct SubPicture {
    pub(super) prefix: String,
    pub(super) suffix: String,
    /// 100 for percent, 1000 for per mille, else 1.
    pub(super) factor: f64,
    pub(super) whole_digits_min: usize,
    pub(super) whole_grouping: Grouping,
    pub(super) fraction_digits_min: usize,
    pub(super) fraction_digits_max: usize,
    /// How many digits of the fraction stand before each of its separators.
    pub(super) fraction_separators: Vec<usize>,
    /// How many digits of the mantissa stand before the decimal point.
    pub(super) scaling_factor: usize,
    /// `None` for a picture without an exponent.
    pub(super) exponent_digits_min: Option<usize>,
}

/// The sub-picture for positive numbers, and the one for negative numbers if there are two. More than two are D3080.
pub(super) fn parse(picture: &str, symbols: &Symbols) -> Result<(SubPicture, Option<SubPicture>), PictureError> {
    if symbols.pattern_separator.is_empty() {
        return Ok((SubPicture::parse(picture, symbols)?, None));
    }
    let mut parts = picture.split(symbols.pattern_separator);
    let (positive, negative) = (parts.next().unwrap_or_default(), parts.next());
    if parts.next().is_some() {
        return Err(PictureError::new("D3080"));
    }
    let positive = SubPicture::parse(positive, symbols)?;
    Ok((positive, negative.map(|negative| SubPicture::parse(negative, symbols)).transpose()?))
}

impl SubPicture {
    fn parse(picture: &str, symbols: &Symbols) -> Result<SubPicture, PictureError> {
        let mut tokens = Vec::new();
        let mut offsets = Vec::new();
        let mut offset = 0;
        while offset < picture.len() {
            let (token, length) = symbols.next_token(&picture[offset..]);
            tokens.push(token);
            offsets.push(offset);
            offset += length;
        }
        offsets.push(offset);

        let is_active =
            |token: &Token| matches!(token, Token::Decimal | Token::Grouping | Token::Digit | Token::Optional);
        let (Some(first), Some(last)) = (tokens.iter().position(is_active), tokens.iter().rposition(is_active)) else {
            return Err(PictureError::new(if tokens.is_empty() { "D3085" } else { "D3086" }));
        };
        let parts = Parts::split(&tokens[first..=last]);
        check(&tokens, &parts)?;

        let prefix = picture[..offsets[first]].to_owned();
        let suffix = picture[offsets[last + 1]..].to_owned();
        let factor = match (tokens.contains(&Token::Percent), tokens.contains(&Token::PerMille)) {
            (true, _) => 100.0,
            (_, true) => 1000.0,
            _ => 1.0,
        };
        Ok(parts.measure(prefix, suffix, factor, symbols))
    }
}

/// The active part of a sub-picture. An exponent separator outside of it is an ordinary character.
struct Parts<'t> {
    mantissa: &'t [Token],
    whole: &'t [Token],
    fraction: Option<&'t [Token]>,
    exponent: Option<&'t [Token]>,
}

impl<'t> Parts<'t> {
    fn split(active: &'t [Token]) -> Parts<'t> {
        let (mantissa, exponent) = split_at_token(active, Token::Exponent);
        let (whole, fraction) = split_at_token(mantissa, Token::Decimal);
        Parts { mantissa, whole, fraction, exponent }
    }

    fn measure(&self, prefix: String, suffix: String, factor: f64, symbols: &Symbols) -> SubPicture {
        let fraction = self.fraction.unwrap_or_default();
        let scaling_factor = count(self.whole, Token::Digit);
        let mut whole_digits_min = scaling_factor;
        let mut fraction_digits_min = count(fraction, Token::Digit);
        let mut fraction_digits_max = fraction_digits_min + count(fraction, Token::Optional);
        if whole_digits_min == 0 && fraction_digits_max == 0 {
            if self.exponent.is_some() {
                (fraction_digits_min, fraction_digits_max) = (1, 1);
            } else {
                whole_digits_min = 1;
            }
        }
        if self.exponent.is_some() && whole_digits_min == 0 && self.whole.contains(&Token::Optional) {
            whole_digits_min = 1;
        }
        if whole_digits_min == 0 && fraction_digits_min == 0 {
            fraction_digits_min = 1;
        }
        let separator = symbols.grouping_character();
        SubPicture {
            prefix,
            suffix,
            factor,
            whole_digits_min,
            whole_grouping: Grouping::new(separator_positions(self.whole, separator)),
            fraction_digits_min,
            fraction_digits_max,
            fraction_separators: digits_before_separators(fraction),
            scaling_factor,
            exponent_digits_min: self.exponent.map(<[Token]>::len),
        }
    }
}

/// The rules of F&O 4.7.3, each with JSONata's code. Of several broken rules the last is reported, as by the reference implementation.
fn check(tokens: &[Token], parts: &Parts) -> Result<(), PictureError> {
    let fraction = parts.fraction.unwrap_or_default();
    let is_digit = |token: &Token| matches!(token, Token::Digit | Token::Optional);
    let has_pair = |tokens: &[Token], left: Token, right: Token| tokens.windows(2).any(|pair| pair == [left, right]);
    // Whether digits of the wrong kind stand before the first `#` of a whole part, or behind the last one of a fraction.
    let digits_before = |tokens: &[Token]| {
        let optional = tokens.iter().position(|token| *token == Token::Optional);
        optional.is_some_and(|optional| tokens[..optional].contains(&Token::Digit))
    };
    let digits_after = |tokens: &[Token]| {
        let optional = tokens.iter().rposition(|token| *token == Token::Optional);
        optional.is_some_and(|optional| tokens[optional..].contains(&Token::Digit))
    };
    let (percents, per_milles) = (count(tokens, Token::Percent), count(tokens, Token::PerMille));
    let rules = [
        ("D3081", count(tokens, Token::Decimal) > 1),
        ("D3082", percents > 1),
        ("D3083", per_milles > 1),
        ("D3084", percents > 0 && per_milles > 0),
        ("D3085", !parts.mantissa.iter().any(is_digit)),
        (
            "D3086",
            parts.mantissa.iter().any(|token| matches!(token, Token::Passive | Token::Percent | Token::PerMille)),
        ),
        (
            "D3087",
            has_pair(parts.mantissa, Token::Grouping, Token::Decimal)
                || has_pair(parts.mantissa, Token::Decimal, Token::Grouping),
        ),
        ("D3088", parts.fraction.is_none() && parts.whole.last() == Some(&Token::Grouping)),
        ("D3089", has_pair(parts.mantissa, Token::Grouping, Token::Grouping)),
        ("D3090", digits_before(parts.whole)),
        ("D3091", digits_after(fraction)),
        ("D3092", parts.exponent.is_some() && percents + per_milles > 0),
        ("D3093", parts.exponent.is_some_and(|exponent| exponent.iter().any(|token| *token != Token::Digit))),
    ];
    match rules.iter().rfind(|(_, is_broken)| *is_broken) {
        Some((code, _)) => Err(PictureError::new(code)),
        None => Ok(()),
    }
}

fn count(tokens: &[Token], wanted: Token) -> usize {
    tokens.iter().filter(|token| **token == wanted).count()
}

fn split_at_token(tokens: &[Token], separator: Token) -> (&[Token], Option<&[Token]>) {
    match tokens.iter().position(|token| *token == separator) {
        Some(position) => (&tokens[..position], Some(&tokens[position + 1..])),
        None => (tokens, None),
    }
}

/// The separators of a whole part with the number of digits to the right of each, from left to right.
fn separator_positions(whole: &[Token], separator: char) -> Vec<(usize, char)> {
    let mut digits = 0;
    let mut positions = Vec::new();
    for token in whole.iter().rev() {
        match token {
            Token::Grouping => positions.push((digits, separator)),
            _ => digits += 1,
        }
    }
    positions.reverse();
    positions
}

fn digits_before_separators(fraction: &[Token]) -> Vec<usize> {
    let mut digits = 0;
    let mut positions = Vec::new();
    for token in fraction {
        match token {
            Token::Grouping => positions.push(digits),
            _ => digits += 1,
        }
    }
    positions
}
