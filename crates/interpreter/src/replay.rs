//! Rebuilding an execution from its history, and telling whether a stored execution is what its history says.
//!
//! Nothing but the visible events is read: [`replay`] finds the command behind each of them, gives it to [`step`] at the event's time, and
//! compares what that step emits with what was recorded. What leaves no event cannot be rebuilt: the moments of heartbeats and of looks at jobs, and those of
//! retries whose attempt failed before it left a trace. Where a stored execution may differ for that reason, [`check`] lets it.
//!
//! A history of another version of the interpreter may be told differently today. A divergence says so, not that data is lost.

use crate::command::{Command, TaskId};
use crate::effect::TimerKind;
use crate::execution::{Execution, Header};
use crate::failure::{Failure, error_name};
use crate::frame::{Frame, FrameId, Phase};
use crate::history::{HistoryEvent, HistoryEventDetails as Details};
use crate::map_run::MapRunEnd;
use crate::step::{Outcome, step};
use crate::surroundings::{Activities, Settings, Surroundings};
use crate::timestamp::Timestamp;
use asl::StateMachineDefinition;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Where a history and an execution do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The first event that cannot be explained; `None` if all can, but lead to another execution than the stored one.
    pub event_id: Option<u64>,
    /// What was found and what was expected.
    pub what: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event_id {
            Some(id) => write!(formatter, "event {id} cannot be explained: {}", self.what),
            None => write!(formatter, "the history leads to another execution than the stored one: {}", self.what),
        }
    }
}

impl std::error::Error for Divergence {}

/// The execution that `events`, a whole history or the beginning of one, tell of.
///
/// `settings` are to be those under which the execution ran.
pub fn replay(
    definition: &StateMachineDefinition,
    header: &Header,
    events: &[HistoryEvent],
    settings: &Settings,
) -> Result<Execution, Divergence> {
    Replay::run(definition, header, events, settings).map(|replay| replay.execution)
}

/// Whether `stored`, with all its frames, is what its whole history tells.
pub fn check(
    definition: &StateMachineDefinition,
    stored: &Execution,
    events: &[HistoryEvent],
    settings: &Settings,
) -> Result<(), Divergence> {
    let mut replay = Replay::run(definition, &stored.header, events, settings)?;
    replay.catch_up_with(stored);
    match replay.difference(stored) {
        None => Ok(()),
        Some(what) => Err(Divergence { event_id: None, what }),
    }
}

struct Replay<'r> {
    definition: &'r StateMachineDefinition,
    settings: &'r Settings,
    /// The events that are not explained yet.
    rest: &'r [HistoryEvent],
    /// The `ExecutionFailed` events: after each but the last the execution was redriven.
    failures: Vec<&'r HistoryEvent>,
    execution: Execution,
    /// Frames with a retry whose moment is unknown.
    guessed: BTreeSet<FrameId>,
}

/// Which activities there were when the next events happened: the one that was not is named in a cause.
struct RecordedActivities<'r>(&'r [HistoryEvent]);

impl Activities for RecordedActivities<'_> {
    fn exists(&self, activity_arn: &str) -> bool {
        let missing = format!("The activity {activity_arn} does not exist.");
        let told = self.0.iter().find_map(|event| match &event.details {
            Details::ActivityScheduled { resource, .. } if **resource == *activity_arn => Some(true),
            Details::ExecutionFailed { cause: Some(cause), .. } if cause.ends_with(&missing) => Some(false),
            _ => None,
        });
        told.unwrap_or(true)
    }
}

