//! The differences that stay: each with its reason, how to recognise it, and an example.

use crate::{Found, documents};
use json::Value;

pub(crate) struct Difference {
    pub(crate) reason: String,
    /// An expression that differs in this way.
    pub(crate) example: String,
    /// The document it is evaluated on.
    pub(crate) document: Option<String>,
    /// One of these is in the expression, `…` standing for any text and `ƒ` for the name of a function; none means any
    /// expression.
    expression: Vec<String>,
    /// The reference implementation's answer; `…` stands for any text.
    reference: String,
    /// Our answer, in the same way.
    ours: String,
    /// The answers are the same but for the last digits of numbers.
    almost: bool,
}

impl Difference {
    pub(crate) fn covers(&self, found: &Found) -> bool {
        let named = self.expression.is_empty()
            || self.expression.iter().any(|part| is_like(&found.expression, &format!("…{part}…")));
        named
            && is_like(&found.reference, &self.reference)
            && is_like(&found.ours, &self.ours)
            && (!self.almost || are_almost_equal(&found.reference, &found.ours))
    }
}

/// Whether two texts differ in nothing but the last digits of numbers.
fn are_almost_equal(left: &str, right: &str) -> bool {
    let pieces = |text: &str| -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut in_number = false;
        for character in text.chars() {
            let continues = in_number && matches!(character, '.' | 'e' | '+' | '-');
            if character.is_ascii_digit() != in_number && !continues {
                in_number = !in_number;
                pieces.push(String::new());
            }
            pieces.last_mut().expect("there is one").push(character);
        }
        pieces
    };
    let is_almost = |(left, right): (&String, &String)| match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => (left - right).abs() <= left.abs() * 1e-13,
        _ => left == right,
    };
    let (left, right) = (pieces(left), pieces(right));
    left.len() == right.len() && left.iter().zip(&right).all(is_almost)
}

/// Whether a text is as a pattern says: `…` stands for any text, `ƒ` for the name of a function.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let after = &pattern[first.len_utf8()..];
    match first {
        // The last one takes the text as it comes, which is quicker than to try every place.
        '…' if !after.contains(['…', 'ƒ']) => text.ends_with(after),
        '…' => text.char_indices().any(|(at, _)| is_like(&text[at..], after)) || is_like("", after),
        'ƒ' => text.strip_prefix('$').is_some_and(|name| {
            let end = name.find(|next: char| !next.is_ascii_alphanumeric()).unwrap_or(name.len());
            end > 0 && is_like(&name[end..], after)
        }),
        _ => text.strip_prefix(first).is_some_and(|rest| is_like(rest, after)),
    }
}

pub(crate) fn read() -> Vec<Difference> {
    let listed = json::parse(include_str!("differences.json")).expect("differences.json is JSON");
    let listed = listed.as_array().expect("differences.json is an array");
    listed.iter().map(difference).collect()
}

fn difference(fields: &Value) -> Difference {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let needed = |name: &str| text(name).unwrap_or_else(|| panic!("a difference without {name}: {fields}"));
    let parts = fields
        .get("expression")
        .and_then(Value::as_array)
        .map(|parts| parts.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let document = text("document");
    assert!(document.as_deref().is_none_or(|name| documents::all().iter().any(|document| document.name == name)));
    Difference {
        reason: needed("reason"),
        example: needed("example"),
        document,
        expression: parts.unwrap_or_default(),
        reference: text("reference").unwrap_or_else(|| "…".to_owned()),
        ours: text("ours").unwrap_or_else(|| "…".to_owned()),
        almost: fields.get("almost").and_then(Value::as_bool).unwrap_or(false),
    }
}
