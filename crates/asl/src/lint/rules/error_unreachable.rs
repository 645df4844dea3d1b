//! All names of a retrier or catcher are already matched by earlier ones.
//!
//! ## Why
//! The first element that matches decides, even a retrier that has used up its attempts. What comes later with the same names is never
//! used. `States.TaskFailed` matches every error but timeouts and too large data.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [States.TaskFailed]}, {ErrorEquals: [Lambda.ServiceException], MaxAttempts: 9}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [Lambda.ServiceException], MaxAttempts: 9}, {ErrorEquals: [States.TaskFailed]}]
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "error-unreachable",
    severity: Severity::Warning,
    summary: "a retrier or catcher that is never used",
    is_optional: false,
    source: include_str!("error_unreachable.rs"),
    check,
};

/// What `States.TaskFailed` does not match.
const OTHERS: [&str; 5] =
    ["States.ALL", "States.Timeout", "States.HeartbeatTimeout", "States.DataLimitExceeded", "States.Runtime"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for (field, elements) in retrier::lists(state) {
            let mut seen: HashSet<&str> = HashSet::new();
            for element in elements {
                let is_matched =
                    |name: &str| seen.contains(name) || seen.contains("States.TaskFailed") && !OTHERS.contains(&name);
                let first = retrier::names(element).next();
                if let Some((name, place)) = first.filter(|_| retrier::names(element).all(|(name, _)| is_matched(name)))
                {
                    let kind = if field == "Retry" { "retrier" } else { "catcher" };
                    let message = format!("An earlier {kind} already matches '{name}'");
                    findings.report(Some(state.id), &place.span, message).help("move it up, or remove it");
                }
                seen.extend(retrier::names(element).map(|(name, _)| name));
            }
        }
    }
}
