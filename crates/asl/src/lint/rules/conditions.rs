//! The conditions of Choice rules, for the rules about them.

use crate::tree::{Entry, Node, NodeKind};
use std::fmt::Write;

/// The operator of a comparison.
pub(super) fn operator(condition: &Node) -> Option<&Entry> {
    const OTHERS: [&str; 8] = ["Variable", "Next", "Comment", "Assign", "Output", "And", "Or", "Not"];
    condition.as_object()?.iter().find(|entry| !OTHERS.contains(&&*entry.key))
}

/// The path an `IsPresent` asks for, and whether it is to be there.
pub(super) fn presence_test(condition: &Node) -> Option<(&str, bool)> {
    match condition.get("IsPresent")?.kind {
        NodeKind::Bool(wanted) => Some((condition.get("Variable")?.as_str()?, wanted)),
        _ => None,
    }
}

/// All conditions, those inside others as well.
pub(super) fn each<'t>(conditions: &'t [Node], visit: &mut dyn FnMut(&'t Node)) {
    for condition in conditions {
        visit(condition);
        for list in ["And", "Or"].iter().filter_map(|key| condition.get(key)).filter_map(Node::as_array) {
            each(list, visit);
        }
        if let Some(inner) = condition.get("Not") {
            each(std::slice::from_ref(inner), visit);
        }
    }
}

/// What a rule asks, as a text that is the same for the same condition, whatever the order of its fields; empty if it asks nothing.
pub(super) fn text(rule: &Node) -> String {
    let mut out = String::new();
    for name in sorted(rule).iter().filter(|entry| !["Next", "Comment", "Assign", "Output"].contains(&&*entry.key)) {
        write(&mut out, &name.key, &name.value);
    }
    out
}

fn sorted(node: &Node) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = node.as_object().unwrap_or_default().iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries
}

fn write(out: &mut String, key: &str, node: &Node) {
    // Lengths before texts, so that no text can look like structure.
    write!(out, "{}:{key}", key.len()).expect("writing to a String does not fail");
    match &node.kind {
        NodeKind::Array(elements) => {
            out.push('[');
            for element in elements {
                write(out, "", element);
            }
            out.push(']');
        }
        NodeKind::Object(_) => {
            out.push('{');
            for entry in sorted(node) {
                write(out, &entry.key, &entry.value);
            }
            out.push('}');
        }
        NodeKind::String(text) => write!(out, "\"{}:{text}", text.len()).expect("writing to a String does not fail"),
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => out.push_str(&node.to_value().to_string()),
    }
}
