//! A rule of a Choice asks for more than an earlier one does: for one of whose conditions it also asks, for a number further along, or
//! after a rule that always holds.
//!
//! ## Why
//! The first rule that holds decides; the narrower one after it is never taken.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.total, NumericGreaterThan: 10, Next: Some}
//!     - {Variable: $.total, NumericGreaterThan: 100, Next: Many}
//!   Default: Few
//! Few: {Type: Succeed}
//! Some: {Type: Succeed}
//! Many: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.total, NumericGreaterThan: 100, Next: Many}
//!     - {Variable: $.total, NumericGreaterThan: 10, Next: Some}
//!   Default: Few
//! Few: {Type: Succeed}
//! Some: {Type: Succeed}
//! Many: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules::conditions;
use crate::lint::state::number;
use crate::tree::{Node, NodeKind};
use std::collections::{HashMap, HashSet};

pub(crate) static RULE: Rule = Rule {
    id: "choice-unreachable-rule",
    severity: Severity::Warning,
    summary: "a rule of a Choice that another one hides",
    is_optional: false,
    source: include_str!("choice_unreachable_rule.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Choice") {
        let mut before = Before::default();
        for rule in state.elements("Choices") {
            if before.hides(rule) {
                let finding =
                    findings.report(Some(state.id), &rule.span, "An earlier rule holds whenever this one does");
                finding.help("put the narrower rule first");
            }
            before.add(rule);
        }
    }
}

/// The rules so far.
#[derive(Default)]
struct Before<'t> {
    texts: HashSet<String>,
    /// By variable and whether it grows: the bound nearest to all numbers.
    bounds: HashMap<(&'t str, bool), f64>,
    has_always: bool,
}

impl<'t> Before<'t> {
    fn hides(&self, rule: &'t Node) -> bool {
        let parts = rule.get("And").and_then(Node::as_array).unwrap_or_default();
        self.has_always
            || parts.iter().any(|part| self.texts.contains(&conditions::text(part)))
            || bound(rule).is_some_and(|(variable, grows, number)| {
                self.bounds
                    .get(&(variable, grows))
                    .is_some_and(|&bound| if grows { number > bound } else { number < bound })
            })
    }

    fn add(&mut self, rule: &'t Node) {
        self.texts.insert(conditions::text(rule));
        self.has_always |= rule.get("Condition").is_some_and(|node| match &node.kind {
            NodeKind::Bool(holds) => *holds,
            NodeKind::String(text) => text.trim_matches(['{', '}', '%', ' ']) == "true",
            _ => false,
        });
        if let Some((variable, grows, number)) = bound(rule) {
            let bound = self.bounds.entry((variable, grows)).or_insert(number);
            *bound = if grows { bound.min(number) } else { bound.max(number) };
        }
    }
}

/// A rule that compares with a number: what, whether it must be larger, and the number.
fn bound(rule: &Node) -> Option<(&str, bool, f64)> {
    let operator = conditions::operator(rule)?;
    let grows = match &*operator.key {
        "NumericGreaterThan" | "NumericGreaterThanEquals" => true,
        "NumericLessThan" | "NumericLessThanEquals" => false,
        _ => return None,
    };
    Some((rule.get("Variable")?.as_str()?, grows, number(&operator.value)?))
}
