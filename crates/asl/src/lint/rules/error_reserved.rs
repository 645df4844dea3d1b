//! `ErrorEquals` has a name beginning with `States.` that Step Functions does not know, or a Fail state raises one.
//!
//! ## Why
//! Such names are reserved: a misspelt one never matches anything, and an error of your own cannot be told from one of the service.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Catch: [{ErrorEquals: [States.TimeOut], Next: Failed}]
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
//!   Catch: [{ErrorEquals: [States.Timeout], Next: Failed}]
//!   End: true
//! Failed: {Type: Fail}
//! ```

use crate::lint::context::Context;
use crate::lint::edit;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "error-reserved",
    severity: Severity::Warning,
    summary: "an unknown name beginning with States.",
    is_optional: false,
    source: include_str!("error_reserved.rs"),
    check,
};

const KNOWN: [&str; 17] = [
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for element in retrier::lists(state).iter().flat_map(|(_, elements)| *elements) {
            for (name, place) in retrier::names(element).filter(|(name, _)| is_unknown(name)) {
                let meant = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name));
                let finding = findings.report(Some(state.id), &place.span, format!("There is no error '{name}'"));
                if let Some(meant) = meant {
                    finding.help(format!("did you mean '{meant}'?"));
                    if let Some(text) = edit::requoted(context, &place.span, meant) {
                        finding.fix(format!("write {meant}"), vec![(place.span.clone(), text)]);
                    }
                }
            }
        }
        let raised = state.get("Error").filter(|_| state.kind == "Fail");
        if let Some(node) = raised.filter(|node| node.as_str().is_some_and(|name| name.starts_with("States."))) {
            let message = "Names beginning with 'States.' are reserved for Step Functions";
            findings.report(Some(state.id), &node.span, message).help("raise an error of your own name");
        }
    }
}

fn is_unknown(name: &str) -> bool {
    let is_status = name
        .strip_prefix("States.Http.StatusCode.")
        .is_some_and(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()));
    name.starts_with("States.") && !KNOWN.contains(&name) && !is_status
}
