//! A Distributed Map tolerates failures, but has no `ResultWriter`.
//!
//! ## Why
//! Which items failed is nowhere written down when the Map Run is gone.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 10
//!   ToleratedFailurePercentage: 5
//!   ItemReader: {Resource: "arn:aws:states:::s3:getObject", ReaderConfig: {InputType: JSON}, Parameters: {Bucket: b, Key: k}}
//!   ItemProcessor:
//!     ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
//!     StartAt: Inner
//!     States: {Inner: {Type: Pass, End: true}}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 10
//!   ToleratedFailurePercentage: 5
//!   ItemReader: {Resource: "arn:aws:states:::s3:getObject", ReaderConfig: {InputType: JSON}, Parameters: {Bucket: b, Key: k}}
//!   ItemProcessor:
//!     ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
//!     StartAt: Inner
//!     States: {Inner: {Type: Pass, End: true}}
//!   ResultWriter: {Resource: "arn:aws:states:::s3:putObject", Parameters: {Bucket: b, Prefix: p}}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "dmap-tolerance-without-writer",
    severity: Severity::Warning,
    summary: "failures that are tolerated and forgotten",
    is_optional: false,
    source: include_str!("dmap_tolerance_without_writer.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Map").filter(|state| state.is_distributed() && !state.has("ResultWriter")) {
        let fields = state.node.as_object().unwrap_or_default();
        if let Some(entry) = fields.iter().find(|entry| entry.key.starts_with("ToleratedFailure")) {
            let message = format!("'{}' tolerates failures and does not record them", state.name);
            findings
                .report(Some(state.id), &entry.key_span, message)
                .help("add a ResultWriter: it lists the failed items");
        }
    }
}
