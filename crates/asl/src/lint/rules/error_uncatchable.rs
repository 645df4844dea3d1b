//! `ErrorEquals` names `States.Runtime`.
//!
//! ## Why
//! A state that failed with it is neither retried nor caught, not even by `States.ALL`; the name never matches.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Catch: [{ErrorEquals: [States.Runtime], Next: Failed}]
//!   End: true
//! Failed: {Type: Fail}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Catch: [{ErrorEquals: [States.TaskFailed], Next: Failed}]
//!   End: true
//! Failed: {Type: Fail}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "error-uncatchable",
    severity: Severity::Warning,
    summary: "States.Runtime in ErrorEquals",
    is_optional: false,
    source: include_str!("error_uncatchable.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for element in retrier::lists(state).iter().flat_map(|(_, elements)| *elements) {
            for (_, place) in retrier::names(element).filter(|(name, _)| *name == "States.Runtime") {
                let finding = findings.report(Some(state.id), &place.span, "States.Runtime is never retried or caught");
                finding.help("guard paths with IsPresent instead of catching their failure");
            }
        }
    }
}
