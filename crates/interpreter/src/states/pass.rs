//! Pass: a literal, a template's value, or the input itself.

use crate::context::Extras;
use crate::failure::Fault;
use crate::frame::Frame;
use crate::step::{Progress, Step};
use asl::definition::{PassState, State};
use json::Payload;

pub(crate) fn begin(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    pass: &PassState,
) -> Result<Progress, Fault> {
    let result = match &pass.result {
        // With a literal, Parameters are not even evaluated (recorded).
        Some(literal) => Payload::from(literal.clone()),
        None => step.parameters(frame, state, Extras::default())?,
    };
    let assigned = step.assign(frame, result.value(), state.assign.as_ref())?;
    step.finish(frame, state, result, assigned)
}
