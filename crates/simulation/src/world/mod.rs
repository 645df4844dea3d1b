//! The world around the engine: time, randomness, storage, whoever does tasks, clients. It keeps what it has seen in a ledger.
//!
//! Every call that crosses the border between engine and world is an *operation*, and has a number. A crash comes before an operation: from
//! then on the world is frozen, nothing the engine does has an effect any more and nothing it says is heard, until its memory is gone. As
//! the engine's instructions between two operations touch nothing but its memory, these are all the crashes there are.

pub(crate) mod clients;
mod environment;
pub(crate) mod express;
mod ledger;
pub(crate) mod machines;
mod performer;
mod store;
mod workers;

pub(crate) use environment::SimulatedEnvironment;
pub(crate) use ledger::{Dated, Entry, Key, Ledger};
pub(crate) use performer::SimulatedPerformer;
pub(crate) use store::{SimulatedStore, ready};
pub(crate) use workers::{Sending, decoded, outcome, poll_for_tasks, send};

use crate::plan::{Crash, Plan, REMOVAL};
use crate::random::Random;
use ::store::Memory;
use arn::Identity;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The function that every function task calls.
pub(crate) const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
/// The activity that workers poll.
pub(crate) const ACTIVITY_ARN: &str = "arn:aws:states:us-east-1:123456789012:activity:work";

/// The machine that tasks start executions of.
pub(crate) const NESTED_ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:nested";

/// 2026-01-01T00:00:00Z, when every run begins.
const BEGIN_MS: i64 = 1_767_225_600_000;

/// The longest trace that is kept: a run that says more has gone mad.
const TRACE_BYTES_MAX: usize = 64 << 20;

/// The identity every ARN has.
pub(crate) fn identity() -> Identity {
    Identity::new("aws", "us-east-1", "123456789012")
}

/// The world of one run.
pub(crate) struct World {
    pub plan: Plan,
    state: Mutex<State>,
    /// Told when the world freezes.
    frozen: Notify,
    /// Told when the server is to end.
    ordered: Notify,
}

pub(crate) struct State {
    /// What is durable.
    pub memory: Arc<Memory>,
    pub ledger: Ledger,
    pub trace: String,
    pub violations: Vec<String>,
    pub store: store::StoreState,
    pub sendings: Vec<Sending>,
    /// How many acts of each client are done.
    pub acts_done: Vec<usize>,
    pub jumps_done: usize,
    pub updates_done: usize,
    pub express_done: Vec<bool>,
    pub crashes_done: usize,
    /// The operation at which the removal of everything began.
    pub removal_begun: Option<u64>,
    /// Whether it was seen to be complete.
    pub is_removed: bool,
    pub operations: u64,
    pub is_frozen: bool,
    entropy: Random,
    /// Milliseconds before this life.
    elapsed_before: u64,
    life: Option<Instant>,
    /// How far the engine's clock is off.
    pub skew_ms: i64,
}

impl World {
    pub fn new(mut plan: Plan) -> Arc<World> {
        plan.crashes.sort_by_key(|crash| crash.at_operation);
        plan.jumps.sort_by_key(|jump| jump.at_ms);
        let state = State {
            memory: Arc::new(Memory::new()),
            ledger: Ledger::default(),
            trace: String::new(),
            violations: Vec::new(),
            store: store::StoreState::default(),
            sendings: Vec::new(),
            acts_done: vec![0; plan.clients.len()],
            jumps_done: 0,
            updates_done: 0,
            express_done: vec![false; plan.express_runs.len()],
            crashes_done: 0,
            removal_begun: None,
            is_removed: false,
            operations: 0,
            is_frozen: false,
            entropy: Random::new(plan.seed, "entropy", 0),
            elapsed_before: 0,
            life: None,
            skew_ms: 0,
        };
        Arc::new(World { plan, state: Mutex::new(state), frozen: Notify::new(), ordered: Notify::new() })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding the lock")
    }

    /// The engine begins to live. Called inside of its runtime.
    pub fn begin(&self) {
        let mut state = self.state();
        state.life = Some(Instant::now());
        state.is_frozen = false;
        state.memory = Arc::new(state.memory.reopen());
        drop(state);
        self.trace("begin");
    }

