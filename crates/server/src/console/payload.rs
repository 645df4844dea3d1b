//! Inputs, outputs and parameters: whole if they are short, else their beginning and where the rest is read.

use super::cursor;
use super::failure::Failure;
use super::shape::{Declarations, Shape};
use json::write_string;

/// What references are marked with.
const REFERENCE: &str = "payload";
/// Longer payloads are cut.
pub(super) const CUT_BYTES: usize = 4096;
/// What of them is shown.
const SHOWN_BYTES: usize = 1024;

/// A payload in an answer.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// All of its JSON text.
    Whole(std::sync::Arc<str>),
    /// The beginning of a longer one.
    Cut { beginning: String, bytes: usize, reference: String },
}

impl Payload {
    /// A payload that `GET payload/{reference}` gives by range.
    pub(crate) fn new(text: &std::sync::Arc<str>, reference: impl FnOnce() -> String) -> Payload {
        match text.len() > CUT_BYTES {
            false => Payload::Whole(text.clone()),
            true => Payload::Cut {
                beginning: text[..floor(text, SHOWN_BYTES)].to_owned(),
                bytes: text.len(),
                reference: reference(),
            },
        }
    }
}

/// What `GET payload/{ref}` knows a payload by: an execution, one of its events or 0, and a member of that.
pub(super) fn reference(arn: &str, event: u64, member: &str) -> String {
    cursor::encode(REFERENCE, &format!("{event} {member} {arn}"))
}

/// What a reference means.
pub(super) fn referred(reference: &str) -> Result<(String, u64, String), Failure> {
    let missing = || Failure::not_found("There is no such payload");
    let text = cursor::decode(REFERENCE, reference).map_err(|_| missing())?;
    let mut parts = text.splitn(3, ' ');
    let (event, member, arn) = (parts.next(), parts.next(), parts.next());
    let event = event.and_then(|event| event.parse().ok()).ok_or_else(missing)?;
    Ok((arn.ok_or_else(missing)?.to_owned(), event, member.ok_or_else(missing)?.to_owned()))
}

/// The last place up to `byte` where a character begins.
pub(super) fn floor(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0)
}

impl Shape for Payload {
    fn write(&self, out: &mut String) {
        match self {
            Payload::Whole(text) => {
                out.push_str("{\"text\":");
                write_string(text, out);
            }
            Payload::Cut { beginning, bytes, reference } => {
                out.push_str("{\"cut\":");
                write_string(beginning, out);
                out.push_str(&format!(",\"bytes\":{bytes},\"ref\":"));
                write_string(reference, out);
            }
        }
        out.push('}');
    }

    fn declare(declarations: &mut Declarations) -> String {
        declarations.add("Payload", |_| {
            "/** A payload: all of its JSON text, or the beginning of a longer one, which `payload/{ref}` gives by range. */\n\
             export type Payload = { text: string } | { cut: string; bytes: number; ref: string };\n"
                .to_owned()
        })
    }
}
