//! A `.waitForTaskToken` Task does not pass the task token on.
//!
//! ## Why
//! Nobody can send the token back, so the Task waits until its timeout.
//!
//! ## Example
//! ```yaml
//! Ask:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
//!   Parameters: {QueueUrl: q, MessageBody: hello}
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 10
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Ask:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
//!   Parameters: {QueueUrl: q, MessageBody: {token.$: $$.Task.Token}}
//!   TimeoutSeconds: 60
//!   HeartbeatSeconds: 10
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::leaf::LeafKind;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "wait-for-token-not-passed",
    severity: Severity::Warning,
    summary: "a callback whose token is not passed",
    is_optional: false,
    source: include_str!("wait_for_token_not_passed.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| state.called().is_callback()) {
        let is_passed = state.leaves.iter().any(|leaf| match leaf.kind {
            LeafKind::Literal => false,
            LeafKind::Path => leaf.text.contains("Task.Token") || ["$$", "$$.Task"].contains(&leaf.text.trim()),
            LeafKind::Jsonata => leaf.text.contains("$states.context"),
        });
        if !is_passed {
            let message = format!("Task '{}' does not pass its task token on", state.name);
            findings
                .report(Some(state.id), state.key_span, message)
                .help("pass $$.Task.Token (JSONata: $states.context.Task.Token)");
        }
    }
}
