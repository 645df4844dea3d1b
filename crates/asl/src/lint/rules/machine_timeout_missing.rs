//! The machine has no `TimeoutSeconds` at its top.
//!
//! ## Why
//! It bounds every execution whatever its states do: a loop that never ends, a Map over more than anyone thought of.
//!
//! ## Example
//! ```yaml
//! StartAt: Done
//! States:
//!   Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! StartAt: Done
//! TimeoutSeconds: 3600
//! States:
//!   Done: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::parse::MachineType;

pub(crate) static RULE: Rule = Rule {
    id: "machine-timeout-missing",
    severity: Severity::Info,
    summary: "no TimeoutSeconds for the whole machine",
    is_optional: false,
    source: include_str!("machine_timeout_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.config.machine_type == MachineType::Express || context.machine.timeout_seconds().is_some() {
        return;
    }
    if let Some(start_at) = context.machine.scopes.first().and_then(|top| top.start_at) {
        let finding = findings.report(None, &start_at.key_span, "The machine has no TimeoutSeconds");
        finding.help("set TimeoutSeconds beside StartAt");
    }
}
