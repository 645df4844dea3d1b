//! A state has a field that only the other query language knows, or asks for JSONPath in a JSONata machine.
//!
//! ## Why
//! AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Pass, Output: {a: 1}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call: {Type: Pass, Parameters: {a: 1}, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "mixed-language",
    severity: Severity::Error,
    summary: "a field of the other query language",
    is_optional: false,
    source: include_str!("mixed_language.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| {
        diagnostic.message.starts_with("The QueryLanguage is set to")
            || diagnostic.message.starts_with("'QueryLanguage' can not be")
    });
}
