//! Why an expression has no value, in the words AWS puts into a cause.
//!
//! The prefix "An error occurred while executing the state…" is not added here: only the interpreter knows the state and the event.

use crate::PathFailure;
use json::Value;
use std::fmt;

/// A failed evaluation.
///
/// `Display` is AWS's cause without the prefix that names the state.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationError(Box<ErrorKind>);

/// What went wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorKind {
    /// A path found nothing.
    PathNotFound {
        /// The path as written, with its `$$` or `$name`.
        path: String,
        /// The field that holds the path, such as `k.$` or `ErrorPath`.
        field: String,
        /// The document that was searched.
        input: Value,
        /// What the path engine says.
        failure: PathFailure,
    },
    /// A path among the arguments of an intrinsic function found nothing.
    ArgumentNotFound {
        /// The whole expression as written, not the nested call that has the argument.
        call: String,
        /// The path as AWS shows it: a context path with one `$`.
        path: String,
        /// The document AWS shows: for a context path the input all the same.
        input: Value,
        /// What the path engine says.
        failure: PathFailure,
    },
    /// An intrinsic function refused its arguments or its result.
    IntrinsicFailed {
        /// The whole expression as written, not the nested call that failed.
        call: String,
        /// Why.
        message: String,
    },
}

impl EvaluationError {
    pub(crate) fn path_not_found(path: &str, field: &str, input: &Value, failure: PathFailure) -> EvaluationError {
        EvaluationError(Box::new(ErrorKind::PathNotFound {
            path: path.to_owned(),
            field: field.to_owned(),
            input: input.clone(),
            failure,
        }))
    }

    pub(crate) fn argument_not_found(call: &str, path: &str, input: &Value, failure: PathFailure) -> EvaluationError {
        EvaluationError(Box::new(ErrorKind::ArgumentNotFound {
            call: call.to_owned(),
            path: path.to_owned(),
            input: input.clone(),
            failure,
        }))
    }

    pub(crate) fn intrinsic_failed(call: &str, message: String) -> EvaluationError {
        EvaluationError(Box::new(ErrorKind::IntrinsicFailed { call: call.to_owned(), message }))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The error AWS reports. The specification has `States.IntrinsicFailure` for what a function refuses; AWS was recorded to report
    /// `States.Runtime` all the same.
    pub fn error_name(&self) -> &'static str {
        "States.Runtime"
    }

    /// The other wording AWS has for a path that finds nothing: `Invalid path '$.x' : No results for path: $['x']`. It is recorded for
    /// `ResultSelector`, where `Display`'s wording is recorded for `Parameters`.
    pub fn as_invalid_path(&self) -> String {
        match self.kind() {
            ErrorKind::PathNotFound { path, failure, .. } => failure.as_invalid_path(path),
            ErrorKind::ArgumentNotFound { .. } | ErrorKind::IntrinsicFailed { .. } => self.to_string(),
        }
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ErrorKind::PathNotFound { path, field, failure: PathFailure::UndefinedVariable(name), .. } => write!(
                formatter,
                "The JSONPath '{path}' specified for the field '{field}' refers to the variable '{name}' which is not defined"
            ),
            ErrorKind::PathNotFound { path, field, input, failure } if failure.is_absence() => write!(
                formatter,
                "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{input}'"
            ),
            ErrorKind::PathNotFound { failure, .. } => write!(formatter, "{failure}"),
            ErrorKind::ArgumentNotFound { call, path, input, failure } if failure.is_absence() => write!(
                formatter,
                "The function '{call}' had the following error: The JsonPath argument for the field '{path}' \
                 could not be found in the input '{input}'"
            ),
            ErrorKind::ArgumentNotFound { call, failure, .. } => {
                write!(formatter, "The function '{call}' had the following error: {failure}")
            }
            ErrorKind::IntrinsicFailed { call, message } => {
                write!(formatter, "There was an error while evaluating the intrinsic function: {call}. {message}")
            }
        }
    }
}

impl std::error::Error for EvaluationError {}
