//! A Map has `Iterator`, or `Parameters` in the meaning of `ItemSelector`.
//!
//! ## Why
//! They are kept for old definitions; a Distributed Map does not know them.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   Iterator: {StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
//!   Parameters: {id.$: $$.Map.Item.Value}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Each:
//!   Type: Map
//!   ItemProcessor: {StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
//!   ItemSelector: {id.$: $$.Map.Item.Value}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::edit;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "legacy-map",
    severity: Severity::Info,
    summary: "the old field names of Map",
    is_optional: false,
    source: include_str!("legacy_map.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Map") {
        for (old, new) in [("Iterator", "ItemProcessor"), ("Parameters", "ItemSelector")] {
            let Some(entry) = state.entry(old).filter(|_| !state.has(new)) else { continue };
            let finding = findings.report(Some(state.id), &entry.key_span, format!("{old} is the old name of {new}"));
            finding.help(format!("write {new}"));
            if let Some(text) = edit::requoted(context, &entry.key_span, new) {
                finding.fix(format!("rename {old} to {new}"), vec![(entry.key_span.clone(), text)]);
            }
        }
    }
}
