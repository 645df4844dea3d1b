//! JSONata in a definition: expressions between `{%` and `%}`, and the templates whose strings may be such.
//!
//! What AWS adds to the language is said here: which names an expression may use, and the sentences of its errors. The language itself is the
//! crate `jsonata`.

mod expression;
mod template;

pub use expression::{JsonataExpression, JsonataProblem, JsonataSentence, StatesMembers};
pub use template::{JsonataTemplate, JsonataTemplateProblem};

use crate::Variables;
use json::Value;

/// What an expression may see.
#[derive(Clone, Copy)]
pub struct JsonataScope<'a> {
    /// `$states`: an object with `input`, `context`, and `result` or `errorOutput` where there is one.
    pub states: &'a Value,
    /// `$name`: the workflow variables visible here.
    pub variables: &'a dyn Variables,
    /// What `$now()` answers, in ms since the Unix epoch.
    pub now_ms: i64,
}

/// A failed evaluation: always `States.QueryEvaluationError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonataFailure {
    /// The field, such as `Arguments/FunctionName` or `Choices[1]/Condition`.
    pub location: String,
    /// AWS's sentence, without the prefix that names the state.
    pub cause: String,
}
