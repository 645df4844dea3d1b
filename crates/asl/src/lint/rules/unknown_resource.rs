//! The `Resource` of a Task is not an ARN of a function, an activity, or an integration that is known. Whether an SDK integration has the
//! action is not checked.
//!
//! ## Why
//! AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Task, Resource: "arn:aws:states:::lamda:invoke", TimeoutSeconds: 5, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: "f:live"}, TimeoutSeconds: 5, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-resource",
    severity: Severity::Error,
    summary: "a Resource that is no resource",
    is_optional: false,
    source: include_str!("unknown_resource.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    rules::of_validator(context, findings, |diagnostic| {
        diagnostic.message.starts_with("The resource provided")
            || diagnostic.message == "Value is not a valid resource ARN"
    });
}
