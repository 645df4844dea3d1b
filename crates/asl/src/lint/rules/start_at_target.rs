//! `StartAt` names a state that is not in the same `States`.
//!
//! ## Why
//! AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! StartAt: begin
//! States:
//!   Begin: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! StartAt: Begin
//! States:
//!   Begin: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::edit;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "start-at-target",
    severity: Severity::Error,
    summary: "StartAt names no state",
    is_optional: false,
    source: include_str!("start_at_target.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in context.machine.scopes.iter().filter(|scope| scope.start.is_none()) {
        let Some((entry, name)) = scope.start_at.and_then(|entry| Some((entry, entry.value.as_str()?))) else {
            continue;
        };
        let finding =
            findings.report(scope.parent, &entry.value.span, format!("There is no state '{name}' to start at"));
        let mut near = context.machine.states_of(scope).iter().filter(|state| state.name.eq_ignore_ascii_case(name));
        if let (Some(state), None) = (near.next(), near.next()) {
            finding.help(format!("did you mean '{}'?", state.name));
            if let Some(text) = edit::requoted(context, &entry.value.span, state.name) {
                finding.fix(format!("start at '{}'", state.name), vec![(entry.value.span.clone(), text)]);
            }
        }
    }
}
