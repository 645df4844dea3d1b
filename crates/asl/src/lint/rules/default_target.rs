//! The `Default` of a Choice names a state that is not in the same `States`.
//!
//! ## Why
//! Transitions cannot leave their `States`; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices: [{Variable: $.a, IsPresent: true, Next: Done}]
//!   Default: Missing
//! Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices: [{Variable: $.a, IsPresent: true, Next: Done}]
//!   Default: Done
//! Done: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;
use crate::lint::state::EdgeKind;

pub(crate) static RULE: Rule = Rule {
    id: "default-target",
    severity: Severity::Error,
    summary: "Default names no state",
    is_optional: false,
    source: include_str!("default_target.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::dangling(context, findings, "Default", |kind| matches!(kind, EdgeKind::Default));
}
