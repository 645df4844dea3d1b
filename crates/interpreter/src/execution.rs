//! Where an execution is: a header that never changes, a little state, and a tree of frames.

use crate::command::TaskId;
use crate::frame::{Frame, FrameId};
use crate::redrive::Redrives;
use crate::{MapRunChild, Timestamp};
use asl::definition::{ScopeIndex, StateIndex};
use json::Payload;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// What is fixed when an execution starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The execution's ARN.
    pub execution_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The state machine's ARN, without version or alias.
    pub state_machine_arn: Arc<str>,
    /// The state machine's name.
    pub state_machine_name: Arc<str>,
    /// The role the machine had at the start.
    pub role_arn: Arc<str>,
    /// The Region, as the events of service integrations show it.
    pub region: Arc<str>,
    /// The input, its text exactly as the caller sent it.
    pub input: Payload,
    /// When it was started.
    pub start_time: Timestamp,
    /// Which stored definition it runs; a number the engine gives meaning to.
    pub revision: u64,
    /// The trace header of the start request.
    pub trace_header: Option<Arc<str>>,
    /// The source of all the execution's randomness: with it the history says everything.
    pub seed: u64,
    /// The number of the version it was started with.
    pub state_machine_version: Option<u64>,
    /// The name of the alias it was started with.
    pub state_machine_alias: Option<Arc<str>>,
    /// What it is in a Map Run, if it is the child of one. Then the machine's ARN and name end in the label.
    pub map_run: Option<MapRunChild>,
    /// The task that started it, if one of this engine's Standard executions did.
    pub started_by: Option<StartedBy>,
    /// The test case that mocks its tasks: a name the engine gives meaning to.
    pub test_case: Option<Arc<str>>,
    /// The state of an earlier execution that it begins with, if it is a fork.
    pub forked_from: Option<Arc<ForkedFrom>>,
}

/// Where a fork begins: in place of the machine's first state, with data of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ForkedFrom {
    /// The execution it was forked from.
    pub execution_arn: Arc<str>,
    /// The state, one of the outermost scope.
    pub state_name: Arc<str>,
    /// The event with which the execution entered it.
    pub entered_event: u64,
    /// Which of its visits of the state that was, from 1 on.
    pub visit: u64,
    /// What the fork's state gets as its input.
    pub input: Payload,
    /// The variables it begins with: an object.
    pub variables: Payload,
}

/// What an execution runs, as its header says it.
#[derive(Clone, Debug)]
pub struct OfMachine {
    /// The state machine's ARN, without version or alias.
    pub arn: Arc<str>,
    /// The state machine's name.
    pub name: Arc<str>,
    /// The role the machine has.
    pub role_arn: Arc<str>,
    /// The Region.
    pub region: Arc<str>,
    /// Which stored definition; a number the engine gives meaning to.
    pub revision: u64,
}

impl Header {
    /// The header of an execution with what every one has, and nothing that only some have.
    pub fn new(
        machine: OfMachine,
        execution_arn: Arc<str>,
        name: Arc<str>,
        input: Payload,
        start_time: Timestamp,
        seed: u64,
    ) -> Header {
        Header {
            execution_arn,
            name,
            state_machine_arn: machine.arn,
            state_machine_name: machine.name,
            role_arn: machine.role_arn,
            region: machine.region,
            input,
            start_time,
            revision: machine.revision,
            trace_header: None,
            seed,
            state_machine_version: None,
            state_machine_alias: None,
            map_run: None,
            started_by: None,
            test_case: None,
            forked_from: None,
        }
    }
}

/// Which task started an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedBy {
    /// The task's execution.
    pub execution_arn: Arc<str>,
    /// The attempt.
    pub task: TaskId,
    /// Whether it waits for the end.
    pub waits: bool,
}

