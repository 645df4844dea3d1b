//! Fields that hold paths.

use super::checker::Checker;
use super::fields::Fields;
use super::location::Location;
use super::template;
use crate::QueryLanguage;
use crate::definition::{IntegerField, NumberField};
use crate::tree::Node;
use expressions::{JsonataExpression, Path, ReferencePath};
use std::ops::RangeInclusive;

/// Any path: one that may name several places.
pub(crate) fn path(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) -> Option<Path> {
    if checker.is_placeholder(node) {
        return None;
    }
    let parsed = node.as_str().map(Path::parse);
    match parsed {
        Some(Ok(path)) => Some(path),
        Some(Err(error)) => {
            let help = Some(error.message);
            checker.schema_with_help(location, &node.span, "Value must be a valid JSONPath.", help);
            None
        }
        None => {
            checker.schema(location, &node.span, "Value must be a valid JSONPath.");
            None
        }
    }
}

/// A path that names exactly one place.
pub(crate) fn reference(checker: &mut Checker<'_>, node: &Node, location: &Location<'_>) -> Option<ReferencePath> {
    let path = path(checker, node, location)?;
    match ReferencePath::parse(path.text()) {
        Ok(path) => Some(path),
        Err(error) => {
            let help = Some(error.message);
            checker.schema_with_help(location, &node.span, "Value is not a Reference Path", help);
            None
        }
    }
}

/// Takes a `…Path` field of JSONPath that names exactly one place.
pub(crate) fn reference_field<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
) -> Option<Path> {
    let node = fields.take_of(checker, QueryLanguage::JsonPath, name)?;
    reference(checker, node, &fields.location.key(name)).map(|path| path.as_path().clone())
}

/// The JSONata expression that field `name` holds, if it holds one.
pub(crate) fn expression<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
) -> Option<JsonataExpression> {
    let node = fields.take(name).filter(|node| fields.is_expression(node))?;
    let text = node.as_str()?;
    match JsonataExpression::parse(text, fields.states_members)? {
        Ok(expression) => {
            checker.note_expression(text, &expression);
            Some(expression)
        }
        Err(problem) => {
            let location = fields.location.key(name).to_string();
            template::report_jsonata(checker, problem, location, node);
            None
        }
    }
}

/// Takes an integer field and its `…Path` variant, of which at most one may be there.
pub(crate) fn integer_or_path<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
    path_name: &'static str,
    range: RangeInclusive<u64>,
) -> Option<IntegerField> {
    fields.at_most_one(checker, &[name, path_name]);
    let expression = expression(checker, fields, name);
    let literal = fields.integer_or_expression(checker, name, range);
    let path = reference_field(checker, fields, path_name);
    let literal = literal.map(IntegerField::Literal);
    literal.or(path.map(IntegerField::Path)).or(expression.map(IntegerField::Expression))
}

/// Takes a number field and its `…Path` variant, of which at most one may be there.
pub(crate) fn number_or_path<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
    path_name: &'static str,
    range: RangeInclusive<f64>,
) -> Option<NumberField> {
    fields.at_most_one(checker, &[name, path_name]);
    let expression = expression(checker, fields, name);
    let literal = fields.number(checker, name, range);
    let path = reference_field(checker, fields, path_name);
    let literal = literal.map(NumberField::Literal);
    literal.or(path.map(NumberField::Path)).or(expression.map(NumberField::Expression))
}
