//! Functions that take a function and call it for every item.

use super::Arguments;
use crate::error::Error;
use crate::evaluate::item::Item;
use crate::evaluate::{Evaluator, to_boolean};

/// Calls `function` with the item, and as far as it looks at them its key or index and the whole.
fn call(
    evaluator: &Evaluator<'_>,
    function: &Item,
    item: Item,
    key: impl FnOnce() -> Item,
    whole: &Item,
) -> Result<Item, Error> {
    let arity = match function {
        Item::Function(function) => function.arity(),
        _ => 0,
    };
    let mut arguments = Vec::with_capacity(arity.clamp(1, 3));
    arguments.push(item);
    if arity >= 2 {
        arguments.push(key());
    }
    if arity >= 3 {
        arguments.push(whole.clone());
    }
    evaluator.budget.enter()?;
    let result = evaluator.apply(function, arguments, &Item::NULL)?;
    evaluator.budget.leave();
    Ok(result)
}

pub(super) fn map(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.get(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    let mut results = Vec::with_capacity(elements.len());
    evaluator.grow(elements.len())?;
    for (index, element) in elements.iter().enumerate() {
        let result = call(evaluator, arguments.get(1), element, || Item::Number(index as f64), array)?;
        if !result.is_undefined() {
            results.push(result);
        }
    }
    Item::sequence(results).shallow_enough()
}

pub(super) fn filter(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.get(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    let mut results = Vec::new();
    evaluator.grow(elements.len())?;
    for (index, element) in elements.iter().enumerate() {
        let result = call(evaluator, arguments.get(1), element.clone(), || Item::Number(index as f64), array)?;
        if to_boolean(&result, evaluator.profile)? {
            results.push(element);
        }
    }
    Ok(Item::sequence(results))
}

pub(super) fn single(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.get(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    let function = arguments.get(1);
    let mut found = None;
    for (index, element) in elements.iter().enumerate() {
        evaluator.budget.step(1)?;
        let wanted = function.is_undefined()
            || to_boolean(
                &call(evaluator, function, element.clone(), || Item::Number(index as f64), array)?,
                evaluator.profile,
            )?;
        if wanted && found.replace(element).is_some() {
            return Err(Error::new("D3138").with_index(index));
        }
    }
    found.ok_or_else(|| Error::new("D3139"))
}

pub(super) fn reduce(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let array = arguments.get(0);
    let Some(elements) = array.elements() else { return Ok(Item::Undefined) };
    let function = arguments.get(1);
    let arity = match function {
        Item::Function(function) => function.arity(),
        _ => 0,
    };
    if arity < 2 {
        return Err(Error::new("D3050").with_index(1));
    }
    let mut items = elements.iter().enumerate();
    let mut result = arguments.get(2).clone();
    if result.is_undefined() {
        result = items.next().map(|(_, item)| item).unwrap_or_default();
    }
    for (index, item) in items {
        let mut values = vec![result, item];
        if arity >= 3 {
            values.push(Item::Number(index as f64));
        }
        if arity >= 4 {
            values.push(array.clone());
        }
        evaluator.budget.enter()?;
        result = evaluator.apply(function, values, &Item::NULL)?;
        evaluator.budget.leave();
    }
    Ok(result)
}

pub(super) fn sift(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let object = arguments.get(0);
    let mut members = Vec::new();
    for (key, member) in object.entries() {
        let result = call(evaluator, arguments.get(1), member.clone(), || Item::string(key.clone()), object)?;
        if to_boolean(&result, evaluator.profile)? {
            members.push((key, member));
        }
    }
    if members.is_empty() { Ok(Item::Undefined) } else { evaluator.finish(members) }
}

pub(super) fn each(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let object = arguments.get(0);
    let mut results = Vec::new();
    for (key, member) in object.entries() {
        let result = call(evaluator, arguments.get(1), member, || Item::string(key), object)?;
        if !result.is_undefined() {
            results.push(result);
        }
    }
    evaluator.grow(results.len())?;
    Item::sequence(results).shallow_enough()
}
