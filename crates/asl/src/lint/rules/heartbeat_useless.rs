//! A Task that waits neither for a worker nor for a job has `HeartbeatSeconds`.
//!
//! ## Why
//! Nothing can send a heartbeat for a plain call, so the field is only a second, shorter timeout.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: t, Message: m}
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 10
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::sns:publish
//!   Parameters: {TopicArn: t, Message: m}
//!   TimeoutSeconds: 60
//!   End: true
//! ```

use crate::lint::called::{Called, Pattern};
use crate::lint::context::Context;
use crate::lint::edit;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "heartbeat-useless",
    severity: Severity::Info,
    summary: "a heartbeat nobody sends",
    is_optional: false,
    source: include_str!("heartbeat_useless.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks() {
        let Some(heartbeat) = state.entry("HeartbeatSeconds") else { continue };
        let is_plain = state.called() == Called::Function || state.called().pattern() == Some(Pattern::RequestResponse);
        if is_plain {
            let message = format!("Nothing sends heartbeats for Task '{}'", state.name);
            let finding = findings.report(Some(state.id), &heartbeat.key_span, message);
            finding.help("leave HeartbeatSeconds away, and use TimeoutSeconds");
            if let Some(range) =
                edit::remove_field(context, state.node, "HeartbeatSeconds").filter(|_| state.has("TimeoutSeconds"))
            {
                finding.fix("remove HeartbeatSeconds", vec![(range, String::new())]);
            }
        }
    }
}
