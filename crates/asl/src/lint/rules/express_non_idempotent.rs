//! A state of an Express execution sends a message, an event or starts work.
//!
//! ## Why
//! An asynchronous Express execution may run more than once. What it does should bear being done twice. Synchronous ones run at most once:
//! switch the rule off for them.
//!
//! ## Example
//! ```yaml express
//! Send:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage
//!   Parameters: {QueueUrl: q, MessageBody: m}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml express
//! Send:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage
//!   Parameters: {QueueUrl: q.fifo, MessageBody: m, MessageGroupId: g, MessageDeduplicationId.$: $.orderId}
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "express-non-idempotent",
    severity: Severity::Info,
    summary: "a call in Express that may happen twice",
    is_optional: false,
    source: include_str!("express_non_idempotent.rs"),
    check,
};

/// Service, action, and the argument that makes a second call harmless.
const CALLS: [(&str, &str, &str); 6] = [
    ("batch", "submitJob", ""),
    ("ecs", "runTask", "ClientToken"),
    ("events", "putEvents", ""),
    ("sns", "publish", "MessageDeduplicationId"),
    ("sqs", "sendMessage", "MessageDeduplicationId"),
    ("states", "startExecution", "Name"),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks().filter(|state| context.is_express(context.machine.scope_of(state))) {
        let Some((service, action, key)) = CALLS.iter().find(|(service, action, _)| state.called().is(service, action))
        else {
            continue;
        };
        if state.argument(key).is_none() && !state.has_computed_arguments() {
            let message = format!("{service}:{action} may be called twice by an Express execution");
            let finding = findings.report(Some(state.id), state.key_span, message);
            match *key {
                "" => finding.help("let the receiver recognise duplicates"),
                key => finding.help(format!("pass {key}")),
            };
        }
    }
}