/// An execution's status, by AWS's names.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecutionStatus {
    /// Not closed.
    Running,
    /// Ended with an output.
    Succeeded {
        /// The output.
        output: Payload,
    },
    /// A failure nobody caught.
    Failed(Ending),
    /// The machine's own `TimeoutSeconds` ran out.
    TimedOut(Ending),
    /// StopExecution.
    Aborted(Ending),
}

/// Error and cause of an execution that did not succeed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ending {
    /// The error's name, if there is one.
    pub error: Option<Arc<str>>,
    /// Its cause, if there is one.
    pub cause: Option<Arc<str>>,
}

/// One run of a state machine.
#[derive(Clone, Debug)]
pub struct Execution {
    /// What never changes.
    pub header: Header,
    /// Running, or how it closed.
    pub status: ExecutionStatus,
    /// When it closed.
    pub stop_time: Option<Timestamp>,
    /// The next history event's id; ids begin at 1.
    pub next_event_id: u64,
    /// The next frame's id.
    pub next_frame_id: u64,
    /// Where the execution's random numbers continue.
    pub seed: u64,
    /// When the machine's `TimeoutSeconds` runs out.
    pub timeout_due: Option<Timestamp>,
    /// Its redrives so far.
    pub redrives: Redrives,
    /// Whether it closed with its frames kept: a redrive goes on from them.
    pub keeps_frames: bool,
    /// How many tasks of each state were scheduled so far; counted only where a test case mocks them.
    pub(crate) invocations: BTreeMap<(ScopeIndex, StateIndex), u64>,
    /// Whether a step left frames ready to enter their states because its budget was used up.
    pub(crate) unfinished: bool,
    pub(crate) frames: BTreeMap<FrameId, Frame>,
    /// Whether the root stands in the state row, as it was last read or written.
    pub(crate) root_within: bool,
    /// Those of `frames` that stand ready to go on.
    pub(crate) ready_frames: BTreeSet<FrameId>,
    /// What the variables of all `frames` take.
    pub(crate) variables_bytes: usize,
    /// Whether it has frames that were not restored.
    pub(crate) lacks_frames: bool,
    /// What the variables of those take.
    pub(crate) lacking_variables_bytes: usize,
    pub(crate) changed_frames: BTreeSet<FrameId>,
    pub(crate) removed_frames: BTreeSet<FrameId>,
    /// While a step may have to be undone: what has happened to `frames` in it.
    pub(crate) undo: Option<Box<Undo>>,
    /// The part of the context object that is the same for the whole execution.
    pub(crate) context: OnceLock<json::Value>,
    /// The whole context object, in tests of a state that make it up.
    pub(crate) test_context: OnceLock<json::Value>,
}

/// An execution as it was before a step.
#[derive(Clone, Debug)]
pub(crate) struct Undo {
    /// All but its frames.
    before: Execution,
    /// Frames that were touched since, as they were; none where there was no such frame.
    frames: BTreeMap<FrameId, Option<Frame>>,
}

impl Execution {
    /// An execution about to be started.
    pub fn new(header: Header) -> Execution {
        let seed = header.seed;
        Execution {
            header,
            status: ExecutionStatus::Running,
            stop_time: None,
            next_event_id: 1,
            next_frame_id: FrameId::ROOT.0,
            seed,
            timeout_due: None,
            redrives: Redrives::default(),
            keeps_frames: false,
            invocations: BTreeMap::new(),
            unfinished: false,
            frames: BTreeMap::new(),
            root_within: false,
            ready_frames: BTreeSet::new(),
            variables_bytes: 0,
            lacks_frames: false,
            lacking_variables_bytes: 0,
            changed_frames: BTreeSet::new(),
            removed_frames: BTreeSet::new(),
            undo: None,
            context: OnceLock::new(),
            test_context: OnceLock::new(),
        }
    }

    /// Puts a stored frame back, once, into an execution that was read from its rows.
    ///
    /// Not all have to be put back: a step works with the frame its command is about, if there still is one, and those around it, up to
    /// the root. If it comes to need others, it changes nothing and is rejected with
    /// [`CommandRejected::FramesMissing`](crate::CommandRejected::FramesMissing).
    pub fn restore_frame(&mut self, frame: Frame) {
        self.unfinished |= self.is_running() && frame.is_about_to_run();
        self.lacking_variables_bytes = self.lacking_variables_bytes.saturating_sub(frame.variables_bytes);
        self.insert_frame(frame);
    }

