//! Filter text to [`Filter`]. Nesting is bounded by the parser's depth.

use super::filter::{Filter, Operand, Operator};
use super::parse::{Parsed, Parser};
use json::Value;

/// Words and signs, the longer before the shorter.
const OPERATORS: [(&str, Operator); 17] = [
    ("===", Operator::Same),
    ("!==", Operator::NotSame),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("in", Operator::In),
    ("nin", Operator::NotIn),
    ("subsetof", Operator::SubsetOf),
    ("anyof", Operator::AnyOf),
    ("noneof", Operator::NoneOf),
    ("all", Operator::All),
    ("contains", Operator::Contains),
    ("size", Operator::Size),
    ("empty", Operator::Empty),
];

/// What stands between `?` and `]`: a condition in parentheses.
pub(crate) fn filter(parser: &mut Parser<'_>) -> Parsed<Filter> {
    parser.skip_space();
    parser.expect('(')?;
    let filter = or(parser)?;
    parser.expect(')')?;
    Ok(filter)
}

fn or(parser: &mut Parser<'_>) -> Parsed<Filter> {
    Ok(one_or(chain(parser, "||", |parser| Ok(one_or(chain(parser, "&&", unary)?, Filter::And)))?, Filter::Or))
}

fn chain(
    parser: &mut Parser<'_>,
    separator: &str,
    part: impl Fn(&mut Parser<'_>) -> Parsed<Filter>,
) -> Parsed<Vec<Filter>> {
    let mut parts = vec![part(parser)?];
    loop {
        parser.skip_space();
        if !parser.rest().starts_with(separator) {
            return Ok(parts);
        }
        parser.advance(separator.len());
        parts.push(part(parser)?);
    }
}

fn one_or(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

fn unary(parser: &mut Parser<'_>) -> Parsed<Filter> {
    parser.skip_space();
    if parser.take('!') {
        return parser.nested(unary).map(Box::new).map(Filter::Not);
    }
    if parser.take('(') {
        let filter = parser.nested(or)?;
        parser.expect(')')?;
        return Ok(filter);
    }
    let left = operand(parser)?;
    parser.skip_space();
    let Some(operator) = operator(parser) else {
        return Ok(Filter::Exists(left));
    };
    parser.skip_space();
    Ok(Filter::Compare(left, operator, operand(parser)?))
}

fn operator(parser: &mut Parser<'_>) -> Option<Operator> {
    let rest = parser.rest();
    let (sign, operator) = OPERATORS.iter().find(|(sign, _)| {
        let is_word = sign.starts_with(|first: char| first.is_ascii_alphabetic());
        rest.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign))
            && !(is_word && rest[sign.len()..].starts_with(char::is_alphanumeric))
    })?;
    parser.advance(sign.len());
    Some(*operator)
}

fn operand(parser: &mut Parser<'_>) -> Parsed<Operand> {
    if parser.take('@') {
        return parser.steps().map(Operand::Element);
    }
    if parser.take('$') {
        return parser.steps().map(Operand::Document);
    }
    literal(parser).map(Operand::Literal)
}

/// A string in either quotes, a number, `true`, `false`, `null`, a list of literals, or a bare word, which AWS's own samples use as a
/// string (`[?(@.Type.Text==VENDOR_NAME)]`).
pub(crate) fn literal(parser: &mut Parser<'_>) -> Parsed<Value> {
    match parser.peek() {
        Some('\'' | '"') => parser.quoted().map(|text| unescape(&text).into()),
        Some('[') => parser.nested(list),
        _ => {
            let word = parser.take_while(|character| character.is_alphanumeric() || "_-+.".contains(character));
            match word {
                "" => Err(parser.error("A value is missing")),
                word if word.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                    json::parse(word).map_err(|_| parser.error(format!("'{word}' is not a number")))
                }
                "true" | "false" | "null" => json::parse(word).map_err(|_| parser.error("A value is missing")),
                word if word.starts_with(|first: char| first.is_alphabetic() || first == '_') => Ok(word.into()),
                word => Err(parser.error(format!("'{word}' is not a value"))),
            }
        }
    }
}

/// The backslash escapes of a string in a filter.
fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            unescaped.push(character);
            continue;
        }
        unescaped.extend(characters.next().map(|escaped| match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            other => other,
        }));
    }
    unescaped
}

fn list(parser: &mut Parser<'_>) -> Parsed<Value> {
    parser.expect('[')?;
    let mut elements = Vec::new();
    parser.skip_space();
    while !parser.take(']') {
        if !elements.is_empty() {
            parser.expect(',')?;
            parser.skip_space();
        }
        elements.push(literal(parser)?);
        parser.skip_space();
    }
    Ok(elements.into())
}
