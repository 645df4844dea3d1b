//! Succeed: ends its scope with its filtered input.

use crate::failure::Fault;
use crate::frame::Frame;
use crate::step::{Progress, Step};
use asl::definition::State;

pub(crate) fn begin(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Result<Progress, Fault> {
    let input = step.effective_input(frame, state)?;
    let output = step.output_of_input(frame, state, &input, state.flow.output(), "Output")?;
    step.exit(frame, state, output, None)?;
    Ok(Progress::End(frame.input.clone()))
}
