//! `Fail`

use crate::QueryLanguage;
use crate::compile::checker::Checker;
use crate::compile::fields::Fields;
use crate::compile::path_field;
use crate::compile::state::{Compiled, StateReader};
use crate::compile::template::looks_evaluated;
use crate::definition::{FailState, Flow, JsonPathFlow, JsonataFlow, StateKind, TextField};
use crate::diagnostic::code;
use expressions::Expression;

pub(crate) fn compile<'t>(checker: &mut Checker<'t>, state: &mut StateReader<'t, '_, '_>) -> Compiled {
    let error = text_field(checker, &mut state.fields, "Error", "ErrorPath");
    let cause = text_field(checker, &mut state.fields, "Cause", "CausePath");
    let flow = match state.fields.language {
        QueryLanguage::JsonPath => Flow::JsonPath(JsonPathFlow::default()),
        QueryLanguage::Jsonata => Flow::Jsonata(JsonataFlow::default()),
    };
    Compiled { flow, kind: Some(StateKind::Fail(FailState { error, cause })) }
}

fn text_field<'t>(
    checker: &mut Checker<'t>,
    fields: &mut Fields<'t, '_>,
    name: &'static str,
    path_name: &'static str,
) -> Option<TextField> {
    fields.at_most_one(checker, &[name, path_name]);
    let node = fields.take(name);
    if node.is_some_and(|node| fields.is_expression(node)) {
        return path_field::expression(checker, fields, name).map(TextField::Jsonata);
    }
    let literal = fields.text(checker, name);
    if let (Some(node), Some(text)) = (node, literal)
        && fields.language == QueryLanguage::JsonPath
        && looks_evaluated(text)
    {
        let message = format!("The value of '{name}' looks like a path, but the field name does not end with 'Path'");
        let help = format!("use '{path_name}' to have the value evaluated");
        checker.warning(code::NO_PATH, &fields.location.key(name), &node.span, message, help);
    }
    let evaluated = expression(checker, fields, path_name);
    literal.map(|text| TextField::Literal(text.to_owned())).or(evaluated.map(TextField::Expression))
}

/// A path, or an intrinsic function that returns text.
fn expression<'t>(checker: &mut Checker<'t>, fields: &mut Fields<'t, '_>, name: &'static str) -> Option<Expression> {
    let node = fields.take_of(checker, QueryLanguage::JsonPath, name)?;
    let location = fields.location.key(name);
    let Some(expression) = node.as_str().and_then(|text| Expression::parse(text).ok()) else {
        let message =
            format!("The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call");
        checker.schema(&location, &node.span, message);
        return None;
    };
    if !expression.may_return_string() {
        let message = format!("The intrinsic function in the field '{name}' must return a string");
        checker.schema(&location, &node.span, message);
    }
    Some(expression)
}
