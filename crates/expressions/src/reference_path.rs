//! Reference paths: the subset of paths that names exactly one place, readable and (as `ResultPath`) writable.

use crate::path::Segment;
use crate::{Path, PathFailure, PathSyntaxError, Scope};
use json::{Array, Object, Value};
use std::fmt;

/// A path made of `.name`, `['name']` and `[n]` only.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePath(Path);

/// A `ResultPath` that cannot be applied to the state's input (`States.ResultPathMatchFailure`).
#[derive(Clone, Debug, PartialEq)]
pub struct ResultPathMismatch {
    /// The path as written.
    pub path: String,
    /// The input it was applied to.
    pub input: Value,
}

impl ResultPathMismatch {
    /// The error AWS reports.
    pub const ERROR_NAME: &'static str = "States.ResultPathMatchFailure";
}

impl fmt::Display for ResultPathMismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Unable to apply ReferencePath {} to input {}", self.path, self.input)
    }
}

impl std::error::Error for ResultPathMismatch {}

impl ReferencePath {
    /// Parses `text`. Roots `$$` and `$name` are accepted here; a field that does not take them (`ResultPath`) looks at
    /// [`Path::root`].
    pub fn parse(text: &str) -> Result<ReferencePath, PathSyntaxError> {
        let path = Path::parse(text)?;
        let allowed = |segment: &Segment| match segment {
            Segment::Name(_) => true,
            Segment::Index(index) => *index >= 0,
            _ => false,
        };
        let offset = match operator_outside_quotes(text) {
            None if path.segments().iter().all(allowed) => return Ok(ReferencePath(path)),
            offset => offset.unwrap_or(0),
        };
        let message = "A reference path may only contain names and indexes".to_owned();
        Err(PathSyntaxError { offset, message })
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// The same as a path, to read what it names.
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The value at this path.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, PathFailure> {
        self.0.evaluate(scope)
    }

    /// Whether this is the root alone (`$`).
    pub fn is_root(&self) -> bool {
        self.0.segments().is_empty()
    }

    /// `root` with `value` at this path: what `ResultPath` does. Missing objects are created, only the path is copied. The path's own
    /// root is not looked at.
    ///
    /// Fails where a name meets something that is not an object, or an index something that is not an array or is too short.
    pub fn set(&self, root: &Value, value: Value) -> Result<Value, ResultPathMismatch> {
        set(Some(root), self.0.segments(), value)
            .ok_or_else(|| ResultPathMismatch { path: self.text().to_owned(), input: root.clone() })
    }
}

/// Where one of `@ , : ?` stands outside quotes: the operators a reference path may not use, not even within a name.
fn operator_outside_quotes(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((offset, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if character == open => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '@' | ',' | ':' | '?') => return Some(offset),
            _ => {}
        }
    }
    None
}

/// `target` with `value` at `segments`; a missing target becomes an object.
fn set(target: Option<&Value>, segments: &[Segment], value: Value) -> Option<Value> {
    let Some((segment, rest)) = segments.split_first() else {
        return Some(value);
    };
    match (segment, target) {
        (Segment::Name(name), Some(Value::Object(object))) => {
            let member = set(object.get(name), rest, value)?;
            Some(object.with(name.clone(), member).into())
        }
        (Segment::Name(name), None) => {
            let member = set(None, rest, value)?;
            Some(Object::new().with(name.clone(), member).into())
        }
        (Segment::Index(index), Some(Value::Array(array))) => set_element(array, *index, rest, value),
        _ => None,
    }
}

fn set_element(array: &Array, index: i64, rest: &[Segment], value: Value) -> Option<Value> {
    let index = usize::try_from(index).ok()?;
    let element = set(Some(array.get(index)?), rest, value)?;
    array.with(index, element).map(Value::from)
}

impl fmt::Display for ReferencePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
