//! Values of a mock: JSON, in which texts between `{%` and `%}` are JSONata.

use asl::{Node, NodeKind};
use json::{Object, ObjectBuilder, Value};
use jsonata::{Expression, Limits, Outcome, World};
use std::ops::Range;
use std::sync::Arc;

/// A value, or how it is computed.
#[derive(Debug)]
pub(super) enum Template {
    Value(Value),
    Expression(Expression),
    Array(Vec<Template>),
    Object(Vec<(Arc<str>, Template)>),
}

/// What expressions see.
pub(super) struct Surroundings {
    pub bindings: Object,
    pub world: World,
}

/// An expression that cannot be parsed, and where it stands.
pub(super) struct Problem {
    pub span: Range<usize>,
    pub message: String,
}

impl Template {
    pub fn compile(node: &Node) -> Result<Template, Problem> {
        Ok(match &node.kind {
            NodeKind::String(text) => match expression(text) {
                Some(source) => Template::Expression(parsed(source, &node.span)?),
                None => Template::Value(node.to_value()),
            },
            NodeKind::Array(elements) => {
                let elements = elements.iter().map(Template::compile).collect::<Result<Vec<_>, _>>()?;
                match elements.iter().all(Template::is_value) {
                    true => Template::Value(node.to_value()),
                    false => Template::Array(elements),
                }
            }
            NodeKind::Object(entries) => {
                let compiled = |entry: &asl::Entry| Ok((entry.key.clone(), Template::compile(&entry.value)?));
                let fields = entries.iter().map(compiled).collect::<Result<Vec<_>, _>>()?;
                match fields.iter().all(|(_, field)| field.is_value()) {
                    true => Template::Value(node.to_value()),
                    false => Template::Object(fields),
                }
            }
            _ => Template::Value(node.to_value()),
        })
    }

    /// Whether nothing has to be computed.
    pub fn is_value(&self) -> bool {
        matches!(self, Template::Value(_))
    }

    pub fn evaluate(&self, surroundings: &Surroundings) -> Result<Value, String> {
        match self {
            Template::Value(value) => Ok(value.clone()),
            Template::Expression(expression) => evaluate(expression, surroundings),
            Template::Array(elements) => {
                let elements = elements.iter().map(|element| element.evaluate(surroundings));
                elements.collect::<Result<Vec<_>, _>>().map(Value::from)
            }
            Template::Object(fields) => {
                let mut object = ObjectBuilder::new();
                for (name, field) in fields {
                    object.insert(name.clone(), field.evaluate(surroundings)?);
                }
                Ok(object.build().into())
            }
        }
    }
}

/// What is between `{%` and `%}`, if that is the whole text.
pub(super) fn expression(text: &str) -> Option<&str> {
    text.trim().strip_prefix("{%")?.strip_suffix("%}")
}

pub(super) fn parsed(source: &str, span: &Range<usize>) -> Result<Expression, Problem> {
    Expression::parse(source).map_err(|error| Problem {
        span: span.clone(),
        message: format!("The JSONata expression cannot be read: {}", error.message()),
    })
}

pub(super) fn evaluate(expression: &Expression, surroundings: &Surroundings) -> Result<Value, String> {
    let source = expression.source().trim();
    let outcome = expression.evaluate(None, &surroundings.bindings, &Limits::default(), &surroundings.world);
    match outcome {
        Ok(Outcome::Value(value)) => Ok(value),
        Ok(Outcome::Undefined) => Err(format!("The JSONata expression '{source}' returned nothing (undefined).")),
        Ok(Outcome::Function) => Err(format!("The JSONata expression '{source}' returned a function.")),
        Err(error) => Err(format!(
            "The JSONata expression '{source}' threw an error during evaluation. {}: {}",
            error.code(),
            error.message()
        )),
    }
}
