//! An inline Map has `ItemReader`, `ItemBatcher` or `ResultWriter`, or (as a warning) `Label` or a tolerated failure.
//!
//! ## Why
//! AWS accepts them, and they do nothing there: no items are read, nothing is batched, nothing is written.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   ItemBatcher: {MaxItemsPerBatch: 10}
//!   ItemProcessor: {StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 5
//!   ItemBatcher: {MaxItemsPerBatch: 10}
//!   ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}, StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "dmap-only-field",
    severity: Severity::Error,
    summary: "a field of Distributed Maps in an inline one",
    is_optional: false,
    source: include_str!("dmap_only_field.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Map").filter(|state| !state.is_distributed()) {
        for entry in state.node.as_object().unwrap_or_default() {
            let severity = match &*entry.key {
                "ItemReader" | "ItemBatcher" | "ResultWriter" => Severity::Error,
                "Label" => Severity::Warning,
                key if key.starts_with("ToleratedFailure") => Severity::Warning,
                _ => continue,
            };
            let message = format!("{} is for Distributed Maps", entry.key);
            let finding = findings.report(Some(state.id), &entry.key_span, message);
            finding.severity(severity).help("set Mode: DISTRIBUTED in ProcessorConfig, or remove the field");
        }
    }
}
