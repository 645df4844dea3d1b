//! Pass: a literal, a template's value, or the input itself.

use crate::context::Extras;
use crate::data::Visible;
use crate::failure::Fault;
use crate::frame::Frame;
use crate::step::{Progress, Step};
use asl::definition::{Flow, PassState, State};
use json::Payload;

pub(crate) fn begin(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    pass: &PassState,
) -> Result<Progress, Fault> {
    let result = match &pass.result {
        // With a literal, Parameters are not even evaluated (recorded).
        Some(literal) => {
            let result = Payload::from(literal.clone());
            step.inspect("result", &result);
            result
        }
        None => step.parameters(frame, state, Extras::default())?,
    };
    let assigned = step.assign(frame, Visible::of(result.value()), state.assign.as_ref(), "Assign")?;
    let output = match &state.flow {
        Flow::JsonPath(_) => {
            step.inspect("afterResultSelector", &result);
            step.output(frame, state, result)?
        }
        Flow::Jsonata(flow) => step.output_of_input(frame, state, &result, flow.output.as_ref(), "Output")?,
    };
    step.leave(frame, state, output, assigned)
}
