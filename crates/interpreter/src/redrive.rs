//! Redrive: a closed execution that did not succeed goes on from what failed.
//!
//! An execution that fails, times out or is aborted keeps its frames: each with its state, input and variables, branches and iterations that
//! had ended with their outputs. A redrive goes on from them. Rebuilding them from the history instead would need no rows, but the moment
//! of failure lies in the middle of a step, a history written by an earlier version may be told differently today, and every redrive would
//! read everything. Kept frames are exact, and a redrive costs what is open.
//!
//! Where each state goes on (developer guide, "Redrive behavior of individual states"): the work of a state that was entered and not left is
//! done again, without another `…StateEntered` event; a Fail state is entered again; of a Parallel or Map state only the branches and
//! iterations that had not ended go on, unless the state failed with `States.DataLimitExceeded`, which makes it begin anew. The chain of
//! events of each goes on from where it stood, as it does after a retry.

use crate::Timestamp;
use crate::execution::{Execution, ExecutionStatus};
use crate::failure::{Failure, error_name};
use crate::frame::{Frame, FrameId, Phase};
use crate::history::HistoryEventDetails;
use crate::states::{distributed_map, map};
use crate::step::Step;
use crate::surroundings::Settings;
use asl::definition::StateKind;
use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;

/// How long after it closed an execution can be redriven (AWS quota: 14 days).
const REDRIVABLE_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// How long after its start it can be (AWS quota: 1 year).
const OPEN_MS_MAX: i64 = 365 * 24 * 60 * 60 * 1000;
/// How many of the callers' tokens are remembered, and how long (AWS API reference, RedriveExecution).
const CLIENT_TOKENS_MAX: usize = 10;
const CLIENT_TOKEN_MS: i64 = 15 * 60 * 1000;

/// The redrives of an execution so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redrives {
    /// How many.
    pub count: u64,
    /// When the last one was.
    pub last: Option<Timestamp>,
    /// The callers' tokens, the oldest first, each with the time of its redrive.
    pub client_tokens: Vec<(Arc<str>, Timestamp)>,
}

impl Redrives {
    /// The time of the redrive that `client_token` asked for a short time ago.
    pub fn repeated(&self, client_token: &str, now: Timestamp) -> Option<Timestamp> {
        let known = self.client_tokens.iter().find(|(token, _)| **token == *client_token)?.1;
        is_within(known, CLIENT_TOKEN_MS, now).then_some(known)
    }

    fn add(&mut self, now: Timestamp, client_token: Option<Arc<str>>) {
        self.count += 1;
        self.last = Some(now);
        self.client_tokens.retain(|(_, time)| is_within(*time, CLIENT_TOKEN_MS, now));
        self.client_tokens.extend(client_token.map(|token| (token, now)));
        let too_many = self.client_tokens.len().saturating_sub(CLIENT_TOKENS_MAX);
        self.client_tokens.drain(..too_many);
    }
}

fn is_within(time: Timestamp, milliseconds: i64, now: Timestamp) -> bool {
    now.0.saturating_sub(time.0) <= milliseconds
}

/// Why an execution cannot be redriven, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are beside them")]
pub enum NotRedrivable {
    Running,
    Succeeded,
    HistoryLimit,
    BeforeLaunch,
    TooLongOpen,
    PeriodExceeded,
}

impl fmt::Display for NotRedrivable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            NotRedrivable::Running => "Execution is RUNNING and cannot be redriven",
            NotRedrivable::Succeeded => "Execution is SUCCEEDED and cannot be redriven",
            NotRedrivable::HistoryLimit => "Execution history event limit exceeded",
            NotRedrivable::BeforeLaunch => "Execution was started before the launch of RedriveExecution",
            NotRedrivable::TooLongOpen => "Execution has exceeded the max execution time",
            NotRedrivable::PeriodExceeded => "Execution redrivable period exceeded",
        })
    }
}

impl Execution {
    /// Why the execution cannot be redriven at this time; `None` if it can.
    pub fn not_redrivable(&self, now: Timestamp, settings: &Settings) -> Option<NotRedrivable> {
        match self.status {
            ExecutionStatus::Running => return Some(NotRedrivable::Running),
            ExecutionStatus::Succeeded { .. } => return Some(NotRedrivable::Succeeded),
            ExecutionStatus::Failed(_) | ExecutionStatus::TimedOut(_) | ExecutionStatus::Aborted(_) => {}
        }
        if !self.has_room_for_redrive(settings) {
            return Some(NotRedrivable::HistoryLimit);
        }
        if !self.keeps_frames {
            return Some(NotRedrivable::BeforeLaunch);
        }
        if !is_within(self.header.start_time, OPEN_MS_MAX, now) {
            return Some(NotRedrivable::TooLongOpen);
        }
        let is_late = self.stop_time.is_some_and(|stop| !is_within(stop, REDRIVABLE_MS, now));
        is_late.then_some(NotRedrivable::PeriodExceeded)
    }

    /// Fewer events than the most there may be, less one (AWS guide: fewer than 24,999).
    fn has_room_for_redrive(&self, settings: &Settings) -> bool {
        self.next_event_id < settings.events_max
    }
}

impl Frame {
    /// Ends what the frame does with the execution. What it waited for is over, and so are the counts of its retries.
    pub(crate) fn stop(&mut self) {
        if let Phase::Waiting { .. } | Phase::Retrying { .. } | Phase::Task(_) = self.phase {
            self.phase = Phase::Stopped;
        }
        if let Phase::MapRun { is_open, .. } = &mut self.phase {
            *is_open = false;
        }
        self.retries.clear();
    }

