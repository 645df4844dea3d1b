//! Why a path finds nothing, in Jayway's words, which AWS shows.

use crate::java;
use json::Value;
use std::fmt;

/// Why a path has no value. Paths inside are Jayway's normalised form: `$['a'][0]`, with one `$` whatever the root.
#[derive(Clone, Debug, PartialEq)]
pub enum PathFailure {
    /// The last name or an index is not there.
    NoResults {
        /// The whole path.
        path: String,
    },
    /// A name before the last is not there.
    MissingProperty {
        /// The path up to the missing name.
        path: String,
    },
    /// An index stands on something that is not an array.
    NotAnArray {
        /// The step, such as `[0]`.
        step: String,
        /// What it stands on.
        found: Value,
    },
    /// A name stands on something that is not an object.
    NotAnObject {
        /// The step, such as `['a']`.
        step: String,
        /// The path before it.
        path: String,
    },
    /// Several names (`['a','b']`) stand before the end of the path.
    NamesNotLast {
        /// The path up to the names.
        path: String,
    },
    /// An index stands on `null`.
    Null {
        /// The path of the `null`.
        path: String,
    },
    /// The path starts from a variable that has no value here.
    UndefinedVariable(String),
    /// A path function such as `min()` cannot use what it stands on.
    Function(&'static str),
    /// Deep scans and filters would look at more nodes than is allowed.
    TooMuchWork,
}

impl PathFailure {
    /// Whether the path found nothing, rather than being one that cannot be applied: AWS words the two differently in templates.
    pub fn is_absence(&self) -> bool {
        match self {
            PathFailure::NoResults { .. }
            | PathFailure::MissingProperty { .. }
            | PathFailure::NotAnObject { .. }
            | PathFailure::Null { .. }
            | PathFailure::UndefinedVariable(_) => true,
            PathFailure::NotAnArray { .. }
            | PathFailure::NamesNotLast { .. }
            | PathFailure::Function(_)
            | PathFailure::TooMuchWork => false,
        }
    }

    /// AWS's cause for a path field: `Invalid path '$.x' : No results for path: $['x']`. `path` is the path as written.
    pub fn as_invalid_path(&self, path: &str) -> String {
        format!("Invalid path '{path}' : {self}")
    }
}

impl fmt::Display for PathFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathFailure::NoResults { path } => write!(formatter, "No results for path: {path}"),
            PathFailure::MissingProperty { path } => write!(formatter, "Missing property in path {path}"),
            PathFailure::NotAnArray { step, found } => write!(
                formatter,
                "Filter: {step} can only be applied to arrays. Current context is: {}",
                java::to_text(found)
            ),
            PathFailure::NotAnObject { step, path } => write!(formatter, "Property {step} not found in path {path}"),
            PathFailure::NamesNotLast { path } => {
                write!(formatter, "Multi properties can only be used as path leafs: {path}")
            }
            PathFailure::Null { path } => write!(formatter, "The path {path} is null"),
            PathFailure::UndefinedVariable(name) => write!(formatter, "The variable '{name}' is not defined"),
            PathFailure::Function(message) => formatter.write_str(message),
            PathFailure::TooMuchWork => formatter.write_str("The path visits too many nodes"),
        }
    }
}

impl std::error::Error for PathFailure {}
