//! Reading a request's members the way AWS's front end does: a wrong JSON type ends the request with `SerializationException`; broken
//! constraints are collected and answered together in one `ValidationException`. Rules that belong to Step Functions rather than to the
//! front end (names, ARNs, JSON texts) are checked afterwards by the requests themselves.

use crate::exception::{Code, Exception};
use json::{Object, Value};
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The members of one structure of a request. Structures and list members within it share the list of findings.
pub(crate) struct Fields<'a> {
    object: &'a Object,
    path: String,
    findings: &'a Findings,
}

/// Broken constraints told of one request. A list of a million broken members must not make a reply many times the request.
const FINDINGS_MAX: usize = 100;

/// The broken constraints of one request.
#[derive(Default)]
pub(crate) struct Findings(RefCell<Vec<String>>);

impl Findings {
    fn add(&self, value: &str, path: &str, constraint: &str) {
        let mut findings = self.0.borrow_mut();
        if findings.len() < FINDINGS_MAX {
            findings.push(format!("Value {value}at '{path}' failed to satisfy constraint: Member must {constraint}"));
        }
    }

    fn into_result<T>(self, read: T) -> Result<T, Exception> {
        let findings = self.0.into_inner();
        match findings.len() {
            0 => Ok(read),
            1 => Err(Exception::validation(format!("1 validation error detected: {}", findings[0]))),
            count => Err(Exception::validation(format!("{count} validation errors detected: {}", findings.join("; ")))),
        }
    }
}

/// Reads a request's body with `read`, which may leave a default where it found something wrong: it is dropped when anything was.
pub(crate) fn read_body<T>(
    body: &Value,
    read: impl FnOnce(&Fields<'_>) -> Result<T, Exception>,
) -> Result<T, Exception> {
    let object = structure(body)?;
    let findings = Findings::default();
    let request = read(&Fields { object, path: String::new(), findings: &findings })?;
    findings.into_result(request)
}

/// How a text member is constrained.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    min: usize,
    max: usize,
    bytes: bool,
    sensitive: bool,
    pattern: Option<Pattern>,
}

/// A regular expression of AWS's model, and what it means.
#[derive(Clone, Copy)]
pub(crate) struct Pattern {
    /// As messages quote it.
    source: &'static str,
    matches: fn(&str) -> bool,
}

impl Pattern {
    pub(crate) const CHARACTER_RESTRICTED_NAME: Pattern = Pattern {
        source: r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
        matches: |text| {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
            !text.is_empty() && text.bytes().all(is_allowed) && !text.bytes().all(|byte| byte.is_ascii_digit())
        },
    };
    pub(crate) const CLIENT_TOKEN: Pattern = Pattern {
        source: "[!-~]+",
        matches: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()),
    };
    pub(crate) const TRACE_HEADER: Pattern = Pattern { source: r"\p{ASCII}*", matches: str::is_ascii };
}

impl Text {
    /// Between `min` and `max` UTF-16 units.
    pub(crate) const fn characters(min: usize, max: usize) -> Text {
        Text { min, max, bytes: false, sensitive: false, pattern: None }
    }

    /// Of any length.
    pub(crate) const fn any() -> Text {
        Text::characters(0, usize::MAX)
    }

    /// The same, its length counted in UTF-8 bytes.
    pub(crate) const fn in_bytes(self) -> Text {
        Text { bytes: true, ..self }
    }

    /// The same, never quoted in an error message.
    pub(crate) const fn sensitive(self) -> Text {
        Text { sensitive: true, ..self }
    }

    /// The same, without a least length.
    pub(crate) const fn or_empty(self) -> Text {
        Text { min: 0, ..self }
    }

    /// The same, and as the pattern says.
    pub(crate) const fn matching(self, pattern: Pattern) -> Text {
        Text { pattern: Some(pattern), ..self }
    }

    fn broken_length(self, text: &str) -> Option<String> {
        if text.len() <= self.max && text.len() >= self.min.saturating_mul(4) {
            return None;
        }
        let length = if self.bytes { text.len() } else { text.encode_utf16().count() };
        if length > self.max {
            Some(format!("have length less than or equal to {}", self.max))
        } else if length < self.min {
            Some(format!("have length greater than or equal to {}", self.min))
        } else {
            None
        }
    }

    fn broken_pattern(self, text: &str) -> Option<String> {
        let broken = self.pattern.filter(|pattern| !(pattern.matches)(text))?;
        Some(format!("satisfy regular expression pattern: {}", broken.source))
    }
}

impl<'a> Fields<'a> {
    /// A member that must be there. When it is not, the finding is kept and an empty text stands in.
    pub(crate) fn text(&self, name: &str, rule: Text) -> Result<Arc<str>, Exception> {
        Ok(self.required(name, self.optional_text(name, rule)?).unwrap_or_default())
    }

