//! An expression in JSONata does not parse, or uses what Step Functions does not have: names at the top level, `$`, `$$`, members of
//! `$states` that its field has not, `$eval`.
//!
//! ## Why
//! AWS refuses the definition; a call of `$eval` fails when it is reached.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Pass, QueryLanguage: JSONata, Output: "{% order.id %}", End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call: {Type: Pass, QueryLanguage: JSONata, Output: "{% $states.input.order.id %}", End: true}
//! ```

use crate::diagnostic::code;
use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;

pub(crate) static RULE: Rule = Rule {
    id: "jsonata-parse",
    severity: Severity::Error,
    summary: "an expression that Step Functions cannot evaluate",
    is_optional: false,
    source: include_str!("jsonata_parse.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let codes = [code::INVALID_JSONATA_EXPRESSION, code::UNSUPPORTED_JSONATA_EXPRESSION];
    let of_expressions = |code: &str| codes.contains(&code);
    for diagnostic in context.diagnostics.iter().filter(|diagnostic| of_expressions(diagnostic.code)) {
        let state = rules::state_at(context, diagnostic.span.start);
        let finding = findings.report(state, &diagnostic.span, diagnostic.message.clone());
        if let Some(name) = name_at_the_top(&diagnostic.message) {
            finding.help(format!("write $states.input.{name} for the input, or ${name} for a variable"));
        }
    }
    for state in context.states().iter().filter(|state| state.is_jsonata()) {
        for leaf in state.leaves.iter().filter(|leaf| leaf.text.contains("$eval")) {
            if context.variables_of(leaf).any(|name| name == "eval") {
                let finding = findings.report(Some(state.id), leaf.span, "Step Functions has no $eval");
                finding.help("$parse reads JSON");
            }
        }
    }
}

/// The name that AWS's sentence quotes, if it is one.
fn name_at_the_top(message: &str) -> Option<&str> {
    let (name, _) = message.strip_prefix("Reference to '")?.split_once("' at the top level")?;
    name.starts_with(|first: char| first.is_alphabetic()).then_some(name)
}
