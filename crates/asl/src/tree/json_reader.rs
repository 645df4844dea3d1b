//! JSON text to a tree. It goes on after an error as far as a reader would, so that several errors are reported at once and an editor has a
//! tree to work with. The first error carries the words and the place of AWS's parser.

use super::{DEPTH_MAX, Entry, Node, NodeKind, SYNTAX_FINDINGS_MAX, SeenKeys};
use crate::diagnostic::{Diagnostic, code};
use crate::line_index::LineIndex;
use ::json::{Number, Problem};
use std::ops::Range;
use std::sync::Arc;

/// Reads a JSON text. The tree is there whenever the text holds at least the beginning of a value; it is faithful only if there are no
/// findings.
pub fn parse_json(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, problems: Vec::new(), stopped: false };
    let node = reader.document();
    let problems = std::mem::take(&mut reader.problems);
    if problems.is_empty() {
        return (node, Vec::new());
    }
    let index = LineIndex::new(text);
    let mut diagnostics: Vec<_> =
        problems.iter().map(|problem| finding(&problem.message, problem.span.clone(), None)).collect();
    if let Err(error) = ::json::parse(text) {
        let jackson = jackson_location(text, &index, error.offset, &error.problem);
        let end = next_boundary(text, error.offset);
        diagnostics[0] = finding(&format!("{error}\n at {jackson}"), error.offset..end, Some(jackson));
    } else {
        let first = &problems[0];
        let jackson = source_location(text, &index, first.span.end);
        diagnostics[0] = finding(&format!("{}\n at {jackson}", first.message), first.span.clone(), Some(jackson));
    }
    (node, diagnostics)
}

fn finding(message: &str, span: Range<usize>, location: Option<String>) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(code::INVALID_JSON_DESCRIPTION, message, span);
    diagnostic.location = location;
    diagnostic
}

fn next_boundary(text: &str, offset: usize) -> usize {
    text[offset..].chars().next().map_or(offset, |character| offset + character.len_utf8())
}

/// Where AWS's parser stands when it gives up: after the token or character it could not use.
fn jackson_location(text: &str, index: &LineIndex, offset: usize, problem: &Problem) -> String {
    let after = match problem {
        Problem::UnrecognizedToken(token) => offset + token.len(),
        Problem::UnexpectedCharacter(character, _) => offset + character.len_utf8(),
        _ => offset,
    };
    source_location(text, index, after)
}

/// Characters of the text that the location of AWS's parser repeats.
const SOURCE_SHOWN_MAX: usize = 500;

fn source_location(text: &str, index: &LineIndex, offset: usize) -> String {
    let (line, column) = index.position(text, offset.min(text.len()));
    let shown_bytes = text.char_indices().nth(SOURCE_SHOWN_MAX).map_or(text.len(), |(at, _)| at);
    let hidden = text[shown_bytes..].chars().count();
    let shown = &text[..shown_bytes];
    let truncated = if hidden > 0 { format!("[truncated {hidden} chars]") } else { String::new() };
    format!("[Source: (String)\"{shown}\"{truncated}; line: {line}, column: {column}]")
}

struct SyntaxProblem {
    span: Range<usize>,
    message: String,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    problems: Vec<SyntaxProblem>,
    stopped: bool,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<Node> {
        self.skip_white_space();
        if self.at == self.bytes.len() {
            self.problem(self.at..self.at, "No content to map due to end-of-input");
            return None;
        }
        let node = self.value();
        self.skip_white_space();
        if self.at < self.bytes.len() && self.problems.is_empty() {
            self.problem_here("Unexpected text after the end of the JSON value");
        }
        node
    }

    fn problem(&mut self, span: Range<usize>, message: impl Into<String>) {
        if self.stopped {
            return;
        }
        self.problems.push(SyntaxProblem { span, message: message.into() });
        if self.problems.len() == SYNTAX_FINDINGS_MAX {
            self.stop();
        }
    }

    fn problem_here(&mut self, message: impl Into<String>) {
        self.problem(self.at..next_boundary(self.text, self.at), message);
    }

