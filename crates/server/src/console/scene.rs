//! Definitions as they are looked at: their picture, and what is doubtful in them.

use super::Console;
use super::failure::Failure;
use super::machines::{Problem, Severity};
use super::shape::shapes;
use crate::body;
use asl::Format;
use asl::lint::Config;
use hyper::body::Incoming;
use json::Value;
use std::sync::Arc;

/// Findings that are shown.
const PROBLEMS_MAX: usize = 200;

shapes! {
    /// A definition that is no machine's, looked at.
    struct Drawn {
        /// Its picture, as the crate `diagram` makes it; null if there is none.
        scene: Value,
        /// What AWS would refuse in it and what is doubtful.
        problems: Vec<Problem>,
    }
}

impl Console {
    /// `POST scene` with `{definition}`, a text.
    pub(super) async fn drawn(&self, body: Incoming) -> Result<Drawn, Failure> {
        let mut held = self.memory.none();
        let bytes = body::read(body, self.body_limits, &mut held).await?;
        let request = body::parse(&bytes)?;
        let text = request.get("definition").and_then(Value::as_str);
        let text = text.ok_or_else(|| Failure::field("definition", "'definition' is the definition's text"))?;
        Ok(Drawn { scene: of(text), problems: problems(text) })
    }
}

/// The picture of a definition; null if there is nothing to draw.
pub(super) fn of(text: &str) -> Value {
    diagram::scene(text, Format::Json).map_or(Value::Null, |scene| scene.to_json())
}

/// What AWS would refuse in it and what the rules find.
pub(super) fn problems(text: &str) -> Vec<Problem> {
    let findings = asl::lint::lint(text, Format::Json, &Config::default());
    let shown = findings.into_iter().take(PROBLEMS_MAX).map(|finding| Problem {
        code: finding.rule.to_owned(),
        severity: match finding.severity {
            asl::lint::Severity::Error => Severity::Error,
            asl::lint::Severity::Warning => Severity::Warning,
            asl::lint::Severity::Info => Severity::Info,
        },
        message: finding.message,
        location: finding.location.map(|location| location.to_string()).unwrap_or_default(),
        span: vec![finding.span.start, finding.span.end],
    });
    shown.collect()
}

/// `QueryLanguage` of the whole definition.
pub(super) fn query_language(text: &str) -> Arc<str> {
    let (tree, _) = asl::tree::parse_json(text);
    let word = tree.as_ref().and_then(|tree| tree.get("QueryLanguage")).and_then(asl::Node::as_str);
    word.unwrap_or("JSONPath").into()
}
