//! JSONPath in the dialect AWS accepts: Jayway's, with `$$` for the context object and `$name` for variables.
//!
//! A path is parsed once and evaluated often. Plain paths (names and single indexes, 99 % of those in use) are walked without any
//! allocation; everything else goes through `select`.

mod failure;
mod filter;
mod filter_parse;
mod function;
mod parse;
mod select;
mod steps;

pub use failure::PathFailure;
pub use parse::PathSyntaxError;

pub(crate) use parse::Parser;
pub(crate) use steps::Segment;

use crate::{EvaluationError, Scope};
use json::Value;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use steps::Steps;

/// A parsed path. Cloning shares it.
#[derive(Clone)]
pub struct Path(Arc<Parsed>);

struct Parsed {
    text: String,
    root: Root,
    steps: Steps,
}

/// The document a path starts from.
#[derive(Clone, Debug, PartialEq)]
pub enum Root {
    /// `$`
    Input,
    /// `$$`
    Context,
    /// `$name`, without the `$`.
    Variable(Arc<str>),
}

impl Root {
    /// The variable's name, where the root is one.
    pub fn variable(&self) -> Option<&Arc<str>> {
        match self {
            Root::Variable(name) => Some(name),
            Root::Input | Root::Context => None,
        }
    }
}

impl Path {
    /// Parses a whole text as one path.
    pub fn parse(text: &str) -> Result<Path, PathSyntaxError> {
        let mut parser = Parser::new(text);
        let path = parser.path()?;
        parser.expect_end()?;
        Ok(path)
    }

    pub(crate) fn new(text: &str, root: Root, steps: Steps) -> Path {
        Path(Arc::new(Parsed { text: text.to_owned(), root, steps }))
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The document the path starts from.
    pub fn root(&self) -> &Root {
        &self.0.root
    }

    /// The name of the variable the path starts from, if it does.
    pub fn variable(&self) -> Option<&str> {
        self.root().variable().map(|name| &**name)
    }

    /// Whether the path names one place (or ends in a function): it gives a value or fails. Other paths give an array, maybe empty.
    pub fn is_definite(&self) -> bool {
        self.0.steps.is_definite()
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        self.0.steps.segments()
    }

    /// The value the path finds: for a definite path the value itself, for any other an array of all it finds.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, PathFailure> {
        match self.root() {
            Root::Input => self.find(scope.input),
            Root::Context => self.find(scope.context),
            Root::Variable(_) => self.find(&*self.document(scope)?),
        }
    }

    /// What [`evaluate`](Path::evaluate) gives, within a document the caller has at hand; the path's root is not looked at.
    pub fn find(&self, document: &Value) -> Result<Value, PathFailure> {
        self.0.steps.find(document)
    }

    /// The value, or the error AWS reports for a path in a payload template. `field` is the key that holds the path.
    ///
    /// An index beyond the end of its array gives `null` here and only here, as measured on AWS.
    pub fn evaluate_for(&self, field: &str, scope: &Scope<'_>) -> Result<Value, EvaluationError> {
        let document = match self.document(scope) {
            Ok(document) => document,
            Err(failure) => return Err(EvaluationError::path_not_found(self.text(), field, scope.input, failure)),
        };
        match self.find(&document) {
            Ok(value) => Ok(value),
            Err(PathFailure::NoResults { .. }) if matches!(self.segments().last(), Some(Segment::Index(_))) => {
                Ok(Value::Null)
            }
            Err(failure) => Err(EvaluationError::path_not_found(self.text(), field, &document, failure)),
        }
    }

    /// The value, or the error AWS reports for a path among the arguments of the function call `call`: a context path is shown with
    /// one `$` and the input it was not searched in, as measured on AWS.
    pub(crate) fn evaluate_as_argument(&self, call: &str, scope: &Scope<'_>) -> Result<Value, EvaluationError> {
        self.evaluate(scope).map_err(|failure| {
            let shown = if *self.root() == Root::Context { &self.text()[1..] } else { self.text() };
            EvaluationError::argument_not_found(call, shown, scope.input, failure)
        })
    }

    fn document<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, PathFailure> {
        match self.root() {
            Root::Input => Ok(Cow::Borrowed(scope.input)),
            Root::Context => Ok(Cow::Borrowed(scope.context)),
            Root::Variable(name) => match scope.variables.get(name) {
                Some(value) => Ok(Cow::Owned(value)),
                None => Err(PathFailure::UndefinedVariable(name.to_string())),
            },
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Path").field(&self.text()).finish()
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}
