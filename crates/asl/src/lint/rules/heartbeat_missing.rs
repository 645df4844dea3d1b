//! An activity or a `.waitForTaskToken` Task has no `HeartbeatSeconds`.
//!
//! ## Why
//! A worker that dies is only noticed when the whole timeout has passed. With heartbeats it is noticed soon.
//!
//! ## Example
//! ```yaml
//! Work:
//!   Type: Task
//!   Resource: arn:aws:states:us-east-1:123456789012:activity:work
//!   TimeoutSeconds: 3600
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Work:
//!   Type: Task
//!   Resource: arn:aws:states:us-east-1:123456789012:activity:work
//!   TimeoutSeconds: 3600
//!   HeartbeatSeconds: 60
//!   End: true
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "heartbeat-missing",
    severity: Severity::Warning,
    summary: "an activity or callback without a heartbeat",
    is_optional: false,
    source: include_str!("heartbeat_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| !state.has("HeartbeatSeconds") && !state.has("HeartbeatSecondsPath")) {
        if state.called() == Called::Activity || state.called().is_callback() {
            let message = format!("Task '{}' waits for a worker without HeartbeatSeconds", state.name);
            let finding = findings.report(Some(state.id), state.key_span, message);
            finding.help("set HeartbeatSeconds, and let the worker call SendTaskHeartbeat");
        }
    }
}
