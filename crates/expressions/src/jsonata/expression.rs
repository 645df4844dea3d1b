//! One expression.

use super::{JsonataFailure, JsonataScope};
use crate::{Random, Variables};
use json::Value;
use jsonata::{Bindings, Error, Expression, INTERNAL, Limits, Outcome, World};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// Sentences about one expression at most.
const SENTENCES_MAX: usize = 20;

/// What one expression may cost. AWS allows a second; a count of steps stands in for it, so that the same inputs always give the same result.
/// AWS was measured to nest 100 levels, and to hold 873,782 numbers or 4 MiB of text, but not one number more or 8 MiB.
const LIMITS: Limits<'static> =
    Limits { steps: 20_000_000, depth: 100, bytes: 64 << 20, value_bytes: 6_990_256, interrupted: None };

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
    Invalid(JsonataSentence),
    /// It uses what there is not in Step Functions; AWS's code is `UNSUPPORTED_JSONATA_EXPRESSION`, with a sentence for each use.
    Unsupported(Vec<JsonataSentence>),
    /// Only one of the two delimiters is there.
    OneSided,
}

/// What AWS says of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonataSentence {
    /// The sentence.
    pub text: String,
    /// Bytes of the whole string, delimiters included, that it is about, if they are known.
    pub at: Option<Range<usize>>,
}

/// What `$states` has beside `input` and `context`. AWS refuses an expression that reads a member which its field does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatesMembers {
    /// Nothing.
    #[default]
    Input,
    /// `result`: in `Output` and `Assign` of states that have one.
    Result,
    /// `errorOutput`: in `Output` and `Assign` of catchers.
    ErrorOutput,
}

impl StatesMembers {
    fn has(self, name: &str) -> bool {
        match name {
            "input" | "context" => true,
            "result" => self == StatesMembers::Result,
            "errorOutput" => self == StatesMembers::ErrorOutput,
            _ => false,
        }
    }
}

impl JsonataExpression {
    /// The expression a string of a definition holds; `None` if the string is a literal. The delimiters must be the very first and last
    /// characters.
    pub fn parse(text: &str, members: StatesMembers) -> Option<Result<JsonataExpression, JsonataProblem>> {
        let inner = match (text.strip_prefix(OPEN), text.ends_with(CLOSE)) {
            (Some(rest), true) if text.len() >= OPEN.len() + CLOSE.len() => &rest[..rest.len() - CLOSE.len()],
            (None, false) => return None,
            _ => return Some(Err(JsonataProblem::OneSided)),
        };
        let offset = OPEN.len() + inner.len() - inner.trim_start().len();
        Some(Self::parse_inner(inner.trim(), offset, members))
    }

    fn parse_inner(text: &str, offset: usize, members: StatesMembers) -> Result<JsonataExpression, JsonataProblem> {
        let expression = Expression::parse(text).map_err(|error| {
            let at = error.byte().filter(|&byte| byte < text.len()).map(|byte| offset + byte..offset + byte + 1);
            // AWS shows the sentence without the code of the reference implementation.
            JsonataProblem::Invalid(JsonataSentence { text: error.message(), at })
        })?;
        let references = expression.top_level_references().into_iter().map(|reference| JsonataSentence {
            text: match &*reference.name {
                "$$" => "Reference to '$$' is not supported.".to_owned(),
                name => format!("Reference to '{name}' at the top level is not supported."),
            },
            at: Some(offset + reference.span.start..offset + reference.span.end),
        });
        let absent = expression.members_of("states").into_iter().filter(|name| !members.has(name));
        let absent =
            absent.map(|name| JsonataSentence { text: format!("Field '$states.{name}' does not exist."), at: None });
        let mut sentences: Vec<JsonataSentence> = Vec::new();
        for sentence in references.chain(absent) {
            if sentences.len() < SENTENCES_MAX && sentences.iter().all(|told| told.text != sentence.text) {
                sentences.push(sentence);
            }
        }
        if !sentences.is_empty() {
            return Err(JsonataProblem::Unsupported(sentences));
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
            Err(error) => Err(self.failure(location, &thrown(&error, random))),
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

/// AWS shows no code with the sentence about a limit.
fn thrown(error: &Error, random: &mut Random) -> String {
    match error.code() {
        INTERNAL => format!("threw an internal error during evaluation. {}", random.uuid_v4()),
        _ if error.is_limit() => format!("threw an error during evaluation: {}", error.message()),
        _ => format!("threw an error during evaluation. {error}"),
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
