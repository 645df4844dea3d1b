//! Fail: ends its scope with an error. It has no Exited event and cannot be caught by itself.

use crate::context::Extras;
use crate::failure::{Failure, Fault};
use crate::frame::Frame;
use crate::step::{Progress, Step};
use asl::definition::{FailState, TextField};
use json::Value;
use std::sync::Arc;

pub(crate) fn begin(step: &mut Step<'_>, frame: &mut Frame, fail: &FailState) -> Result<Progress, Fault> {
    let error = text(step, frame, fail.error.as_ref(), "ErrorPath")?;
    let cause = text(step, frame, fail.cause.as_ref(), "CausePath")?;
    Ok(Progress::Failed(Failure::of(error, cause)))
}

fn text(
    step: &mut Step<'_>,
    frame: &Frame,
    field: Option<&TextField>,
    name: &'static str,
) -> Result<Option<Arc<str>>, Fault> {
    let expression = match field {
        None => return Ok(None),
        Some(TextField::Literal(text)) => return Ok(Some(text.as_str().into())),
        Some(TextField::Expression(expression)) => expression,
        Some(TextField::Jsonata(expression)) => {
            let location = name.trim_end_matches("Path");
            let text = step.expression(frame, expression, location, "string", |value| match value {
                Value::String(text) => Some(text.clone()),
                _ => None,
            });
            return text.map(Some);
        }
    };
    let input = frame.input.clone();
    let value = step
        .evaluate(frame, input.value(), Extras::default(), |scope, random| expression.evaluate(scope, random, name))?;
    match value {
        Value::String(text) => Ok(Some(text)),
        other => Err(Fault::runtime(format!(
            "The {name} field's value must be a string, but '{}' gave: {other}",
            expression.text()
        ))),
    }
}
