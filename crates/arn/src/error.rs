//! Why a text is not the ARN that was asked for.

use std::fmt;

/// A refused ARN. Its text is what AWS puts between the quotes of `Invalid Arn: '...'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArnError {
    /// The text does not begin as an ARN of Step Functions does.
    Prefix(String),
    /// The ARN names another kind of resource than the operation works on.
    ResourceType(String),
    /// A part is missing, empty or has characters it may not have. AWS's wording is not known.
    Malformed {
        /// Which part.
        part: &'static str,
        /// The whole text.
        text: String,
    },
}

impl fmt::Display for ArnError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArnError::Prefix(text) => write!(formatter, "Invalid ARN prefix: {text}"),
            ArnError::ResourceType(resource_type) => {
                write!(formatter, "Resource type not valid in this context: {resource_type}")
            }
            ArnError::Malformed { part, text } => write!(formatter, "Invalid ARN {part}: {text}"),
        }
    }
}

impl std::error::Error for ArnError {}
