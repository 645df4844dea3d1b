//! The part of an address behind the question mark, and the percent signs in all of it.

use super::failure::Failure;
use std::str::FromStr;

/// Members of a query string, decoded.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Result<Query, Failure> {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
        };
        let members = pairs.map(read).collect::<Option<_>>();
        members.map(Query).ok_or_else(|| Failure::field("query", "The query string is not percent-encoded UTF-8"))
    }

    /// A member, unless it is absent or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
        found.filter(|value| !value.is_empty())
    }

    /// A member that is a number or the like.
    pub(crate) fn parsed<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Failure> {
        let read =
            |text: &str| text.parse().map_err(|_| Failure::field(name, format!("'{name}' is no number: {text}")));
        self.text(name).map(read).transpose()
    }

    /// How many entries of a list are wanted.
    pub(crate) fn limit(&self, usual: usize, most: usize) -> Result<usize, Failure> {
        match self.parsed::<usize>("limit")? {
            None => Ok(usual),
            Some(limit) if (1..=most).contains(&limit) => Ok(limit),
            Some(limit) => Err(Failure::field("limit", format!("'limit' is from 1 to {most}, not {limit}"))),
        }
    }

    /// Whether a member says yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), Some("1" | "true"))
    }
}

/// A text without percent signs; `None` if it is none then.
pub(crate) fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, behind) = behind.split_at_checked(2)?;
        let digits =
            std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = behind;
    }
    String::from_utf8(bytes).ok()
}
