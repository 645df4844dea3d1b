//! A rule of the linter: its words, and the function that looks.

use super::context::Context;
use super::finding::Findings;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Works; could be better.
    Info,
    /// Works, but probably not as meant, or not always.
    Warning,
    /// AWS refuses it, or a run that gets there fails.
    Error,
}

impl Severity {
    /// `info`, `warning`, `error`
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One rule.
pub struct Rule {
    /// Its name, such as `timeout-missing`.
    pub id: &'static str,
    /// How much its findings matter, if they do not say otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Whether it looks only when it is switched on.
    pub is_optional: bool,
    /// The text of the rule's file, whose opening comment is its page.
    pub(crate) source: &'static str,
    pub(crate) check: fn(&Context<'_>, &mut Findings),
}

impl Rule {
    /// The rule's page in Markdown: what, why, example, instead.
    pub fn page(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let mut page = String::new();
        for line in lines {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        page
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Rule").field(&self.id).finish()
    }
}
