//! The state types: what each does when it is entered.

pub(crate) mod choice;
pub(crate) mod distributed_map;
pub(crate) mod fail;
pub(crate) mod map;
pub(crate) mod parallel;
pub(crate) mod pass;
pub(crate) mod succeed;
pub(crate) mod task;
pub(crate) mod wait;

use crate::failure::Fault;
use crate::frame::Frame;
use crate::history::HistoryEventDetails;
use crate::step::{Progress, Step, state_type};
use asl::definition::{State, StateKind};

/// Enters the frame's state and does what can be done at once.
pub(crate) fn enter(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Progress {
    let event = HistoryEventDetails::StateEntered {
        state_type: state_type(state),
        name: state.name.clone(),
        input: frame.input.clone(),
    };
    frame.before_entry = Some(frame.last_event);
    frame.entered_event = step.emit_on(frame, event);
    frame.entered_at = step.now;
    frame.retries.clear();
    frame.changed.base = true;
    attempt(step, frame, state)
}

/// Does the work of a state again that failed or was stopped, in a redrive. A Fail state is entered again.
pub(crate) fn again(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Progress {
    match &state.kind {
        StateKind::Fail(_) => enter(step, frame, state),
        _ => attempt(step, frame, state),
    }
}

/// Does the state's work, for the first time or once more after a retry's delay.
pub(crate) fn attempt(step: &mut Step<'_>, frame: &mut Frame, state: &State) -> Progress {
    let (events, seed) = (step.outcome.events.len(), step.execution.seed);
    let begun: Result<Progress, Fault> = match &state.kind {
        StateKind::Pass(pass) => pass::begin(step, frame, state, pass),
        StateKind::Task(task) => task::schedule(step, frame, state, task),
        StateKind::Choice(choice) => choice::begin(step, frame, state, choice),
        StateKind::Wait(wait) => wait::begin(step, frame, state, wait),
        StateKind::Succeed => succeed::begin(step, frame, state),
        StateKind::Fail(fail) => fail::begin(step, frame, fail),
        StateKind::Parallel(parallel) => parallel::begin(step, frame, state, parallel),
        StateKind::Map(map) => match &map.distributed {
            Some(distributed) => distributed_map::begin(step, frame, state, map, distributed),
            None => map::begin(step, frame, state, map),
        },
    };
    match begun {
        Ok(progress) => progress,
        Err(fault) => {
            let progress = step.fail_with(frame, state, fault);
            if step.outcome.events.len() == events {
                // What leaves no event must not move the random numbers: the history could not tell what comes after it.
                step.execution.seed = seed;
            }
            progress
        }
    }
}
