//! A state assigns a variable and reads it in its `Output`, `ResultSelector`, `OutputPath`, or for another variable.
//!
//! ## Why
//! All of these see the values from before the state; the new one is there from the next state on.
//!
//! ## Example
//! ```yaml
//! Set: {Type: Pass, Assign: {n: 1}, Next: Count}
//! Count: {Type: Pass, Assign: {n: 2, double.$: "States.MathAdd($n, $n)"}, Next: Use}
//! Use: {Type: Pass, Parameters: {d.$: $double}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Set: {Type: Pass, Assign: {n: 2}, Next: Count}
//! Count: {Type: Pass, Assign: {double.$: "States.MathAdd($n, $n)"}, Next: Use}
//! Use: {Type: Pass, Parameters: {d.$: $double}, End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::leaf::Read;
use crate::lint::rule::{Rule, Severity};
use crate::lint::variables::name;
use crate::tree::Node;
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "assign-read-same-state",
    severity: Severity::Warning,
    summary: "a new value read in the state that assigns it",
    is_optional: false,
    source: include_str!("assign_read_same_state.rs"),
    check,
};

const FIELDS: [&str; 4] = ["Assign", "Output", "ResultSelector", "OutputPath"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        let assigned: HashSet<&str> =
            state.get("Assign").and_then(Node::as_object).unwrap_or_default().iter().map(name).collect();
        if assigned.is_empty() {
            continue;
        }
        for leaf in state.leaves.iter().filter(|leaf| FIELDS.contains(&leaf.field)) {
            // A counter reads its own old value, and means it.
            let own = leaf.part.strip_suffix(".$").unwrap_or(leaf.part);
            for read in leaf.reads() {
                let Read::Variable(name) = read else { continue };
                if assigned.contains(name) && !(leaf.field == "Assign" && own == name) {
                    let message = format!("'${name}' still has the value from before this state");
                    findings.report(Some(state.id), leaf.span, message).help("read it in the next state");
                }
            }
        }
    }
}
