//! `States.ALL` stands in `ErrorEquals` together with other names.
//!
//! ## Why
//! It must stand alone; AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [Lambda.ServiceException, States.ALL]}]
//!   End: true
//! ```
//!
//! ## Instead
//! ```yaml
//! Call:
//!   Type: Task
//!   Resource: arn:aws:states:::lambda:invoke
//!   Parameters: {FunctionName: "f:live"}
//!   Retry: [{ErrorEquals: [States.ALL]}]
//!   End: true
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::retrier;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "states-all-alone",
    severity: Severity::Error,
    summary: "States.ALL beside other names",
    is_optional: false,
    source: include_str!("states_all_alone.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        for element in retrier::lists(state).iter().flat_map(|(_, elements)| *elements) {
            if let Some((_, all)) = retrier::names(element).find(|(name, _)| *name == "States.ALL")
                && retrier::names(element).nth(1).is_some()
            {
                let finding = findings.report(Some(state.id), &all.span, "States.ALL must stand alone");
                finding.help("it matches the other names as well: leave them away, or give it an element of its own");
            }
        }
    }
}
