//! A rule of a Choice has the condition of an earlier one.
//!
//! ## Why
//! The first rule that holds decides; the second is never taken.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.kind, StringEquals: a, Next: First}
//!     - {Variable: $.kind, StringEquals: a, Next: Second}
//!     - {Variable: $.kind, StringEquals: b, Next: Second}
//!   Default: Second
//! First: {Type: Succeed}
//! Second: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.kind, StringEquals: a, Next: First}
//!     - {Variable: $.kind, StringEquals: b, Next: Second}
//!   Default: Second
//! First: {Type: Succeed}
//! Second: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::edit;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules::conditions;
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "choice-duplicate-rule",
    severity: Severity::Warning,
    summary: "two rules of a Choice with one condition",
    is_optional: false,
    source: include_str!("choice_duplicate_rule.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.of_type("Choice") {
        let Some(list) = state.get("Choices") else { continue };
        let mut seen = HashSet::new();
        for (position, rule) in state.elements("Choices").iter().enumerate() {
            let text = conditions::text(rule);
            if text.is_empty() || seen.insert(text) {
                continue;
            }
            let finding = findings.report(Some(state.id), &rule.span, "An earlier rule has the same condition");
            finding.help("remove the rule, or correct its condition");
            if let Some(range) = edit::remove_element(context, list, position) {
                finding.fix("remove the rule", vec![(range, String::new())]);
            }
        }
    }
}
