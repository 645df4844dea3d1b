//! What `FunctionName` may be: a name, a partial ARN or a full ARN, each with an optional qualifier.
//!
//! Source: Lambda API reference, Invoke, `FunctionName`.

use crate::config::Options;
use crate::error::InvokeError;

/// A function as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionName {
    pub(crate) name: String,
    /// Version or alias; `$LATEST` if none was given.
    pub(crate) qualifier: String,
    /// `arn:aws:lambda:region:account:function:name`, of the request's own account and region if it names them.
    arn: String,
    qualified: bool,
}

impl FunctionName {
    pub(crate) fn parse(text: &str, options: &Options) -> Result<FunctionName, InvokeError> {
        parse(text, options).ok_or_else(|| malformed(text))
    }

    /// The ARN a process is told it was invoked by: qualified only if the request was.
    pub(crate) fn invoked_arn(&self) -> String {
        if self.qualified { self.qualified_arn() } else { self.arn.clone() }
    }

    /// Without a qualifier.
    pub(crate) fn arn(&self) -> &str {
        &self.arn
    }

    /// Whether the request gave a qualifier.
    pub(crate) fn is_qualified(&self) -> bool {
        self.qualified
    }

    /// With the qualifier, as Lambda's "not found" message has it even when the request gave none.
    pub(crate) fn qualified_arn(&self) -> String {
        format!("{}:{}", self.arn, self.qualifier)
    }
}

fn parse(text: &str, options: &Options) -> Option<FunctionName> {
    let mut partition = "aws";
    let mut region = options.region.as_str();
    let mut account = options.account_id.as_str();
    let parts: Vec<&str> = text.split(':').collect();
    let rest = match parts.as_slice() {
        ["arn", its_partition, "lambda", its_region, its_account, "function", rest @ ..] => {
            (partition, region, account) = (its_partition, its_region, its_account);
            rest
        }
        [its_account, "function", rest @ ..] => {
            account = its_account;
            rest
        }
        rest => rest,
    };
    let (name, qualifier) = match rest {
        [name] => (*name, None),
        [name, qualifier] => (*name, Some(*qualifier)),
        _ => return None,
    };
    let well_formed = is_word(name, ".", 140) && qualifier.is_none_or(|qualifier| is_word(qualifier, "$", 128));
    let account_well_formed = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !well_formed || !account_well_formed || !is_word(region, "", 64) || !is_word(partition, "", 32) {
        return None;
    }
    Some(FunctionName {
        name: name.to_owned(),
        qualifier: qualifier.unwrap_or("$LATEST").to_owned(),
        arn: format!("arn:{partition}:lambda:{region}:{account}:function:{name}"),
        qualified: qualifier.is_some(),
    })
}

fn is_word(text: &str, extra: &str, length_max: usize) -> bool {
    let allowed =
        |character: char| character.is_ascii_alphanumeric() || "-_".contains(character) || extra.contains(character);
    !text.is_empty() && text.len() <= length_max && text.chars().all(allowed)
}

fn malformed(text: &str) -> InvokeError {
    let shown: String = text.chars().take(200).collect();
    InvokeError::InvalidRequest {
        exception: "ValidationException".to_owned(),
        message: format!(
            "1 validation error detected: Value '{shown}' at 'functionName' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{{1}}:)?(\\d{{12}}:)?\
             (function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_name_is_understood() {
        let options = Options::default();
        let parsed = |text: &str| {
            let function = FunctionName::parse(text, &options).expect("well-formed");
            (function.name.clone(), function.invoked_arn(), function.qualified_arn())
        };
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:resize";
        let expected = ("resize".to_owned(), arn.to_owned(), format!("{arn}:$LATEST"));
        assert_eq!(parsed("resize"), expected);
        assert_eq!(parsed("123456789012:function:resize"), expected);
        assert_eq!(parsed(arn), expected);
        assert_eq!(parsed("resize:prod").1, format!("{arn}:prod"));
        let elsewhere = "arn:aws-cn:lambda:cn-north-1:111111111111:function:resize:$LATEST";
        assert_eq!(parsed(elsewhere).1, elsewhere);
    }

    #[test]
    fn malformed_names_are_refused() {
        for text in [
            "",
            ":",
            "a b",
            "a:b:c",
            "arn:aws:lambda:us-east-1:12:function:f",
            "arn:aws:s3:::bucket",
            "../etc",
            "f:\n",
            "n\u{e9}",
        ] {
            let error = FunctionName::parse(text, &Options::default()).expect_err(text);
            assert_eq!(error.exception(), "ValidationException");
        }
    }
}
