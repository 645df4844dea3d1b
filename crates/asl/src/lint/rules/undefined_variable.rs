//! A state reads a variable that no state before it assigns, or not on every way to it; the latter is a warning. A distributed Map sees no
//! variables from outside. Texts in JSONata are not looked at.
//!
//! ## Why
//! Reading a variable that is not there ends the execution.
//!
//! ## Example
//! ```yaml
//! Use: {Type: Pass, Parameters: {n.$: $count}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Set: {Type: Pass, Assign: {count: 1}, Next: Use}
//! Use: {Type: Pass, Parameters: {n.$: $count}, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::leaf::{LeafKind, Read};
use crate::lint::rule::{Rule, Severity};
use crate::lint::variables::Presence;

pub(crate) static RULE: Rule = Rule {
    id: "undefined-variable",
    severity: Severity::Error,
    summary: "a variable that is not assigned before",
    is_optional: false,
    source: include_str!("undefined_variable.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        let scope = context.machine.scope_of(state);
        if !scope.graph.is_reached[state.id - scope.states.start] {
            continue;
        }
        for leaf in state.leaves.iter().filter(|leaf| leaf.kind == LeafKind::Path) {
            for read in leaf.reads() {
                let Read::Variable(name) = read else { continue };
                let (severity, message) = match context.variables.presence(state.id, name) {
                    Some(Presence::Never) => (Severity::Error, format!("No state before assigns '${name}'")),
                    Some(Presence::Sometimes) => {
                        (Severity::Warning, format!("'${name}' is not assigned on every way to '{}'", state.name))
                    }
                    Some(Presence::Always) | None => continue,
                };
                let finding = findings.report(Some(state.id), leaf.span, message);
                finding.severity(severity).help("assign it in a state that every way passes");
            }
        }
    }
}