    /// A text member that may be absent.
    pub(crate) fn optional_text(&self, name: &str, rule: Text) -> Result<Option<Arc<str>>, Exception> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let text = text_of(value)?;
        self.check_text(text, rule, || self.path_of(name));
        Ok(Some(text.clone()))
    }

    /// One of a few words, listed in the order in which AWS names them.
    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Exception> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let text = text_of(value)?;
        let found = words.iter().find(|(word, _)| **word == **text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let set: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let constraint = format!("satisfy enum value set: [{}]", set.join(", "));
            self.findings.add(&format!("'{text}' "), &self.path_of(name), &constraint);
        }
        Ok(found)
    }

    /// A boolean member.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Exception> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::Bool(boolean)) => Ok(Some(*boolean)),
            Some(other) => Err(wrong_type(other, "Boolean")),
        }
    }

    /// An integer member within `range`.
    pub(crate) fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Exception> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let integer = value.as_number().and_then(json::Number::as_integral);
        let integer = integer.ok_or_else(|| wrong_type(value, "Integer"))?;
        if let Some(constraint) = out_of("value", &integer, &range) {
            self.findings.add(&format!("'{integer}' "), &self.path_of(name), &constraint);
        }
        Ok(Some(integer))
    }

    /// A number within `range`.
    pub(crate) fn float(&self, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, Exception> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let float = value.as_number().map(json::Number::as_f64).ok_or_else(|| wrong_type(value, "Float"))?;
        if let Some(constraint) = out_of("value", &float, &range) {
            self.findings.add(&format!("'{float:?}' "), &self.path_of(name), &constraint);
        }
        Ok(Some(float))
    }

    /// A finding where a list has too few or too many items; `shown` is the list in the message.
    pub(crate) fn check_count(
        &self,
        name: &str,
        count: usize,
        range: RangeInclusive<usize>,
        shown: impl FnOnce() -> String,
    ) {
        if let Some(constraint) = out_of("length", &count, &range) {
            self.findings.add(&format!("'{}' ", shown()), &self.path_of(name), &constraint);
        }
    }

    /// A structure member, read by `read`.
    pub(crate) fn structure<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Fields<'_>) -> Result<T, Exception>,
    ) -> Result<Option<T>, Exception> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let object = structure(value)?;
        read(&Fields { object, path: self.path_of(name), findings: self.findings }).map(Some)
    }

    /// A list of structures, each read by `read`.
    pub(crate) fn structures<T>(
        &self,
        name: &str,
        read: impl Fn(&Fields<'_>) -> Result<T, Exception>,
    ) -> Result<Option<Vec<T>>, Exception> {
        self.list(name, |value, path| read(&Fields { object: structure(value)?, path, findings: self.findings }))
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str, rule: Text) -> Result<Option<Vec<Arc<str>>>, Exception> {
        self.list(name, |value, path| {
            let text = text_of(value)?;
            self.check_text(text, rule, || path);
            Ok(text.clone())
        })
    }

    fn list<T>(
        &self,
        name: &str,
        read: impl Fn(&Value, String) -> Result<T, Exception>,
    ) -> Result<Option<Vec<T>>, Exception> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let Value::Array(array) = value else {
            return Err(serialization("Expected list or null"));
        };
        let path = self.path_of(name);
        let members = array.iter().enumerate();
        members
            .map(|(position, member)| read(member, format!("{path}.{}.member", position + 1)))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// `value`, with a finding when it is missing.
    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.member(name).is_none() {
            self.findings.add("null ", &self.path_of(name), "not be null");
        }
        value
    }

    fn check_text(&self, text: &str, rule: Text, path: impl FnOnce() -> String) {
        let broken = [rule.broken_length(text), rule.broken_pattern(text)];
        if broken.iter().all(Option::is_none) {
            return;
        }
        let quoted = if rule.sensitive { String::new() } else { format!("'{text}' ") };
        let path = path();
        broken.iter().flatten().for_each(|constraint| self.findings.add(&quoted, &path, constraint));
    }

    /// `null` counts as absent.
    fn member(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// What a number outside `range` would have to do.
fn out_of<T: PartialOrd + std::fmt::Display>(what: &str, number: &T, range: &RangeInclusive<T>) -> Option<String> {
    if number < range.start() {
        Some(format!("have {what} greater than or equal to {}", range.start()))
    } else if number > range.end() {
        Some(format!("have {what} less than or equal to {}", range.end()))
    } else {
        None
    }
}

fn structure(value: &Value) -> Result<&Object, Exception> {
    match value {
        Value::Object(object) => Ok(object),
        Value::Array(_) => Err(serialization("Start of list found where not expected")),
        _ => Err(serialization("Expected structure or null")),
    }
}

fn text_of(value: &Value) -> Result<&Arc<str>, Exception> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(other, "String")),
    }
}

fn wrong_type(value: &Value, expected: &str) -> Exception {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => return serialization("Start of list found where not expected"),
        Value::Object(_) => return serialization("Start of structure or map found where not expected."),
    };
    let article = if expected.starts_with('I') { "an" } else { "a" };
    serialization(&format!("{found} can not be converted to {article} {expected}"))
}

fn serialization(message: &str) -> Exception {
    Exception::new(Code::SerializationException, message)
}
