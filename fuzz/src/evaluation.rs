//! JSONata: parsed, evaluated, and its small languages.

use crate::{halves, text};
use json::Value;
use jsonata::pictures::{datetime, integer, number};
use jsonata::{Error, Expression, Limits, NoBindings, Outcome, Profile, World};

/// Enough for every construct, and so little that thousands of inputs are run in a second: without such bounds a guided run settles on inputs
/// that make megabytes of text.
const LIMITS: Limits<'static> =
    Limits { steps: 50_000, depth: 100, bytes: 1 << 20, value_bytes: u64::MAX, interrupted: None };

const PROFILES: [Profile; 3] = [Profile::StepFunctions, Profile::Documented, Profile::Reference];

/// A parsed expression has a tree that can be walked and a text.
pub(crate) fn jsonata_parse(input: &[u8]) {
    let source = text(input);
    for profile in PROFILES {
        match Expression::parse_as(&source, profile) {
            Ok(expression) => {
                assert_eq!(expression.source(), source);
                let _ = (expression.free_variables(), expression.top_level_references());
            }
            Err(error) => check(&error, &source),
        }
    }
}

/// The first line is the input, the rest the expression. The same evaluation twice gives the same.
pub(crate) fn jsonata_evaluate(input: &[u8]) {
    let (data, source) = halves(input);
    let data = json::parse(&data).ok();
    for profile in PROFILES {
        let Ok(expression) = Expression::parse_as(&source, profile) else { continue };
        let first = evaluate(&expression, data.as_ref());
        match (&first, evaluate(&expression, data.as_ref())) {
            // Written down, large values would take more time than their evaluation.
            (Ok(first), Ok(second)) => assert!(*first == second, "{source} gives {first:?}, then {second:?}"),
            (first, second) => assert_eq!(format!("{first:?}"), format!("{second:?}")),
        }
        match first {
            Ok(Outcome::Value(value)) => {
                json::parse(&value.to_string()).expect("a result is JSON");
            }
            Ok(_) => {}
            Err(error) => check(&error, &source),
        }
    }
}

fn evaluate(expression: &Expression, data: Option<&Value>) -> Result<Outcome, Error> {
    expression.evaluate(data, &NoBindings, &LIMITS, &World { now_ms: 1_790_000_000_000, seed: 1 })
}

/// An error has a message, and its place is within the source.
fn check(error: &Error, source: &str) {
    assert!(!error.message().is_empty());
    assert!(error.byte().is_none_or(|byte| byte <= source.len() + 1), "{error:?}");
}

/// The first line is the text, the rest the pattern.
pub(crate) fn regex(input: &[u8]) {
    let (subject, pattern) = halves(input);
    let quoted = |text: &str| Value::from(text).to_string();
    for flags in ["", "im"] {
        let regex = format!("/{}/{flags}", pattern.replace('/', "\\/"));
        let subject = quoted(&subject);
        for call in ["$match", "$split", "$contains"] {
            if let Ok(expression) = Expression::parse(&format!("{call}({subject}, {regex})")) {
                let _ = evaluate(&expression, None);
            }
        }
        if let Ok(expression) = Expression::parse(&format!("$replace({subject}, {regex}, '$0$1$2$$')")) {
            let _ = evaluate(&expression, None);
        }
    }
}

/// The first line is a text or a number, the rest the picture.
pub(crate) fn pictures(input: &[u8]) {
    let (text, picture) = halves(input);
    let value = text.parse::<f64>().unwrap_or(1234.5);
    let options = [("decimal-separator".to_owned(), ",".to_owned()), ("grouping-separator".to_owned(), ".".to_owned())];
    let _ = number::format(value, &picture, &[]);
    let _ = number::format(value, &picture, &options);
    let _ = integer::format(value, &picture);
    let _ = integer::parse(&text, &picture);
    for profile in PROFILES {
        let shown = datetime::format(value, Some(&picture), None, profile);
        let _ = datetime::format(value, Some(&picture), Some(&text), profile);
        let _ = datetime::parse(&text, Some(&picture), 0, profile);
        let _ = datetime::parse(&text, None, 0, profile);
        if let Ok(shown) = shown {
            let _ = datetime::parse(&shown, Some(&picture), 0, profile);
        }
    }
}
