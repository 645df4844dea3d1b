//! A `Next` names a state that is not in the same `States`.
//!
//! ## Why
//! Transitions cannot leave their `States`; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! First: {Type: Pass, Next: last}
//! Last: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! First: {Type: Pass, Next: Last}
//! Last: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;
use crate::lint::state::EdgeKind;

pub(crate) static RULE: Rule = Rule {
    id: "next-target",
    severity: Severity::Error,
    summary: "Next names no state",
    is_optional: false,
    source: include_str!("next_target.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::dangling(context, findings, "Next", |kind| matches!(kind, EdgeKind::Next | EdgeKind::Rule(_)));
}
