//! A frame: one running sequence of states. The root is one, and so is every live Parallel branch and Map iteration.

use crate::{MapRunId, Timestamp};
use asl::definition::{ScopeIndex, StateIndex};
use json::{Key, Object, Payload, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A frame's number, unique within its execution and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub u64);

impl FrameId {
    /// The frame every execution begins with.
    pub const ROOT: FrameId = FrameId(0);
}

/// One running sequence of states.
///
/// A frame is stored as two rows: the *base* changes when a state is entered, begins its work or assigns a variable; the *progress*
/// is small and changes with every event. A Map that hands out its ten thousandth item thus rewrites a few bytes, not its items. Variables
/// that take more than a little are a row each.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its number.
    pub id: FrameId,
    /// The frame of the Parallel or Map state it belongs to; `None` for the root.
    pub parent: Option<FrameId>,
    /// Which branch or iteration it is.
    pub position: u64,
    /// The `States` object it runs.
    pub scope: ScopeIndex,
    /// The state it is in.
    pub state: StateIndex,
    /// The state's raw input.
    pub input: Payload,
    /// The variables assigned in this scope; those of enclosing scopes are in the parents.
    pub variables: Object,
    /// What `variables` take as JSON text, a byte for each name's comma included. Stored only where they stand apart: else the text tells.
    pub(crate) variables_bytes: usize,
    /// Whether each variable is a row of its own: so it is once they took more than [`VARIABLES_WITHIN_MAX`]. What does not change is not
    /// written again then, however much a loop gathers.
    pub(crate) variables_apart: bool,
    /// Of those that stand apart, the ones to write.
    pub(crate) changed_variables: BTreeSet<Key>,
    /// When the state was entered.
    pub entered_at: Timestamp,
    /// The state's `*StateEntered` event.
    pub entered_event: u64,
    /// The event before that one, while nothing but the entry has happened. Not stored: it is forgotten when the frame waits.
    pub(crate) before_entry: Option<u64>,
    /// What the current attempt of the state works on: the items of a Map.
    pub work: Option<Payload>,
    /// The event the next one of this chain points back to.
    pub last_event: u64,
    /// Retries so far in this visit of the state, by retrier.
    pub retries: Vec<u64>,
    /// What the frame waits for.
    pub phase: Phase,
    pub(crate) changed: Changed,
}

/// So much of the variables, in bytes of JSON text, is a part of the frame's base row: a few small ones are not worth rows of their own.
pub(crate) const VARIABLES_WITHIN_MAX: usize = 512;

/// Which rows of a frame have to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    pub base: bool,
    pub progress: bool,
}

/// What a frame waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// To enter its state, when the step that brought it there had used up its budget.
    Ready,
    /// A Wait state's time.
    Waiting {
        /// When it comes.
        due: Timestamp,
    },
    /// A retry's delay.
    Retrying {
        /// When it is over.
        due: Timestamp,
    },
    /// The outcome of a task.
    Task(TaskAttempt),
    /// Its branches.
    Parallel {
        /// The first branch's frame; the others follow it in number.
        first_child: FrameId,
        /// How many have not ended.
        open: u64,
    },
    /// Its iterations.
    Map {
        /// The first iteration's frame; the others follow it in number.
        first_child: FrameId,
        /// How many items there are.
        length: u64,
        /// How many iterations were started.
        started: u64,
        /// How many of them succeeded.
        succeeded: u64,
        /// How many may run at a time.
        concurrency: u64,
    },
    /// The end of its Map Run.
    MapRun {
        /// The run.
        run: MapRunId,
        /// How often it was redriven.
        redrives: u64,
        /// Whether it goes on: not once it has failed or was stopped.
        is_open: bool,
    },
    /// To do its state's work again: the state failed, or was stopped, when the execution closed, and a redrive goes on with it.
    Stopped,
    /// Nothing: it is a branch or iteration that ended, and keeps its output until its siblings have ended too.
    Finished {
        /// The output.
        output: Payload,
    },
}

