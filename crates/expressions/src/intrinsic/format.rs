//! `States.Format`: a template whose `{}` are replaced in order. Objects and arrays print as Java prints them (recorded).

use super::Outcome;
use crate::java;
use json::Value;

/// The texts between the `{}` of a template: one more than there are `{}`.
pub(super) struct FormatTemplate(Vec<String>);

impl FormatTemplate {
    /// A literal as written, where any character may be escaped.
    pub(super) fn from_literal(literal: &str) -> FormatTemplate {
        FormatTemplate::split(literal, |_| true)
    }

    /// A template that arrives in the data, where a backslash means something before a brace only.
    fn from_data(text: &str) -> FormatTemplate {
        FormatTemplate::split(text, |escaped| matches!(escaped, '{' | '}'))
    }

    fn split(text: &str, is_escape: fn(char) -> bool) -> FormatTemplate {
        let mut pieces = vec![String::new()];
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let piece = pieces.last_mut().expect("there is always a piece");
            match (character, characters.peek()) {
                ('\\', Some(&escaped)) if is_escape(escaped) => {
                    piece.push(escaped);
                    characters.next();
                }
                ('{', Some('}')) => {
                    characters.next();
                    pieces.push(String::new());
                }
                (other, _) => piece.push(other),
            }
        }
        FormatTemplate(pieces)
    }
}

/// `literal` is the template where it is known beforehand; otherwise `template` is split now.
pub(super) fn format(literal: Option<&FormatTemplate>, template: &Value, values: &[Value]) -> Outcome {
    let split;
    let pieces = match (literal, template) {
        (Some(literal), _) => &literal.0,
        (None, Value::String(text)) => {
            split = FormatTemplate::from_data(text);
            &split.0
        }
        (None, other) => return Err(format!("The template must be a string but was: {other}")),
    };
    let expected = pieces.len() - 1;
    if expected != values.len() {
        return Err(format!("The template has {expected} placeholders but {} values were given", values.len()));
    }
    let mut text = pieces[0].clone();
    for (value, piece) in values.iter().zip(&pieces[1..]) {
        java::write_text(value, &mut text);
        text.push_str(piece);
    }
    Ok(text.into())
}
