//! `States.ALL` is not in the last element of `Retry` or `Catch`.
//!
//! ## Why
//! What comes after it would never be looked at; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [States.ALL]}, {ErrorEquals: [Lambda.ServiceException]}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [Lambda.ServiceException]}, {ErrorEquals: [States.ALL]}]
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "states-all-last",
    severity: Severity::Error,
    summary: "States.ALL before other retriers or catchers",
    is_optional: false,
    source: include_str!("states_all_last.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for (field, elements) in retrier::lists(state) {
            let Some((_, before)) = elements.split_last() else { continue };
            for (_, all) in before.iter().flat_map(retrier::names).filter(|(name, _)| *name == "States.ALL") {
                let message = format!("States.ALL must be in the last element of {field}");
                findings.report(Some(state.id), &all.span, message).help("move the element to the end");
            }
        }
    }
}
