//! A text in a JSONata state has `{%` or `%}` on one side only, or spaces outside of them.
//!
//! ## Why
//! Only a text that begins with `{%` and ends with `%}` is evaluated. With one of them it is refused (an error), with none it is a literal.
//!
//! ## Example
//! ```yaml
//! Call: {Type: Pass, QueryLanguage: JSONata, Output: " {% $states.input %} ", End: true}
//! ```
//!
//! ## Instead
//! ```yaml
//! Call: {Type: Pass, QueryLanguage: JSONata, Output: "{% $states.input %}", End: true}
//! ```

use crate::lint::context::Context;
use crate::lint::finding::Findings;
use crate::lint::leaf::LeafKind;
use crate::lint::rule::{Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    id: "jsonata-delimiters",
    severity: Severity::Warning,
    summary: "JSONata whose delimiters are not at the ends",
    is_optional: false,
    source: include_str!("jsonata_delimiters.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().iter().filter(|state| state.is_jsonata()) {
        for leaf in state.leaves.iter().filter(|leaf| leaf.kind == LeafKind::Literal && leaf.key != "Comment") {
            let trimmed = leaf.text.trim();
            let ends = (trimmed.starts_with("{%"), trimmed.ends_with("%}"));
            if ends == (false, false) {
                continue;
            }
            let finding = findings.report(Some(state.id), leaf.span, "The text is not evaluated");
            if leaf.text.starts_with("{%") != leaf.text.ends_with("%}") {
                finding.severity(Severity::Error);
            }
            if ends != (true, true) {
                finding.help("begin it with {% and end it with %}");
                continue;
            }
            finding.help("remove the spaces outside of {% and %}");
            let raw = &context.text[leaf.span.clone()];
            // With escapes in it, or in a block of YAML, the text is not written as it is meant.
            if let Some((before, after)) = raw.split_once(leaf.text) {
                finding.fix("remove the spaces", vec![(leaf.span.clone(), format!("{before}{trimmed}{after}"))]);
            }
        }
    }
}
