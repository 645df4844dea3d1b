//! No transition leads out of a loop, and none of its states ends it.
//!
//! ## Why
//! It runs until the execution times out or has its 25,000 events, and then fails.
//!
//! ## Example
//! ```yaml
//! Route:
//!   Type: Choice
//!   Choices: [{Variable: $.loop, IsPresent: true, Next: A}]
//!   Default: Done
//! A: {Type: Pass, Next: B}
//! B: {Type: Pass, Next: A}
//! Done: {Type: Succeed}
//! ```
//!
//! ## Instead
//! ```yaml
//! A: {Type: Pass, Next: Again}
//! Again:
//!   Type: Choice
//!   Choices: [{Variable: $.again, IsPresent: true, Next: A}]
//!   Default: Done
//! Done: {Type: Succeed}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "infinite-loop",
    severity: Severity::Warning,
    summary: "a loop without a way out",
    is_optional: false,
    source: include_str!("infinite_loop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in &context.machine.scopes {
        for (position, members) in scope.graph.loops.iter().enumerate() {
            let states = || members.iter().map(|&member| &context.machine.states[member]);
            let is_inside = |to: usize| scope.graph.loop_of[to - scope.states.start] == Some(position);
            let has_exit =
                states().any(|state| state.is_terminal() || state.edges.iter().any(|edge| !is_inside(edge.to)));
            let is_broken = states().any(|state| !state.dangling.is_empty());
            if let Some(first) = states().next().filter(|_| !has_exit && !is_broken) {
                let message = format!("No way leads out of the loop of '{}'", first.name);
                findings.report(Some(first.id), first.key_span, message).help("add a Choice that leaves it");
            }
        }
    }
}
