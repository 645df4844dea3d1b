//! Succeed: ends its scope with its filtered input.

use crate::failure::Fault;
use crate::frame::Frame;
use crate::step::{Progress, Step};
use asl::definition::State;

pub(crate) fn begin(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Result<Progress, Fault> {
    let input = step.filter(frame, &frame.input, &state.flow.input_path)?;
    let output = step.filter(frame, &input, &state.flow.output_path)?;
    step.exit(frame, state, output, None)?;
    Ok(Progress::End(frame.input.clone()))
}
