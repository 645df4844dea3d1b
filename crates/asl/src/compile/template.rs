//! Payload templates: compiled by the floor below, with their findings put in their places, and the warnings that need the text.

use super::checker::{Checker, Phase};
use super::fields::Fields;
use super::location::Location;
use crate::QueryLanguage;
use crate::definition::Template;
use crate::diagnostic::{Diagnostic, Severity, code};
use crate::tree::{Node, NodeKind};
use expressions::{
    JsonataExpression, JsonataProblem, JsonataSentence, JsonataTemplate, PayloadTemplate, StatesMembers,
};
use std::ops::Range;

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
    let parsed = &mut |text: &str, expression: &JsonataExpression| checker.note_expression(text, expression);
    match JsonataTemplate::compile(&node.to_value(), members, parsed) {
        Ok(template) => Some(template),
        Err(problems) => {
            for problem in problems {
                let place = node.at(&problem.location).unwrap_or(node);
                report_jsonata(checker, problem.problem, format!("{location}{}", problem.location), place);
            }
            None
        }
    }
}

/// Reports what is wrong with an expression, under AWS's code for it.
pub(crate) fn report_jsonata(checker: &mut Checker<'_>, problem: JsonataProblem, location: String, node: &Node) {
    if !checker.has_room(Severity::Error) {
        return;
    }
    let (code, sentences) = match problem {
        JsonataProblem::Invalid(sentence) => (code::INVALID_JSONATA_EXPRESSION, vec![sentence]),
        JsonataProblem::Unsupported(sentences) => (code::UNSUPPORTED_JSONATA_EXPRESSION, sentences),
        JsonataProblem::OneSided => {
            let text = "A JSONata expression must begin with '{%' and end with '%}'".to_owned();
            (code::SCHEMA_VALIDATION_FAILED, vec![JsonataSentence { text, at: None }])
        }
    };
    for JsonataSentence { text, at } in sentences {
        let span = at.and_then(|at| part(node, at)).unwrap_or_else(|| node.span.clone());
        let mut diagnostic = Diagnostic::error(code, text, span);
        diagnostic.location = Some(location.clone());
        checker.report(Phase::Schema, diagnostic);
    }
}

/// Where a part of a text stands, if the text is written as it is, in quotes or without.
fn part(node: &Node, at: Range<usize>) -> Option<Range<usize>> {
    let text = node.as_str()?;
    let start = match node.span.len().checked_sub(text.len())? {
        0 => node.span.start,
        2 => node.span.start + 1,
        _ => return None,
    };
    (!text.contains('\n')).then(|| start + at.start..start + at.end)
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
