//! A Task that starts an execution without a `Name` retries all errors.
//!
//! ## Why
//! If the answer got lost the execution runs already, and the retry starts another one. With a name the second start is recognised.
//!
//! ## Example
//! ```yaml
//! Start:
//!   Type: Task
//!   Resource: arn:aws:states:::states:startExecution
//!   Parameters: {StateMachineArn: "${Child}", Input: {AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$: $$.Execution.Id}}
//!   Retry: [{ErrorEquals: [States.ALL]}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Start:
//!   Type: Task
//!   Resource: arn:aws:states:::states:startExecution
//!   Parameters: {StateMachineArn: "${Child}", Name.$: $.orderId, Input: {AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$: $$.Execution.Id}}
//!   Retry: [{ErrorEquals: [States.ALL]}]
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "non-idempotent-retry",
    severity: Severity::Info,
    summary: "a nested execution that may be started twice",
    is_optional: false,
    source: include_str!("non_idempotent_retry.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called().is("states", "startExecution")) {
        let is_named = state.argument("Name").is_some() || state.has_computed_arguments();
        if !is_named && retrier::retries(state, |_| false) {
            let message = format!("A retry of '{}' may start a second execution", state.name);
            findings
                .report(Some(state.id), state.key_span, message)
                .help("give the execution a Name that a retry repeats");
        }
    }
}
