//! A Distributed Map with an `ItemReader` has no `ResultWriter`, and nothing discards or shrinks its results.
//!
//! ## Why
//! The results of all children together may have 256 KiB; with more the state fails after all the work is done.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 10
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
    id: "dmap-no-resultwriter",
    severity: Severity::Warning,
    summary: "a Distributed Map that keeps all results itself",
    is_optional: false,
    source: include_str!("dmap_no_resultwriter.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Map").filter(|state| state.is_distributed() && state.has("ItemReader")) {
        // Discarding them does not help: AWS gathers the results first. Express children that return nothing cannot be told from others.
        if !state.has("ResultWriter") {
            let message = format!("The results of Distributed Map '{}' may grow beyond 256 KiB", state.name);
            findings.report(Some(state.id), state.key_span, message).help("write them to S3 by a ResultWriter");
        }
    }
}
