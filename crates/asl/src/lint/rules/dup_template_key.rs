//! An object of a template has both `x` and `x.$`.
//!
//! ## Why
//! Both mean the field `x`; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Pass, Parameters: {order: 1, order.$: $.orderId}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call: {Type: Pass, Parameters: {order.$: $.orderId}, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::machine::StateId;
use crate::lint::rule::{Rule, Severity};
use crate::tree::Node;
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "dup-template-key",
    severity: Severity::Error,
    summary: "a key with and without .$",
    is_optional: false,
    source: include_str!("dup_template_key.rs"),
    check,
};

const TEMPLATES: [&str; 5] = ["Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().iter().filter(|state| !state.is_jsonata()) {
        for template in TEMPLATES.iter().filter_map(|field| state.get(field)) {
            look(template, state.id, findings);
        }
    }
}

fn look(node: &Node, state: StateId, findings: &mut Findings) {
    let entries = node.as_object().unwrap_or_default();
    let keys: HashSet<&str> = entries.iter().map(|entry| &*entry.key).collect();
    for entry in entries {
        if let Some(name) = entry.key.strip_suffix(".$").filter(|name| keys.contains(name)) {
            let message = format!("'{name}' and '{name}.$' are the same field");
            findings.report(Some(state), &entry.value.span, message).help("keep one of them");
        }
        look(&entry.value, state, findings);
    }
    for element in node.as_array().unwrap_or_default() {
        look(element, state, findings);
    }
}
