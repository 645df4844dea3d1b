//! JSON texts inside requests: parsed once, here, so that a broken one is refused before anything is stored.

use crate::fields::Text;
use crate::shapes::SENSITIVE_DATA;
use json::{ParseError, Payload};
use std::sync::Arc;

/// A payload's text. AWS's model has a number of characters, its documentation says that bytes in UTF-8 are meant.
pub(crate) const DATA: Text = SENSITIVE_DATA.in_bytes();

/// The text as a payload, or the JSON parser's sentence.
pub(crate) fn parse(text: Arc<str>) -> Result<Payload, ParseError> {
    let value = json::parse(&text)?;
    Ok(Payload::from_parts(text, value))
}
