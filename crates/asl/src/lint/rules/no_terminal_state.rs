//! A `States` object has no Succeed, no Fail and no state with `End: true`.
//!
//! ## Why
//! AWS refuses a machine without an end. A branch or a Map's processor without one is accepted and never ends (a warning).
//!
//! ## Example
//! ```yaml
//! A: {Type: Pass, Next: B}
//! B: {Type: Pass, Next: A}
//! ```
//!
//! ## Instead
//! ```yaml
//! A: {Type: Pass, Next: B}
//! B: {Type: Pass, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "no-terminal-state",
    severity: Severity::Error,
    summary: "no state ends the machine or branch",
    is_optional: false,
    source: include_str!("no_terminal_state.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in &context.machine.scopes {
        let states = context.machine.states_of(scope);
        if let Some(first) = states.first().filter(|_| !states.iter().any(|state| state.is_terminal())) {
            let message = "None of these states ends the workflow";
            let finding = findings.report(scope.parent, first.key_span, message).help("set End: true where it ends");
            if scope.parent.is_some() {
                finding.severity(Severity::Warning);
            }
        }
    }
}
