//! The literals of a state are larger than 200 KiB.
//!
//! ## Why
//! A state's input or output may have 256 KiB; with the data added to it the execution fails with `States.DataLimitExceeded`.
//!
//! ## Example
//! ```yaml
//! Set: {Type: Pass, Result: "200 KiB of text", End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Set: {Type: Pass, Result: "small", End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "payload-size",
    severity: Severity::Warning,
    summary: "a literal near the payload limit",
    is_optional: false,
    source: include_str!("payload_size.rs"),
    check,
};

const BYTES_MAX: usize = 200 * 1024;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for entry in ["Result", "Parameters", "Arguments", "Output"].iter().filter_map(|field| state.entry(field)) {
            if entry.value.span.len() > BYTES_MAX {
                let size = entry.value.span.len() / 1024;
                let message = format!("The {} of '{}' is {size} KiB of text", entry.key, state.name);
                findings
                    .report(Some(state.id), &entry.key_span, message)
                    .help("keep large data in S3 and pass its key");
            }
        }
    }
}
