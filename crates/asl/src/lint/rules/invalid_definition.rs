//! The definition is not valid: a field is missing, unknown, or of a wrong type, or the text cannot be read. `stepwell validate` tells the
//! same with AWS's codes.
//!
//! ## Why
//! AWS refuses the definition.
//!
//! ## Example
//! ```yaml
//! Done: {Type: Succeed, Nxt: Done}
//! ```
//!
//! ## Instead
//! ```yaml
//! Done: {Type: Succeed}
//! ```

use crate::diagnostic::Diagnostic;
use crate::lint::context::Context;
use crate::lint::finding::Finding;
use crate::lint::finding::Findings;
use crate::lint::rule::{Rule, Severity};
use crate::lint::rules;
use std::ops::Range;

pub(crate) static RULE: Rule = Rule {
    id: "invalid-definition",
    severity: Severity::Error,
    summary: "anything else AWS refuses",
    is_optional: false,
    source: include_str!("invalid_definition.rs"),
    check,
};

/// Looks last: what another rule reports as an error at the same place is not told twice.
fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut told: Vec<Range<usize>> = findings
        .list()
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.span.clone())
        .collect();
    told.sort_by_key(|span| (span.start, span.end));
    let is_told = |span: &Range<usize>| {
        let at = told.partition_point(|other| other.start < span.start);
        told.get(at).is_some_and(|other| other.start <= span.end && other.end <= span.end || other.start == span.start)
            || at.checked_sub(1).is_some_and(|before| told[before].end >= span.end)
    };
    let kept = |diagnostic: &&Diagnostic| diagnostic.severity == crate::Severity::Error && !is_told(&diagnostic.span);
    let list: Vec<&Diagnostic> = context.diagnostics.iter().filter(kept).collect();
    for diagnostic in list {
        let state = rules::state_at(context, diagnostic.span.start);
        let finding = findings.report(state, &diagnostic.span, diagnostic.message.clone());
        finding.help = diagnostic.help.clone();
    }
}

/// The same for a text that could not be read at all.
pub(crate) fn finding(diagnostic: &Diagnostic) -> Finding {
    Finding {
        rule: RULE.id,
        severity: RULE.severity,
        message: diagnostic.message.clone(),
        location: None,
        span: diagnostic.span.clone(),
        help: diagnostic.help.clone(),
        fix: None,
        state: None,
    }
}
