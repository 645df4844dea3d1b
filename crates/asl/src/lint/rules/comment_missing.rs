//! A state has no `Comment`. The rule is optional: name it in `lint: {on: [comment-missing]}` of stepwell.yaml.
//!
//! ## Why
//! In larger machines a sentence per state spares its readers a lot.
//!
//! ## Example
//! ```yaml
//! Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Done: {Type: Succeed, Comment: The order is on its way.}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "comment-missing",
    severity: Severity::Info,
    summary: "a state without Comment",
    is_optional: true,
    source: include_str!("comment_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().iter().filter(|state| !state.has("Comment")) {
        findings.report(Some(state.id), state.key_span, format!("State '{}' has no Comment", state.name));
    }
}
