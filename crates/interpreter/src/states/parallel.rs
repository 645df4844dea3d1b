//! Parallel: a frame for each branch, all with the same input.

use crate::context::Extras;
use crate::failure::Fault;
use crate::frame::{Frame, FrameId, Phase};
use crate::history::HistoryEventDetails;
use crate::step::{Progress, Step};
use asl::definition::{ParallelState, State};

pub(crate) fn begin(
    step: &mut Step<'_>,
    frame: &mut Frame,
    state: &State,
    parallel: &ParallelState,
) -> Result<Progress, Fault> {
    let input = step.parameters(frame, state, Extras::default())?;
    step.check_size(&input, &state.name)?;
    let started = step.emit_on(frame, HistoryEventDetails::ParallelStateStarted);
    let count = parallel.branches.len() as u64;
    let first_child = step.reserve_frames(count);
    for (position, &scope) in (0..count).zip(&parallel.branches) {
        let start_at = step.definition.scope(scope).start_at;
        let mut branch = Frame::new(FrameId(first_child.0 + position), Some(frame.id), position, scope, start_at);
        branch.input = input.clone();
        branch.last_event = started;
        step.runnable.push_back(branch.id);
        step.put(branch);
    }
    frame.phase = Phase::Parallel { first_child, open: count };
    Ok(Progress::Blocked)
}
