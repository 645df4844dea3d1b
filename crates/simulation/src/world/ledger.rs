//! What the world was told, and holds the engine to.

use crate::plan::Via;
use crate::reference::Ending;
use std::collections::{BTreeMap, BTreeSet};

/// An execution: the number of its machine, and its name.
pub(crate) type Key = (usize, String);

#[derive(Default)]
pub(crate) struct Ledger {
    pub executions: BTreeMap<Key, Entry>,
    /// What became durable and may be performed, by `invocation_id`.
    pub scheduled: BTreeSet<String>,
    /// What was performed: the payload of each `invocation_id`.
    pub performed: BTreeMap<String, String>,
    /// Outcomes the engine acknowledged, by token.
    pub acknowledged: BTreeMap<String, Ending>,
    /// The revisions of each machine, the first by its creation.
    pub revisions: BTreeMap<usize, Vec<Dated<usize>>>,
    /// Which revision, by its place in that list, each version of a machine is known to be.
    pub versions: BTreeMap<(usize, u64), usize>,
    /// The versions that each machine's alias leads to.
    pub aliases: BTreeMap<usize, Vec<Dated<Vec<u64>>>>,
    /// Asynchronous Express executions that were acknowledged.
    pub express: BTreeSet<String>,
    /// When the jobs that tasks started end, by `invocation_id`.
    pub jobs: BTreeMap<String, u64>,
    /// Those whose end was told.
    pub ended: BTreeSet<String>,
    /// Those that were cancelled.
    pub cancelled: BTreeSet<String>,
    /// How performances of tasks ended, by their calls.
    pub outcomes: BTreeMap<String, Vec<Ending>>,
}

/// Something that was asked for, and is so from some moment between the question and its answer on. Moments are numbers of operations.
#[derive(Clone, Debug)]
pub(crate) struct Dated<T> {
    pub what: T,
    pub asked: u64,
    /// None as long as there is no answer.
    pub answered: Option<u64>,
}

impl<T> Dated<T> {
    /// Of several things, each in place of the one before it, those that may have held at some moment between two.
    pub fn between(all: &[Dated<T>], from: u64, to: u64) -> &[Dated<T>] {
        let first = all.iter().rposition(|dated| dated.answered.is_some_and(|answered| answered <= from)).unwrap_or(0);
        let end = all.iter().position(|dated| dated.asked > to).unwrap_or(all.len());
        &all[first..end.max(first)]
    }
}

/// What is known of an execution.
#[derive(Default)]
pub(crate) struct Entry {
    /// Inputs that starts were sent with.
    pub inputs: BTreeSet<String>,
    /// Acknowledged starts: input and start time.
    pub starts: BTreeSet<(String, i64)>,
    /// Every time a start was asked for.
    pub asks: Vec<Dated<Via>>,
    /// Whether somebody was told that the name is taken.
    pub is_taken: bool,
    /// Acknowledged stop times.
    pub stops: BTreeSet<i64>,
    /// Whether somebody tried to stop it, by name or by its machine's deletion.
    pub may_be_aborted: bool,
    /// Whether somebody began to delete its machine.
    pub is_deleting: bool,
    /// What it was when somebody saw it closed.
    pub closed: Option<String>,
    /// When it closed, as somebody saw.
    pub closed_ms: Option<i64>,
    /// The events somebody saw.
    pub seen: Vec<String>,
}
