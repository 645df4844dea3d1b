//! Source text to tokens. Whether a `/` divides or opens a regex depends on what stands before it, so the parser says which it expects.

use super::ast::Span;
use crate::error::Error;
use crate::number::decimal_length;
use crate::profile::Profile;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Operator(&'static str),
    Name(Arc<str>),
    Variable(Arc<str>),
    String(Arc<str>),
    Number(f64),
    Boolean(bool),
    Null,
    /// Pattern and flags.
    Regex(Arc<str>, String),
    End,
}

pub(super) struct Lexer<'a> {
    source: &'a str,
    position: usize,
    profile: Profile,
    recent: [Option<Arc<str>>; 16],
}

const DOUBLE: [&str; 7] = ["..", ":=", "!=", ">=", "<=", "**", "~>"];
/// Those that version 2.0.6, which AWS runs, does not have.
const DOUBLE_SINCE: [&str; 2] = ["?:", "??"];
const SINGLE: [&str; 24] = [
    ".", "[", "]", "{", "}", "(", ")", ",", "@", "#", ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^",
    "&",
];

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{b}')
}

/// Characters that end a name.
fn is_operator(character: char) -> bool {
    matches!(character, '!' | '#' | '%'..='&' | '('..='/' | ':'..='@' | '[' | ']' | '^' | '{'..='~')
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str, profile: Profile) -> Self {
        Lexer { source, position: 0, profile, recent: Default::default() }
    }

    /// The next token; `after_operand` is set where a `/` would divide.
    pub(super) fn next(&mut self, after_operand: bool) -> Result<(Token, Span), Error> {
        self.skip_blank()?;
        let start = self.position;
        let rest = &self.source[start..];
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, Span { start, end: start }));
        };
        let token = if first == '/' && !after_operand {
            self.regex()?
        } else if let Some(operator) = operator(rest, self.profile) {
            self.position += operator.len();
            Token::Operator(operator)
        } else {
            match first {
                '!' | '~' => {
                    return Err(Error::new("S0204").at(start + 1).with_token(first.to_string()));
                }
                '"' | '\'' => self.string(first)?,
                '0'..='9' => self.number()?,
                '`' => self.quoted_name()?,
                _ => self.name(),
            }
        };
        Ok((token, Span { start, end: self.position }))
    }

    fn skip_blank(&mut self) -> Result<(), Error> {
        loop {
            let rest = &self.source[self.position..];
            let trimmed = rest.trim_start_matches(is_space);
            self.position += rest.len() - trimmed.len();
            if !trimmed.starts_with("/*") {
                return Ok(());
            }
            match trimmed[2..].find("*/") {
                Some(length) => self.position += length + 4,
                None => return Err(Error::new("S0106").at(self.position)),
            }
        }
    }

    fn regex(&mut self) -> Result<Token, Error> {
        let start = self.position + 1;
        let mut depth = 0_i64;
        let mut escaped = false;
        for (offset, character) in self.source[start..].char_indices() {
            if escaped {
                escaped = false;
                continue;
            }
            match character {
                '\\' => escaped = true,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                '/' if depth == 0 => {
                    if offset == 0 {
                        return Err(Error::new("S0301").at(start));
                    }
                    let pattern = &self.source[start..start + offset];
                    let after = &self.source[start + offset + 1..];
                    let flags: String = after.chars().take_while(|flag| matches!(flag, 'i' | 'm')).collect();
                    self.position = start + offset + 1 + flags.len();
                    return Ok(Token::Regex(pattern.into(), flags));
                }
                _ => {}
            }
        }
        Err(Error::new("S0302").at(self.source.len()))
    }

    fn string(&mut self, quote: char) -> Result<Token, Error> {
        let mut text = String::new();
        let mut characters = self.source[self.position + 1..].char_indices();
        let base = self.position + 1;
        let mut pending: Option<u16> = None;
        loop {
            let Some((offset, character)) = characters.next() else {
                return Err(Error::new("S0101").at(self.source.len()));
            };
            let unit = if character == '\\' {
                let Some((at, escape)) = characters.next() else {
                    return Err(Error::new("S0103").at(self.source.len()).with_token(""));
                };
                match escape {
                    '"' | '\\' | '/' => Escape::Char(escape),
                    'b' => Escape::Char('\u{8}'),
                    'f' => Escape::Char('\u{c}'),
                    'n' => Escape::Char('\n'),
                    'r' => Escape::Char('\r'),
                    't' => Escape::Char('\t'),
                    'u' => {
                        let from = base + at + 1;
                        let unit = self
                            .source
                            .get(from..from + 4)
                            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
                            .ok_or_else(|| Error::new("S0104").at(base + at))?;
                        characters.nth(3);
                        Escape::Unit(unit)
                    }
                    other => return Err(Error::new("S0103").at(base + at).with_token(other.to_string())),
                }
            } else if character == quote {
                flush(&mut text, &mut pending);
                self.position = base + offset + 1;
                return Ok(Token::String(text.into()));
            } else {
                Escape::Char(character)
            };
            match unit {
                Escape::Char(character) => {
                    flush(&mut text, &mut pending);
                    text.push(character);
                }
                Escape::Unit(unit) => push_unit(&mut text, &mut pending, unit),
            }
        }
    }

    fn number(&mut self) -> Result<Token, Error> {
        let rest = &self.source[self.position..];
        let text = &rest[..decimal_length(rest)];
        let number: f64 = text.parse().unwrap_or(f64::INFINITY);
        if !number.is_finite() {
            return Err(Error::new("S0102").at(self.position).with_token(text));
        }
        self.position += text.len();
        Ok(Token::Number(number))
    }

    fn quoted_name(&mut self) -> Result<Token, Error> {
        let start = self.position + 1;
        let Some(length) = self.source[start..].find('`') else {
            return Err(Error::new("S0105").at(self.source.len()));
        };
        self.position = start + length + 1;
        Ok(Token::Name(self.source[start..start + length].into()))
    }

    fn name(&mut self) -> Token {
        let rest = &self.source[self.position..];
        let length = rest.find(|character| is_space(character) || is_operator(character)).unwrap_or(rest.len());
        let word = &rest[..length];
        self.position += length;
        match word {
            "and" => Token::Operator("and"),
            "or" => Token::Operator("or"),
            "in" => Token::Operator("in"),
            "true" => Token::Boolean(true),
            "false" => Token::Boolean(false),
            "null" => Token::Null,
            _ => match word.strip_prefix('$') {
                Some(variable) => Token::Variable(self.shared(variable)),
                None => Token::Name(self.shared(word)),
            },
        }
    }

    /// The text of a name, shared with an earlier use of it if that is not long ago.
    fn shared(&mut self, name: &str) -> Arc<str> {
        let bytes = name.as_bytes();
        let ends =
            bytes.first().zip(bytes.last()).map_or(0, |(&first, &last)| usize::from(first) + 3 * usize::from(last));
        let recent = &mut self.recent[(ends + bytes.len()) % 16];
        match recent {
            Some(known) if **known == *name => known.clone(),
            _ => recent.insert(name.into()).clone(),
        }
    }
}

enum Escape {
    Char(char),
    Unit(u16),
}

/// Joins surrogate pairs; a lone surrogate has no place in UTF-8 and becomes U+FFFD.
fn push_unit(text: &mut String, pending: &mut Option<u16>, unit: u16) {
    if let Some(high) = pending.take() {
        if let Some(Ok(character)) = char::decode_utf16([high, unit]).next() {
            text.push(character);
            return;
        }
        text.push(char::REPLACEMENT_CHARACTER);
    }
    match char::from_u32(u32::from(unit)) {
        Some(character) => text.push(character),
        None => *pending = Some(unit),
    }
}

fn flush(text: &mut String, pending: &mut Option<u16>) {
    if pending.take().is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

fn operator(rest: &str, profile: Profile) -> Option<&'static str> {
    if !rest.starts_with(is_operator) {
        return None;
    }
    let since = if profile.is_documented() { &[][..] } else { &DOUBLE_SINCE };
    let double = DOUBLE.iter().chain(since).find(|operator| rest.starts_with(**operator));
    double.or_else(|| SINGLE.iter().find(|operator| rest.starts_with(**operator))).copied()
}
