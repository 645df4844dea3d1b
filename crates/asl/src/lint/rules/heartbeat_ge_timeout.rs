//! `HeartbeatSeconds` is not smaller than `TimeoutSeconds`.
//!
//! ## Why
//! AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Work:
//!   Type: Task
//!   Resource: arn:aws:states:us-east-1:123456789012:activity:work
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 60
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Work:
//!   Type: Task
//!   Resource: arn:aws:states:us-east-1:123456789012:activity:work
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 20
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::state::number;

pub(crate) static RULE: Rule = Rule {
    id: "heartbeat-ge-timeout",
    severity: Severity::Error,
    summary: "a heartbeat not shorter than the timeout",
    is_optional: false,
    source: include_str!("heartbeat_ge_timeout.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks() {
        let (Some(timeout), Some(heartbeat)) = (state.number("TimeoutSeconds"), state.entry("HeartbeatSeconds")) else {
            continue;
        };
        if number(&heartbeat.value).is_some_and(|seconds| seconds >= timeout) {
            let message = "HeartbeatSeconds must be smaller than TimeoutSeconds";
            findings.report(Some(state.id), &heartbeat.value.span, message);
        }
    }
}
