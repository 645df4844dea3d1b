//! There are Task states, and no state has a `Catch`.
//!
//! ## Why
//! Any failure ends the execution at once, wherever it is; work already done is neither undone nor reported.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   TimeoutSeconds: 5
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Catch: [{ErrorEquals: [States.ALL], Next: Report}]
//!   End: true
//! Report:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: t, Message: failed}
//!   Next: Failed
//! Failed: {Type: Fail}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "catch-missing",
    severity: Severity::Info,
    summary: "nothing is caught in the whole machine",
    is_optional: false,
    source: include_str!("catch_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.states().iter().any(|state| !state.elements("Catch").is_empty()) {
        return;
    }
    if let Some(task) = context.tasks().next() {
        let finding = findings.report(None, task.key_span, "No state of the machine catches errors");
        finding.help("add a Catch where work is to be undone or somebody is to be told");
    }
}
