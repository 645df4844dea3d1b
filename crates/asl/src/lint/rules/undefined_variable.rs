//! A state reads a variable that no state before it assigns, or not on every way to it; the latter is a warning. A distributed Map sees no
//! variables from outside. In JSONata both are warnings, and a variable that `$exists` asks for is not told: there a missing one is
//! undefined, which only fails if nothing else comes of the expression.
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
use crate::lint::state::State;
use crate::lint::variables::Presence;
use std::collections::HashSet;

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
        if state.is_jsonata() {
            of_expressions(context, state, findings);
        }
    }
}

fn of_expressions(context: &Context<'_>, state: &State<'_>, findings: &mut Findings) {
    for leaf in &state.leaves {
        let asked = asked(leaf.text);
        for name in context.variables_of(leaf).filter(|name| *name != "eval" && !asked.contains(name)) {
            let message = match context.variables.presence(state.id, name) {
                Some(Presence::Never) => format!("No state before assigns '${name}', and there is no such function"),
                Some(Presence::Sometimes) => format!("'${name}' is not assigned on every way to '{}'", state.name),
                Some(Presence::Always) | None => continue,
            };
            let finding = findings.report(Some(state.id), leaf.span, message);
            finding.severity(Severity::Warning).help("assign it in a state that every way passes, or ask with $exists");
        }
    }
}

/// The names of variables that a text asks `$exists` for.
fn asked(text: &str) -> HashSet<&str> {
    text.split("$exists($").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect()
}
