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

/// The codes of findings: AWS's (ValidateStateMachineDefinitionDiagnostic), and ours where AWS has no such finding.
pub mod code {
    /// The text is not JSON.
    pub const INVALID_JSON_DESCRIPTION: &str = "INVALID_JSON_DESCRIPTION";
    /// The text is not YAML, or holds what JSON cannot. Ours: AWS reads JSON only.
    pub const INVALID_YAML_DESCRIPTION: &str = "INVALID_YAML_DESCRIPTION";
    /// A field is missing, unknown, of a wrong type or out of range.
    pub const SCHEMA_VALIDATION_FAILED: &str = "SCHEMA_VALIDATION_FAILED";
    /// A `States` object without a state that ends it.
    pub const MISSING_END_STATE: &str = "MISSING_END_STATE";
    /// A transition to a state that is not there, or a state no transition leads to.
    pub const MISSING_TRANSITION_TARGET: &str = "MISSING_TRANSITION_TARGET";
    /// One name for two states of the definition.
    pub const DUPLICATE_STATE_NAME: &str = "DUPLICATE_STATE_NAME";
    /// A state name that is empty or too long.
    pub const INVALID_STATE_NAME: &str = "INVALID_STATE_NAME";
    /// One label for two Map states.
    pub const DUPLICATE_LABEL_NAME: &str = "DUPLICATE_LABEL_NAME";
    /// A label that is too long or has characters it may not have.
    pub const INVALID_LABEL_NAME: &str = "INVALID_LABEL_NAME";
    /// A name in `Assign` that is no variable name.
    pub const INVALID_VARIABLE_NAME: &str = "INVALID_VARIABLE_NAME";
    /// A name in `Assign` of an inner scope that an outer scope assigns.
    pub const DUPLICATE_VARIABLE_NAME: &str = "DUPLICATE_VARIABLE_NAME";
    /// `states` in `Assign`.
    pub const RESERVED_VARIABLE_NAME: &str = "RESERVED_VARIABLE_NAME";
    /// Parallel and Map states nest too deeply.
    pub const TOO_DEEPLY_NESTED: &str = "TOO_DEEPLY_NESTED";
    /// Warning: a value looks like a path or an intrinsic function, but its key lacks `.$`.
    pub const NO_DOLLAR: &str = "NO_DOLLAR";
    /// Warning: a value looks like a path, but its field is not the `…Path` one.
    pub const NO_PATH: &str = "NO_PATH";
    /// Warning: a path in the `Result` of a Pass state, which is not evaluated.
    pub const PASS_RESULT_IS_STATIC: &str = "PASS_RESULT_IS_STATIC";
    /// A state or the machine uses JSONata. Ours.
    pub const INVALID_JSONATA_EXPRESSION: &str = "INVALID_JSONATA_EXPRESSION";
    /// An expression that Step Functions has no use for.
    pub const UNSUPPORTED_JSONATA_EXPRESSION: &str = "UNSUPPORTED_JSONATA_EXPRESSION";
}

impl Diagnostic {
    /// An error without location and help.
    pub fn error(code: &'static str, message: impl Into<String>, span: Range<usize>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, code, message: message.into(), location: None, span, help: None }
    }

    /// A warning without location and help.
    pub fn warning(code: &'static str, message: impl Into<String>, span: Range<usize>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message, span) }
    }

    /// The finding as AWS writes it inside an `InvalidDefinition` message: `CODE: text at /location`, and `at null` without a location. The
    /// text of broken JSON already ends with its location.
    pub fn aws_text(&self) -> String {
        match &self.location {
            Some(location) if self.message.ends_with(location.as_str()) => format!("{}: {}", self.code, self.message),
            Some(location) => format!("{}: {} at {location}", self.code, self.message),
            None => format!("{}: {} at null", self.code, self.message),
        }
    }
}
