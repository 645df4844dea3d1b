//! Everything a path can do beyond single names and indexes: unions, slices, wildcards, deep scans, filters.
//!
//! The work is bounded: deep scans within deep scans and filters that search the whole document could otherwise take hours on one input.

use super::failure::PathFailure;
use super::steps::Segment;
use json::{Key, ObjectBuilder, Value};
use std::cell::Cell;

/// How many nodes one evaluation may look at. A payload of 256 KiB has 130,000 nodes at most.
const NODES_MAX: usize = 2_000_000;

/// How many steps may be in progress at once, those of paths within filters included: what the stack must hold.
const STEPS_MAX: u32 = 1_000;

/// One evaluation: the document that `$` means inside filters, and how much may still be done.
pub(crate) struct Work<'a> {
    pub(crate) document: &'a Value,
    nodes_left: Cell<usize>,
    steps_left: Cell<u32>,
}

type Selected = Result<Vec<Value>, PathFailure>;

impl<'a> Work<'a> {
    pub(crate) fn new(document: &'a Value) -> Work<'a> {
        Work { document, nodes_left: Cell::new(NODES_MAX), steps_left: Cell::new(STEPS_MAX) }
    }

    /// Accounts for `nodes` more.
    pub(crate) fn visit(&self, nodes: usize) -> Result<(), PathFailure> {
        self.nodes_left.set(self.nodes_left.get().checked_sub(nodes).ok_or(PathFailure::TooMuchWork)?);
        Ok(())
    }

    /// All that `segments` find from `start`, in document order.
    pub(crate) fn select(&self, start: &Value, segments: &[Segment]) -> Selected {
        let mut found = Vec::new();
        self.step(start, segments, &mut found)?;
        Ok(found)
    }

    fn step(&self, value: &Value, segments: &[Segment], found: &mut Vec<Value>) -> Result<(), PathFailure> {
        self.visit(1)?;
        let Some((segment, rest)) = segments.split_first() else {
            found.push(value.clone());
            return Ok(());
        };
        let steps_left = self.steps_left.get();
        self.steps_left.set(steps_left.checked_sub(1).ok_or(PathFailure::TooMuchWork)?);
        let result = self.apply(value, segment, rest, found);
        self.steps_left.set(steps_left);
        result
    }

    fn apply(
        &self,
        value: &Value,
        segment: &Segment,
        rest: &[Segment],
        found: &mut Vec<Value>,
    ) -> Result<(), PathFailure> {
        match segment {
            Segment::Name(name) => self.steps(value.get(name), rest, found),
            // The last segment: others are refused before.
            Segment::Names(names) => {
                found.extend(merge(value, names));
                Ok(())
            }
            Segment::Index(index) => self.steps(self.element(value, *index), rest, found),
            Segment::Indexes(indexes) => {
                self.steps(indexes.iter().filter_map(|index| self.element(value, *index)), rest, found)
            }
            Segment::Slice(from, to) => self.slice(value, *from, *to, rest, found),
            Segment::Wildcard => self.steps(children(value), rest, found),
            Segment::Deep => self.deep(value, rest, found),
            Segment::Filter(filter) => match value {
                Value::Array(array) => {
                    for element in array.iter() {
                        if filter.accepts(element, self)? {
                            self.step(element, rest, found)?;
                        }
                    }
                    Ok(())
                }
                // Jayway filters a single object too: it is passed on or not.
                Value::Object(_) if filter.accepts(value, self)? => self.step(value, rest, found),
                _ => Ok(()),
            },
            Segment::Function(function) => {
                found.push(function.apply(value, self)?);
                Ok(())
            }
        }
    }

    fn steps<'v>(
        &self,
        values: impl IntoIterator<Item = &'v Value>,
        rest: &[Segment],
        found: &mut Vec<Value>,
    ) -> Result<(), PathFailure> {
        values.into_iter().try_for_each(|value| self.step(value, rest, found))
    }

    fn element<'v>(&self, value: &'v Value, index: i64) -> Option<&'v Value> {
        value.as_array().and_then(|array| element(array, index))
    }

    /// Jayway's slices: an open end counts from the array's end, a closed range is walked index by index.
    fn slice(
        &self,
        value: &Value,
        from: Option<i64>,
        to: Option<i64>,
        rest: &[Segment],
        found: &mut Vec<Value>,
    ) -> Result<(), PathFailure> {
        let Value::Array(array) = value else { return Ok(()) };
        let length = array.len() as i64;
        let from_end = |bound: i64| if bound < 0 { (length + bound).max(0) } else { bound.min(length) };
        let range = match (from, to) {
            (from, None) => from_end(from.unwrap_or(0))..length,
            (None, Some(to)) => 0..from_end(to),
            (Some(from), Some(to)) => from.max(-length)..to.min(length),
        };
        self.steps(range.filter_map(|index| element(array, index)), rest, found)
    }

    /// The value itself and everything below it, parents first. A list of what is still to be seen instead of recursion: documents may
    /// be deeper than the stack.
    fn deep(&self, value: &Value, rest: &[Segment], found: &mut Vec<Value>) -> Result<(), PathFailure> {
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            match (rest.first(), value) {
                // An element that a filter accepts is found when the scan reaches the element itself, not twice.
                (Some(Segment::Filter(_)), Value::Array(_)) => self.visit(1)?,
                _ => self.step(value, rest, found)?,
            }
            match value {
                Value::Array(array) => pending.extend(array.iter().rev()),
                Value::Object(object) => pending.extend(object.values().rev()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The element at `index`, which counts from the end when negative.
pub(crate) fn element(array: &[Value], index: i64) -> Option<&Value> {
    let position = if index < 0 { index.checked_add(array.len() as i64)? } else { index };
    array.get(usize::try_from(position).ok()?)
}

/// An object with those of `names` that `value` has; `None` where `value` is no object.
pub(crate) fn merge(value: &Value, names: &[Key]) -> Option<Value> {
    let object = value.as_object()?;
    let mut builder = ObjectBuilder::new();
    for name in names {
        builder.insert_some(name.clone(), object.get(name).cloned());
    }
    Some(builder.build().into())
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(array) => Box::new(array.iter()),
        Value::Object(object) => Box::new(object.values()),
        _ => Box::new(std::iter::empty()),
    }
}
