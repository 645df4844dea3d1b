//! JSON texts inside requests: parsed once, here, so that a broken one is refused before anything is stored.

use json::{ParseError, Payload};
use std::sync::Arc;

/// The text as a payload, or the JSON parser's sentence.
pub(crate) fn parse(text: Arc<str>) -> Result<Payload, ParseError> {
    let value = json::parse(&text)?;
    Ok(Payload::from_parts(text, value))
}
