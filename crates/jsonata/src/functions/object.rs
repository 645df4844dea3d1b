//! Functions on objects and on values of any kind.

use super::Arguments;
use crate::error::Error;
use crate::evaluate::item::{Item, RecordBuilder};
use crate::evaluate::{Evaluator, lookup as lookup_member, to_boolean};
use json::Value;
use std::rc::Rc;

fn truth(boolean: bool) -> Item {
    Item::Json(Value::Bool(boolean))
}

/// Functions that are arguments of functions are false in every version, but not those in an array.
fn is_true(evaluator: &Evaluator<'_>, argument: &Item) -> Result<bool, Error> {
    Ok(!argument.is_function() && to_boolean(argument, evaluator.profile)?)
}

pub(super) fn boolean(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let argument = arguments.get(0);
    Ok(if argument.is_undefined() { Item::Undefined } else { truth(is_true(evaluator, argument)?) })
}

pub(super) fn not(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let argument = arguments.get(0);
    Ok(if argument.is_undefined() { Item::Undefined } else { truth(!is_true(evaluator, argument)?) })
}

pub(super) fn exists(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    Ok(truth(!arguments.get(0).is_undefined()))
}

pub(super) fn type_of(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let name = match arguments.get(0) {
        Item::Undefined => return Ok(Item::Undefined),
        Item::Function(_) => "function",
        // As JavaScript's implementation asks: what is not a number is an object.
        Item::Number(number) if number.is_nan() => "object",
        Item::Number(number) if number.is_infinite() => return Err(Error::new("D1001").with_value(Value::Null)),
        Item::Number(_) => "number",
        Item::List(..) | Item::Tuples(_) => "array",
        Item::Record(_) => "object",
        Item::Json(value) => value.type_name(),
    };
    Ok(Item::string(name))
}

/// Values never change, so a copy is the value.
pub(super) fn clone(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    evaluator.copy(&arguments.take(0))
}

pub(super) fn error(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let message = arguments.text(0).filter(|text| !text.is_empty()).map_or("$error() function evaluated", |text| text);
    Err(Error::new("D3137").with_text(message))
}

pub(super) fn assert(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    if to_boolean(arguments.get(0), evaluator.profile)? {
        return Ok(Item::Undefined);
    }
    let message = arguments.text(1).filter(|text| !text.is_empty()).map_or("$assert() statement failed", |text| text);
    Err(Error::new("D3141").with_text(message))
}

pub(super) fn lookup(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    match arguments.text(1) {
        Some(key) => lookup_member(evaluator, arguments.get(0), key),
        None => Ok(Item::Undefined),
    }
}

pub(super) fn keys(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let mut keys = RecordBuilder::default();
    let mut order = Vec::new();
    collect_keys(evaluator, arguments.get(0), &mut keys, &mut order)?;
    Ok(Item::sequence(order))
}

fn collect_keys(
    evaluator: &Evaluator<'_>,
    item: &Item,
    keys: &mut RecordBuilder,
    order: &mut Vec<Item>,
) -> Result<(), Error> {
    if let Some(elements) = item.elements() {
        return elements.iter().try_for_each(|element| collect_keys(evaluator, &element, keys, order));
    }
    let entries = item.entries();
    evaluator.grow(entries.len() + 1)?;
    for (key, _) in entries {
        if keys.position(&key).is_none() {
            order.push(Item::string(key.clone()));
            keys.insert(key, Item::Undefined);
        }
    }
    Ok(())
}

pub(super) fn spread(evaluator: &Evaluator<'_>, mut arguments: Arguments<'_>) -> Result<Item, Error> {
    let argument = arguments.take(0);
    if !argument.is_array() && !argument.is_object() {
        return Ok(argument);
    }
    let mut results = Vec::new();
    spread_into(evaluator, &argument, &mut results)?;
    // What is appended to makes the result a plain array.
    let plain = argument.elements().is_some_and(|elements| elements.iter().any(|element| !element.is_undefined()));
    Ok(if plain { Item::array(results) } else { Item::sequence(results) })
}

fn spread_into(evaluator: &Evaluator<'_>, item: &Item, results: &mut Vec<Item>) -> Result<(), Error> {
    if let Some(elements) = item.elements() {
        evaluator.grow(elements.len())?;
        return elements.iter().try_for_each(|element| spread_into(evaluator, &element, results));
    }
    if item.is_undefined() {
        return Ok(());
    }
    if !item.is_object() {
        results.push(item.clone());
        return Ok(());
    }
    for (key, member) in item.entries() {
        evaluator.grow(2)?;
        results.push(evaluator.finish(vec![(key, member)])?);
    }
    Ok(())
}

pub(super) fn merge(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(elements) = arguments.get(0).elements() else { return Ok(Item::Undefined) };
    let mut merged = RecordBuilder::default();
    for element in elements.iter() {
        let entries = element.entries();
        evaluator.grow(entries.len() * 2 + 1)?;
        entries.into_iter().for_each(|(key, member)| merged.insert(key, member));
    }
    Item::Record(Rc::new(merged.build_as(evaluator.profile))).shallow_enough()
}

/// `$eval`: an expression as text, on the context or another input. It sees what is bound outside, not the variables around the call.
pub(super) fn eval(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(source) = arguments.text(0) else { return Ok(Item::Undefined) };
    evaluator.budget.allocate(source.len() * 16)?;
    let parsed = crate::Expression::parse_as(source, evaluator.profile)
        .map_err(|error| Error::new("D3120").with_value(error.message()))?;
    let input = if arguments.get(1).is_undefined() { arguments.context } else { arguments.get(1) };
    evaluator.budget.enter()?;
    let result = evaluator
        .expression(parsed.ast(), parsed.slots(), input)
        .map_err(|error| if error.is_limit() { error } else { Error::new("D3121").with_value(error.message()) })?;
    evaluator.budget.leave();
    Ok(result)
}
