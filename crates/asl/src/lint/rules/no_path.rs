//! A value looks like a path, but stands in the field for literals and not in the one ending in `Path`.
//!
//! ## Why
//! The text itself is used. (AWS: `NO_PATH`.)
//!
//! ## Example
//! ```yaml
//! Stop: {Type: Fail, Error: $.error}
//! ```
//!
//! ## Instead
//! ```yaml
//! Stop: {Type: Fail, ErrorPath: $.error}
//! ```

use crate::diagnostic::code;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "no-path",
    severity: Severity::Warning,
    summary: "a path in a field that takes a literal",
    is_optional: false,
    source: include_str!("no_path.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| diagnostic.code == code::NO_PATH);
}
