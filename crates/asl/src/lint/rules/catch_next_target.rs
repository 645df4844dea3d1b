//! The `Next` of a catcher names a state that is not in the same `States`.
//!
//! ## Why
//! Transitions cannot leave their `States`; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Catch: [{ErrorEquals: [States.ALL], Next: Missing}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Catch: [{ErrorEquals: [States.ALL], Next: Failed}]
//!   End: true
//! Failed: {Type: Fail}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;
use crate::lint::state::EdgeKind;

pub(crate) static RULE: Rule = Rule {
    id: "catch-next-target",
    severity: Severity::Error,
    summary: "Next names no state",
    is_optional: false,
    source: include_str!("catch_next_target.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::dangling(context, findings, "Next", |kind| matches!(kind, EdgeKind::Catch(_)));
}
