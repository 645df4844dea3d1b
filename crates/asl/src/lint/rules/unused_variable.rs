//! A variable is assigned, and no state reads it.
//!
//! ## Why
//! It may be a misspelt name; if not, it takes room in every state and in the history.
//!
//! ## Example
//! ```yaml
//! Set: {Type: Pass, Assign: {count: 1}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Set: {Type: Pass, Assign: {count: 1}, Next: Use}
//! Use: {Type: Pass, Parameters: {n.$: $count}, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "unused-variable",
    severity: Severity::Info,
    summary: "a variable nobody reads",
    is_optional: false,
    source: include_str!("unused_variable.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let variables = &context.variables;
    for assignment in variables.assignments.iter().filter(|assignment| !variables.read.contains(assignment.name)) {
        let message = format!("Nothing reads '${}'", assignment.name);
        findings.report(Some(assignment.state), assignment.span, message).help("remove the assignment");
    }
}
