//! A Task does not give a parameter that the called action requires. A Task without any parameters is not judged: it passes its input on.
//!
//! ## Why
//! The Task fails whenever it is reached.
//!
//! ## Example
//! ```yaml
//! Send:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage
//!   Parameters: {MessageBody.$: $}
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Send:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage
//!   Parameters: {QueueUrl: "${Queue}", MessageBody.$: $}
//!   End: true
//! ```

use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::parameters;
use crate::lint::rule::{Rule, Severity};
use crate::tree::Node;

pub(crate) static RULE: Rule = Rule {
    id: "missing-required-parameter",
    severity: Severity::Warning,
    summary: "a required parameter is not given",
    is_optional: false,
    source: include_str!("missing_required_parameter.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks() {
        let Called::Service(service) = state.called() else { continue };
        let Some(action) = parameters::of(service) else { continue };
        if state.arguments().is_none() || state.has_computed_arguments() {
            continue;
        }
        let field = if state.is_jsonata() { "Arguments" } else { "Parameters" };
        let span = state.entry(field).map_or(state.key_span, |entry| &entry.key_span);
        let arguments = state.arguments().and_then(Node::as_object).unwrap_or_default();
        // One in another case is `unknown-parameter`'s.
        let is_given = |name: &&str| {
            let mut keys = arguments.iter().map(|entry| entry.key.strip_suffix(".$").unwrap_or(&entry.key));
            keys.any(|key| key.eq_ignore_ascii_case(name))
        };
        for group in action.required.iter().filter(|group| !group.iter().any(is_given)) {
            let names = group.join(" or ");
            let message = format!("{}:{} requires {names}", service.name, service.action);
            findings.report(Some(state.id), span, message).help(format!("give {names}"));
        }
    }
}
