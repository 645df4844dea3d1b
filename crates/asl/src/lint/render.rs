//! Findings as text for a terminal, in the form of the validator's.

use super::{Finding, Severity};
use crate::line_index::LineIndex;
use crate::render::{Accent, write_finding};

/// All findings, each followed by an empty line.
///
/// ```text
/// warning[choice-no-default]: Choice 'Route' has no Default
///   --> order.asl.json:4:5
/// ```
pub fn render(findings: &[Finding], text: &str, file_name: &str, colour: bool) -> String {
    let index = LineIndex::new(text);
    let mut out = String::new();
    for finding in findings {
        let accent = match finding.severity {
            Severity::Error => Accent::Error,
            Severity::Warning => Accent::Warning,
            Severity::Info => Accent::Info,
        };
        let diagnostic = crate::Diagnostic {
            severity: crate::Severity::Warning,
            code: finding.rule,
            message: finding.message.clone(),
            location: finding.location.clone(),
            span: finding.span.clone(),
            help: finding.help.clone(),
        };
        write_finding(&mut out, &diagnostic, accent, text, &index, file_name, colour);
        out.push('\n');
    }
    out
}
