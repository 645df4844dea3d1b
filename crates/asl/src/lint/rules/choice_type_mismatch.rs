//! One path is compared as text in one rule of a Choice and as a number or boolean in another, without an `Is…` test of its type.
//!
//! ## Why
//! A comparison with a value of another type is never true. A value cannot be both, so one of the rules is never taken.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.count, StringEquals: "0", Next: None}
//!     - {Variable: $.count, NumericGreaterThan: 10, Next: Many}
//!   Default: None
//! None: {Type: Succeed}
//! Many: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.count, NumericEquals: 0, Next: None}
//!     - {Variable: $.count, NumericGreaterThan: 10, Next: Many}
//!   Default: None
//! None: {Type: Succeed}
//! Many: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules::conditions;
use std::collections::{HashMap, HashSet};

pub(crate) static RULE: Rule = Rule {
    id: "choice-type-mismatch",
    severity: Severity::Warning,
    summary: "one variable compared as two types",
    is_optional: false,
    source: include_str!("choice_type_mismatch.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Choice") {
        let mut types: HashMap<&str, &str> = HashMap::new();
        let mut asked: HashSet<&str> = HashSet::new();
        let mut mixed = Vec::new();
        conditions::each(state.elements("Choices"), &mut |condition| {
            let Some(node) = condition.get("Variable") else { return };
            let (Some(variable), Some(operator)) = (node.as_str(), conditions::operator(condition)) else { return };
            let Some(name) = type_of(&operator.key) else {
                asked.extend((&*operator.key != "IsPresent" && &*operator.key != "IsNull").then_some(variable));
                return;
            };
            let first = types.entry(variable).or_insert(name);
            if *first != name {
                mixed.push((node, variable, *first, name));
            }
        });
        for (node, variable, first, second) in mixed.into_iter().filter(|(_, variable, ..)| !asked.contains(variable)) {
            let message = format!("'{variable}' is compared as {first} and as {second}");
            let finding = findings.report(Some(state.id), &node.span, message);
            finding.help("use the operators of the one type it has");
        }
    }
}

/// Timestamps are texts as well.
fn type_of(operator: &str) -> Option<&'static str> {
    ["String", "Timestamp", "Numeric", "Boolean"]
        .iter()
        .position(|prefix| operator.starts_with(prefix))
        .map(|position| ["text", "text", "a number", "a boolean"][position])
}
