//! The `Result` of a Pass state holds what looks like a path.
//!
//! ## Why
//! `Result` is a literal; nothing in it is evaluated. (AWS: `PASS_RESULT_IS_STATIC`.)
//!
//! ## Example
//! ```yaml
//! Set: {Type: Pass, Result: {order.$: $.orderId}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Set: {Type: Pass, Parameters: {order.$: $.orderId}, End: true}
//! ```

use crate::diagnostic::code;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "pass-result-static",
    severity: Severity::Warning,
    summary: "a path in the Result of a Pass state",
    is_optional: false,
    source: include_str!("pass_result_static.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| diagnostic.code == code::PASS_RESULT_IS_STATIC);
}
