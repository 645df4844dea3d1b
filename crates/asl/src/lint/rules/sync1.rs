//! A Task waits for an execution with `startExecution.sync`.
//!
//! ## Why
//! Its `Output` is JSON in a text; `.sync:2` gives the value itself. Changing it changes what later states see.
//!
//! ## Example
//! ```yaml
//! Start:
//!   Type: Task
//!   Resource: arn:aws:states:::states:startExecution.sync
//!   Parameters:
//!     StateMachineArn: "${Child}"
//!     Name.$: $.orderId
//!     Input: {AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$: $$.Execution.Id}
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

use crate::lint::called::Pattern;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "sync1",
    severity: Severity::Info,
    summary: "startExecution.sync instead of .sync:2",
    is_optional: false,
    source: include_str!("sync1.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks() {
        if state.called().is("states", "startExecution") && state.called().pattern() == Some(Pattern::Job) {
            let Some(resource) = state.get("Resource") else { continue };
            let finding =
                findings.report(Some(state.id), &resource.span, "startExecution.sync gives the output as a text");
            finding.help("use startExecution.sync:2");
        }
    }
}
