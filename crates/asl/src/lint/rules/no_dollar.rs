//! A value in a template looks like a path or an intrinsic call, but its key does not end in `.$`.
//!
//! ## Why
//! The text itself is passed on, not what it names. (AWS: `NO_DOLLAR`.)
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Pass
//!   Parameters: {order: $.orderId}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Pass
//!   Parameters: {order.$: $.orderId}
//!   End: true
//! ```

use crate::diagnostic::code;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "no-dollar",
    severity: Severity::Warning,
    summary: "a path under a key without .$",
    is_optional: false,
    source: include_str!("no_dollar.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| diagnostic.code == code::NO_DOLLAR);
}
