//! The `Timestamp` of a Wait is not a date and time in the form of RFC 3339.
//!
//! ## Why
//! AWS refuses the definition. The form has a `T` between date and time, and `Z` or an offset at its end.
//!
//! ## Example
//! ```yaml
//! Pause: {Type: Wait, Timestamp: "2027-01-01 12:00:00", End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Pause: {Type: Wait, Timestamp: "2027-01-01T12:00:00Z", End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::timestamp;

pub(crate) static RULE: Rule = Rule {
    id: "wait-timestamp-format",
    severity: Severity::Error,
    summary: "a Timestamp that is none",
    is_optional: false,
    source: include_str!("wait_timestamp_format.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Wait") {
        let Some((node, text)) = state.get("Timestamp").and_then(|node| Some((node, node.as_str()?))) else { continue };
        let is_expression = state.is_jsonata() && text.contains("{%");
        if !is_expression && timestamp(text).is_none() {
            let finding = findings.report(Some(state.id), &node.span, format!("'{text}' is not an RFC 3339 timestamp"));
            finding.help("write it like 2027-01-01T12:00:00Z");
        }
    }
}
