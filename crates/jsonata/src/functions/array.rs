//! Functions on arrays.

use super::Arguments;
use crate::error::Error;
use crate::evaluate::item::{Flags, Item, List, compare_text, deep_equal};
use crate::evaluate::{Evaluator, check_finite, to_boolean, with_flags};
use crate::profile::Profile;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) fn count(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    Ok(Item::Number(arguments.get(0).elements().map_or(0, |elements| elements.len()) as f64))
}

pub(super) fn append(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let (first, second) = (arguments.take(0), arguments.take(1));
    if first.is_undefined() {
        return Ok(second);
    }
    if second.is_undefined() {
        return Ok(first);
    }
    let mut items = first.into_items();
    items.extend(second.into_items());
    evaluator.grow(items.len())?;
    Item::array(items).shallow_enough()
}

pub(super) fn reverse(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.take(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    evaluator.grow(elements.len())?;
    let mut items: Vec<Item> = elements.iter().collect();
    if items.len() <= 1 {
        return Ok(array);
    }
    items.reverse();
    Ok(Item::array(items))
}

pub(super) fn shuffle(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.take(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    evaluator.grow(elements.len())?;
    let mut items: Vec<Item> = elements.iter().collect();
    if items.len() <= 1 {
        return Ok(array);
    }
    for last in (1..items.len()).rev() {
        let other = (evaluator.next_random() % (last as u64 + 1)) as usize;
        items.swap(last, other);
    }
    Ok(Item::array(items))
}

pub(super) fn zip(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let arrays: Vec<_> = (0..arguments.count()).map(|index| arguments.get(index).elements()).collect();
    let length = arrays.iter().map(|array| array.map_or(0, |elements| elements.len())).min().unwrap_or(0);
    evaluator.grow(length.saturating_mul(arrays.len() + 1))?;
    let rows = (0..length).map(|row| {
        Item::array(arrays.iter().filter_map(|array| array.and_then(|elements| elements.get(row))).collect())
    });
    Item::array(rows.collect()).shallow_enough()
}

pub(super) fn sort(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.take(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    let items: Vec<Item> = elements.iter().collect();
    evaluator.grow(items.len())?;
    if items.len() <= 1 {
        return Ok(array);
    }
    let comparator = arguments.get(1);
    let sorted = if comparator.is_undefined() {
        items.iter().filter_map(Item::as_number).try_for_each(check_finite)?;
        let numbers = items.iter().all(|item| item.as_number().is_some_and(|number| !number.is_nan()));
        if !numbers && !items.iter().all(|item| item.as_str().is_some()) {
            return Err(Error::new("D3070").with_index(1));
        }
        evaluator.merge_sort(items, &|left, right| {
            evaluator.budget.step(1)?;
            Ok(match (left.as_number(), right.as_number(), left.as_str(), right.as_str()) {
                (Some(left), Some(right), ..) => left > right,
                (_, _, Some(left), Some(right)) => compare_text(left, right).is_gt(),
                _ => false,
            })
        })?
    } else {
        evaluator.merge_sort(items, &|left, right| {
            let larger = evaluator.apply(comparator, vec![left.clone(), right.clone()], arguments.context)?;
            // As it is in the reference implementation, where JavaScript takes any array, object and function for true.
            let is_composite = larger.is_array() || larger.is_object() || larger.is_function();
            Ok((is_composite && evaluator.profile != Profile::StepFunctions) || to_boolean(&larger, evaluator.profile)?)
        })?
    };
    Ok(Item::array(sorted))
}

/// Every value once, in the order of first appearance; values are told apart by a hash of what they are.
pub(super) fn distinct(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.take(0);
    let Some(elements) = array.elements() else { return Ok(array) };
    if elements.len() <= 1 {
        return Ok(array);
    }
    evaluator.grow(elements.len() * 2)?;
    let mut known: HashMap<u64, Vec<usize>> = HashMap::with_capacity(elements.len());
    let mut results: Vec<Item> = Vec::new();
    for element in elements.iter() {
        match known.entry(fingerprint(evaluator, &element)?) {
            Entry::Vacant(entry) => drop(entry.insert(vec![results.len()])),
            Entry::Occupied(mut entry) => {
                evaluator.budget.step(entry.get().len() as u64)?;
                if entry.get().iter().any(|index| deep_equal(&results[*index], &element)) {
                    continue;
                }
                entry.get_mut().push(results.len());
            }
        }
        results.push(element);
    }
    // Of what is remembered of the array only that it is a sequence goes on.
    let flags = Flags { sequence: array.flags().sequence, ..Flags::default() };
    Ok(with_flags(Item::from(List::plain(results)), flags))
}

/// A hash that is the same for equal values: the order of an object's members does not count.
fn fingerprint(evaluator: &Evaluator<'_>, item: &Item) -> Result<u64, Error> {
    use std::hash::Hasher;
    evaluator.budget.step(1)?;
    let mut hasher = std::hash::DefaultHasher::new();
    if let Some(number) = item.as_number() {
        hasher.write_u8(1);
        hasher.write_u64((number + 0.0).to_bits());
    } else if let Some(text) = item.as_str() {
        hasher.write_u8(2);
        hasher.write(text.as_bytes());
    } else if let Some(elements) = item.elements() {
        hasher.write_u8(3);
        for element in elements.iter() {
            hasher.write_u64(fingerprint(evaluator, &element)?);
        }
    } else if item.is_object() {
        let mut sum = 4_u64;
        for (key, member) in item.entries() {
            let mut entry = std::hash::DefaultHasher::new();
            entry.write(key.as_bytes());
            entry.write_u64(fingerprint(evaluator, &member)?);
            sum = sum.wrapping_add(entry.finish());
        }
        return Ok(sum);
    } else {
        hasher.write_u8(item.as_bool().map_or(5, |boolean| 6 + u8::from(boolean)));
    }
    Ok(hasher.finish())
}
