//! A Task gives a parameter that the called action does not have, or in another case than it is written.
//!
//! ## Why
//! AWS drops unknown parameters silently, or the Task fails when it is reached. Names of parameters begin with a capital letter, also where
//! the service's own API writes them small.
//!
//! ## Example
//! ```yaml
//! Send:
//!   Type: Task
//!   Resource: arn:aws:states:::sqs:sendMessage
//!   Parameters: {queueUrl: "${Queue}", MessageBody.$: $}
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

use crate::compile::similar;
use crate::lint::called::Called;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::{edit, parameters};
use crate::tree::Node;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-parameter",
    severity: Severity::Warning,
    summary: "a parameter that the called action does not have",
    is_optional: false,
    source: include_str!("unknown_parameter.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.tasks() {
        let Called::Service(service) = state.called() else { continue };
        let known = parameters::of(service).map_or(&[][..], |action| action.known());
        for entry in state.arguments().and_then(Node::as_object).unwrap_or_default() {
            let (name, suffix) = match entry.key.strip_suffix(".$") {
                Some(name) => (name, ".$"),
                None => (&*entry.key, ""),
            };
            let is_small = name.starts_with(|first: char| first.is_ascii_lowercase());
            if known.contains(&name) || known.is_empty() && !is_small {
                continue;
            }
            let message = format!("{}:{} has no parameter '{name}'", service.name, service.action);
            let finding = findings.report(Some(state.id), &entry.key_span, message);
            match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(meant) => {
                    finding.help(format!("did you mean '{meant}'?"));
                    let is_there = state.argument(meant).is_some();
                    let text = edit::requoted(context, &entry.key_span, &format!("{meant}{suffix}"));
                    if let Some(text) = text.filter(|_| !is_there) {
                        finding.fix(format!("write '{meant}'"), vec![(entry.key_span.clone(), text)]);
                    }
                }
                None if known.is_empty() => {
                    finding.help("names of parameters begin with a capital letter");
                }
                None => {
                    finding.help(match similar(name, known.iter().copied()) {
                        Some(meant) => format!("did you mean '{meant}'?"),
                        None => format!("it has {}", known.join(", ")),
                    });
                }
            }
        }
    }
}
