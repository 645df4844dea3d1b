//! Order-by: a stable merge sort by the values of its terms, which are evaluated once per item.

use super::Evaluator;
use super::frame::{Environment, Frame, Tuple};
use super::item::{Item, compare_text};
use crate::error::Error;
use crate::syntax::ast::{Node, SortTerm};
use std::cmp::Ordering;

impl Evaluator<'_> {
    pub(super) fn sort_items(
        &self,
        step: &Node,
        terms: &[SortTerm],
        items: Vec<Item>,
        environment: &Environment,
    ) -> Result<Vec<Item>, Error> {
        let keys = |item: &Item| terms.iter().map(|term| self.evaluate(&term.expression, item, environment)).collect();
        self.sort_by_terms(step, terms, items, keys)
    }

    pub(super) fn sort_tuples(
        &self,
        step: &Node,
        terms: &[SortTerm],
        tuples: Vec<Tuple>,
        environment: &Environment,
    ) -> Result<Vec<Tuple>, Error> {
        let keys = |tuple: &Tuple| {
            let frame = Frame::tuple(environment, tuple);
            terms.iter().map(|term| self.evaluate(&term.expression, &tuple.item, &frame)).collect()
        };
        self.sort_by_terms(step, terms, tuples, keys)
    }

    fn sort_by_terms<T: Clone>(
        &self,
        step: &Node,
        terms: &[SortTerm],
        items: Vec<T>,
        keys: impl Fn(&T) -> Result<Vec<Item>, Error>,
    ) -> Result<Vec<T>, Error> {
        if items.len() < 2 {
            return Ok(items);
        }
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            keyed.push((keys(&item)?, item));
        }
        let sorted = self.merge_sort(keyed, &|left, right| compare_terms(step, terms, &left.0, &right.0))?;
        Ok(sorted.into_iter().map(|(_, item)| item).collect())
    }

    /// A stable sort whose comparison may fail; `true` means that the left item comes after the right one.
    pub(crate) fn merge_sort<T: Clone>(
        &self,
        items: Vec<T>,
        after: &dyn Fn(&T, &T) -> Result<bool, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut source = items;
        let mut width = 1;
        while width < source.len() {
            self.grow(source.len())?;
            let mut merged = Vec::with_capacity(source.len());
            for run in source.chunks(2 * width) {
                let (left, right) = run.split_at(width.min(run.len()));
                let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
                while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
                    let next = if after(first, second)? { right.next() } else { left.next() };
                    merged.extend(next.cloned());
                }
                merged.extend(left.cloned());
                merged.extend(right.cloned());
            }
            source = merged;
            width *= 2;
        }
        Ok(source)
    }
}

fn compare_terms(step: &Node, terms: &[SortTerm], left: &[Item], right: &[Item]) -> Result<bool, Error> {
    for ((term, left), right) in terms.iter().zip(left).zip(right) {
        let ordering = match (left.is_undefined(), right.is_undefined()) {
            (true, true) => continue,
            // What has no value goes last, whichever way the term sorts.
            (true, false) => return Ok(true),
            (false, true) => return Ok(false),
            (false, false) => compare(left, right).map_err(|error| error.at(step.span.end))?,
        };
        match if term.descending { ordering.reverse() } else { ordering } {
            Ordering::Equal => {}
            ordering => return Ok(ordering == Ordering::Greater),
        }
    }
    Ok(false)
}

fn compare(left: &Item, right: &Item) -> Result<Ordering, Error> {
    let sortable = |item: &Item| item.as_number().is_some() || item.as_str().is_some();
    if !sortable(left) || !sortable(right) {
        let culprit = if sortable(left) { right } else { left };
        return Err(Error::new("T2008").with_value(culprit.to_error_value()));
    }
    match (left.as_number(), right.as_number(), left.as_str(), right.as_str()) {
        (Some(left), Some(right), ..) => Ok(left.partial_cmp(&right).unwrap_or(Ordering::Equal)),
        (_, _, Some(left), Some(right)) => Ok(compare_text(left, right)),
        _ => {
            let error = Error::new("T2007").with_value(left.to_error_value());
            Err(error.with_value2(right.to_error_value()))
        }
    }
}
