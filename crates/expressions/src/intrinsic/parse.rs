//! Call text to [`IntrinsicCall`].

use super::format::FormatTemplate;
use super::{Argument, Call, Intrinsic, IntrinsicCall};
use crate::PathSyntaxError;
use crate::path::Parser;
use json::Value;
use std::fmt;
use std::sync::Arc;

/// How deep calls may nest: AWS's limit.
const NESTING_MAX: usize = 10;

/// Why a text is neither a path nor a call, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    /// Byte offset in the text.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at offset {}", self.message, self.offset)
    }
}

impl std::error::Error for SyntaxError {}

impl From<PathSyntaxError> for SyntaxError {
    fn from(error: PathSyntaxError) -> Self {
        SyntaxError { offset: error.offset, message: error.message }
    }
}

type Parsed<T> = Result<T, SyntaxError>;

/// Parses a whole text as one call.
pub(super) fn call(text: &str) -> Parsed<IntrinsicCall> {
    let mut parser = CallParser { cursor: Parser::new(text), text };
    let call = parser.call(1)?;
    parser.cursor.expect_end()?;
    Ok(call)
}

struct CallParser<'t> {
    text: &'t str,
    cursor: Parser<'t>,
}

impl CallParser<'_> {
    fn call(&mut self, level: usize) -> Parsed<IntrinsicCall> {
        if level > NESTING_MAX {
            return Err(self.error(format!("Intrinsic functions may be nested at most {NESTING_MAX} levels deep")));
        }
        let start = self.cursor.offset();
        let name = self.cursor.take_while(|character| character.is_ascii_alphanumeric() || character == '.');
        let Some(function) = Intrinsic::from_name(name) else {
            let message = format!("'{name}' is neither a JSONPath nor an intrinsic function");
            return Err(SyntaxError { offset: start, message });
        };
        let (arguments, template) = self.arguments(function, level)?;
        let text = self.text[start..self.cursor.offset()].to_owned();
        Ok(IntrinsicCall(Arc::new(Call { text, function, arguments, template })))
    }

    fn arguments(&mut self, function: Intrinsic, level: usize) -> Parsed<(Vec<Argument>, Option<FormatTemplate>)> {
        self.cursor.expect('(')?;
        let mut arguments = Vec::new();
        let mut template = None;
        self.cursor.skip_space();
        if self.cursor.take(')') {
            return Ok((arguments, template));
        }
        loop {
            self.cursor.skip_space();
            let argument = match self.cursor.peek() {
                Some('\'') => {
                    let literal = self.string()?;
                    if arguments.is_empty() && function == Intrinsic::Format {
                        template = Some(FormatTemplate::from_literal(&literal));
                    }
                    Argument::Literal(unescape(&literal).into())
                }
                Some('$') => {
                    let path = self.cursor.path()?;
                    Argument::Path(path)
                }
                Some('S') => Argument::Call(self.call(level + 1)?),
                _ => Argument::Literal(self.scalar()?),
            };
            arguments.push(argument);
            self.cursor.skip_space();
            if !self.cursor.take(',') {
                self.cursor.expect(')')?;
                return Ok((arguments, template));
            }
        }
    }

    /// A string literal between single quotes, escapes checked but kept.
    fn string(&mut self) -> Parsed<String> {
        let start = self.cursor.offset();
        self.cursor.take('\'');
        let content = self.cursor.rest();
        let mut characters = content.char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '\'' => {
                    self.cursor.advance(offset + 1);
                    return Ok(content[..offset].to_owned());
                }
                '\\' if !matches!(characters.next(), Some((_, '\'' | '{' | '}' | '\\'))) => {
                    let message = "Only \\', \\{, \\} and \\\\ are escape sequences".to_owned();
                    return Err(SyntaxError { offset: start + 1 + offset, message });
                }
                _ => {}
            }
        }
        Err(SyntaxError { offset: start, message: "The string does not end".to_owned() })
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Parsed<Value> {
        let start = self.cursor.offset();
        let word =
            self.cursor.take_while(|character| !character.is_whitespace() && !matches!(character, ',' | '(' | ')'));
        match json::parse(word) {
            Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => Ok(value),
            _ => Err(SyntaxError {
                offset: start,
                message: format!(
                    "'{word}' is not an argument: a string in single quotes, a number, true, false, null, a path or a call"
                ),
            }),
        }
    }

    fn error(&self, message: String) -> SyntaxError {
        SyntaxError { offset: self.cursor.offset(), message }
    }
}

/// The text a literal stands for.
fn unescape(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut characters = literal.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}
