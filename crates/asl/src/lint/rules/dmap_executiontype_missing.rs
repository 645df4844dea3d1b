//! The `ProcessorConfig` of a Distributed Map has no `ExecutionType`.
//!
//! ## Why
//! AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 1
//!   ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED}, StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Each:
//!   Type: Map
//!   MaxConcurrency: 1
//!   ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: EXPRESS}, StartAt: Inner, States: {Inner: {Type: Pass, End: true}}}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "dmap-executiontype-missing",
    severity: Severity::Error,
    summary: "a Distributed Map without ExecutionType",
    is_optional: false,
    source: include_str!("dmap_executiontype_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Map").filter(|state| state.is_distributed()) {
        let config = state.processor().and_then(|processor| processor.get("ProcessorConfig"));
        if let Some(config) = config.filter(|config| config.get("ExecutionType").is_none()) {
            let finding = findings.report(Some(state.id), &config.span, "A Distributed Map needs an ExecutionType");
            finding.help("set it to STANDARD, or to EXPRESS for children of less than five minutes");
        }
    }
}
