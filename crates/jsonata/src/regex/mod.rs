//! Regular expressions as JavaScript has them, on a machine whose every step is charged to the evaluation's budget.
//!
//! An engine of its own, because the language needs look-around and back-references, which no linear engine has, and a hard bound on
//! backtracking, which no JavaScript-compatible one has. Without the `u` flag and by code points: the language's regexes know neither.

mod machine;
mod parse;

use crate::budget::Budget;
use crate::error::Error;
use machine::{Instruction, Machine, Program};
use std::sync::{Arc, OnceLock};

/// A compiled regular expression.
#[derive(Clone)]
pub struct Regex {
    pattern: Arc<str>,
    flags: Arc<str>,
    /// Made when it is first needed: written out, counted repetitions are thousands of times as long as the pattern.
    program: OnceLock<Program>,
}

/// Where a match is, in bytes.
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) groups: Vec<Option<(usize, usize)>>,
}

impl Regex {
    /// Checks a pattern; the flags are `i` and `m`. The error says what is wrong with it.
    pub(crate) fn new(pattern: &str, flags: &str) -> Result<Regex, String> {
        machine::check(&parse::parse(pattern)?)?;
        Ok(Regex { pattern: pattern.into(), flags: flags.into(), program: OnceLock::new() })
    }

    fn program(&self, budget: &Budget<'_>) -> Result<&Program, Error> {
        if let Some(program) = self.program.get() {
            return Ok(program);
        }
        let program = parse::parse(&self.pattern)
            .and_then(|parsed| machine::compile(&parsed, self.flags.contains('i'), self.flags.contains('m')))
            .map_err(|text| Error::new("S0303").with_text(text))?;
        budget.step(program.instructions.len() as u64)?;
        budget.allocate(program.instructions.len() * size_of::<Instruction>())?;
        Ok(self.program.get_or_init(|| program))
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
        let program = self.program(budget)?;
        let mut machine = Machine::new(&program.instructions, program.slots, text, budget);
        loop {
            if let Some(end) = machine.run(0, start)? {
                let slots = machine.slots();
                let group = |index: usize| slots[2 * index].zip(slots[2 * index + 1]);
                return Ok(Some(Match { start, end, groups: (0..program.groups).map(group).collect() }));
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
