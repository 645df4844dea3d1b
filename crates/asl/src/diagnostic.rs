//! What is wrong or doubtful in a definition, and where.

use std::ops::Range;

/// One finding. AWS's words where AWS has the same finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// AWS's code, such as `SCHEMA_VALIDATION_FAILED`.
    pub code: &'static str,
    /// Short, names the thing. AWS's sentence where it is known.
    pub message: String,
    /// AWS's location: `/States/Name/Field`; absent when the text as a whole is meant.
    pub location: Option<String>,
    /// Byte range in the source text.
    pub span: Range<usize>,
    /// How to mend it.
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Works, but probably not as meant.
    Warning,
    /// AWS refuses it.
    Error,
}

impl Diagnostic {
    /// The finding as AWS writes it inside an `InvalidDefinition` message: `CODE: text at /location`.
    pub fn aws_text(&self) -> String {
        match &self.location {
            Some(location) => format!("{}: {} at {location}", self.code, self.message),
            None => format!("{}: {}", self.code, self.message),
        }
    }
}
