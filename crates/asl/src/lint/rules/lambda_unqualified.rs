//! `FunctionName` of `lambda:invoke` is a literal without a version or alias.
//!
//! ## Why
//! An execution that is under way when the function is deployed calls old code first and new code later. An alias moves when you say so.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:f"}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "arn:aws:lambda:us-east-1:123456789012:function:f:live"}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "lambda-unqualified",
    severity: Severity::Info,
    summary: "a function without version or alias",
    is_optional: false,
    source: include_str!("lambda_unqualified.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called().is("lambda", "invoke")) {
        let Some(entry) = state.argument("FunctionName").filter(|_| state.argument("Qualifier").is_none()) else {
            continue;
        };
        if entry.value.as_str().is_some_and(|name| &*entry.key == "FunctionName" && is_unqualified(name)) {
            let finding = findings.report(Some(state.id), &entry.value.span, "The function has no version or alias");
            finding.help("add ':' and an alias to FunctionName");
        }
    }
}

/// Placeholders and expressions may have one.
fn is_unqualified(name: &str) -> bool {
    if name.contains("${") || name.starts_with("{%") {
        return false;
    }
    let colons = name.matches(':').count();
    if name.starts_with("arn:") { colons < 7 } else { colons == 0 }
}
