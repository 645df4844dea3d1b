//! One step of one execution: a command in, events and effects out. This file is the table of contents; the work is beside it.
//!
//! * entering a state and beginning its work: `states/`
//! * input and output processing: `data`
//! * failures, Retry and Catch: `recovery`
//! * outcomes of tasks: `states/task`; ends of branches and iterations: `scope_end`; redrives: `redrive`

use crate::command::{Command, CommandRejected};
use crate::effect::{Effect, Timer, TimerKind};
use crate::execution::{Ending, Execution, ExecutionStatus};
use crate::failure::{Failure, error_name};
use crate::frame::{Frame, FrameId, Phase};
use crate::history::{HistoryEvent, HistoryEventDetails, StateType};
use crate::surroundings::{Activities, Settings, Surroundings};
use crate::test_state::Inspection;
use crate::{Timestamp, states};
use asl::StateMachineDefinition;
use asl::definition::{State, StateIndex, TOP};
use json::Payload;
use std::collections::VecDeque;

/// What a step did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The new history events, in order.
    pub events: Vec<HistoryEvent>,
    /// What must be done once the step is on disk.
    pub effects: Vec<Effect>,
    /// Whether frames stand ready since a step's budget was used up, this one's or an earlier one's: feed [`Command::Continue`] when
    /// others have had their turn.
    pub unfinished: bool,
}

/// Applies one command to one execution.
///
/// Nothing but the arguments decides the result: the same inputs give the same bytes. A rejected command has changed nothing.
pub fn step(
    definition: &StateMachineDefinition,
    execution: &mut Execution,
    command: Command,
    now: Timestamp,
    surroundings: &Surroundings<'_>,
) -> Result<Outcome, CommandRejected> {
    match &command {
        Command::RedriveExecution { .. } => {
            if let Some(reason) = execution.not_redrivable(now, surroundings.settings) {
                return Err(CommandRejected::NotRedrivable(reason));
            }
        }
        _ if !execution.is_running() => return Err(CommandRejected::ExecutionClosed),
        _ => {}
    }
    if execution.lacks_frames {
        execution.keep_undo();
    }
    let mut step = Step::new(definition, execution, now, surroundings);
    let applied = step.apply(command);
    if applied.is_ok() {
        step.run_all();
    }
    let Step { outcome, misses_frames, .. } = step;
    if applied.is_ok() && misses_frames {
        execution.undo();
        return Err(CommandRejected::FramesMissing);
    }
    execution.undo = None;
    applied.map(|()| Outcome { unfinished: execution.unfinished, ..outcome })
}

/// A step in progress.
pub(crate) struct Step<'s> {
    pub definition: &'s StateMachineDefinition,
    pub execution: &'s mut Execution,
    pub now: Timestamp,
    pub settings: &'s Settings,
    pub activities: &'s dyn Activities,
    pub outcome: Outcome,
    /// Frames about to enter their state.
    pub runnable: VecDeque<FrameId>,
    budget: u32,
    history_full: bool,
    /// Whether it came to need frames that were not restored: then nothing it does counts.
    misses_frames: bool,
    /// What is seen on the way, in tests of a state.
    pub inspection: Option<Box<Inspection>>,
}

/// What became of a frame after its state did something.
pub(crate) enum Progress {
    /// It goes on with this state.
    Next(StateIndex),
    /// Its scope ended with this output.
    End(Payload),
    /// It waits.
    Blocked,
    /// Its state failed, and neither Retry nor Catch helped.
    Failed(Failure),
}

