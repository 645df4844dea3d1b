//! Placeholders that a deployment fills in: `${Name}`, as in CloudFormation's `DefinitionSubstitutions`.

use std::borrow::Cow;

/// What stands in a filled-in text where nothing better is known.
const FILLED: &str = "placeholder";

/// Whether a text is one placeholder and nothing else.
pub(crate) fn is_whole(text: &str) -> bool {
    text.strip_prefix("${").is_some_and(|rest| rest.find('}') == Some(rest.len().wrapping_sub(1)))
}

/// The ARN with its placeholders filled in by something that could stand there.
pub(crate) fn filled_arn(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    if is_whole(text) {
        return Cow::Owned(format!("arn:aws:lambda:us-east-1:123456789012:function:{FILLED}"));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((_, after)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(if out.ends_with("arn:") { "aws" } else { FILLED });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether what was filled in decides about the meaning of an ARN: its service or its action.
pub(crate) fn decides(filled_arn: &str) -> bool {
    filled_arn
        .splitn(6, ':')
        .enumerate()
        .any(|(position, part)| position != 3 && position != 4 && part.contains(FILLED))
}
