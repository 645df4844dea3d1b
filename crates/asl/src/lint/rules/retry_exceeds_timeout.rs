//! The delays of a retrier add up to more than the `TimeoutSeconds` of the machine.
//!
//! ## Why
//! The execution times out before the attempts are used up, so the catchers after it are never reached.
//!
//! ## Example
//! ```yaml
//! StartAt: Call
//! TimeoutSeconds: 60
//! States:
//!   Call:
//!     Type: Task
//!     Resource: arn:aws:states:::sns:publish
//!     Parameters: {TopicArn: t, Message: m}
//!     Retry: [{ErrorEquals: [States.TaskFailed], IntervalSeconds: 10, MaxAttempts: 5}]
//!     End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! StartAt: Call
//! TimeoutSeconds: 600
//! States:
//!   Call:
//!     Type: Task
//!     Resource: arn:aws:states:::sns:publish
//!     Parameters: {TopicArn: t, Message: m}
//!     Retry: [{ErrorEquals: [States.TaskFailed], IntervalSeconds: 10, MaxAttempts: 5}]
//!     End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "retry-exceeds-timeout",
    severity: Severity::Warning,
    summary: "retries that outlast the machine",
    is_optional: false,
    source: include_str!("retry_exceeds_timeout.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(timeout) = context.machine.timeout_seconds() else { return };
    for state in context.states().iter().filter(|state| !context.machine.scope_of(state).is_isolated) {
        for element in state.elements("Retry") {
            let seconds = retrier::delay_seconds(element);
            if seconds > timeout {
                let message =
                    format!("The retries wait for {seconds:.0} seconds, but the machine may run for {timeout:.0}");
                findings
                    .report(Some(state.id), &element.span, message)
                    .help("lower MaxAttempts, or set MaxDelaySeconds");
            }
        }
    }
}
