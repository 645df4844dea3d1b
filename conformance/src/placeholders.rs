//! Texts of the recordings with placeholders in them, and what the placeholders stand for.
//!
//! `<ArnPart_0idx>` and words like `state_machine_arn` stand for a value that varies; one name stands for one value within a case. Times,
//! request ids and headers vary from answer to answer and are not remembered.

use std::collections::BTreeMap;

/// Words that stand for a moment, or for what is another one each time, wherever they are the whole text.
const MOMENTS: [&str; 10] = [
    "map_run_arn",
    "timestamp",
    "date",
    "datetime",
    "start-date",
    "stop-date",
    "creation-date",
    "update-date",
    "start-time",
    "entered-time",
];

/// Words that stand for a name or an id wherever they are a whole word; beside them the same with a number
/// behind, and all that end in `_arn` or have `_arn_` in them.
const WORDS: [&str; 19] = [
    "generated-uuid",
    "state-machine-arn",
    "state_machine_name",
    "state_machine_alias_name",
    "execution-arn",
    "activity_name",
    "log_group_name",
    "lambda_function_name",
    "lambda-function-name",
    "function_name",
    "request-id",
    "request_id",
    "task_token",
    "uuid",
    "table-name",
    "bucket-name",
    "bucket_name",
    "sqs_queue_url",
    "sqs-queue-url",
];

/// What each placeholder seen so far stands for.
#[derive(Clone, Debug)]
pub struct Bindings(BTreeMap<String, String>);

impl Default for Bindings {
    fn default() -> Bindings {
        let known = [("<partition>", "aws"), ("<region>", "us-east-1")];
        Bindings(known.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

/// Whether the whole text stands for a moment, perhaps in quotes or brackets of its own.
pub fn is_moment(text: &str) -> bool {
    let within = |open, close| text.strip_prefix(open).and_then(|text: &str| text.strip_suffix(close));
    let word = within('"', '"').or_else(|| within('<', '>')).unwrap_or(text);
    MOMENTS.contains(&word)
}

impl Bindings {
    /// Whether `got` is `expected` for some values of the placeholders not bound yet, which are bound then.
    pub fn matches(&mut self, expected: &str, got: &str) -> bool {
        let mut bound = Vec::new();
        let matched = self.follow(&pieces(expected), got, &mut bound);
        if matched {
            self.0.extend(bound);
        }
        matched
    }

    fn follow(&self, pieces: &[Piece<'_>], got: &str, bound: &mut Vec<(String, String)>) -> bool {
        let Some((piece, rest)) = pieces.split_first() else {
            return got.is_empty();
        };
        let name = match piece {
            Piece::Literal(text) => return got.strip_prefix(text).is_some_and(|got| self.follow(rest, got, bound)),
            Piece::Placeholder(name) => *name,
        };
        let known = bound.iter().find(|(bound, _)| bound == name).map(|(_, value)| value).or_else(|| self.0.get(name));
        if let Some(value) = known.cloned() {
            return got.strip_prefix(value.as_str()).is_some_and(|got| self.follow(rest, got, bound));
        }
        let ends = got.char_indices().map(|(start, character)| start + character.len_utf8());
        for end in ends {
            let before = bound.len();
            if is_remembered(name) {
                bound.push((name.to_owned(), got[..end].to_owned()));
            }
            if self.follow(rest, &got[end..], bound) {
                return true;
            }
            bound.truncate(before);
        }
        false
    }
}

/// Whether one name stands for one value. What is told in other words about every request is not.
fn is_remembered(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !["date", "time>", "request", "headers"].iter().any(|part| name.contains(part))
}

#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Literal(&'t str),
    Placeholder(&'t str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        match placeholder_at(text, at) {
            Some(length) => {
                if from < at {
                    pieces.push(Piece::Literal(&text[from..at]));
                }
                pieces.push(Piece::Placeholder(&text[at..at + length]));
                at += length;
                from = at;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if from < text.len() {
        pieces.push(Piece::Literal(&text[from..]));
    }
    pieces
}

/// The length of the placeholder that starts at `at`, if one does.
fn placeholder_at(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    // A name in a name, as recordings of callbacks have it.
    if let Some(inner) = rest.strip_prefix("<<task_token>:") {
        return inner.find('>').map(|length| length + "<<task_token>:>".len());
    }
    if let Some(inner) = rest.strip_prefix('<') {
        let length = inner.find('>')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.');
        return (length > 0 && inner[..length].chars().all(is_name)).then_some(length + 2);
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if text[..at].chars().next_back().is_some_and(is_word) {
        return None;
    }
    let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
    let is_arn = word.ends_with("_arn") || word.contains("_arn_");
    let unnumbered = word.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    if is_arn || WORDS.contains(&word) || WORDS.contains(&unnumbered) {
        return Some(word.len());
    }
    // A name made of a name: `state_machine_alias_name-second`.
    let (first, _) = word.split_once('-')?;
    (first.contains('_') && WORDS.contains(&first)).then_some(first.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_stands_for_one_value() {
        let mut bindings = Bindings::default();
        let pattern = "arn:<partition>:states:<region>:1:execution:<ArnPart_0idx>:<ExecArnPart_0idx>";
        assert!(bindings.matches(pattern, "arn:aws:states:us-east-1:1:execution:machine:e-1"));
        assert!(bindings.matches("<ArnPart_0idx>", "machine"));
        assert!(!bindings.matches("<ExecArnPart_0idx>", "e-2"));
        assert!(!bindings.matches("Gone: 'activity_arn'", "Gone: ''"));
        assert!(bindings.matches("Gone: 'activity_arn'", "Gone: 'a'"));
        assert!(!bindings.matches("activity_arn", "b"));
        assert!(bindings.matches("state_machine_alias_name", "PROD"));
        assert!(bindings.matches("state_machine_alias_name-second", "PROD-second"));
        assert!(!bindings.matches("state_machine_alias_name-second", "BETA-second"));
        assert!(bindings.matches("a < b > c", "a < b > c") && !bindings.matches("uuids", "x"));
    }
}
