//! No way leads from `StartAt` to the state.
//!
//! ## Why
//! AWS refuses a state that no other names. A ring of states that only name each other is accepted, but never entered; it is reported as a
//! warning.
//!
//! ## Example
//! ```yaml
//! First: {Type: Succeed}
//! Forgotten: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! First: {Type: Pass, Next: Remembered}
//! Remembered: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "unreachable-state",
    severity: Severity::Error,
    summary: "a state no way leads to",
    is_optional: false,
    source: include_str!("unreachable_state.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in context.machine.scopes.iter().filter(|scope| scope.start.is_some()) {
        let states = context.machine.states_of(scope);
        let mut is_named = vec![false; states.len()];
        for state in states {
            for edge in state.edges.iter().filter(|edge| edge.to != state.id) {
                is_named[edge.to - scope.states.start] = true;
            }
        }
        for (position, state) in states.iter().enumerate().filter(|(position, _)| !scope.graph.is_reached[*position]) {
            let severity = if is_named[position] { Severity::Warning } else { Severity::Error };
            let message = format!("No way leads to state '{}'", state.name);
            let finding = findings.report(Some(state.id), state.key_span, message);
            finding.severity(severity).help("let another state's Next lead to it, or remove it");
        }
    }
}