    /// There are no frames but those that were put back.
    pub fn restored_all_frames(&mut self) {
        self.lacks_frames = false;
        self.lacking_variables_bytes = 0;
    }

    /// Whether there may be frames that were not put back.
    pub fn lacks_frames(&self) -> bool {
        self.lacks_frames
    }

    /// Whether a frame is here, or was removed since the changed rows were last taken: what is stored of it counts no more.
    pub fn knows_frame(&self, id: FrameId) -> bool {
        self.frames.contains_key(&id) || self.removed_frames.contains(&id)
    }

    /// Begins a step that may have to be undone. It costs what the step changes, however many frames there are.
    pub(crate) fn keep_undo(&mut self) {
        let frames = std::mem::take(&mut self.frames);
        let before = self.clone();
        self.frames = frames;
        self.undo = Some(Box::new(Undo { before, frames: BTreeMap::new() }));
    }

    /// What was done since is undone.
    pub(crate) fn undo(&mut self) {
        let Some(undo) = self.undo.take() else { return };
        let mut frames = std::mem::take(&mut self.frames);
        for (id, before) in undo.frames {
            match before {
                Some(frame) => drop(frames.insert(id, frame)),
                None => drop(frames.remove(&id)),
            }
        }
        *self = undo.before;
        self.frames = frames;
    }

    /// The number of the next task of a state, from 0 on, if a test case wants to know.
    pub(crate) fn count_invocation(&mut self, scope: ScopeIndex, state: StateIndex) -> Option<u64> {
        self.header.test_case.as_ref()?;
        let next = self.invocations.entry((scope, state)).or_default();
        *next += 1;
        Some(*next - 1)
    }

    /// Remembers what a frame was before the step touched it.
    fn touch(&mut self, id: FrameId) {
        if let Some(undo) = &mut self.undo {
            undo.frames.entry(id).or_insert_with(|| self.frames.get(&id).cloned());
        }
    }

    pub(crate) fn insert_frame(&mut self, frame: Frame) {
        self.touch(frame.id);
        self.variables_bytes += frame.variables_bytes;
        if frame.is_about_to_run() {
            self.ready_frames.insert(frame.id);
        }
        self.frames.insert(frame.id, frame);
    }

    pub(crate) fn remove_frame(&mut self, id: FrameId) -> Option<Frame> {
        self.touch(id);
        let frame = self.frames.remove(&id)?;
        self.variables_bytes -= frame.variables_bytes;
        self.ready_frames.remove(&id);
        Some(frame)
    }

    /// The live frames, those that were put back.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.frames.values()
    }

    /// Those that have rows of their own.
    pub fn frames_apart(&self) -> impl Iterator<Item = &Frame> {
        self.frames().filter(|frame| !(self.root_within && frame.id == FrameId::ROOT))
    }

    /// How many they are.
    pub fn frame_count(&self) -> usize {
        self.frames.len()
    }

    /// One of them, while it is alive.
    pub fn frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get(&id)
    }

    /// Whether frames stand ready to go on, as the last step's outcome said.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// Whether the execution has not closed.
    pub fn is_running(&self) -> bool {
        self.status == ExecutionStatus::Running
    }
}

impl ExecutionStatus {
    /// AWS's name of the status.
    pub fn name(&self) -> &'static str {
        match self {
            ExecutionStatus::Running => "RUNNING",
            ExecutionStatus::Succeeded { .. } => "SUCCEEDED",
            ExecutionStatus::Failed(_) => "FAILED",
            ExecutionStatus::TimedOut(_) => "TIMED_OUT",
            ExecutionStatus::Aborted(_) => "ABORTED",
        }
    }
}
