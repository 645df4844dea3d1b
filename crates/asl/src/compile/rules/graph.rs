//! Every scope has an end, and every state is led to.
//!
//! As measured on AWS: a machine without any terminal state is told so and nothing more, a branch or processor without one is accepted;
//! otherwise each state that neither `StartAt` nor
//! another state names is reported. A ring of states that only name each other goes unnoticed there, and so it does here.

use crate::compile::checker::{Checker, Phase, Targets};
use crate::compile::location::Location;
use crate::diagnostic::{Diagnostic, code};
use crate::tree::{Entry, NodeKind};

/// Checks one scope whose own fields are without error: with others a missing end would often only be their consequence.
pub(crate) fn check(
    checker: &mut Checker<'_>,
    entries: &[Entry],
    targets: &Targets<'_>,
    location: &Location<'_>,
    is_whole_machine: bool,
) {
    if is_whole_machine && !entries.iter().any(is_terminal) {
        let span = entries[0].key_span.clone();
        let diagnostic = Diagnostic::error(code::MISSING_END_STATE, "Workflow has no terminal state", span);
        checker.report(Phase::Graph, diagnostic);
        return;
    }
    for (entry, _) in entries.iter().zip(&targets.reached).filter(|&(_, reached)| !reached) {
        let message = format!("State \"{}\" is not reachable.", entry.key);
        let location = location.key(&entry.key);
        checker.error(Phase::Graph, code::MISSING_TRANSITION_TARGET, &location, &entry.key_span, message);
    }
}

fn is_terminal(entry: &Entry) -> bool {
    let type_name = entry.value.get("Type").and_then(|node| node.as_str());
    matches!(type_name, Some("Succeed" | "Fail"))
        || entry.value.get("End").is_some_and(|node| node.kind == NodeKind::Bool(true))
}
