//! A `States` object with its `StartAt`: the whole machine's, a branch's, or a Map processor's.

use super::checker::{Checker, Phase, Slot, Targets};
use super::fields::Fields;
use super::location::Location;
use super::rules;
use super::state;
use crate::definition::{Scope, ScopeIndex, State, StateIndex};
use crate::diagnostic::code;
use crate::tree::{Entry, NodeKind};
use std::collections::HashMap;

/// Longest state name in characters (service model `StateName`).
const STATE_NAME_LENGTH_MAX: usize = 80;

/// How deep `States` objects may nest. AWS has such a limit without saying which; ours keeps the compiler's stack small.
const SCOPE_DEPTH_MAX: usize = 100;

/// Where a scope stands.
pub(crate) struct Container {
    pub(crate) parent: Option<(ScopeIndex, StateIndex)>,
    /// The processor of a distributed Map.
    pub(crate) isolated: bool,
    /// Scopes around it.
    pub(crate) depth: usize,
}

/// Compiles the `StartAt` and `States` of `fields`; other fields are the caller's. `None` if there is nothing to number.
pub(crate) fn compile<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    container: Container,
) -> Option<ScopeIndex> {
    fields.require(checker, &["States", "StartAt"]);
    let start_at = fields.entry("StartAt");
    let start_name = fields.text(checker, "StartAt");
    let states = fields.take("States")?;
    let location = fields.location.key("States");
    let NodeKind::Object(entries) = &states.kind else {
        checker.schema(&location, &states.span, "Expected value of type Object");
        return None;
    };
    if entries.is_empty() {
        checker.schema(&location, &states.span, "Value cannot be empty");
        return None;
    }
    if container.depth >= SCOPE_DEPTH_MAX {
        let message = "The states are too deeply nested.";
        checker.error(Phase::Schema, code::TOO_DEEPLY_NESTED, fields.location, &fields.span(), message);
        return None;
    }
    let index = ScopeIndex(checker.slots.len() as u32);
    checker.slots.push(Slot { parent: container.parent, isolated: container.isolated, scope: None });
    let errors_before = checker.schema_error_count();
    let mut targets = targets(entries);
    let start_at = match (start_at, start_name) {
        (Some(entry), Some(name)) => {
            let location = fields.location.key("StartAt");
            targets.resolve(checker, None, name, &location, &entry.value.span)
        }
        _ => None,
    };
    let place = state::Place { scope: index, depth: container.depth };
    let mut compiled: Vec<State> = Vec::with_capacity(entries.len());
    let mut is_clean = true;
    for (position, entry) in entries.iter().enumerate() {
        let location = location.key(&entry.key);
        check_name(checker, entry, &location);
        match state::compile(checker, entry, &location, &mut targets, StateIndex(position as u32), place) {
            Some(state) => compiled.push(state),
            None => is_clean = false,
        }
    }
    if start_name.is_some() && checker.schema_error_count() == errors_before {
        rules::graph::check(checker, entries, &targets, &location, container.parent.is_none());
    }
    let parent = container.parent;
    checker.slots[index.0 as usize].scope =
        start_at.filter(|_| is_clean).map(|start_at| Scope { start_at, states: compiled, parent });
    Some(index)
}

fn targets(entries: &[Entry]) -> Targets<'_> {
    let indexes = entries.iter().enumerate().map(|(position, entry)| (&*entry.key, StateIndex(position as u32)));
    Targets { index_of: HashMap::from_iter(indexes), reached: vec![false; entries.len()] }
}

fn check_name<'t>(checker: &mut Checker<'t>, entry: &'t Entry, location: &Location<'_>) {
    let length = entry.key.chars().count();
    if length == 0 {
        let message = "State name cannot be empty";
        checker.error(Phase::Names, code::INVALID_STATE_NAME, location, &entry.key_span, message);
    } else if length > STATE_NAME_LENGTH_MAX {
        let message = format!(
            "State name '{}' exceeds the {STATE_NAME_LENGTH_MAX}-character limit allowed by the service",
            entry.key
        );
        checker.error(Phase::Names, code::INVALID_STATE_NAME, location, &entry.key_span, message);
    } else if !checker.state_names.insert(&entry.key) {
        let message = format!("Duplicate State name: {}", entry.key);
        checker.error(Phase::Names, code::DUPLICATE_STATE_NAME, location, &entry.key_span, message);
    }
}
