//! Expressions of the suite, changed a little: tokens dropped, doubled, swapped, replaced or spliced in from another expression.

use crate::random::Random;

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", ".", "~>", ":=", "..", ",", ";",
    ":", "?", "[", "]", "(", ")", "{", "}", "^", "#", "@", "|", "**", "~", "!", "\\",
];
const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "1e400",
    "0.5",
    "''",
    "'a'",
    "\"\\u00e9\"",
    "null",
    "true",
    "[]",
    "{}",
    "nope",
    "$",
    "$$",
    "%",
    "*",
    "()",
    "$x",
    "``",
    "/a/",
    "function($x){$x}",
];
const FUNCTIONS: &[&str] = &[
    "$sum", "$string", "$count", "$map", "$join", "$sort", "$keys", "$length", "$number", "$reverse", "$not",
    "$spread", "$merge",
];

pub(crate) fn mutate(random: &mut Random, sources: &[String]) -> String {
    let mut tokens = tokens(&sources[random.below(sources.len())]);
    for _ in 0..=random.below(3) {
        let at = random.below(tokens.len());
        match random.below(9) {
            0 if tokens.len() > 1 => {
                tokens.remove(at);
            }
            1 if !tokens.is_empty() => tokens.insert(at, tokens[at].clone()),
            2 if tokens.len() > 1 => {
                let other = random.below(tokens.len());
                tokens.swap(at, other);
            }
            3 => put(&mut tokens, at, random.pick(VALUES)),
            4 => put(&mut tokens, at, random.pick(OPERATORS)),
            5 => replace_like(&mut tokens, random),
            6 => {
                let other = self::tokens(&sources[random.below(sources.len())]);
                let start = random.below(other.len());
                let end = (start + 1 + random.below(6)).min(other.len());
                tokens.splice(at..at, other[start..end].iter().cloned());
            }
            7 => {
                let source = tokens.concat();
                tokens = vec![random.pick(FUNCTIONS).to_owned(), "(".to_owned(), source, ")".to_owned()];
            }
            _ => tokens.push(
                random
                    .pick(&[
                        "[0]",
                        "[]",
                        "[-1]",
                        ".$",
                        "^($)",
                        "{'a': $}",
                        "#$i",
                        "@$v",
                        ".*",
                        ".%",
                        " ~> $string",
                        "(1)",
                    ])
                    .to_owned(),
            ),
        }
    }
    tokens.concat()
}

fn put(tokens: &mut Vec<String>, at: usize, token: &str) {
    match tokens.get_mut(at) {
        Some(place) => *place = token.to_owned(),
        None => tokens.push(token.to_owned()),
    }
}

/// Replaces a token by one of the same kind, which leaves the expression well formed.
fn replace_like(tokens: &mut [String], random: &mut Random) {
    let Some(token) = (!tokens.is_empty()).then(|| random.below(tokens.len())) else { return };
    let first = tokens[token].chars().next().unwrap_or(' ');
    let next = if tokens[token].len() > 1 && first == '$' {
        random.pick(FUNCTIONS)
    } else if first.is_ascii_digit() {
        random.pick(&["0", "1", "2", "7.5", "1e21", "100"])
    } else if first == '"' || first == '\'' {
        random.pick(&["''", "'a'", "\"name\"", "'[Y]'", "'#0.0'"])
    } else if "+-*/%&=<>".contains(first) {
        random.pick(&["+", "-", "*", "/", "%", "&", "=", "<", ">=", "!="])
    } else {
        return;
    };
    tokens[token] = next.to_owned();
}

fn tokens(source: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut characters = source.chars().peekable();
    while let Some(first) = characters.next() {
        let mut token = String::from(first);
        match first {
            '"' | '\'' | '`' => {
                let mut escaped = false;
                for next in characters.by_ref() {
                    token.push(next);
                    if next == first && !escaped {
                        break;
                    }
                    escaped = next == '\\' && !escaped;
                }
            }
            _ if first.is_alphanumeric() || first == '$' || first == '_' => {
                while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_' || *next == '$')
                {
                    token.push(next);
                }
            }
            _ if first.is_whitespace() => while characters.next_if(|next| next.is_whitespace()).is_some() {},
            _ => {}
        }
        tokens.push(token);
    }
    tokens
}
