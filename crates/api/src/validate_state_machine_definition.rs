//! ValidateStateMachineDefinition. The findings come from whoever parses the text.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{DEFINITION, VALIDATE_STATE_MACHINE_DEFINITION_MAX_RESULT};
use crate::{StateMachineType, limits};
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// What to look at, and how closely.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidateStateMachineDefinitionRequest {
    /// The text.
    pub definition: Arc<str>,
    /// The type of machine it shall be the definition of.
    pub machine_type: StateMachineType,
    /// The least severity wanted.
    pub severity: DiagnosticSeverity,
    /// Findings returned at most.
    pub max_results: usize,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiagnosticSeverity {
    /// Works, but probably not as meant.
    Warning,
    /// Cannot be created.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinitionDiagnostic {
    /// How bad it is.
    pub severity: DiagnosticSeverity,
    /// AWS's code.
    pub code: Arc<str>,
    /// A sentence.
    pub message: Arc<str>,
    /// `/States/Name/Field`.
    pub location: Option<Arc<str>>,
}

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidateStateMachineDefinitionResponse {
    /// Whether there is no error, shown or not.
    pub ok: bool,
    /// As many findings as wanted.
    pub diagnostics: Vec<DefinitionDiagnostic>,
    /// Whether there are more.
    pub truncated: bool,
}

impl ValidateStateMachineDefinitionRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ValidateStateMachineDefinitionRequest, Exception> {
        let severities = [("ERROR", DiagnosticSeverity::Error), ("WARNING", DiagnosticSeverity::Warning)];
        read_body(body, |fields| {
            let max_results = fields.integer("maxResults", VALIDATE_STATE_MACHINE_DEFINITION_MAX_RESULT)?;
            let max_results = max_results.filter(|count| *count > 0);
            Ok(ValidateStateMachineDefinitionRequest {
                // Unlike CreateStateMachine this operation takes an empty text and finds it wanting (recorded).
                definition: fields.text("definition", DEFINITION.or_empty())?,
                machine_type: StateMachineType::read(fields, "type")?,
                severity: fields.word("severity", &severities)?.unwrap_or(DiagnosticSeverity::Error),
                max_results: max_results.unwrap_or(limits::DIAGNOSTICS_MAX).unsigned_abs() as usize,
            })
        })
    }
}

impl DiagnosticSeverity {
    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            DiagnosticSeverity::Warning => "WARNING",
            DiagnosticSeverity::Error => "ERROR",
        }
    }
}

impl DefinitionDiagnostic {
    fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("severity", self.severity.as_str()).insert("code", &self.code).insert("message", &self.message);
        body.insert_some("location", self.location.as_ref());
        body.build().into()
    }
}

impl ValidateStateMachineDefinitionResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        json!({
            "result": (if self.ok { "OK" } else { "FAIL" }),
            "diagnostics": (self.diagnostics.iter().map(DefinitionDiagnostic::encode).collect::<Vec<_>>()),
            "truncated": (self.truncated)
        })
    }
}
