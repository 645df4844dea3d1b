//! The end of a frame: of the execution, of a Parallel's branch, of a Map's iteration.

use crate::execution::ExecutionStatus;
use crate::failure::Fault;
use crate::frame::{Frame, Phase};
use crate::history::HistoryEventDetails;
use crate::states;
use crate::step::{Progress, Step};
use asl::definition::State;
use json::{Payload, Value};

impl Step<'_> {
    /// A frame's scope ended with `output`.
    pub fn scope_ended(&mut self, mut frame: Frame, output: Payload) {
        let Some(parent) = frame.parent else {
            self.execution.removed_frames.insert(frame.id);
            let event = HistoryEventDetails::ExecutionSucceeded { output: output.clone() };
            return self.close_with(event, frame.last_event, ExecutionStatus::Succeeded { output });
        };
        let mut parent = self.take(parent).expect("a branch or iteration does not outlive its parent");
        let (last_event, position) = (frame.last_event, frame.position);
        frame.phase = Phase::Finished { output };
        frame.forget_variables();
        frame.changed.base = true;
        self.put(frame);
        let state = self.state_of(&parent);
        let progress = match parent.phase {
            Phase::Parallel { .. } => self.branch_ended(&mut parent, state, last_event),
            Phase::Map { .. } => states::map::iteration_ended(self, &mut parent, state, position, last_event),
            _ => unreachable!("only Parallel and Map states have children"),
        };
        self.settle(parent, progress);
    }

    fn branch_ended(&mut self, parent: &mut Frame, state: &State, last_event: u64) -> Progress {
        parent.last_event = last_event;
        let Phase::Parallel { open, .. } = &mut parent.phase else { unreachable!("called for a Parallel state") };
        *open -= 1;
        if *open > 0 {
            return Progress::Blocked;
        }
        // The Exited event points at the last branch's last event, like this one: not at this one.
        self.emit(last_event, HistoryEventDetails::ParallelStateSucceeded);
        self.children_ended(parent, state)
    }

    /// All children have ended: their outputs, in order, are the state's result.
    ///
    /// They are forgotten once the state is left, retried or caught: a redrive does not run them again.
    pub fn children_ended(&mut self, parent: &mut Frame, state: &State) -> Progress {
        let children = self.children(parent);
        let mut outputs = Vec::with_capacity(children.len());
        let mut bytes = 1 + children.len();
        if !children.iter().all(|id| self.execution.frames.contains_key(id)) {
            self.need_all_frames();
            return Progress::Blocked;
        }
        for id in &children {
            let Some(Frame { phase: Phase::Finished { output }, .. }) = self.execution.frames.get(id) else {
                unreachable!("every child has finished")
            };
            bytes += output.len_bytes();
            outputs.push(output);
        }
        if bytes > self.settings.payload_bytes_max {
            return self.fail_with(parent, state, Fault::too_large(&state.name));
        }
        let result: Vec<Value> = outputs.iter().map(|output| output.value().clone()).collect();
        match self.finish_work(parent, state, Payload::from(Value::from(result))) {
            Ok(progress) => {
                self.discard_children(children);
                progress
            }
            Err(fault) => self.fail_with(parent, state, fault),
        }
    }
}
