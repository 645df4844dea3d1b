//! A state in a branch or Map assigns a variable that a state outside assigns as well.
//!
//! ## Why
//! Inner scopes have variables of their own, and may not reuse a name; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Set: {Type: Pass, Assign: {n: 1}, Next: Both}
//! Both:
//!   Type: Parallel
//!   Branches: [{StartAt: Inner, States: {Inner: {Type: Pass, Assign: {n: 2}, End: true}}}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Set: {Type: Pass, Assign: {n: 1}, Next: Both}
//! Both:
//!   Type: Parallel
//!   Branches: [{StartAt: Inner, States: {Inner: {Type: Pass, Assign: {m: 2}, End: true}}}]
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "variable-shadow",
    severity: Severity::Error,
    summary: "an inner scope assigns an outer variable",
    is_optional: false,
    source: include_str!("variable_shadow.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| {
        diagnostic.code == crate::diagnostic::code::DUPLICATE_VARIABLE_NAME
    });
}
