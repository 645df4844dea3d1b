//! Path text to [`Path`].

use super::filter_parse;
use super::function::{Function, Parameter};
use super::steps::{Segment, Steps};
use super::{Path, Root};
use json::Key;
use std::fmt;

/// How deep filters, parentheses and parameters may nest.
const DEPTH_MAX: usize = 100;

/// How many steps a path may have.
const SEGMENTS_MAX: usize = 500;

/// Why a text is not a path, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct PathSyntaxError {
    /// Byte offset in the text.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PathSyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at offset {}", self.message, self.offset)
    }
}

impl std::error::Error for PathSyntaxError {}

pub(crate) type Parsed<T> = Result<T, PathSyntaxError>;

/// A cursor over the text. Intrinsic calls use it for the paths among their arguments.
pub(crate) struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// Filters and function parameters around the cursor.
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str) -> Parser<'t> {
        Parser { text, at: 0, depth: 0 }
    }

    /// Where the cursor stands.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    pub(crate) fn expect_end(&self) -> Parsed<()> {
        match self.peek() {
            None => Ok(()),
            Some(character) => Err(self.error(format!("Unexpected character '{character}'"))),
        }
    }

    /// A path from its `$`, as far as it reaches.
    pub(crate) fn path(&mut self) -> Parsed<Path> {
        let start = self.at;
        if !self.take('$') {
            return Err(self.error("A path must start with '$'"));
        }
        let root = if self.take('$') {
            Root::Context
        } else {
            match self.identifier() {
                "" => Root::Input,
                name => Root::Variable(name.into()),
            }
        };
        let steps = self.steps()?;
        Ok(Path::new(&self.text[start..self.at], root, steps))
    }

    /// A variable's name: a letter or underscore, then letters, digits and underscores, of any script.
    fn identifier(&mut self) -> &'t str {
        let is_start = |character: char| character.is_alphabetic() || character == '_';
        match self.peek() {
            Some(first) if is_start(first) => {
                self.take_while(|character| character.is_alphanumeric() || character == '_')
            }
            _ => "",
        }
    }

    /// All steps from here.
    pub(crate) fn steps(&mut self) -> Parsed<Steps> {
        let mut segments = Vec::new();
        loop {
            match self.peek() {
                Some('[') => segments.push(self.bracket()?),
                Some('.') => self.dot(&mut segments)?,
                _ => return Ok(Steps::new(segments)),
            }
            if segments.len() > SEGMENTS_MAX {
                return Err(self.error(format!("A path may have at most {SEGMENTS_MAX} steps")));
            }
            if matches!(segments.last(), Some(Segment::Function(_))) {
                return Ok(Steps::new(segments));
            }
        }
    }

    /// A step that starts with `.`: a name, `*`, a deep scan, or a bracket (Jayway lets a dot stand before it).
    fn dot(&mut self, segments: &mut Vec<Segment>) -> Parsed<()> {
        self.at += 1;
        if self.take('.') {
            segments.push(Segment::Deep);
        }
        segments.push(match self.peek() {
            Some('[') => self.bracket()?,
            Some('*') => {
                self.at += 1;
                Segment::Wildcard
            }
            _ => self.name_or_function()?,
        });
        Ok(())
    }

    fn name_or_function(&mut self) -> Parsed<Segment> {
        let start = self.at;
        let in_filter = self.depth > 0;
        let name = self.take_while(|character| !ends_name(character, in_filter));
        if name.is_empty() {
            return Err(self.error("A name is missing after '.'"));
        }
        if self.peek() != Some('(') {
            return Ok(Segment::Name(name.into()));
        }
        let parameters = self.parameters()?;
        Function::new(name, parameters)
            .map(Segment::Function)
            .ok_or_else(|| PathSyntaxError { offset: start, message: format!("There is no function '{name}()'") })
    }

    fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.nested(|parser| {
            parser.at += 1;
            let mut parameters = Vec::new();
            parser.skip_space();
            while !parser.take(')') {
                if !parameters.is_empty() {
                    parser.expect(',')?;
                    parser.skip_space();
                }
                parameters.push(if parser.take('$') {
                    Parameter::Path(parser.steps()?)
                } else {
                    Parameter::Value(filter_parse::literal(parser)?)
                });
                parser.skip_space();
            }
            Ok(parameters)
        })
    }

    fn bracket(&mut self) -> Parsed<Segment> {
        self.at += 1;
        self.skip_space();
        let segment = match self.peek() {
            Some('\'' | '"') => self.names()?,
            Some('*') => {
                self.at += 1;
                Segment::Wildcard
            }
            Some('?') => {
                self.at += 1;
                self.nested(filter_parse::filter).map(Box::new).map(Segment::Filter)?
            }
            _ => self.indexes()?,
        };
        self.skip_space();
        self.expect(']')?;
        Ok(segment)
    }

    fn names(&mut self) -> Parsed<Segment> {
        let mut names: Vec<Key> = Vec::new();
        loop {
            names.push(self.quoted()?.into());
            self.skip_space();
            if !self.take(',') {
                break;
            }
            self.skip_space();
        }
        Ok(if names.len() == 1 { Segment::Name(names.remove(0)) } else { Segment::Names(names) })
    }

    /// A quoted name. A backslash keeps the quote behind it from ending the name; any other backslash belongs to the name (recorded:
    /// `$['Test\""Name"']` finds the key `Test\""Name"`).
    pub(crate) fn quoted(&mut self) -> Parsed<String> {
        let start = self.at;
        let Some(quote @ ('\'' | '"')) = self.peek() else {
            return Err(self.error("A quoted name is missing"));
        };
        self.at += 1;
        let mut name = String::new();
        let mut characters = self.text[self.at..].char_indices();
        while let Some((offset, character)) = characters.next() {
            if character == quote {
                self.at += offset + 1;
                return Ok(name);
            }
            if character != '\\' {
                name.push(character);
                continue;
            }
            match characters.next() {
                Some((_, escaped)) if escaped == quote => name.push(quote),
                Some((_, escaped)) => name.extend(['\\', escaped]),
                None => break,
            }
        }
        Err(PathSyntaxError { offset: start, message: "The quoted name does not end".to_owned() })
    }

    /// `[1]`, `[1,2]`, `[1:]`, `[:2]`, `[1:2]`
    fn indexes(&mut self) -> Parsed<Segment> {
        let first = self.integer()?;
        self.skip_space();
        if self.take(':') {
            self.skip_space();
            let to = self.integer()?;
            if first.is_none() && to.is_none() {
                return Err(self.error("A slice needs a start or an end"));
            }
            return Ok(Segment::Slice(first, to));
        }
        let Some(first) = first else {
            return Err(self.error("A name, an index, a slice, '*' or a filter is missing after '['"));
        };
        let mut indexes = vec![first];
        while self.take(',') {
            self.skip_space();
            indexes.push(self.integer()?.ok_or_else(|| self.error("An index is missing after ','"))?);
            self.skip_space();
        }
        Ok(if indexes.len() == 1 { Segment::Index(first) } else { Segment::Indexes(indexes) })
    }

    fn integer(&mut self) -> Parsed<Option<i64>> {
        let start = self.at;
        self.take('-');
        self.take_while(|character| character.is_ascii_digit());
        let text = &self.text[start..self.at];
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<i32>() {
            Ok(integer) => Ok(Some(integer.into())),
            Err(_) => Err(PathSyntaxError { offset: start, message: format!("'{text}' is not an index") }),
        }
    }

    /// Runs `parse` one level deeper.
    pub(crate) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH_MAX {
            return Err(self.error(format!("A path may be nested at most {DEPTH_MAX} levels deep")));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> PathSyntaxError {
        PathSyntaxError { offset: self.at, message: message.into() }
    }

    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(crate) fn take(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    pub(crate) fn take_while(&mut self, accepts: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|character| !accepts(character)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    pub(crate) fn expect(&mut self, character: char) -> Parsed<()> {
        if self.take(character) {
            return Ok(());
        }
        let found = self.peek().map_or("the end".to_owned(), |found| format!("'{found}'"));
        Err(self.error(format!("Expected '{character}' but found {found}")))
    }

    pub(crate) fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }
}

/// What a name without quotes cannot contain. Hyphens, colons and any other script's letters it can, as in Jayway.
fn ends_name(character: char, in_filter: bool) -> bool {
    character.is_whitespace()
        || matches!(character, '.' | '[' | ']' | '(' | ')' | ',' | '\'' | '"' | '*' | '\\')
        || (in_filter && matches!(character, '=' | '!' | '<' | '>' | '&' | '|' | '~'))
}