    /// Whether branches or iterations have not ended.
    pub(crate) fn has_open_children(&self) -> bool {
        match self.phase {
            Phase::Parallel { open, .. } => open > 0,
            Phase::Map { length, succeeded, .. } => succeeded < length,
            Phase::MapRun { .. } => true,
            _ => false,
        }
    }
}

impl Step<'_> {
    /// RedriveExecution, of an execution that can be redriven.
    pub fn redrive(&mut self, client_token: Option<Arc<str>>) {
        let execution = &mut *self.execution;
        execution.redrives.add(self.now, client_token);
        execution.status = ExecutionStatus::Running;
        execution.stop_time = None;
        execution.keeps_frames = false;
        // It shows the redrive from now on.
        execution.context = OnceLock::new();
        let redrive_count = execution.redrives.count;
        self.emit(0, HistoryEventDetails::ExecutionRedriven { redrive_count });
        self.start_clock();
        self.need_all_frames();
        // Parents have the smaller numbers, so they come before their children.
        let frames: Vec<FrameId> = self.execution.frames.keys().copied().collect();
        for id in frames {
            // What one frame does may end others, and everything.
            if self.execution.is_running()
                && let Some(frame) = self.take(id)
            {
                self.go_on(frame);
            }
        }
    }

    fn go_on(&mut self, mut frame: Frame) {
        let state = self.state_of(&frame);
        match frame.phase {
            Phase::Parallel { .. } | Phase::Map { .. } if !frame.has_open_children() => {
                let progress = self.children_ended(&mut frame, state);
                self.settle(frame, progress);
            }
            Phase::MapRun { .. } => {
                let progress = distributed_map::redrive(self, &mut frame, state);
                self.settle(frame, progress);
            }
            Phase::Map { .. } => {
                let progress = map::fill(self, &mut frame, state);
                self.settle(frame, progress);
            }
            Phase::Ready | Phase::Stopped => {
                self.runnable.push_back(frame.id);
                self.put(frame);
            }
            Phase::Parallel { .. } | Phase::Finished { .. } => self.put(frame),
            Phase::Waiting { .. } | Phase::Retrying { .. } | Phase::Task(_) => {
                unreachable!("a closed execution waits for nothing")
            }
        }
    }

    /// A frame whose state failed for good, as a redrive is to find it.
    pub fn stop_failed(&mut self, frame: &mut Frame, failure: &Failure) {
        let begins_anew = failure.error.as_deref() == Some(error_name::DATA_LIMIT_EXCEEDED);
        if begins_anew {
            self.discard_children(self.children(frame));
        }
        // A run whose own fields could not be evaluated begins anew as well (developer guide, "Redriving Map Runs").
        let is_run = matches!(frame.phase, Phase::MapRun { .. });
        let begins_anew = begins_anew || is_run && failure.error.as_deref() == Some(error_name::RUNTIME);
        if begins_anew || !matches!(frame.phase, Phase::Parallel { .. } | Phase::Map { .. } | Phase::MapRun { .. }) {
            frame.phase = Phase::Stopped;
        }
        frame.stop();
    }

    /// The execution closes: what its frames wait for is over, and they are kept if a redrive may need them.
    pub fn end_frames(&mut self, status: &ExecutionStatus) {
        let keeps =
            !matches!(status, ExecutionStatus::Succeeded { .. }) && self.execution.has_room_for_redrive(self.settings);
        self.execution.keeps_frames = keeps;
        self.need_all_frames();
        let frames: Vec<FrameId> = self.execution.frames.keys().copied().collect();
        for id in frames {
            let mut frame = self.take(id).expect("it is one of them");
            self.stop_waiting(&frame);
            if !keeps {
                self.execution.removed_frames.insert(id);
                continue;
            }
            match frame.phase {
                Phase::Finished { .. } | Phase::Ready | Phase::Stopped => {
                    self.execution.insert_frame(frame);
                }
                _ => {
                    frame.stop();
                    self.put(frame);
                }
            }
        }
    }

    /// The branches or iterations of a frame, those that were started.
    pub fn children(&self, parent: &Frame) -> Vec<FrameId> {
        let (first, count) = match (&parent.phase, &self.state_of(parent).kind) {
            (Phase::Parallel { first_child, .. }, StateKind::Parallel(parallel)) => {
                (first_child.0, parallel.branches.len() as u64)
            }
            (Phase::Map { first_child, started, .. }, _) => (first_child.0, *started),
            _ => return Vec::new(),
        };
        (first..first + count).map(FrameId).collect()
    }

    /// Forgets branches or iterations, and everything within them.
    pub fn discard_children(&mut self, children: Vec<FrameId>) {
        for id in children {
            if let Some(child) = self.take_child(id) {
                self.execution.removed_frames.insert(id);
                self.discard_children(self.children(&child));
            }
        }
    }

    /// What the variables of the stopped branches or iterations take, which a Catcher is about to forget.
    pub fn variables_of(&self, children: &[FrameId]) -> usize {
        let frames = children.iter().filter_map(|id| self.execution.frames.get(id));
        frames.map(|frame| frame.variables_bytes + self.variables_of(&self.children(frame))).sum()
    }
}
