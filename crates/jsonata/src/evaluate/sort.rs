//! Order-by: a stable merge sort by the values of its terms, which are evaluated once per item, when they are first compared.

use super::Evaluator;
use super::frame::{Environment, Frame, Tuple};
use super::item::{Item, compare_text};
use crate::error::Error;
use crate::syntax::ast::{Node, SortTerm};
use std::cell::OnceCell;
use std::cmp::Ordering;

/// What is sorted, with the values of its terms.
type Keyed<T> = (Box<[OnceCell<Item>]>, T);

impl Evaluator<'_> {
    pub(super) fn sort_items(
        &self,
        step: &Node,
        terms: &[SortTerm],
        items: Vec<Item>,
        environment: &Environment,
    ) -> Result<Vec<Item>, Error> {
        self.sort_by_terms(step, terms, items, |item, term| self.evaluate(&term.expression, item, environment))
    }

    pub(super) fn sort_tuples(
        &self,
        step: &Node,
        terms: &[SortTerm],
        tuples: Vec<Tuple>,
        environment: &Environment,
    ) -> Result<Vec<Tuple>, Error> {
        self.sort_by_terms(step, terms, tuples, |tuple, term| {
            let frame = Frame::tuple(environment, tuple);
            self.evaluate(&term.expression, &tuple.item, &frame)
        })
    }

    fn sort_by_terms<T: Clone>(
        &self,
        step: &Node,
        terms: &[SortTerm],
        items: Vec<T>,
        evaluate: impl Fn(&T, &SortTerm) -> Result<Item, Error>,
    ) -> Result<Vec<T>, Error> {
        let of = |item: &T, index: usize| evaluate(item, &terms[index]);
        let rows = items.into_iter().map(|item| (terms.iter().map(|_| OnceCell::new()).collect(), item)).collect();
        let sorted = self.merge_sort(rows, &|left: &Keyed<T>, right: &Keyed<T>| {
            for (index, term) in terms.iter().enumerate() {
                let (left, right) = (key(left, index, &of)?, key(right, index, &of)?);
                match compare_term(step, term, left, right)? {
                    Ordering::Equal => {}
                    ordering => return Ok(ordering == Ordering::Greater),
                }
            }
            Ok(false)
        })?;
        Ok(sorted.into_iter().map(|(_, item)| item).collect())
    }

    /// A stable sort whose comparison may fail; `true` means that the left item comes after the right one.
    pub(crate) fn merge_sort<T: Clone>(
        &self,
        items: Vec<T>,
        after: &dyn Fn(&T, &T) -> Result<bool, Error>,
    ) -> Result<Vec<T>, Error> {
        let (items, mut merged) = (items, Vec::new());
        self.sort_range(&items, &mut merged, after)?;
        Ok(merged)
    }

    /// Appends `items` in order. Halves are split as the reference implementation does it, so that a comparison that is no order, or fails,
    /// has the same effect.
    fn sort_range<T: Clone>(
        &self,
        items: &[T],
        merged: &mut Vec<T>,
        after: &dyn Fn(&T, &T) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        if items.len() < 2 {
            merged.extend_from_slice(items);
            return Ok(());
        }
        self.grow(items.len())?;
        let (first_half, second_half) = items.split_at(items.len() / 2);
        let (mut left, mut right) = (Vec::with_capacity(first_half.len()), Vec::with_capacity(second_half.len()));
        self.sort_range(first_half, &mut left, after)?;
        self.sort_range(second_half, &mut right, after)?;
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
            let next = if after(first, second)? { right.next() } else { left.next() };
            merged.extend(next);
        }
        merged.extend(left);
        merged.extend(right);
        Ok(())
    }
}

/// The value of a term for a row, evaluated when it is first needed.
fn key<'r, T>(
    (keys, item): &'r Keyed<T>,
    index: usize,
    evaluate: &dyn Fn(&T, usize) -> Result<Item, Error>,
) -> Result<&'r Item, Error> {
    if let Some(known) = keys[index].get() {
        return Ok(known);
    }
    let value = evaluate(item, index)?;
    Ok(keys[index].get_or_init(|| value))
}

fn compare_term(step: &Node, term: &SortTerm, left: &Item, right: &Item) -> Result<Ordering, Error> {
    Ok(match (left.is_undefined(), right.is_undefined()) {
        (true, true) => Ordering::Equal,
        // What has no value goes last, whichever way the term sorts.
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let ordering = compare(left, right).map_err(|error| error.at(step.span.end))?;
            if term.descending { ordering.reverse() } else { ordering }
        }
    })
}

fn compare(left: &Item, right: &Item) -> Result<Ordering, Error> {
    let sortable = |item: &Item| item.as_number().is_some() || item.as_str().is_some();
    if !sortable(left) || !sortable(right) {
        let culprit = if sortable(left) { right } else { left };
        return Err(Error::new("T2008").with_value(culprit.to_error_value()));
    }
    match (left.as_number(), right.as_number(), left.as_str(), right.as_str()) {
        (Some(left), Some(right), ..) => Ok(left.partial_cmp(&right).unwrap_or(Ordering::Greater)),
        (_, _, Some(left), Some(right)) => Ok(compare_text(left, right)),
        _ => {
            let error = Error::new("T2007").with_value(left.to_error_value());
            Err(error.with_value2(right.to_error_value()))
        }
    }
}
