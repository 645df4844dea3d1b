//! One expression.

use super::{JsonataFailure, JsonataScope};
use crate::{Random, Variables};
use json::Value;
use jsonata::{Bindings, Expression, Limits, Outcome, World};
use std::collections::BTreeSet;
use std::sync::Arc;

const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// What one expression may cost. AWS allows a second; a count of steps stands in for it, so that the same inputs always give the same result.
const LIMITS: Limits<'static> = Limits { steps: 20_000_000, depth: 100, bytes: 64 << 20, interrupted: None };

/// A parsed expression. Cloning shares it.
#[derive(Clone, Debug)]
pub struct JsonataExpression {
    text: Arc<str>,
    expression: Arc<Expression>,
}

/// Why a text is no expression that AWS accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonataProblem {
    /// It does not parse; AWS's code is `INVALID_JSONATA_EXPRESSION`.
    Invalid(String),
    /// It uses what there is not in Step Functions; AWS's code is `UNSUPPORTED_JSONATA_EXPRESSION`.
    Unsupported(String),
    /// Only one of the two delimiters is there.
    OneSided,
}

impl JsonataExpression {
    /// The expression a string of a definition holds; `None` if the string is a literal. The delimiters must be the very first and last
    /// characters.
    pub fn parse(text: &str) -> Option<Result<JsonataExpression, JsonataProblem>> {
        let inner = match (text.strip_prefix(OPEN), text.ends_with(CLOSE)) {
            (Some(rest), true) if text.len() >= OPEN.len() + CLOSE.len() => &rest[..rest.len() - CLOSE.len()],
            (None, false) => return None,
            _ => return Some(Err(JsonataProblem::OneSided)),
        };
        Some(Self::parse_inner(inner.trim()))
    }

    fn parse_inner(text: &str) -> Result<JsonataExpression, JsonataProblem> {
        let expression = Expression::parse(text).map_err(|error| JsonataProblem::Invalid(error.to_string()))?;
        if let Some(reference) = expression.top_level_references().into_iter().next() {
            let message = match &*reference.name {
                "$" | "$$" => format!("Reference to '{}' is not supported.", reference.name),
                name => format!("Reference to '{name}' at the top level is not supported."),
            };
            return Err(JsonataProblem::Unsupported(message));
        }
        Ok(JsonataExpression { text: text.into(), expression: Arc::new(expression) })
    }

    /// The text between the delimiters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The workflow variables the expression reads; `$states` is none.
    pub fn variables(&self) -> BTreeSet<Arc<str>> {
        let mut names = self.expression.free_variables();
        names.remove("states");
        names
    }

    /// The value, for the field `location`.
    pub fn evaluate(
        &self,
        location: &str,
        scope: &JsonataScope<'_>,
        random: &mut Random,
    ) -> Result<Value, JsonataFailure> {
        let world = World { now_ms: scope.now_ms, seed: random.next_u64() };
        match self.expression.evaluate(None, &StateBindings(scope), &LIMITS, &world) {
            Ok(Outcome::Value(value)) => Ok(value),
            Ok(Outcome::Undefined) => Err(self.failure(location, "returned nothing (undefined).")),
            Ok(Outcome::Function) => Err(self.failure(location, "returned an unsupported result type.")),
            Err(error) => Err(self.failure(location, &format!("threw an error during evaluation. {error}"))),
        }
    }

    /// The failure of an expression whose value is not of the type the field needs.
    pub fn unexpected_type(&self, location: &str, expected: &str, value: &Value) -> JsonataFailure {
        let found = value.type_name();
        let what =
            format!("returned an unexpected result type. Expected '{expected}', but was '{found}' for value: {value}");
        self.failure(location, &what)
    }

    fn failure(&self, location: &str, what: &str) -> JsonataFailure {
        let cause = format!("The JSONata expression '{}' specified for the field '{location}' {what}", self.text);
        JsonataFailure { location: location.to_owned(), cause }
    }
}

/// `$states` and the workflow variables, as the language looks names up.
struct StateBindings<'s>(&'s JsonataScope<'s>);

impl Bindings for StateBindings<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "states" => Some(self.0.states.clone()),
            other => Variables::get(self.0.variables, other),
        }
    }
}
