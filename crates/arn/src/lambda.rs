//! Lambda functions, as Task states and `lambda:invoke` name them.

use crate::parts::Parts;
use crate::{ArnError, Identity};
use std::fmt;
use std::str::FromStr;

/// `arn:aws:lambda:us-east-1:123456789012:function:name`, with `:qualifier` (a version, an alias or `$LATEST`) behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LambdaArn {
    /// Where it lives.
    pub identity: Identity,
    /// The function's name.
    pub name: String,
    /// Version, alias or `$LATEST`.
    pub qualifier: Option<String>,
}

impl LambdaArn {
    /// Parses the ARN of a function.
    pub fn parse(text: &str) -> Result<LambdaArn, ArnError> {
        let parts = Parts::of(text, "lambda")?;
        if parts.resource_type != "function" {
            return Err(ArnError::ResourceType(parts.resource_type.to_owned()));
        }
        let (name, qualifier) = match parts.resource.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (parts.resource, None),
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            return Err(parts.malformed("function name"));
        }
        let valid_qualifier = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_$".contains(&byte))
        };
        if !qualifier.is_none_or(valid_qualifier) {
            return Err(parts.malformed("qualifier"));
        }
        Ok(LambdaArn {
            identity: parts.identity.clone(),
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        })
    }
}

impl FromStr for LambdaArn {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        LambdaArn::parse(text)
    }
}

impl fmt::Display for LambdaArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.write_prefix("lambda", formatter)?;
        write!(formatter, "function:{}", self.name)?;
        match &self.qualifier {
            Some(qualifier) => write!(formatter, ":{qualifier}"),
            None => Ok(()),
        }
    }
}
