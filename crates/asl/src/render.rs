//! Findings as text for a terminal: what, where, the line with a mark under the place, and how to mend it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::line_index::{LineIndex, floor_boundary};
use std::fmt::Write;

/// Characters of a source line that are shown; a longer line is cut around the place.
const LINE_SHOWN_MAX: usize = 120;

/// All findings, each followed by an empty line.
///
/// ```text
/// error[SCHEMA_VALIDATION_FAILED]: Field 'Nxt' is not supported
///   --> order.asl.json:4:20
///   |
/// 4 |     "A": {"Type": "Pass", "Nxt": "B"}
///   |                           ^^^^^
///   = at /States/A
///   = help: did you mean 'Next'?
/// ```
pub fn render(diagnostics: &[Diagnostic], text: &str, file_name: &str, colour: bool) -> String {
    let index = LineIndex::new(text);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let accent = match diagnostic.severity {
            Severity::Error => Accent::Error,
            Severity::Warning => Accent::Warning,
        };
        write_finding(&mut out, diagnostic, accent, text, &index, file_name, colour);
        out.push('\n');
    }
    out
}

/// The word a finding begins with, and its colour.
#[derive(Clone, Copy)]
pub(crate) enum Accent {
    Error,
    Warning,
    Info,
}

/// Appends one finding.
pub(crate) fn write_finding(
    out: &mut String,
    diagnostic: &Diagnostic,
    accent: Accent,
    text: &str,
    index: &LineIndex,
    file_name: &str,
    colour: bool,
) {
    let style = if colour { &COLOURED } else { &PLAIN };
    let accent = match accent {
        Accent::Error => ("error", style.error),
        Accent::Warning => ("warning", style.warning),
        Accent::Info => ("info", style.frame),
    };
    finding(out, diagnostic, accent, text, index, file_name, style).expect("writing to a String does not fail");
}

struct Style {
    error: &'static str,
    warning: &'static str,
    frame: &'static str,
    bold: &'static str,
    reset: &'static str,
}

const PLAIN: Style = Style { error: "", warning: "", frame: "", bold: "", reset: "" };
const COLOURED: Style = Style {
    error: "\u{1b}[1;31m",
    warning: "\u{1b}[1;33m",
    frame: "\u{1b}[1;34m",
    bold: "\u{1b}[1m",
    reset: "\u{1b}[0m",
};

fn finding(
    out: &mut String,
    diagnostic: &Diagnostic,
    (word, accent): (&str, &str),
    text: &str,
    index: &LineIndex,
    file_name: &str,
    style: &Style,
) -> std::fmt::Result {
    let Style { frame, bold, reset, .. } = style;
    let message = printable(diagnostic.message.lines().next().unwrap_or_default());
    writeln!(out, "{accent}{word}[{}]{reset}{bold}: {message}{reset}", diagnostic.code)?;
    let start = floor_boundary(text, diagnostic.span.start);
    let (line, column) = index.position(text, start);
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    writeln!(out, "{gutter}{frame}-->{reset} {}:{line}:{column}", printable(file_name))?;
    let excerpt = Excerpt::new(text, index, line, start, diagnostic.span.end);
    writeln!(out, "{gutter} {frame}|{reset}")?;
    writeln!(out, "{frame}{number} |{reset} {}", excerpt.line)?;
    let (blank, carets) = (" ".repeat(excerpt.indent), "^".repeat(excerpt.width));
    writeln!(out, "{gutter} {frame}|{reset} {blank}{accent}{carets}{reset}")?;
    if let Some(location) = diagnostic.location.as_deref().filter(|location| location.starts_with('/')) {
        writeln!(out, "{gutter} {frame}={reset} at {}", printable(location))?;
    }
    if let Some(help) = &diagnostic.help {
        writeln!(out, "{gutter} {frame}={reset} {bold}help{reset}: {}", printable(help))?;
    }
    Ok(())
}

/// The part of a line that is shown, and where the mark goes.
struct Excerpt {
    line: String,
    indent: usize,
    width: usize,
}

impl Excerpt {
    fn new(text: &str, index: &LineIndex, line: usize, start: usize, end: usize) -> Excerpt {
        let range = index.line(text, line);
        let start = start.clamp(range.start, range.end);
        let end = floor_boundary(text, end).clamp(start, range.end);
        let before = &text[range.start..start];
        let marked = text[start..end].chars().count().max(1);
        let indent = before.chars().count();
        let skipped = if indent + marked > LINE_SHOWN_MAX { indent.saturating_sub(LINE_SHOWN_MAX / 3) } else { 0 };
        let shown: String = text[range].chars().skip(skipped).take(LINE_SHOWN_MAX).collect();
        let (lead, indent) = if skipped > 0 { ("…", indent - skipped + 1) } else { ("", indent) };
        let width = marked.min((LINE_SHOWN_MAX + 1).saturating_sub(indent)).max(1);
        Excerpt { line: format!("{lead}{}", printable(&shown)).trim_end().to_owned(), indent, width }
    }
}

/// The text with one plain character for each that would move the cursor or change the terminal.
fn printable(text: &str) -> String {
    let plain = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
        c => c,
    };
    text.chars().map(plain).collect()
}
