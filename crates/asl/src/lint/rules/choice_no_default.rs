//! A Choice has no `Default`, and its rules do not obviously cover every case.
//!
//! ## Why
//! If no rule holds the execution fails, and a Choice can neither retry nor catch.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices: [{Variable: $.kind, StringEquals: a, Next: Done}]
//! Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices: [{Variable: $.kind, StringEquals: a, Next: Done}]
//!   Default: Unknown
//! Done: {Type: Succeed}
//! Unknown: {Type: Fail, Error: UnknownKind}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::tree::{Node, NodeKind};
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "choice-no-default",
    severity: Severity::Warning,
    summary: "a Choice without Default",
    is_optional: false,
    source: include_str!("choice_no_default.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Choice").filter(|state| !state.has("Default")) {
        if !state.elements("Choices").is_empty() && !covers_all(state.elements("Choices")) {
            let message = format!("Choice '{}' has no Default", state.name);
            findings
                .report(Some(state.id), state.key_span, message)
                .help("add a Default, if only a Fail state that tells what came");
        }
    }
}

/// Whether one rule asks for true, and another the same for false; or a rule always holds.
fn covers_all(rules: &[Node]) -> bool {
    let mut asked: HashSet<(&str, &str, bool)> = HashSet::new();
    for rule in rules {
        match rule.get("Condition").map(|node| &node.kind) {
            Some(NodeKind::Bool(true)) => return true,
            Some(NodeKind::String(text)) if text.trim_matches(['{', '}', '%', ' ']) == "true" => return true,
            _ => {}
        }
        let Some(variable) = rule.get("Variable").and_then(Node::as_str) else { continue };
        for entry in rule.as_object().unwrap_or_default() {
            if let NodeKind::Bool(wanted) = entry.value.kind {
                if asked.contains(&(variable, &*entry.key, !wanted)) {
                    return true;
                }
                asked.insert((variable, &entry.key, wanted));
            }
        }
    }
    false
}
