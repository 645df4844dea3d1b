//! What the world was told, and holds the engine to.

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
}

/// What is known of an execution.
#[derive(Default)]
pub(crate) struct Entry {
    /// Inputs that starts were sent with.
    pub inputs: BTreeSet<String>,
    /// Acknowledged starts: input and start time.
    pub starts: BTreeSet<(String, i64)>,
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
    /// The events somebody saw.
    pub seen: Vec<String>,
}
