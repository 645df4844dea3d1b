//! What may stand after a key that ends in `.$`, and in `ErrorPath` and `CausePath`: a path or an intrinsic function call.

use crate::{EvaluationError, IntrinsicCall, Path, Random, Scope, SyntaxError};
use json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A path or an intrinsic function call.
#[derive(Clone, Debug)]
pub enum Expression {
    /// `$…`, `$$…` or `$name…`.
    Path(Path),
    /// `States.Name(…)`.
    Intrinsic(IntrinsicCall),
}

impl Expression {
    /// Parses `text`; the offset in the error counts bytes.
    pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
        if text.starts_with('$') {
            return Ok(Expression::Path(Path::parse(text)?));
        }
        IntrinsicCall::parse(text).map(Expression::Intrinsic)
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        match self {
            Expression::Path(path) => path.text(),
            Expression::Intrinsic(call) => call.text(),
        }
    }

    /// Whether this may stand where AWS asks for a string (`ErrorPath`, `CausePath`): any path, or a call of a function that returns
    /// a string. What a path finds is known at run time only.
    pub fn may_return_string(&self) -> bool {
        match self {
            Expression::Path(_) => true,
            Expression::Intrinsic(call) => call.returns_string(),
        }
    }

    /// The value. `field` is the key that holds the expression, as AWS's messages name it: `k.$`, `ErrorPath`.
    pub fn evaluate(&self, scope: &Scope<'_>, random: &mut Random, field: &str) -> Result<Value, EvaluationError> {
        match self {
            Expression::Path(path) => path.evaluate_for(field, scope),
            Expression::Intrinsic(call) => call.evaluate(scope, random),
        }
    }

    /// The names of the variables this reads, without the `$`.
    pub fn variables(&self) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        self.collect_variables(&mut names);
        names
    }

    pub(crate) fn collect_variables(&self, names: &mut BTreeSet<Arc<str>>) {
        match self {
            Expression::Path(path) => names.extend(path.root().variable().cloned()),
            Expression::Intrinsic(call) => call.collect_variables(names),
        }
    }
}