impl<'r> Replay<'r> {
    fn run(
        definition: &'r StateMachineDefinition,
        header: &Header,
        events: &'r [HistoryEvent],
        settings: &'r Settings,
    ) -> Result<Replay<'r>, Divergence> {
        let execution = Execution::new(header.clone());
        let is_failure = |event: &&HistoryEvent| matches!(event.details, Details::ExecutionFailed { .. });
        let failures = events.iter().filter(is_failure).collect();
        let mut replay = Replay { definition, settings, rest: events, failures, execution, guessed: BTreeSet::new() };
        while let [next, ..] = replay.rest {
            replay.explain(next)?;
        }
        Ok(replay)
    }

    /// Takes the step that begins with the event `next`.
    fn explain(&mut self, next: &HistoryEvent) -> Result<(), Divergence> {
        let now = next.timestamp;
        if let Some(command) = self.told_by(next) {
            // Nothing else can have caused the event, so the step is taken in place.
            let outcome = self.take_step(command, now).map_err(|rejected| diverged(next, rejected))?;
            return match self.count_recorded(&outcome) {
                Ok(count) => self.explained(count),
                Err(emitted) => Err(diverged(next, emitted)),
            };
        }
        loop {
            let before = self.execution.clone();
            let mut best: Option<(usize, Execution)> = None;
            for command in self.guesses(next) {
                self.execution = before.clone();
                let count = self.take_step(command, now).ok().and_then(|outcome| self.count_recorded(&outcome).ok());
                if let Some(count) = count.filter(|count| best.as_ref().is_none_or(|(longest, _)| longest < count)) {
                    best = Some((count, self.execution.clone()));
                }
            }
            if let Some((count, execution)) = best {
                self.execution = execution;
                return self.explained(count);
            }
            self.execution = before;
            if !self.retry_silently(now) {
                return Err(diverged(next, "no command to the execution as it was then leads to it".to_owned()));
            }
        }
    }

    fn explained(&mut self, count: usize) -> Result<(), Divergence> {
        self.rest = &self.rest[count..];
        Ok(())
    }

    fn take_step(&mut self, command: Command, now: Timestamp) -> Result<Outcome, String> {
        if matches!(command, Command::StartExecution) {
            self.execution.header.start_time = now;
        }
        let surroundings = Surroundings { settings: self.settings, activities: &RecordedActivities(self.rest) };
        step(self.definition, &mut self.execution, command, now, &surroundings)
            .map_err(|rejected| format!("the command behind it is refused ({rejected:?})"))
    }

    /// How many of the next recorded events the step accounts for; an error if it emitted none or others.
    fn count_recorded(&self, outcome: &Outcome) -> Result<usize, String> {
        let emitted = &outcome.events;
        if emitted.is_empty() {
            return Err("the command behind it has no event today".to_owned());
        }
        match emitted.iter().enumerate().find(|(position, event)| self.rest.get(*position) != Some(*event)) {
            None => Ok(emitted.len()),
            Some((position, event)) => Err(match self.rest.get(position) {
                Some(recorded) => format!("recorded is {recorded:?}, the step emits {event:?}"),
                None => format!("the history ends before {event:?}, which belongs to the same step"),
            }),
        }
    }

    /// The command the event tells without doubt.
    fn told_by(&self, event: &HistoryEvent) -> Option<Command> {
        let task = || self.task_at(event.previous_event_id);
        Some(match &event.details {
            Details::ExecutionStarted { .. } => Command::StartExecution,
            Details::ExecutionAborted { error, cause } => {
                Command::StopExecution { error: error.clone(), cause: cause.clone() }
            }
            Details::ExecutionTimedOut { .. } => Command::TimerFired(TimerKind::ExecutionTimeout),
            Details::ExecutionRedriven { .. } => Command::RedriveExecution { client_token: None },
            Details::ActivityStarted { worker_name } => {
                Command::TaskStarted { task: task()?, worker_name: worker_name.clone() }
            }
            Details::TaskSubmitted { output, .. } => Command::TaskSubmitted { task: task()?, output: output.clone() },
            Details::TaskSucceeded { output, .. }
            | Details::LambdaFunctionSucceeded { output }
            | Details::ActivitySucceeded { output } => Command::TaskSucceeded { task: task()?, output: output.clone() },
            Details::TaskFailed { error, cause, .. }
            | Details::LambdaFunctionFailed { error, cause }
            | Details::ActivityFailed { error, cause } => {
                Command::TaskFailed { task: task()?, error: error.clone(), cause: cause.clone() }
            }
            Details::MapRunSucceeded { output } => {
                self.map_run_ended(event, MapRunEnd::Succeeded { output: output.clone() })?
            }
            Details::MapRunFailed { error, cause } => {
                let (error, cause) = (error.clone()?, cause.clone()?);
                self.map_run_ended(event, MapRunEnd::Failed { error, cause })?
            }
            // The first of what is told when an execution is stopped.
            Details::MapRunAborted => self.rest.iter().find_map(|event| match &event.details {
                Details::ExecutionAborted { error, cause } => {
                    Some(Command::StopExecution { error: error.clone(), cause: cause.clone() })
                }
                Details::ExecutionTimedOut { .. } => Some(Command::TimerFired(TimerKind::ExecutionTimeout)),
                _ => None,
            })?,
            Details::StateExited { .. } => {
                let waits = |frame: &&Frame| matches!(frame.phase, Phase::Waiting { .. });
                Command::TimerFired(TimerKind::Delay(self.frame_at(event.previous_event_id, waits)?.id))
            }
            Details::StateEntered { .. } => {
                self.frame_at(event.previous_event_id, |frame| frame.phase == Phase::Ready)?;
                Command::Continue
            }
            _ => return None,
        })
    }

    /// The commands that may have caused an event that names none.
    fn guesses(&self, event: &HistoryEvent) -> Vec<Command> {
        match &event.details {
            Details::TaskTimedOut { .. }
            | Details::LambdaFunctionTimedOut { .. }
            | Details::ActivityTimedOut { .. } => self.timeouts(event),
            _ => {
                let delays = self.delays_over(event.timestamp).map(|(_, id)| TimerKind::Delay(id));
                // A redrive of more than a step's budget goes on with states that are not entered again.
                let goes_on = self.execution.unfinished.then_some(Command::Continue);
                let guesses = goes_on.into_iter().chain(delays.map(Command::TimerFired)).chain(self.refusals());
                guesses.chain(self.beyond_the_limit(event)).collect()
            }
        }
    }

    /// A task's end by one of its clocks, the earlier first, or by whoever reported a timeout.
    fn timeouts(&self, event: &HistoryEvent) -> Vec<Command> {
        let Some(task) = self.task_at(event.previous_event_id) else { return Vec::new() };
        let Some(attempt) = self.execution.frames[&task.frame].task_attempt() else { return Vec::new() };
        let clocks =
            [(attempt.heartbeat_due, TimerKind::Heartbeat(task)), (attempt.timeout_due, TimerKind::TaskTimeout(task))];
        let mut due: Vec<_> = clocks.into_iter().filter_map(|(due, kind)| Some((due?, kind))).collect();
        due.sort();
        let reported = Command::TaskFailed { task, error: Some(error_name::TIMEOUT.into()), cause: None };
        due.into_iter().map(|(_, kind)| Command::TimerFired(kind)).chain([reported]).collect()
    }

    /// Tasks that could not be started: they end the execution, whose next failure has the cause.
    fn refusals(&self) -> Vec<Command> {
        let next = self.failures.partition_point(|failure| failure.id < self.rest[0].id);
        let Some(Details::ExecutionFailed { error: Some(error), cause: Some(cause) }) =
            self.failures.get(next).map(|event| &event.details)
        else {
            return Vec::new();
        };
        let refusal = |frame: &Frame| {
            let task = task_of(frame)?;
            let state = self.definition.state(frame.scope, frame.state);
            let place = Failure::at_state(error, &state.name, frame.entered_event, "").cause?;
            Some(Command::TaskRefused { task, cause: cause.strip_prefix(&*place)?.into() })
        };
        self.execution.frames().filter_map(refusal).collect()
    }

    /// Commands whose own events do not fit any more, so that nothing but the execution's failure is left of them.
    fn beyond_the_limit(&self, event: &HistoryEvent) -> Vec<Command> {
        if event.id < self.settings.events_max {
            return Vec::new();
        }
        let ended = |task| Command::TaskSucceeded { task, output: json::Value::Null.into() };
        let unfinished = self.execution.is_unfinished().then_some(Command::Continue);
        let open = self.execution.frames().filter_map(task_of);
        let runs = self.execution.frames().filter_map(|frame| match frame.phase {
            Phase::MapRun { run, is_open: true, .. } => {
                let end = MapRunEnd::Succeeded { output: json::Value::Null.into() };
                Some(Command::MapRunEnded { frame: frame.id, run, end })
            }
            _ => None,
        });
        open.map(ended).chain(runs).chain(unfinished).collect()
    }

    /// Frames whose delay is over, the longest over first.
    fn delays_over(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, FrameId)> + use<> {
        let delay = |frame: &Frame| match frame.phase {
            Phase::Waiting { due } | Phase::Retrying { due } if due <= now => Some((due, frame.id)),
            _ => None,
        };
        let over: BTreeSet<_> = self.execution.frames().filter_map(delay).collect();
        over.into_iter()
    }

    /// Takes the earliest retry up to `now` that fails without leaving an event.
    fn retry_silently(&mut self, now: Timestamp) -> bool {
        self.delays_over(now).any(|(due, id)| self.retry_frame_silently(id, due))
    }

    fn retry_frame_silently(&mut self, id: FrameId, due: Timestamp) -> bool {
        let before = self.execution.clone();
        match self.take_step(Command::TimerFired(TimerKind::Delay(id)), due) {
            Ok(outcome) if outcome.events.is_empty() => {
                self.guessed.insert(id);
                true
            }
            _ => {
                self.execution = before;
                false
            }
        }
    }

    /// Takes the silent retries that the stored execution has behind it.
    fn catch_up_with(&mut self, stored: &Execution) {
        for frame in stored.frames() {
            while let Some(Frame { phase: Phase::Retrying { due }, retries, .. }) = self.execution.frame(frame.id)
                && *retries != frame.retries
            {
                let due = *due;
                if !self.retry_frame_silently(frame.id, due) {
                    break;
                }
            }
        }
    }

    fn task_at(&self, last_event: u64) -> Option<TaskId> {
        task_of(self.frame_at(last_event, |frame| frame.task_attempt().is_some())?)
    }

    fn map_run_ended(&self, event: &HistoryEvent, end: MapRunEnd) -> Option<Command> {
        let waits = |frame: &&Frame| matches!(frame.phase, Phase::MapRun { is_open: true, .. });
        let frame = self.frame_at(event.previous_event_id, waits)?;
        let Phase::MapRun { run, .. } = frame.phase else { return None };
        Some(Command::MapRunEnded { frame: frame.id, run, end })
    }

    fn frame_at(&self, last_event: u64, wanted: impl Fn(&&Frame) -> bool) -> Option<&Frame> {
        self.execution.frames().find(|frame| frame.last_event == last_event && wanted(frame))
    }

    /// The first thing in which the stored execution is another than the rebuilt one.
    fn difference(&self, stored: &Execution) -> Option<String> {
        let rebuilt = &self.execution;
        let differs = |what: &str, stored: &dyn fmt::Debug, rebuilt: &dyn fmt::Debug| {
            let (stored, rebuilt) = (format!("{stored:?}"), format!("{rebuilt:?}"));
            (stored != rebuilt).then(|| format!("{what}: stored is {stored}, told is {rebuilt}"))
        };
        // The callers' tokens leave no event.
        let redrives =
            |execution: &Execution| (execution.redrives.count, execution.redrives.last, execution.keeps_frames);
        // What a step did beyond the limit of the history is not told, and no matter: it closed the execution for good.
        let source = |of: &Execution| (of.is_running() || of.keeps_frames).then_some((of.next_frame_id, of.seed));
        let ids = |execution: &Execution| execution.frames().map(|frame| frame.id).collect::<Vec<_>>();
        differs("start time", &stored.header.start_time, &rebuilt.header.start_time)
            .or_else(|| differs("status", &stored.status, &rebuilt.status))
            .or_else(|| differs("stop time", &stored.stop_time, &rebuilt.stop_time))
            .or_else(|| differs("next event", &stored.next_event_id, &rebuilt.next_event_id))
            .or_else(|| differs("next frame and seed", &source(stored), &source(rebuilt)))
            .or_else(|| differs("timeout", &stored.timeout_due, &rebuilt.timeout_due))
            .or_else(|| differs("redrives", &redrives(stored), &redrives(rebuilt)))
            .or_else(|| differs("frames", &ids(stored), &ids(rebuilt)))
            .or_else(|| {
                stored.frames().zip(rebuilt.frames()).find_map(|(stored, rebuilt)| {
                    let of_frame = |what: &str| format!("{what} of frame {}", stored.id.0);
                    let place = |frame: &Frame| (frame.parent, frame.position, frame.scope, frame.state);
                    // Variables that stand apart are read in the order of their names.
                    let variables = |frame: &Frame| -> BTreeMap<json::Key, json::Value> {
                        frame.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
                    };
                    let data = |frame: &Frame| (frame.input.clone(), variables(frame), frame.work.clone());
                    let chain = |frame: &Frame| (frame.entered_at, frame.entered_event, frame.last_event);
                    let phase = self.without_unrecorded(stored, rebuilt);
                    differs(&of_frame("place"), &place(stored), &place(rebuilt))
                        .or_else(|| differs(&of_frame("data"), &data(stored), &data(rebuilt)))
                        .or_else(|| differs(&of_frame("chain"), &chain(stored), &chain(rebuilt)))
                        .or_else(|| differs(&of_frame("retries"), &stored.retries, &rebuilt.retries))
                        .or_else(|| differs(&of_frame("phase"), &phase, &rebuilt.phase))
                })
            })
    }

    /// The stored phase, but with the rebuilt one's times where the history cannot know them.
    fn without_unrecorded(&self, stored: &Frame, rebuilt: &Frame) -> Phase {
        match (&stored.phase, &rebuilt.phase) {
            (Phase::Task(stored), Phase::Task(rebuilt)) => {
                let mut attempt = stored.clone();
                if stored.heartbeat_due > rebuilt.heartbeat_due {
                    attempt.heartbeat_due = rebuilt.heartbeat_due;
                }
                // Nor can it say that an earlier release did not know.
                attempt.waits_since = rebuilt.waits_since;
                // Looks at a job leave no event.
                if let (Some(job), Some(rebuilt)) = (&mut attempt.job, &rebuilt.job) {
                    (job.looks, job.look_due) = (rebuilt.looks, rebuilt.look_due);
                }
                Phase::Task(attempt)
            }
            (Phase::Retrying { .. }, Phase::Retrying { due }) if self.guessed.contains(&stored.id) => {
                Phase::Retrying { due: *due }
            }
            _ => stored.phase.clone(),
        }
    }
}

/// The task a frame waits for.
fn task_of(frame: &Frame) -> Option<TaskId> {
    Some(TaskId { frame: frame.id, scheduled_event: frame.task_attempt()?.scheduled_event })
}

fn diverged(event: &HistoryEvent, what: String) -> Divergence {
    Divergence { event_id: Some(event.id), what }
}
