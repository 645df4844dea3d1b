//! What happens when a state fails: Retry, then Catch, then the failure of the frame and, branch by branch, of the execution.

use crate::data::Visible;
use crate::effect::TimerKind;
use crate::failure::{Failure, Fault, error_name};
use crate::frame::{Frame, FrameId, Phase};
use crate::history::{HistoryEventDetails, StateType};
use crate::step::{Progress, Step, state_type};
use asl::definition::{Catcher, Retrier, State, StateKind};
use json::Payload;

impl Step<'_> {
    /// A state's failure: retried, caught, or the frame's own.
    pub fn fail_state(&mut self, frame: &mut Frame, state: &State, failure: Failure) -> Progress {
        if let Some(inspection) = &mut self.inspection {
            inspection.failure = Some(failure.clone());
        }
        if self.retry(frame, state, &failure) {
            return Progress::Blocked;
        }
        self.emit_state_failed(frame, state, &failure);
        match state.catch().iter().find(|catcher| failure.is_named_by(&catcher.error_equals)) {
            Some(catcher) => self.catch(frame, state, catcher, &failure),
            None => Progress::Failed(failure),
        }
    }

    /// A fault met while a state was worked on.
    pub fn fail_with(&mut self, frame: &mut Frame, state: &State, fault: Fault) -> Progress {
        let failure = self.failure_of(frame, state, fault);
        self.fail_state(frame, state, failure)
    }

    /// The failure a fault becomes; that of an evaluation is recorded on the way.
    fn failure_of(&mut self, frame: &mut Frame, state: &State, fault: Fault) -> Failure {
        let evaluated = match &fault {
            Fault::Evaluation { location, after_entry, .. } => Some((location.clone(), *after_entry)),
            Fault::AtState { .. } | Fault::Bare(_) => None,
        };
        if self.inspection.is_some() {
            return fault.without_place();
        }
        let failure = fault.at(&state.name, frame.entered_event);
        if let (Some((location, after_entry)), Some(error), Some(cause)) = (evaluated, &failure.error, &failure.cause) {
            let (error, cause) = (error.clone(), cause.clone());
            let details = HistoryEventDetails::EvaluationFailed {
                state: state.name.clone(),
                location: location.map(Into::into),
                error,
                cause,
            };
            // Where nothing but the entry has happened the event skips it (recorded).
            let only_entered = frame.last_event == frame.entered_event && !after_entry;
            let previous = frame.before_entry.filter(|_| only_entered).unwrap_or(frame.last_event);
            frame.last_event = self.emit(previous, details);
        }
        failure
    }

    /// Arms the next attempt. The first retrier that names the error decides, even when it is exhausted.
    fn retry(&mut self, frame: &mut Frame, state: &State, failure: &Failure) -> bool {
        let retriers = state.retry();
        let Some(position) = retriers.iter().position(|retrier| failure.is_named_by(&retrier.error_equals)) else {
            return false;
        };
        let retrier = &retriers[position];
        frame.retries.resize(retriers.len(), 0);
        let attempts = frame.retries[position];
        if let Some(inspection) = &mut self.inspection {
            inspection.retry_index = Some(position as u64);
        }
        if attempts >= retrier.max_attempts {
            return false;
        }
        frame.retries[position] += 1;
        let delay = self.retry_delay_milliseconds(retrier, attempts);
        if let Some(inspection) = &mut self.inspection {
            inspection.retry_backoff_seconds = Some(delay.unsigned_abs() / 1000);
        }
        let due = self.now.plus_milliseconds(delay);
        self.discard_children(self.children(frame));
        frame.work = None;
        frame.changed.base = true;
        frame.phase = Phase::Retrying { due };
        self.set_timer(due, TimerKind::Delay(frame.id));
        true
    }

    /// Interval times rate to the power of the attempts so far, capped, then drawn from when the jitter is full.
    fn retry_delay_milliseconds(&mut self, retrier: &Retrier, attempts: u64) -> i64 {
        let exponent = i32::try_from(attempts).unwrap_or(i32::MAX);
        let seconds = retrier.interval_seconds as f64 * retrier.backoff_rate.powi(exponent);
        let seconds = retrier.max_delay_seconds.map_or(seconds, |max| seconds.min(max as f64));
        let seconds = if retrier.full_jitter {
            let mut random = expressions::Random::new(self.execution.seed);
            let drawn = random.f64() * seconds;
            self.execution.seed = random.seed();
            drawn
        } else {
            seconds
        };
        // A delay beyond any timestamp stays a number that can be added to one.
        (seconds * 1000.0).min(1e15) as i64
    }

    /// Leaves the state through a Catcher. What goes wrong here cannot be caught by the same state again.
    fn catch(&mut self, frame: &mut Frame, state: &State, catcher: &Catcher, failure: &Failure) -> Progress {
        let children = self.children(frame);
        // They count no more, but are there until it is certain that nothing goes wrong.
        let stopped = self.variables_of(&children);
        self.execution.variables_bytes -= stopped;
        let caught = self.try_catch(frame, state, catcher, failure);
        self.execution.variables_bytes += stopped;
        match caught {
            Ok(progress) => {
                self.discard_children(children);
                progress
            }
            Err(fault) => Progress::Failed(self.failure_of(frame, state, fault)),
        }
    }

    fn try_catch(
        &mut self,
        frame: &mut Frame,
        state: &State,
        catcher: &Catcher,
        failure: &Failure,
    ) -> Result<Progress, Fault> {
        let error_output = failure.error_output();
        let position = state.catch().iter().position(|candidate| std::ptr::eq(candidate, catcher));
        let position = position.expect("the catcher is the state's own");
        if let Some(inspection) = &mut self.inspection {
            inspection.catch_index = Some(position as u64);
        }
        let place = format!("Catch[{position}]");
        let visible = Visible { error_output: Some(&error_output), ..Visible::of(&error_output) };
        let assigned = self.assign(frame, visible, catcher.assign.as_ref(), &format!("{place}/Assign"))?;
        let output = match &catcher.output {
            Some(template) => Payload::from(self.jsonata(frame, visible, template, &format!("{place}/Output"))?),
            None => crate::data::place(&frame.input, Payload::from(error_output.clone()), &catcher.result_path)?,
        };
        self.exit(frame, state, output, assigned)?;
        Ok(self.go_to(frame, catcher.next))
    }

    /// A Map or Parallel state that began says that it failed; so does one whose JSONata fields cannot be evaluated (recorded).
    fn emit_state_failed(&mut self, frame: &mut Frame, state: &State, failure: &Failure) {
        let not_evaluated = failure.error.as_deref() == Some(error_name::QUERY_EVALUATION_ERROR);
        let begun = not_evaluated || frame.has_open_children();
        match &state.kind {
            StateKind::Parallel(_) if begun => self.emit_on(frame, HistoryEventDetails::ParallelStateFailed),
            StateKind::Map(_) if begun => self.emit_on(frame, HistoryEventDetails::MapStateFailed),
            _ => return,
        };
    }

    /// A frame failed for good: the execution's failure, or that of the Parallel or Map state around it.
    pub fn frame_failed(&mut self, mut frame: Frame, failure: Failure) {
        self.stop_failed(&mut frame, &failure);
        let Some(parent) = frame.parent else {
            let last_event = frame.last_event;
            self.put(frame);
            return self.fail_execution(last_event, failure);
        };
        let mut parent = self.take(parent).expect("a branch or iteration does not outlive its parent");
        let state = self.state_of(&parent);
        // Everything the failure brings about points at the event that caused it.
        parent.last_event = frame.last_event;
        if let StateKind::Map(_) = state.kind {
            let details = HistoryEventDetails::MapIterationFailed { name: state.name.clone(), index: frame.position };
            self.emit(frame.last_event, details);
        }
        if let StateKind::Task(_) = self.state_of(&frame).kind {
            self.emit(frame.last_event, HistoryEventDetails::StateAborted { state_type: StateType::Task });
        }
        let (failed, cause) = (frame.id, frame.last_event);
        self.put(frame);
        self.abort_children(&parent, Some(failed), cause);
        let progress = self.fail_state(&mut parent, state, failure);
        self.settle(parent, progress);
    }

    /// Stops every branch or iteration of a Parallel or Map state that has not ended, but for the one that `failed`.
    ///
    /// They are kept until it is known what becomes of the state: a retry or a Catcher forgets them, a redrive goes on with them.
    pub fn abort_children(&mut self, parent: &Frame, failed: Option<FrameId>, cause: u64) {
        for id in self.children(parent) {
            if failed != Some(id)
                && let Some(child) = self.take_child(id)
            {
                self.abort(parent, child, cause);
            }
        }
    }

    fn abort(&mut self, parent: &Frame, mut child: Frame, cause: u64) {
        self.stop_waiting(&child);
        if !matches!(child.phase, Phase::Finished { .. } | Phase::Stopped) {
            let parent_state = self.state_of(parent);
            if let StateKind::Map(_) = parent_state.kind {
                let name = parent_state.name.clone();
                self.emit(cause, HistoryEventDetails::MapIterationAborted { name, index: child.position });
            }
            self.abort_children(&child, None, cause);
            if let Phase::MapRun { is_open: true, .. } = child.phase {
                self.emit(cause, HistoryEventDetails::MapRunAborted);
            }
            if !matches!(child.phase, Phase::Ready) {
                let state_type = state_type(self.state_of(&child));
                self.emit(cause, HistoryEventDetails::StateAborted { state_type });
            }
            child.stop();
        }
        self.put(child);
    }
}