/// One try of a Task state.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskAttempt {
    /// The event that scheduled it; with the frame it is the attempt's identity.
    pub scheduled_event: u64,
    /// What the task token must carry; 0 for tasks without a token.
    pub nonce: u64,
    /// What the task is given: the parameters of an integration, the payload of a function, the input of an activity.
    pub payload: Payload,
    /// Whether the clocks run. Tasks of activities start when a worker takes them.
    pub started: bool,
    /// Whether the request of a `.sync` or `.waitForTaskToken` task was accepted: it is not to be made again.
    pub submitted: bool,
    /// The job that was started with that, of a `.sync` task.
    pub job: Option<StartedJob>,
    /// Whether somebody outside has the task and its token: a worker, or whoever a callback task's request went to. Nothing is left to do but wait.
    pub handed_over: bool,
    /// Since when it waits for an answer from outside: a worker's task since it was scheduled, a callback's since its request was accepted.
    pub waits_since: Option<Timestamp>,
    /// `TimeoutSeconds` as resolved.
    pub timeout_seconds: Option<u64>,
    /// `HeartbeatSeconds` as resolved.
    pub heartbeat_seconds: Option<u64>,
    /// When the timeout expires, once started.
    pub timeout_due: Option<Timestamp>,
    /// When the next heartbeat is due, once started.
    pub heartbeat_due: Option<Timestamp>,
    /// `Credentials.RoleArn` as resolved.
    pub role_arn: Option<Arc<str>>,
    /// How many tasks of this state the execution had scheduled before, retries and other iterations included. Only where a test case mocks
    /// tasks.
    pub invocation: Option<u64>,
}

/// A job that a task waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct StartedJob {
    /// The response to the request that started it.
    pub submitted: Payload,
    /// How often it was looked at.
    pub looks: u64,
    /// When it is looked at next.
    pub look_due: Timestamp,
}

impl Frame {
    pub(crate) fn new(
        id: FrameId,
        parent: Option<FrameId>,
        position: u64,
        scope: ScopeIndex,
        start_at: StateIndex,
    ) -> Frame {
        Frame {
            id,
            parent,
            position,
            scope,
            state: start_at,
            input: Payload::from_value(Value::Null),
            variables: Object::new(),
            variables_bytes: 0,
            variables_apart: false,
            changed_variables: BTreeSet::new(),
            entered_at: Timestamp(0),
            entered_event: 0,
            before_entry: None,
            work: None,
            last_event: 0,
            retries: Vec::new(),
            phase: Phase::Ready,
            changed: Changed { base: true, progress: true },
        }
    }

    /// What `variables` take when one of them becomes `bytes` of JSON text.
    pub(crate) fn variables_bytes_with(&self, name: &Key, bytes: usize) -> usize {
        let without = match self.variables.get(name) {
            Some(before) => self.variables_bytes - before.to_string().len(),
            // The quotes, the colon and the comma.
            None => self.variables_bytes + name.len() + 4,
        };
        without + bytes
    }

    /// Sets a variable whose value is `bytes` of JSON text.
    pub(crate) fn set_variable(&mut self, name: &Key, value: &Value, bytes: usize) {
        self.variables_bytes = self.variables_bytes_with(name, bytes);
        self.variables.set(name.clone(), value.clone());
        if self.variables_apart {
            self.changed_variables.insert(name.clone());
        } else if self.variables_bytes > VARIABLES_WITHIN_MAX {
            self.variables_apart = true;
            self.changed_variables = self.variables.keys().cloned().collect();
        }
    }

    /// Nothing will read them any more.
    pub(crate) fn forget_variables(&mut self) {
        self.variables = Object::new();
        self.variables_bytes = 0;
        self.variables_apart = false;
        self.changed_variables.clear();
    }

    /// Whether its variables are rows of their own.
    pub fn has_variables_apart(&self) -> bool {
        self.variables_apart
    }

    /// Whether nothing but its turn is missing.
    pub(crate) fn is_about_to_run(&self) -> bool {
        matches!(self.phase, Phase::Ready | Phase::Stopped)
    }

    /// All retries of this visit: the context object's `State.RetryCount`.
    pub fn retry_count(&self) -> u64 {
        self.retries.iter().sum()
    }
}
