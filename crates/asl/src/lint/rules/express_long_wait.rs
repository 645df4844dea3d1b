//! A Wait or timeout in an Express execution is longer than five minutes.
//!
//! ## Why
//! The execution has timed out before.
//!
//! ## Example
//! ```yaml express
//! Pause: {Type: Wait, Seconds: 600, End: true}
//! ```
//!
//! ## Instead
//! ```yaml express
//! Pause: {Type: Wait, Seconds: 30, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::state::number;

pub(crate) static RULE: Rule = Rule {
    id: "express-long-wait",
    severity: Severity::Warning,
    summary: "a wait longer than an Express execution",
    is_optional: false,
    source: include_str!("express_long_wait.rs"),
    check,
};

const SECONDS_MAX: f64 = 300.0;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().iter().filter(|state| context.is_express(context.machine.scope_of(state))) {
        let field = if state.kind == "Wait" { "Seconds" } else { "TimeoutSeconds" };
        let Some(entry) = state.entry(field) else { continue };
        if let Some(seconds) = number(&entry.value).filter(|&seconds| seconds > SECONDS_MAX) {
            let message = format!("{field} is {seconds:.0}, but an Express execution ends after 300 seconds");
            findings
                .report(Some(state.id), &entry.value.span, message)
                .help("use a STANDARD machine, or a shorter time");
        }
    }
}
