//! The steps of a path behind its root, and the walk along the plain ones.

use super::failure::PathFailure;
use super::filter::Filter;
use super::function::Function;
use super::select;
use json::{Key, Value};
use std::fmt::Write;

/// One step of a path.
#[derive(Clone, Debug)]
pub(crate) enum Segment {
    /// `.name`, `['name']`
    Name(Key),
    /// `['a','b']`
    Names(Vec<Key>),
    /// `[1]`; negative counts from the end.
    Index(i64),
    /// `[0,2]`
    Indexes(Vec<i64>),
    /// `[from:to]`
    Slice(Option<i64>, Option<i64>),
    /// `.*`, `[*]`
    Wildcard,
    /// `..`, which stands before another segment.
    Deep,
    /// `[?(…)]`
    Filter(Box<Filter>),
    /// `.length()` and the like; only the last segment.
    Function(Function),
}

/// All steps of a path.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    segments: Vec<Segment>,
    /// How many steps at the front are single names and indexes.
    plain: usize,
    definite: bool,
    /// Where several names stand before the end, which AWS's engine takes when it is parsed and refuses when it is evaluated.
    names_not_last: Option<usize>,
}

/// Where a walk ended early: the step that has no result and the value it stands on.
struct Stop<'v> {
    position: usize,
    value: &'v Value,
}

impl Steps {
    pub(crate) fn new(segments: Vec<Segment>) -> Steps {
        let plain = segments.iter().take_while(|segment| is_plain(segment)).count();
        let definite = match &segments[plain..] {
            [] | [Segment::Names(_)] => true,
            rest => matches!(rest.last(), Some(Segment::Function(_))),
        };
        let before_last = segments.len().saturating_sub(1);
        let names_not_last = segments[..before_last].iter().position(|segment| matches!(segment, Segment::Names(_)));
        Steps { segments, plain, definite, names_not_last }
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub(crate) fn is_definite(&self) -> bool {
        self.definite
    }

    /// The value of the steps from `document`, which is also what `$` means inside filters.
    pub(crate) fn find(&self, document: &Value) -> Result<Value, PathFailure> {
        if self.plain == self.segments.len() {
            return match self.walk(document) {
                Ok(value) => Ok(value.clone()),
                Err(stop) => Err(self.failure_at(stop)),
            };
        }
        self.find_from(document, &select::Work::new(document))
    }

    /// As [`find`](Steps::find), from `start` within the document of `work`.
    pub(crate) fn find_from(&self, start: &Value, work: &select::Work<'_>) -> Result<Value, PathFailure> {
        if let Some(names) = self.names_not_last {
            return Err(PathFailure::NamesNotLast { path: path_text(&self.segments[..=names]) });
        }
        let reached = self.walk(start);
        let rest = &self.segments[self.plain..];
        match (reached, rest) {
            (Ok(value), []) => Ok(value.clone()),
            (Ok(value), [Segment::Names(names)]) => select::merge(value, names).ok_or_else(|| {
                PathFailure::NotAnObject { step: step_text(&rest[0]), path: path_text(&self.segments[..self.plain]) }
            }),
            (Ok(value), [Segment::Function(function)]) => function.apply(value, work),
            (Ok(value), [middle @ .., Segment::Function(function)]) => {
                function.apply(&work.select(value, middle)?.into(), work)
            }
            (Ok(value), _) => Ok(work.select(value, rest)?.into()),
            (Err(stop), _) if self.definite => Err(self.failure_at(stop)),
            // AWS gives [] for an indefinite path whose definite part finds nothing (recorded), where Jayway alone would fail.
            (Err(_), _) => Ok(Vec::new().into()),
        }
    }

    /// Along the plain steps at the front. This is the hot path: no allocation unless it fails.
    fn walk<'v>(&self, start: &'v Value) -> Result<&'v Value, Stop<'v>> {
        let mut value = start;
        for (position, segment) in self.segments[..self.plain].iter().enumerate() {
            let next = match (segment, value) {
                (Segment::Name(name), Value::Object(object)) => object.get(name),
                (Segment::Index(index), Value::Array(array)) => select::element(array, *index),
                _ => None,
            };
            match next {
                Some(next) => value = next,
                None => return Err(Stop { position, value }),
            }
        }
        Ok(value)
    }

    #[cold]
    fn failure_at(&self, Stop { position, value }: Stop<'_>) -> PathFailure {
        let segment = &self.segments[position];
        let before = || path_text(&self.segments[..position]);
        let is_last = position + 1 == self.segments.len();
        match (segment, value) {
            (Segment::Name(_), Value::Object(_)) if !is_last => {
                PathFailure::MissingProperty { path: path_text(&self.segments[..=position]) }
            }
            (Segment::Name(_), Value::Object(_)) | (Segment::Index(_), Value::Array(_)) => {
                PathFailure::NoResults { path: path_text(&self.segments) }
            }
            (Segment::Index(_), Value::Null) => PathFailure::Null { path: before() },
            (Segment::Index(_), found) => PathFailure::NotAnArray { step: step_text(segment), found: found.clone() },
            (_, _) => PathFailure::NotAnObject { step: step_text(segment), path: before() },
        }
    }
}

fn is_plain(segment: &Segment) -> bool {
    matches!(segment, Segment::Name(_) | Segment::Index(_))
}

/// Jayway's normalised text: `$['a'][0]`.
fn path_text(segments: &[Segment]) -> String {
    let mut text = "$".to_owned();
    for segment in segments {
        write_step(segment, &mut text);
    }
    text
}

fn step_text(segment: &Segment) -> String {
    let mut text = String::new();
    write_step(segment, &mut text);
    text
}

fn write_step(segment: &Segment, out: &mut String) {
    let written = match segment {
        Segment::Name(name) => write!(out, "['{name}']"),
        Segment::Names(names) => write!(out, "[{}]", join(names.iter().map(|name| format!("'{name}'")))),
        Segment::Index(index) => write!(out, "[{index}]"),
        Segment::Indexes(indexes) => write!(out, "[{}]", join(indexes.iter().map(i64::to_string))),
        Segment::Slice(from, to) => {
            let bound = |bound: &Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            write!(out, "[{}:{}]", bound(from), bound(to))
        }
        Segment::Wildcard => write!(out, "[*]"),
        Segment::Deep => write!(out, ".."),
        Segment::Filter(_) => write!(out, "[?]"),
        Segment::Function(function) => write!(out, ".{}", function.name()),
    };
    written.expect("writing to a String cannot fail");
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
