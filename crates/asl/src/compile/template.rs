//! Payload templates: compiled by the floor below, with their findings put in their places, and the warnings that need the text.

use super::checker::{Checker, Phase};
use super::fields::Fields;
use super::location::Location;
use crate::QueryLanguage;
use crate::definition::Template;
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::tree::{Node, NodeKind};
use expressions::{JsonataProblem, JsonataTemplate, PayloadTemplate, StatesMembers};

/// Takes and compiles a template field that only JSONPath has.
pub(crate) fn field<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
) -> Option<PayloadTemplate> {
    let node = fields.take_of(checker, QueryLanguage::JsonPath, name)?;
    compile(checker, node, &fields.location.key(name))
}

/// Takes and compiles a template field that only JSONata has.
pub(crate) fn jsonata_field<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
) -> Option<JsonataTemplate> {
    let node = fields.take_of(checker, QueryLanguage::Jsonata, name)?;
    compile_jsonata(checker, node, &fields.location.key(name), fields.states_members)
}

/// Takes and compiles a template field that both languages have.
pub(crate) fn shared_field<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
) -> Option<Template> {
    let node = fields.take(name)?;
    compile_shared(checker, node, &fields.location.key(name), fields)
}

/// Compiles `node`, which stands at `location`, in the language of `fields`.
pub(crate) fn compile_shared(
    checker: &mut Checker<'_>,
    node: &Node,
    location: &Location<'_>,
    fields: &Fields<'_, '_>,
) -> Option<Template> {
    match fields.language {
        QueryLanguage::JsonPath => compile(checker, node, location).map(Template::JsonPath),
        QueryLanguage::Jsonata => {
            compile_jsonata(checker, node, location, fields.states_members).map(Template::Jsonata)
        }
    }
}

/// Compiles `node`, which stands at `location`, in JSONata.
pub(crate) fn compile_jsonata(
    checker: &mut Checker<'_>,
    node: &Node,
    location: &Location<'_>,
    members: StatesMembers,
) -> Option<JsonataTemplate> {
    match JsonataTemplate::compile(&node.to_value(), members) {
        Ok(template) => Some(template),
        Err(problems) => {
            for problem in problems {
                let span = node.at(&problem.location).map_or_else(|| node.span.clone(), |value| value.span.clone());
                report_jsonata(checker, problem.problem, format!("{location}{}", problem.location), span);
            }
            None
        }
    }
}

/// Reports what is wrong with an expression, under AWS's code for it.
pub(crate) fn report_jsonata(
    checker: &mut Checker<'_>,
    problem: JsonataProblem,
    location: String,
    span: std::ops::Range<usize>,
) {
    if !checker.has_room(Severity::Error) {
        return;
    }
    let (code, messages) = match problem {
        JsonataProblem::Invalid(message) => (code::INVALID_JSONATA_EXPRESSION, vec![message]),
        JsonataProblem::Unsupported(messages) => (code::UNSUPPORTED_JSONATA_EXPRESSION, messages),
        JsonataProblem::OneSided => {
            let message = "A JSONata expression must begin with '{%' and end with '%}'";
            (code::SCHEMA_VALIDATION_FAILED, vec![message.to_owned()])
        }
    };
    for message in messages {
        let mut diagnostic = Diagnostic::error(code, message, span.clone());
        diagnostic.location = Some(location.clone());
        checker.report(Phase::Schema, diagnostic);
    }
}

/// Compiles `node`, which stands at `location`.
pub(crate) fn compile(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) -> Option<PayloadTemplate> {
    warn_without_dollar(checker, node, location);
    match PayloadTemplate::compile(&node.to_value()) {
        Ok(template) => Some(template),
        Err(problems) => {
            for problem in &problems {
                if !checker.has_room(Severity::Error) {
                    break;
                }
                let holder = node.at(problem.parent());
                let span = holder
                    .and_then(|holder| holder.get(&problem.key))
                    .map_or_else(|| node.span.clone(), |value| value.span.clone());
                let mut diagnostic = Diagnostic::error(code::SCHEMA_VALIDATION_FAILED, problem.message.clone(), span);
                diagnostic.location = Some(format!("{location}{}", problem.parent()));
                checker.report(Phase::Schema, diagnostic);
            }
            None
        }
    }
}

/// Whether a text looks like something that is evaluated under a key ending in `.$`.
pub(crate) fn looks_evaluated(text: &str) -> bool {
    text.starts_with("$.")
        || text.starts_with("$[")
        || text.starts_with("$$.")
        || text.starts_with("States.") && text.ends_with(')')
}

fn warn_without_dollar(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) {
    match &node.kind {
        NodeKind::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                warn_without_dollar(checker, element, &location.index(position));
            }
        }
        NodeKind::Object(entries) => {
            for entry in entries {
                let inner = location.key(&entry.key);
                if !entry.key.ends_with(".$") && entry.value.as_str().is_some_and(looks_evaluated) {
                    let message = format!(
                        "No .$ on field '{}' whose value appears to be a JSONPath or Intrinsic Function",
                        entry.key
                    );
                    let help = format!("write '{}.$' to have the value evaluated", entry.key);
                    checker.warning(code::NO_DOLLAR, &inner, &entry.value.span, message, help);
                } else {
                    warn_without_dollar(checker, &entry.value, &inner);
                }
            }
        }
        _ => {}
    }
}