impl<'s> Step<'s> {
    pub fn new(
        definition: &'s StateMachineDefinition,
        execution: &'s mut Execution,
        now: Timestamp,
        surroundings: &Surroundings<'s>,
    ) -> Step<'s> {
        Step {
            definition,
            execution,
            now,
            settings: surroundings.settings,
            activities: surroundings.activities,
            outcome: Outcome::default(),
            runnable: VecDeque::new(),
            budget: surroundings.settings.transitions_per_step,
            history_full: false,
            misses_frames: false,
            inspection: None,
        }
    }

    fn apply(&mut self, command: Command) -> Result<(), CommandRejected> {
        match command {
            Command::StartExecution => self.start()?,
            Command::Continue => self.resume(),
            Command::TaskStarted { task, worker_name } => states::task::started(self, task, worker_name)?,
            Command::TaskSubmitted { task, output } => states::task::submitted(self, task, output)?,
            Command::TaskSucceeded { task, output } => states::task::succeeded(self, task, output)?,
            Command::TaskFailed { task, error, cause } => states::task::failed(self, task, error, cause)?,
            Command::TaskMocked { task, submitted, end } => states::task::mocked(self, task, submitted, end)?,
            Command::TaskRefused { task, cause } => states::task::refused(self, task, &cause)?,
            Command::HeartbeatRecorded { task } => states::task::heartbeat(self, task)?,
            Command::ListAwaited => states::task::list_awaited(self)?,
            Command::MapRunEnded { frame, run, end } => states::distributed_map::ended(self, frame, run, end)?,
            Command::TimerFired(kind) => self.timer_fired(kind)?,
            Command::StopExecution { error, cause } => {
                states::distributed_map::tell_stopped(self);
                self.close_with(
                    HistoryEventDetails::ExecutionAborted { error: error.clone(), cause: cause.clone() },
                    0,
                    ExecutionStatus::Aborted(Ending { error, cause }),
                );
            }
            Command::RedriveExecution { client_token } => self.redrive(client_token),
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), CommandRejected> {
        let header = &self.execution.header;
        let scope = header.map_run.map_or(TOP, |child| child.processor);
        let forked = header.forked_from.clone();
        let (begins_at, input) = match &forked {
            Some(forked) => (self.state_named(&forked.state_name)?, compact(&forked.input)),
            None => (self.definition.scope(scope).start_at, compact(&header.input)),
        };
        let (given, role_arn) = (header.input.clone(), header.role_arn.clone());
        self.emit(0, HistoryEventDetails::ExecutionStarted { input: given, role_arn });
        self.start_clock();
        let id = self.reserve_frames(1);
        let mut root = Frame::new(id, None, 0, scope, begins_at);
        root.input = input;
        let variables = forked.iter().filter_map(|forked| forked.variables.value().as_object());
        for (name, value) in variables.flat_map(json::Object::iter) {
            root.set_variable(name, value, value.to_string().len());
        }
        self.put(root);
        self.runnable.push_back(id);
        Ok(())
    }

    /// A state of the outermost scope.
    fn state_named(&self, name: &str) -> Result<StateIndex, CommandRejected> {
        let position = self.definition.scope(TOP).states.iter().position(|state| *state.name == *name);
        position.map(|position| StateIndex(position as u32)).ok_or(CommandRejected::NoSuchState)
    }

    /// The machine's `TimeoutSeconds` count from now on.
    pub fn start_clock(&mut self) {
        // The machine's own limit is not its children's.
        let of_machine = self.definition.timeout_seconds.filter(|_| self.execution.header.map_run.is_none());
        let limits = [of_machine, self.settings.execution_seconds_max];
        if let Some(seconds) = limits.into_iter().flatten().min() {
            let due = self.now.plus_seconds(seconds);
            self.execution.timeout_due = Some(due);
            self.set_timer(due, TimerKind::ExecutionTimeout);
        }
    }

    fn resume(&mut self) {
        self.need_all_frames();
        self.runnable.extend(&self.execution.ready_frames);
        self.execution.unfinished = false;
    }

    fn timer_fired(&mut self, kind: TimerKind) -> Result<(), CommandRejected> {
        match kind {
            TimerKind::ExecutionTimeout => {
                if self.execution.timeout_due.is_none_or(|due| due > self.now) {
                    return Err(CommandRejected::TimerStale);
                }
                states::distributed_map::tell_stopped(self);
                let error: std::sync::Arc<str> = error_name::TIMEOUT.into();
                let event = HistoryEventDetails::ExecutionTimedOut { error: Some(error), cause: None };
                self.close_with(event, 0, ExecutionStatus::TimedOut(Ending::default()));
                Ok(())
            }
            TimerKind::Delay(id) => self.delay_over(id),
            TimerKind::TaskTimeout(task) => states::task::timed_out(self, task, false),
            TimerKind::Heartbeat(task) => states::task::timed_out(self, task, true),
            TimerKind::Job(task) => states::task::look_due(self, task),
        }
    }

    fn delay_over(&mut self, id: FrameId) -> Result<(), CommandRejected> {
        let now = self.now;
        let (mut frame, state) = self.take_if(id, |phase| match phase {
            Phase::Waiting { due } | Phase::Retrying { due } => *due <= now,
            _ => false,
        })?;
        self.stop_waiting(&frame);
        let progress = if matches!(frame.phase, Phase::Waiting { .. }) {
            states::wait::wake(self, &mut frame, state)
        } else {
            states::attempt(self, &mut frame, state)
        };
        self.settle(frame, progress);
        Ok(())
    }

    fn run_all(&mut self) {
        while let Some(id) = self.runnable.pop_front()
            && !self.misses_frames
        {
            // A frame may have been forgotten, with its siblings, while it stood in the queue.
            if let Some(frame) = self.take(id) {
                self.run(frame);
            }
            if self.history_full && self.execution.is_running() {
                self.fail_for_history();
            }
        }
        if self.history_full && self.execution.is_running() {
            self.fail_for_history();
        }
    }

    /// Runs a frame from the state it is about to enter, or to do again, until it waits, ends or fails.
    fn run(&mut self, mut frame: Frame) {
        loop {
            if self.budget == 0 || self.history_full {
                self.execution.unfinished = true;
                self.put(frame);
                return;
            }
            self.budget -= 1;
            let state = self.state_of(&frame);
            let progress = match frame.phase {
                Phase::Stopped => states::again(self, &mut frame, state),
                _ => states::enter(self, &mut frame, state),
            };
            match progress {
                Progress::Next(next) => frame.state = next,
                other => return self.settle(frame, other),
            }
        }
    }

    /// Does what a frame's progress asks for outside the frame.
    pub fn settle(&mut self, mut frame: Frame, progress: Progress) {
        match progress {
            Progress::Next(next) => {
                frame.state = next;
                frame.phase = Phase::Ready;
                self.runnable.push_back(frame.id);
                self.put(frame);
            }
            Progress::End(output) => self.scope_ended(frame, output),
            Progress::Blocked => self.put(frame),
            Progress::Failed(failure) => self.frame_failed(frame, failure),
        }
    }

    /// Appends an event and returns its id. At the history limit nothing but the end of the execution fits any more.
    pub fn emit(&mut self, previous_event_id: u64, details: HistoryEventDetails) -> u64 {
        let id = self.execution.next_event_id;
        if self.history_full || (id >= self.settings.events_max && !ends_execution(&details)) {
            self.history_full = true;
            return id;
        }
        self.execution.next_event_id += 1;
        self.outcome.events.push(HistoryEvent { id, previous_event_id, timestamp: self.now, details });
        id
    }

    /// Appends an event to the frame's own chain.
    pub fn emit_on(&mut self, frame: &mut Frame, details: HistoryEventDetails) -> u64 {
        let id = self.emit(frame.last_event, details);
        frame.last_event = id;
        frame.changed.progress = true;
        id
    }

    pub fn effect(&mut self, effect: Effect) {
        self.outcome.effects.push(effect);
    }

    pub fn set_timer(&mut self, due: Timestamp, kind: TimerKind) {
        self.effect(Effect::SetTimer(Timer { due, kind }));
    }

    pub fn clear_timer(&mut self, due: Timestamp, kind: TimerKind) {
        self.effect(Effect::ClearTimer(Timer { due, kind }));
    }

    pub fn state_of(&self, frame: &Frame) -> &'s State {
        self.definition.state(frame.scope, frame.state)
    }

    /// Takes a frame out of the execution to work on it.
    pub fn take(&mut self, id: FrameId) -> Option<Frame> {
        self.execution.remove_frame(id)
    }

    /// Says that the step goes over all frames of the execution.
    pub fn need_all_frames(&mut self) {
        self.misses_frames |= self.execution.lacks_frames;
    }

    /// Takes the branch or iteration of a frame, which is there unless it was not restored.
    pub fn take_child(&mut self, id: FrameId) -> Option<Frame> {
        let child = self.take(id);
        if child.is_none() {
            self.need_all_frames();
        }
        child
    }

    /// Takes a frame out if its phase is as expected; anything else is a timer that is no longer meant.
    fn take_if(
        &mut self,
        id: FrameId,
        expected: impl Fn(&Phase) -> bool,
    ) -> Result<(Frame, &'s State), CommandRejected> {
        match self.execution.frames.get(&id) {
            Some(frame) if expected(&frame.phase) => {
                let frame = self.take(id).expect("just seen");
                let state = self.state_of(&frame);
                Ok((frame, state))
            }
            _ => Err(CommandRejected::TimerStale),
        }
    }

    pub fn put(&mut self, mut frame: Frame) {
        frame.changed.progress = true;
        // From here on the frame may be stored and read back, which must make no difference.
        frame.before_entry = None;
        self.execution.changed_frames.insert(frame.id);
        self.execution.insert_frame(frame);
    }

    /// Numbers for `count` frames, consecutive.
    pub fn reserve_frames(&mut self, count: u64) -> FrameId {
        let first = FrameId(self.execution.next_frame_id);
        self.execution.next_frame_id += count;
        first
    }

    /// Closes the execution: the last event, and everything still open stopped.
    pub fn close_with(&mut self, event: HistoryEventDetails, previous_event_id: u64, status: ExecutionStatus) {
        if self.history_full {
            return self.fail_for_history();
        }
        self.emit(previous_event_id, event);
        self.close(status);
    }

    fn close(&mut self, status: ExecutionStatus) {
        if let Some(due) = self.execution.timeout_due.take() {
            self.clear_timer(due, TimerKind::ExecutionTimeout);
        }
        self.end_frames(&status);
        self.runnable.clear();
        self.execution.unfinished = false;
        self.execution.status = status;
        self.execution.stop_time = Some(self.now);
        self.effect(Effect::NotifyClosed);
    }

    /// AWS quota: at the limit the execution fails with its last event.
    fn fail_for_history(&mut self) {
        self.history_full = false;
        let cause =
            format!("The execution reached the maximum number of history events ({}).", self.settings.events_max);
        let failure = Failure::new(error_name::RUNTIME, cause);
        let previous = self.execution.next_event_id - 1;
        self.fail_execution(previous, failure);
    }

    pub fn fail_execution(&mut self, previous_event_id: u64, failure: Failure) {
        let Failure { error, cause, .. } = failure;
        let event = HistoryEventDetails::ExecutionFailed { error: error.clone(), cause: cause.clone() };
        self.close_with(event, previous_event_id, ExecutionStatus::Failed(Ending { error, cause }));
    }

    /// Clears what a frame has asked the outside for: timers and tasks.
    pub fn stop_waiting(&mut self, frame: &Frame) {
        match &frame.phase {
            Phase::Waiting { due } | Phase::Retrying { due } => self.clear_timer(*due, TimerKind::Delay(frame.id)),
            Phase::Task(attempt) => states::task::cancel(self, frame, attempt),
            Phase::MapRun { .. } => states::distributed_map::stop(self, frame),
            Phase::Ready | Phase::Stopped | Phase::Parallel { .. } | Phase::Map { .. } | Phase::Finished { .. } => {}
        }
    }
}

fn ends_execution(details: &HistoryEventDetails) -> bool {
    matches!(
        details,
        HistoryEventDetails::ExecutionSucceeded { .. }
            | HistoryEventDetails::ExecutionFailed { .. }
            | HistoryEventDetails::ExecutionTimedOut { .. }
            | HistoryEventDetails::ExecutionAborted { .. }
    )
}

/// The first state sees the input without the caller's white space (recorded since 2024); the text is shared when it has none.
fn compact(input: &Payload) -> Payload {
    let compact = Payload::from_value(input.value().clone());
    if compact.text() == input.text() { input.clone() } else { compact }
}

/// The history's word for a state's type.
pub(crate) fn state_type(state: &State) -> StateType {
    use asl::definition::StateKind;
    match &state.kind {
        StateKind::Pass(_) => StateType::Pass,
        StateKind::Task(_) => StateType::Task,
        StateKind::Choice(_) => StateType::Choice,
        StateKind::Wait(_) => StateType::Wait,
        StateKind::Succeed => StateType::Succeed,
        StateKind::Fail(_) => StateType::Fail,
        StateKind::Parallel(_) => StateType::Parallel,
        StateKind::Map(_) => StateType::Map,
    }
}
