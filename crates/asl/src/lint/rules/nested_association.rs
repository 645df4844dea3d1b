//! A Task starts an execution whose `Input` has no `AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID`.
//!
//! ## Why
//! With it the consoles link the child to the execution that started it.
//!
//! ## Example
//! ```yaml
//! Start:
//!   Type: Task
//!   Resource: arn:aws:states:::states:startExecution.sync:2
//!   Parameters:
//!     StateMachineArn: "${Child}"
//!     Name.$: $.orderId
//!     Input: {orderId.$: $.orderId}
//!   TimeoutSeconds: 3600
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Start:
//!   Type: Task
//!   Resource: arn:aws:states:::states:startExecution.sync:2
//!   Parameters:
//!     StateMachineArn: "${Child}"
//!     Name.$: $.orderId
//!     Input: {AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$: $$.Execution.Id}
//!   TimeoutSeconds: 3600
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "nested-association",
    severity: Severity::Info,
    summary: "a nested execution that is not linked",
    is_optional: false,
    source: include_str!("nested_association.rs"),
    check,
};

const KEY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called().is("states", "startExecution")) {
        let is_given = state.leaves.iter().any(|leaf| leaf.key.starts_with(KEY) || leaf.text.contains(KEY));
        // An input that is computed as a whole may have it.
        let is_computed = match state.argument("Input") {
            Some(input) => input.value.as_object().is_none(),
            None => state.has_computed_arguments(),
        };
        if !is_given && !is_computed {
            let message = format!("The execution that '{}' starts is not linked to this one", state.name);
            findings
                .report(Some(state.id), state.key_span, message)
                .help(format!("add {KEY}.$: $$.Execution.Id to Input"));
        }
    }
}
