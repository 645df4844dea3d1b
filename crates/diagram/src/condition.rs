//! The condition of a choice rule in a few words: `total > 100 and status = "OPEN"`. What cannot be read is left out.

use crate::machine::shortened;
use asl::{Node, NodeKind};
use std::fmt::Write;

/// Bytes after which a condition is not read on: nobody reads more on a label or in a tooltip.
const LENGTH_MAX: usize = 300;

/// The words for a rule.
pub(crate) fn text(rule: &Node) -> String {
    let mut out = String::new();
    write(rule, false, &mut out);
    shortened(&out)
}

fn write(rule: &Node, is_inner: bool, out: &mut String) {
    if out.len() > LENGTH_MAX {
        return;
    }
    if let Some(condition) = rule.get("Condition") {
        match &condition.kind {
            NodeKind::String(text) => out.push_str(&jsonata(text)),
            NodeKind::Bool(boolean) => _ = write!(out, "{boolean}"),
            _ => {}
        }
        return;
    }
    for (key, word) in [("And", " and "), ("Or", " or ")] {
        let Some(rules) = rule.get(key).and_then(Node::as_array) else { continue };
        let is_bracketed = is_inner && rules.len() > 1;
        out.push_str(if is_bracketed { "(" } else { "" });
        for (position, rule) in rules.iter().enumerate() {
            if out.len() > LENGTH_MAX {
                break;
            }
            out.push_str(if position > 0 { word } else { "" });
            write(rule, true, out);
        }
        out.push_str(if is_bracketed { ")" } else { "" });
        return;
    }
    if let Some(rule) = rule.get("Not") {
        out.push_str("not ");
        write(rule, true, out);
        return;
    }
    comparison(rule, out);
}

fn comparison(rule: &Node, out: &mut String) {
    let variable = rule.get("Variable").and_then(Node::as_str).map_or_else(|| "…".to_owned(), path);
    let fields = rule.as_object().unwrap_or_default();
    let known =
        fields.iter().find_map(|field| Some((operator(&field.key)?, field.key.ends_with("Path"), &field.value)));
    let Some((operator, is_path, operand)) = known else {
        out.push_str(&variable);
        return;
    };
    match (operator, &operand.kind) {
        (Operator::Is(words), NodeKind::Bool(false)) => _ = write!(out, "{variable} is not {words}"),
        (Operator::Is(words), _) => _ = write!(out, "{variable} is {words}"),
        (Operator::Compare("="), NodeKind::Bool(true)) => out.push_str(&variable),
        (Operator::Compare("="), NodeKind::Bool(false)) => _ = write!(out, "not {variable}"),
        (Operator::Compare(sign), NodeKind::String(text)) if is_path => {
            _ = write!(out, "{variable} {sign} {}", path(text))
        }
        (Operator::Compare(sign), NodeKind::String(text)) => {
            _ = write!(out, "{variable} {sign} \"{}\"", shortened(text))
        }
        (Operator::Compare(sign), NodeKind::Number(number)) => _ = write!(out, "{variable} {sign} {number}"),
        (Operator::Compare(sign), _) => _ = write!(out, "{variable} {sign} …"),
    }
}

enum Operator {
    Compare(&'static str),
    Is(&'static str),
}

fn operator(field: &str) -> Option<Operator> {
    let field = field.strip_suffix("Path").unwrap_or(field);
    if let Some(kind) = field.strip_prefix("Is") {
        let words = match kind {
            "Present" => "present",
            "Null" => "null",
            "Numeric" => "a number",
            "String" => "a string",
            "Boolean" => "a boolean",
            "Timestamp" => "a timestamp",
            _ => return None,
        };
        return Some(Operator::Is(words));
    }
    let order = ["String", "Numeric", "Timestamp", "Boolean"].iter().find_map(|family| field.strip_prefix(family))?;
    Some(Operator::Compare(match order {
        "Equals" => "=",
        "LessThan" => "<",
        "LessThanEquals" => "≤",
        "GreaterThan" => ">",
        "GreaterThanEquals" => "≥",
        "Matches" => "matches",
        _ => return None,
    }))
}

/// A path as people say it: without the root that all paths share.
fn path(path: &str) -> String {
    let short = path.strip_prefix("$.").filter(|rest| !rest.is_empty() && !rest.starts_with('.'));
    shortened(short.unwrap_or(path))
}

/// A JSONata text without its delimiters, the input without its prefix, on one line.
fn jsonata(text: &str) -> String {
    let trimmed = text.trim();
    let inner = trimmed.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")).unwrap_or(trimmed);
    let short = shortened(inner.trim());
    short.split_whitespace().collect::<Vec<_>>().join(" ").replace("$states.input.", "")
}
