//! `States.Format`: a template whose `{}` are replaced in order. Objects and arrays print as Java prints them (recorded).

use super::{Outcome, Refusal};
use crate::java;
use json::Value;

/// The texts between the `{}` of a template: one more than there are `{}`. An error where a brace stands alone.
pub(super) struct FormatTemplate(Result<Vec<String>, String>);

impl FormatTemplate {
    /// A literal as written, where any character may be escaped.
    pub(super) fn from_literal(literal: &str) -> FormatTemplate {
        FormatTemplate(split(literal, |_| true))
    }

    /// A template that arrives in the data, where a backslash means something before a brace only.
    fn from_data(text: &str) -> FormatTemplate {
        FormatTemplate(split(text, |escaped| matches!(escaped, '{' | '}')))
    }
}

fn split(text: &str, is_escape: fn(char) -> bool) -> Result<Vec<String>, String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&escaped)) if is_escape(escaped) => {
                piece.push(escaped);
                characters.next();
            }
            ('{', Some('}')) => {
                characters.next();
                pieces.push(std::mem::take(&mut piece));
            }
            ('{', _) => return Err("Invalid template in States.Format: matching '}' not found for '{'.".to_owned()),
            ('}', _) => return Err("Invalid template in States.Format: matching '{' not found for '}'.".to_owned()),
            (other, _) => piece.push(other),
        }
    }
    pieces.push(piece);
    Ok(pieces)
}

/// `literal` is the template where it is known beforehand; otherwise `template` is split now.
pub(super) fn format(literal: Option<&FormatTemplate>, template: &Value, values: &[Value]) -> Outcome {
    let from_data;
    let FormatTemplate(pieces) = match (literal, template) {
        (Some(literal), _) => literal,
        (None, Value::String(text)) => {
            from_data = FormatTemplate::from_data(text);
            &from_data
        }
        (None, _) => return Err(Refusal::Arguments),
    };
    let pieces = pieces.as_ref().map_err(|said| Refusal::Said(said.clone()))?;
    if pieces.len() - 1 != values.len() {
        let message = "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.";
        return Err(Refusal::Said(message.to_owned()));
    }
    let mut text = pieces[0].clone();
    for (value, piece) in values.iter().zip(&pieces[1..]) {
        java::write_text(value, &mut text);
        text.push_str(piece);
    }
    Ok(text.into())
}
