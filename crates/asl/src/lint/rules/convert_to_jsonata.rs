//! One value of a JSONPath state has three or more intrinsic calls inside one another.
//!
//! ## Why
//! JSONata says the same in one readable expression, and a state can use it while the rest of the machine stays as it is.
//!
//! ## Example
//! ```yaml
//! Join: {Type: Pass, Parameters: {id.$: "States.ArrayGetItem(States.StringSplit(States.Format('{}-{}', $.a, $.b), '-'), 0)"}, End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Join: {Type: Pass, QueryLanguage: JSONata, Output: "{% $split($states.input.a & '-' & $states.input.b, '-')[0] %}", End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::leaf::LeafKind;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "convert-to-jsonata",
    severity: Severity::Info,
    summary: "intrinsic calls inside one another",
    is_optional: false,
    source: include_str!("convert_to_jsonata.rs"),
    check,
};

const DEPTH_MAX: usize = 2;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().iter().filter(|state| !state.is_jsonata()) {
        for leaf in state.leaves.iter().filter(|leaf| leaf.kind == LeafKind::Path && depth(leaf.text) > DEPTH_MAX) {
            let finding = findings.report(Some(state.id), leaf.span, "Intrinsic calls are nested deeply");
            finding.help("write the state in JSONata: QueryLanguage: JSONata");
        }
    }
}

/// How deep parentheses go outside of quotes.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut is_quoted) = (0_usize, 0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if is_quoted => drop(bytes.next()),
            b'\'' => is_quoted = !is_quoted,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if text.starts_with("States.") { deepest } else { 0 }
}
