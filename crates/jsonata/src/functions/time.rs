//! Functions on time. What time it is, the caller says.

use super::{Arguments, picture_error};
use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::evaluate::item::Item;
use crate::pictures::datetime;

pub(super) fn millis(evaluator: &Evaluator<'_>, _: Arguments<'_>) -> Result<Item, Error> {
    Ok(Item::Number(evaluator.world.now_ms as f64))
}

fn text_of(arguments: &Arguments<'_>, index: usize) -> Option<std::sync::Arc<str>> {
    arguments.text(index).cloned()
}

pub(super) fn now(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let (picture, zone) = (text_of(&arguments, 0), text_of(&arguments, 1));
    let now = evaluator.world.now_ms as f64;
    evaluator
        .text(datetime::format(now, picture.as_deref(), zone.as_deref(), evaluator.profile).map_err(picture_error)?)
}

pub(super) fn from_millis(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(millis) = arguments.number(0) else { return Ok(Item::Undefined) };
    let (picture, zone) = (text_of(&arguments, 1), text_of(&arguments, 2));
    evaluator
        .text(datetime::format(millis, picture.as_deref(), zone.as_deref(), evaluator.profile).map_err(picture_error)?)
}

pub(super) fn to_millis(evaluator: &Evaluator<'_>, arguments: Arguments<'_>) -> Result<Item, Error> {
    let Some(text) = arguments.text(0) else { return Ok(Item::Undefined) };
    let picture = text_of(&arguments, 1);
    let millis = datetime::parse(text, picture.as_deref(), evaluator.world.now_ms, evaluator.profile);
    Ok(millis.map_err(picture_error)?.map_or(Item::Undefined, Item::Number))
}
