//! Regular expressions as JavaScript has them, on a machine whose every step is charged to the evaluation's budget.
//!
//! An engine of its own, because the language needs look-around and back-references, which no linear engine has, and a hard bound on
//! backtracking, which no JavaScript-compatible one has. Without the `u` flag and by code points: the language's regexes know neither.

mod machine;
mod parse;

use crate::budget::Budget;
use crate::error::Error;
use machine::{Instruction, Machine};
use std::sync::Arc;

/// A compiled regular expression.
#[derive(Clone)]
pub struct Regex {
    pattern: Arc<str>,
    flags: Arc<str>,
    program: Vec<Instruction>,
    /// How many groups capture.
    groups: usize,
    /// Positions the machine remembers: two per group, and one per loop that could stand still.
    slots: usize,
}

/// Where a match is, in bytes.
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) groups: Vec<Option<(usize, usize)>>,
}

impl Regex {
    /// Compiles a pattern; the flags are `i` and `m`. The error says what is wrong with it.
    pub(crate) fn new(pattern: &str, flags: &str) -> Result<Regex, String> {
        let parsed = parse::parse(pattern)?;
        let groups = parsed.groups;
        let (program, slots) = machine::compile(&parsed, flags.contains('i'), flags.contains('m'))?;
        Ok(Regex { pattern: pattern.into(), flags: flags.into(), program, groups, slots })
    }

    /// As it was written.
    pub fn source(&self) -> String {
        format!("/{}/{}", self.pattern, self.flags)
    }

    /// The first match that starts at `from` or later.
    pub(crate) fn find(&self, text: &str, from: usize, budget: &Budget<'_>) -> Result<Option<Match>, Error> {
        let mut start = from;
        if start > text.len() {
            return Ok(None);
        }
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let mut machine = Machine::new(&self.program, self.slots, text, budget);
        loop {
            if let Some(end) = machine.run(0, start)? {
                let slots = machine.slots();
                let group = |index: usize| slots[2 * index].zip(slots[2 * index + 1]);
                return Ok(Some(Match { start, end, groups: (0..self.groups).map(group).collect() }));
            }
            match text[start..].chars().next() {
                Some(character) => start += character.len_utf8(),
                None => return Ok(None),
            }
        }
    }
}

impl std::fmt::Debug for Regex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.source())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Limits;

    fn find(pattern: &str, flags: &str, text: &str) -> Option<String> {
        let regex = Regex::new(pattern, flags).expect("the pattern is well formed");
        let budget = Budget::new(&Limits::default());
        let found = regex.find(text, 0, &budget).expect("the search ends in time")?;
        let groups = found.groups.iter().map(|group| group.map_or("-", |(start, end)| &text[start..end]));
        let parts: Vec<&str> = std::iter::once(&text[found.start..found.end]).chain(groups).collect();
        Some(parts.join("|"))
    }

    #[test]
    fn patterns_match_as_in_javascript() {
        let cases = [
            ("a+", "", "baaa", Some("aaa")),
            ("a+?", "", "baaa", Some("a")),
            ("(a)|(b)", "", "b", Some("b|-|b")),
            ("(\\w+)\\s\\1", "", "say hey hey", Some("hey hey|hey")),
            ("x(?=y)", "", "xx xy", Some("x")),
            ("(?<!a)b", "", "ab b", Some("b")),
            ("(?<=\\$)\\d+", "", "cost $42", Some("42")),
            ("[^\\d\\s]+", "", "12 ab-c 3", Some("ab-c")),
            ("ABC", "i", "xabc", Some("abc")),
            ("^b$", "m", "a\nb\nc", Some("b")),
            ("^b$", "", "a\nb\nc", None),
            ("a{2,3}", "", "aaaa", Some("aaa")),
            ("a{,3}", "", "a{,3}", Some("a{,3}")),
            ("(a*)*b", "", "aab", Some("aab|aa")),
            ("\\u0041\\x42", "", "AB", Some("AB")),
            ("(?<year>\\d{4})-\\k<year>", "", "2024-2024", Some("2024-2024|2024")),
            ("\\bfoo\\b", "", "a foo b", Some("foo")),
            ("[\\]a]+", "", "]a", Some("]a")),
            ("é.ü", "", "éxü", Some("éxü")),
        ];
        for (pattern, flags, text, expected) in cases {
            assert_eq!(find(pattern, flags, text).as_deref(), expected, "/{pattern}/{flags} on {text:?}");
        }
    }

    #[test]
    fn broken_patterns_are_refused_and_hostile_ones_stopped() {
        for pattern in ["(", ")", "[a", "*a", "a{3,2}", "[z-a]", "(?x)", "a{1000}{1000}{1000}", "\\"] {
            assert!(Regex::new(pattern, "").is_err(), "/{pattern}/");
        }
        assert!(Regex::new(&"(".repeat(100_000), "").is_err());
        let regex = Regex::new("^(a+)+$", "").expect("the pattern is well formed");
        let budget = Budget::new(&Limits { steps: 1_000_000, ..Limits::default() });
        assert!(regex.find(&("a".repeat(40) + "b"), 0, &budget).is_err());
    }
}
