//! A rule compares a path that is tested with `IsPresent` elsewhere in the machine, but not here.
//!
//! ## Why
//! Comparing a path that is not there ends the execution with `States.Runtime`, which cannot be caught. The test elsewhere tells that the
//! field may be missing.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - {Variable: $.discount, NumericGreaterThan: 0, Next: Reduced}
//!     - {Variable: $.discount, IsPresent: false, Next: Full}
//!   Default: Full
//! Reduced: {Type: Succeed}
//! Full: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices:
//!     - And: [{Variable: $.discount, IsPresent: true}, {Variable: $.discount, NumericGreaterThan: 0}]
//!       Next: Reduced
//!   Default: Full
//! Reduced: {Type: Succeed}
//! Full: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::machine::StateId;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules::conditions;
use crate::tree::Node;
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "choice-unguarded-variable",
    severity: Severity::Warning,
    summary: "a Choice that tests what may not be there",
    is_optional: false,
    source: include_str!("choice_unguarded_variable.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in &context.machine.scopes {
        let choices = || context.machine.states_of(scope).iter().filter(|state| state.kind == "Choice");
        let mut tested = HashSet::new();
        for choice in choices() {
            conditions::each(choice.elements("Choices"), &mut |condition| {
                tested.extend(conditions::presence_test(condition).map(|(variable, _)| variable));
            });
        }
        for choice in choices().filter(|_| !tested.is_empty()) {
            // A rule comes to be looked at only if none before it held.
            let mut proven: HashSet<&str> = HashSet::new();
            for rule in choice.elements("Choices") {
                look(rule, &tested, &mut proven, choice.id, findings);
                proven.extend(proven_if(rule, false));
            }
        }
    }
}

/// The variable that is there if a condition, being a plain test or the negation of one, holds or does not hold.
fn proven_if(condition: &Node, holds: bool) -> Option<&str> {
    if let Some(inner) = condition.get("Not") {
        return conditions::presence_test(inner).filter(|(_, wanted)| *wanted != holds).map(|(variable, _)| variable);
    }
    conditions::presence_test(condition).filter(|(_, wanted)| *wanted == holds).map(|(variable, _)| variable)
}

fn look<'t>(
    condition: &'t Node,
    tested: &HashSet<&str>,
    proven: &mut HashSet<&'t str>,
    id: StateId,
    findings: &mut Findings,
) {
    let (and, or) = (condition.get("And"), condition.get("Or"));
    if let Some(list) = and.or(or).and_then(Node::as_array) {
        let mut added = Vec::new();
        for inner in list {
            look(inner, tested, proven, id, findings);
            added.extend(proven_if(inner, and.is_some()).filter(|variable| proven.insert(variable)));
        }
        for variable in added {
            proven.remove(variable);
        }
    } else if let Some(inner) = condition.get("Not") {
        look(inner, tested, proven, id, findings);
    } else if let Some(node) = condition.get("Variable")
        && let Some(variable) = node.as_str().filter(|variable| tested.contains(variable) && !proven.contains(variable))
        && conditions::operator(condition).is_some_and(|operator| &*operator.key != "IsPresent")
    {
        let finding = findings.report(Some(id), &node.span, format!("'{variable}' may not be there"));
        finding.help("test it with IsPresent first, in an And");
    }
}
