//! A Wait of a Standard machine takes longer than a year.
//!
//! ## Why
//! An execution may take a year; this one times out while it waits.
//!
//! ## Example
//! ```yaml
//! Pause: {Type: Wait, Seconds: 40000000, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Pause: {Type: Wait, Seconds: 86400, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::state::number;

pub(crate) static RULE: Rule = Rule {
    id: "wait-too-long",
    severity: Severity::Warning,
    summary: "a Wait of more than a year",
    is_optional: false,
    source: include_str!("wait_too_long.rs"),
    check,
};

const SECONDS_MAX: f64 = 365.0 * 86_400.0;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Wait").filter(|state| !context.is_express(context.machine.scope_of(state))) {
        if let Some(node) =
            state.get("Seconds").filter(|node| number(node).is_some_and(|seconds| seconds > SECONDS_MAX))
        {
            findings.report(Some(state.id), &node.span, "The wait is longer than an execution may take: a year");
        }
    }
}
