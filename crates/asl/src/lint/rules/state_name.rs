//! The name of a state has more than 80 characters or is taken (errors), or has spaces at its ends or characters outside of ASCII
//! (warnings).
//!
//! ## Why
//! Names are part of transitions, events, metrics and logs. Spaces at the ends cannot be seen there; some tools do not show or find other
//! characters.
//!
//! ## Example
//! ```yaml
//! "First ": {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! First: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "state-name",
    severity: Severity::Error,
    summary: "a name AWS refuses or people trip over",
    is_optional: false,
    source: include_str!("state_name.rs"),
    check,
};

const LENGTH_MAX: usize = 80;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut names = HashSet::new();
    for state in context.states() {
        let length = state.name.chars().count();
        let (severity, message) = if length > LENGTH_MAX {
            (Severity::Error, format!("The name of a state may have {LENGTH_MAX} characters, not {length}"))
        } else if !names.insert(state.name) {
            (Severity::Error, format!("There is another state '{}'", state.name))
        } else if state.name.trim() != state.name {
            (Severity::Warning, format!("The name '{}' has spaces at its ends", state.name))
        } else if !state.name.is_ascii() {
            (Severity::Warning, format!("The name '{}' has characters outside of ASCII", state.name))
        } else {
            continue;
        };
        findings.report(Some(state.id), state.key_span, message).severity(severity);
    }
}
