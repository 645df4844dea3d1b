//! A `stepwell-lint: off` comment names a rule that does not exist.
//!
//! ## Why
//! A misspelt name switches nothing off.
//!
//! ## Example
//! ```yaml
//! Done: {Type: Succeed, Comment: "stepwell-lint: off comment-mising"}
//! ```
//!
//! ## Instead
//! ```yaml
//! Done: {Type: Succeed, Comment: "stepwell-lint: off comment-missing"}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::off;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "unknown-rule",
    severity: Severity::Warning,
    summary: "a rule that is switched off and does not exist",
    is_optional: false,
    source: include_str!("unknown_rule.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, span) in off::mentions(context) {
        if crate::lint::rule(name).is_none() {
            findings.report(None, &span, format!("There is no rule '{name}'")).help("stepwell explain lists the rules");
        }
    }
}