    /// The engine's memory is about to go. Called inside of its runtime, frozen or not.
    pub fn end(&self) {
        let mut state = self.state();
        state.elapsed_before = state.elapsed_ms();
        state.life = None;
        state.is_frozen = true;
    }

    /// The memory is gone; some time passes until the engine begins again.
    pub fn pause(&self, downtime_ms: u64) {
        self.settle();
        self.state().elapsed_before += downtime_ms;
    }

    /// Counts an operation. False if the world is frozen, as it may become with this one.
    pub fn operation(&self, what: &str) -> bool {
        let mut state = self.state();
        if state.is_frozen {
            return false;
        }
        state.operations += 1;
        let number = state.operations;
        let moment = |crash: &Crash| match crash.at_operation.checked_sub(REMOVAL) {
            Some(after) => state.removal_begun.map(|begun| begun + after),
            None => Some(crash.at_operation),
        };
        let next = self.plan.crashes.get(state.crashes_done);
        let Some(crash) = next.filter(|crash| moment(crash).is_some_and(|moment| moment <= number)) else {
            return true;
        };
        state.crashes_done += 1;
        drop(state);
        if crash.is_orderly {
            self.trace(&format!("told to end before operation {number}, {what}"));
            self.ordered.notify_one();
            return true;
        }
        self.trace(&format!("crash before operation {number}, {what}"));
        self.freeze();
        false
    }

    /// Everything has been kept long enough: the crashes that are left are those during its removal.
    pub fn begin_removal(&self) {
        let first = self.plan.crashes.partition_point(|crash| crash.at_operation < REMOVAL);
        let mut state = self.state();
        state.removal_begun = Some(state.operations);
        state.crashes_done = state.crashes_done.max(first);
    }

    /// Counts an operation; waits for ever if the world is frozen.
    pub async fn pass(&self, what: &str) {
        if !self.operation(what) {
            std::future::pending::<()>().await;
        }
    }

    /// From now on nothing happens any more.
    pub fn freeze(&self) {
        self.state().is_frozen = true;
        self.frozen.notify_one();
    }

    pub async fn frozen(&self) {
        self.frozen.notified().await;
    }

    pub async fn ordered(&self) {
        self.ordered.notified().await;
    }

    /// How long the server is away after the last crash or order.
    pub fn downtime_ms(&self) -> u64 {
        let done = self.state().crashes_done;
        let last = done.checked_sub(1).and_then(|last| self.plan.crashes.get(last));
        last.map_or(1_000, |crash: &Crash| crash.downtime_ms)
    }

    /// Milliseconds since the run began, by a clock that nobody sets.
    pub fn elapsed_ms(&self) -> u64 {
        self.state().elapsed_ms()
    }

    /// The time on the engine's clock.
    pub fn now_ms(&self) -> i64 {
        let state = self.state();
        BEGIN_MS + i64::try_from(state.elapsed_ms()).expect("runs are short") + state.skew_ms
    }

    /// Sleeps until so long after the beginning of the run.
    pub async fn sleep_until(&self, at_ms: u64) {
        let left = at_ms.saturating_sub(self.elapsed_ms());
        if left > 0 {
            tokio::time::sleep(Duration::from_millis(left)).await;
        }
    }

    pub fn entropy(&self) -> [u8; 16] {
        let mut state = self.state();
        let (high, low) = (state.entropy.u64(), state.entropy.u64());
        (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
    }

    /// Notes what happened. A frozen world notes nothing.
    pub fn trace(&self, what: &str) {
        let mut state = self.state();
        let (elapsed, operation) = (state.elapsed_ms(), state.operations);
        if state.trace.len() < TRACE_BYTES_MAX {
            let _ = writeln!(state.trace, "{elapsed:>8} {operation:>6} {what}");
        }
    }

    /// Notes what must not happen.
    pub fn violation(&self, what: String) {
        self.trace(&format!("VIOLATION {what}"));
        self.state().violations.push(what);
    }
}

impl State {
    fn elapsed_ms(&self) -> u64 {
        let life = self.life.map_or(0, |life| life.elapsed().as_millis());
        self.elapsed_before + u64::try_from(life).expect("runs are short")
    }
}
