//! A Task calls a function by its ARN in `Resource`.
//!
//! ## Why
//! The integration `lambda:invoke` gives the status and version beside the payload, waits for callbacks, and takes its function from data.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Task, Resource: "arn:aws:lambda:us-east-1:123456789012:function:f", End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: "f:live", Payload.$: $}, OutputPath: $.Payload, End: true}
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "legacy-lambda-arn",
    severity: Severity::Info,
    summary: "a function ARN as Resource",
    is_optional: false,
    source: include_str!("legacy_lambda_arn.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called() == Called::Function) {
        if let Some(resource) = state.get("Resource") {
            let finding = findings.report(Some(state.id), &resource.span, "A function is called by its ARN");
            finding.help("use arn:aws:states:::lambda:invoke with FunctionName");
        }
    }
}
