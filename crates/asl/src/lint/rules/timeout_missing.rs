//! A Task has neither `TimeoutSeconds` nor `TimeoutSecondsPath`. For activities, jobs and callbacks this is a warning; for short calls it
//! is only worth a hint, and none if the machine has a timeout.
//!
//! ## Why
//! Without one a Task may wait for a year: for a worker that died, or a token nobody sends back. The execution hangs and nobody is told.
//!
//! ## Example
//! ```yaml
//! Approve:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
//!   Parameters: {QueueUrl: q, MessageBody: {Token.$: $$.Task.Token}}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Approve:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
//!   Parameters: {QueueUrl: q, MessageBody: {Token.$: $$.Task.Token}}
//!   TimeoutSeconds: 86400
//!   End: true
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "timeout-missing",
    severity: Severity::Warning,
    summary: "a Task without a timeout",
    is_optional: false,
    source: include_str!("timeout_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let is_bounded = context.machine.timeout_seconds().is_some();
    for state in context.tasks().filter(|state| !state.has("TimeoutSeconds") && !state.has("TimeoutSecondsPath")) {
        let called = state.called();
        let waits = called == Called::Activity || called.is_job() || called.is_callback();
        // An HTTP call ends after a minute, an Express execution after five.
        let is_short = called.is("http", "invoke") || context.is_express(context.machine.scope_of(state));
        if called == Called::Unknown || !waits && (is_bounded || is_short) {
            continue;
        }
        let severity = if waits { Severity::Warning } else { Severity::Info };
        let message = format!("Task '{}' has no TimeoutSeconds", state.name);
        let finding = findings.report(Some(state.id), state.key_span, message);
        finding.severity(severity).help("set TimeoutSeconds to the longest time the work may take");
    }
}