    /// Gives up on the rest of the text.
    fn stop(&mut self) {
        self.stopped = true;
        self.at = self.bytes.len();
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// A value, or `None` with a problem noted and the place unchanged or moved forward.
    fn value(&mut self) -> Option<Node> {
        let start = self.at;
        let kind = match self.peek()? {
            b'"' => NodeKind::String(self.string()),
            b'{' => self.nested(Self::object)?,
            b'[' => self.nested(Self::array)?,
            b'-' | b'0'..=b'9' => NodeKind::Number(self.number()?),
            _ => self.word()?,
        };
        Some(Node { span: start..self.at, kind })
    }

    fn nested(&mut self, read: fn(&mut Self) -> NodeKind) -> Option<NodeKind> {
        if self.depth == DEPTH_MAX {
            self.problem_here(format!("Document nesting depth exceeds the maximum allowed ({DEPTH_MAX})"));
            self.stop();
            return None;
        }
        self.depth += 1;
        self.at += 1;
        let kind = read(self);
        self.depth -= 1;
        Some(kind)
    }

    fn object(&mut self) -> NodeKind {
        let opened_at = self.at - 1;
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = SeenKeys::default();
        loop {
            self.skip_white_space();
            match self.peek() {
                Some(b'"') => {
                    if let Some(entry) = self.entry() {
                        if seen.is_duplicate(&entries, &entry.key) {
                            self.problem(entry.key_span, format!("Duplicate field '{}'", entry.key));
                        } else {
                            entries.push(entry);
                        }
                    }
                }
                Some(b'}') if entries.is_empty() => {
                    self.at += 1;
                    return NodeKind::Object(entries);
                }
                Some(_) => {
                    self.problem_here("was expecting double-quote to start field name");
                    self.skip_to_separator();
                }
                None => {}
            }
            if self.closed(opened_at, b'}', b'"', "Object") {
                return NodeKind::Object(entries);
            }
        }
    }

    fn entry(&mut self) -> Option<Entry> {
        let start = self.at;
        let key = self.string();
        let key_span = start..self.at;
        self.skip_white_space();
        if self.peek() == Some(b':') {
            self.at += 1;
            self.skip_white_space();
        } else {
            self.problem_here("was expecting a colon to separate field name and value");
            if matches!(self.peek(), None | Some(b',' | b'}' | b']')) {
                return None;
            }
        }
        let value = self.value_or_skip()?;
        Some(Entry { key, key_span, value })
    }

    fn array(&mut self) -> NodeKind {
        let opened_at = self.at - 1;
        let mut elements = Vec::new();
        loop {
            self.skip_white_space();
            if self.peek() == Some(b']') && elements.is_empty() {
                self.at += 1;
                return NodeKind::Array(elements);
            }
            if self.peek().is_some() {
                elements.extend(self.value_or_skip());
            }
            if self.closed(opened_at, b']', b'\0', "Array") {
                return NodeKind::Array(elements);
            }
        }
    }

    fn value_or_skip(&mut self) -> Option<Node> {
        if matches!(self.peek(), None | Some(b',' | b'}' | b']')) {
            self.problem_here("expected a value");
            return None;
        }
        let node = self.value();
        if node.is_none() {
            self.skip_to_separator();
        }
        node
    }

    /// After an element: whether the container ends. A missing comma before `next_start` is reported and passed over; so is a comma too
    /// many, and the bracket of another kind, which ends the container as well.
    fn closed(&mut self, opened_at: usize, close: u8, next_start: u8, what: &str) -> bool {
        self.skip_white_space();
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_white_space();
                if self.peek() == Some(close) {
                    self.problem(comma..comma + 1, "a comma before the end is one too many");
                    self.at += 1;
                    return true;
                }
                false
            }
            Some(byte) if byte == close => {
                self.at += 1;
                true
            }
            Some(byte) if byte == next_start => {
                self.problem_here(format!("was expecting comma to separate {what} entries"));
                false
            }
            Some(b'}' | b']') => {
                self.problem_here(format!("expected close marker for {what}"));
                self.at += 1;
                true
            }
            Some(_) => {
                self.problem_here(format!("was expecting comma to separate {what} entries"));
                self.skip_to_separator();
                self.peek().is_none() || self.closed(opened_at, close, next_start, what)
            }
            None => {
                self.problem(opened_at..opened_at + 1, format!("expected close marker for {what}"));
                true
            }
        }
    }

    /// Forward to the next comma or closing bracket of this level, over strings and nested brackets.
    fn skip_to_separator(&mut self) {
        let mut level = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => level += 1,
                b'}' | b']' | b',' if level == 0 => return,
                b'}' | b']' => level -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' || byte == b'\n' {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    fn word(&mut self) -> Option<NodeKind> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        let kind = match &rest[..length] {
            "null" => NodeKind::Null,
            "true" => NodeKind::Bool(true),
            "false" => NodeKind::Bool(false),
            "" => {
                self.problem_here("expected a value");
                return None;
            }
            other => {
                let shown: String = other.chars().take(40).collect();
                self.problem(self.at..self.at + length, format!("Unrecognized token '{shown}'"));
                self.at += length.min(self.bytes.len() - self.at);
                return None;
            }
        };
        self.at += length;
        Some(kind)
    }

    /// Reads the longest run of characters a number may hold and lets the JSON floor judge it.
    fn number(&mut self) -> Option<Number> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if let Ok(integer) = text.parse::<i64>()
            && !text.starts_with("0")
            && !text.starts_with("-0")
        {
            return Some(Number::Integer(integer));
        }
        match ::json::parse(text) {
            Ok(::json::Value::Number(number)) => Some(number),
            Ok(_) => None,
            Err(error) => {
                self.problem(start..self.at, error.to_string());
                None
            }
        }
    }

    /// A string from its opening quote. Without a closing quote it ends with its line.
    fn string(&mut self) -> Arc<str> {
        let start = self.at;
        let rest = &self.bytes[start + 1..];
        let plain = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
        if let Some(length) = plain
            && rest[length] == b'"'
        {
            self.at = start + length + 2;
            return self.text[start + 1..start + 1 + length].into();
        }
        self.skip_string();
        self.at = self.at.min(self.bytes.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        let quoted = &self.text[start..self.at];
        match ::json::parse(quoted) {
            Ok(::json::Value::String(text)) => text,
            Ok(_) => quoted.into(),
            Err(error) => {
                let from = start + error.offset.min(quoted.len());
                self.problem(from..next_boundary(self.text, from), error.to_string());
                quoted.trim_matches('"').into()
            }
        }
    }
}
