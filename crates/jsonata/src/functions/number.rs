//! Functions on numbers.

use super::{Arguments, picture_error};
use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::evaluate::item::{Item, Output};
use crate::number::to_json;
use crate::pictures;
use crate::text;
use json::Value;

/// Applies `compute` to the numbers of an array that is there.
fn aggregate(
    evaluator: &Evaluator<'_>,
    arguments: &Arguments<'_>,
    empty: Option<f64>,
    compute: impl Fn(&mut dyn Iterator<Item = f64>, usize) -> f64,
) -> Result<Item, Error> {
    let Some(elements) = arguments.get(0).elements() else { return Ok(Item::Undefined) };
    evaluator.budget.step(elements.len() as u64)?;
    if elements.len() == 0 {
        return Ok(empty.map_or(Item::Undefined, Item::Number));
    }
    let mut numbers = elements.look().map(|element| element.as_number().unwrap_or(f64::NAN));
    Ok(Item::Number(compute(&mut numbers, elements.len())))
}

pub(super) fn sum(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    aggregate(evaluator, &arguments, Some(0.0), |numbers, _| numbers.fold(0.0, |sum, number| sum + number))
}

pub(super) fn average(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    aggregate(evaluator, &arguments, None, |numbers, count| {
        numbers.fold(0.0, |sum, number| sum + number) / count as f64
    })
}

pub(super) fn max(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    aggregate(evaluator, &arguments, None, |numbers, _| numbers.fold(f64::NEG_INFINITY, larger))
}

pub(super) fn min(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    aggregate(evaluator, &arguments, None, |numbers, _| {
        numbers.fold(f64::INFINITY, |least, number| -larger(-least, -number))
    })
}

/// The larger of two numbers. What is not a number stays so, and 0 is larger than -0.
fn larger(left: f64, right: f64) -> f64 {
    if left.is_nan() || left > right || (left == right && right.is_sign_negative()) { left } else { right }
}

fn unary(arguments: &Arguments<'_>, compute: impl Fn(f64) -> f64) -> Result<Item, Error> {
    Ok(arguments.number(0).map_or(Item::Undefined, |number| Item::Number(compute(number))))
}

pub(super) fn abs(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    unary(&arguments, f64::abs)
}

pub(super) fn floor(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    unary(&arguments, f64::floor)
}

pub(super) fn ceil(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    unary(&arguments, f64::ceil)
}

pub(super) fn round(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let precision = arguments.number(1).unwrap_or(0.0);
    // It is appended to the number as an exponent, and `1e2.5` or `1e1e+21` is none.
    if precision.fract() != 0.0 || precision.abs() >= 1e21 {
        return unary(&arguments, |_| f64::NAN);
    }
    unary(&arguments, |number| text::round::half_even(number, precision as i32))
}

pub(super) fn sqrt(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    match arguments.number(0) {
        Some(number) if number < 0.0 => Err(Error::new("D3060").with_index(1).with_value(to_json(number))),
        _ => unary(&arguments, f64::sqrt),
    }
}

pub(super) fn power(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(base) = arguments.number(0) else { return Ok(Item::Undefined) };
    let Some(exponent) = arguments.number(1) else {
        return Err(Error::new("D3061").with_index(1).with_value(crate::evaluate::shown(base)));
    };
    let result = base.powf(exponent);
    if result.is_finite() {
        return Ok(Item::Number(result));
    }
    let error = Error::new("D3061").with_index(1).with_value(crate::evaluate::shown(base));
    Err(error.with_value2(crate::evaluate::shown(exponent)))
}

/// `$random()`
pub(super) fn random(evaluator: &Evaluator<'_>, _: Arguments<'_>) -> Result<Item, Error> {
    Ok(Item::Number((evaluator.next_random() >> 11) as f64 / (1_u64 << 53) as f64))
}

pub(super) fn number(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let argument = arguments.get(0);
    let number = match argument {
        Item::Undefined | Item::Number(_) | Item::Json(Value::Number(_)) => return Ok(argument.clone()),
        Item::Json(Value::Bool(boolean)) => Some(f64::from(*boolean)),
        Item::Json(Value::String(text)) => text::number::parse(text),
        _ => None,
    };
    number.map(Item::Number).ok_or_else(|| Error::new("D3030").with_index(1).with_value(argument.to_error_value()))
}

pub(super) fn format_base(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(number) = arguments.number(0) else { return Ok(Item::Undefined) };
    match text::number::format_base(number, arguments.number(1).unwrap_or(10.0)) {
        Ok(text) => evaluator.text(text),
        Err(radix) => Err(Error::new("D3100").with_value(crate::evaluate::shown(radix))),
    }
}

pub(super) fn format_integer(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let (Some(number), Some(picture)) = (arguments.number(0), arguments.text(1)) else { return Ok(Item::Undefined) };
    evaluator.text(pictures::integer::format(number, picture).map_err(picture_error)?)
}

pub(super) fn parse_integer(_: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let (Some(text), Some(picture)) = (arguments.text(0), arguments.text(1)) else { return Ok(Item::Undefined) };
    // A text that stands for no number is not refused.
    Ok(Item::Number(pictures::integer::parse(text, picture).map_err(picture_error)?.unwrap_or(f64::NAN)))
}

pub(super) fn format_number(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(number) = arguments.number(0) else { return Ok(Item::Undefined) };
    let picture = arguments.text(1).cloned().unwrap_or_default();
    let mut options = Vec::new();
    for (key, option) in arguments.get(2).entries() {
        let text = match option.to_value(Output::Javascript) {
            Some(Value::String(text)) => text.to_string(),
            Some(other) => other.to_string(),
            None => continue,
        };
        options.push((key.to_string(), text));
    }
    evaluator.text(pictures::number::format(number, &picture, &options).map_err(picture_error)?)
}
