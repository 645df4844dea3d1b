//! What came of the recordings: a table by area, what fails and how, and a closing line.

use crate::compare::Difference;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What came of one case.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Every answer is AWS's.
    Passed,
    /// Some answer is not.
    Failed(Difference),
    /// It needs something that is not built.
    NotYet(String),
}

/// What came of all, by name.
#[derive(Clone, Debug, Default)]
pub struct Report(pub BTreeMap<String, Outcome>);

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    not_yet: usize,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::NotYet(_) => self.not_yet += 1,
        }
    }
}

impl Report {
    /// The table, what is missing, what fails.
    pub fn text(&self) -> String {
        let mut areas: BTreeMap<&str, Counts> = BTreeMap::new();
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        let mut all = Counts::default();
        for (name, outcome) in &self.0 {
            areas.entry(name.split('/').next().unwrap_or_default()).or_default().add(outcome);
            all.add(outcome);
            if let Outcome::NotYet(reason) = outcome {
                *reasons.entry(reason).or_default() += 1;
            }
        }
        let mut text = format!("{:34} {:>7} {:>7} {:>8}\n", "area", "passed", "failed", "not yet");
        let row = |text: &mut String, area: &str, counts: &Counts| {
            writeln!(text, "{area:34} {:>7} {:>7} {:>8}", counts.passed, counts.failed, counts.not_yet)
                .expect("a String takes all");
        };
        for (area, counts) in &areas {
            row(&mut text, area, counts);
        }
        row(&mut text, "all", &all);
        text.push_str("\nnot yet, by the first thing missing:\n");
        for (reason, count) in reasons {
            writeln!(text, "{count:>5}  {reason}").expect("a String takes all");
        }
        for (name, difference) in self.failures() {
            let Difference { pointer, expected, got } = difference;
            write!(text, "\n{name}\n  at  {pointer}\n  AWS {}\n  we  {}\n", shortened(expected), shortened(got))
                .expect("a String takes all");
        }
        text
    }

    /// The cases that fail.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Difference)> {
        self.0.iter().filter_map(|(name, outcome)| match outcome {
            Outcome::Failed(difference) => Some((name.as_str(), difference)),
            Outcome::Passed | Outcome::NotYet(_) => None,
        })
    }

    /// The line a build reads: `N passed, N failed, N skipped`.
    pub fn closing_line(&self) -> String {
        let mut all = Counts::default();
        self.0.values().for_each(|outcome| all.add(outcome));
        format!("{} passed, {} failed, {} skipped", all.passed, all.failed, all.not_yet)
    }

    /// Where the list of expected failures and the truth part: cases that fail unexpectedly, and listed ones that do not fail.
    pub fn surprises(&self, expected: &BTreeMap<String, String>) -> Vec<String> {
        let unexpected = self.failures().filter(|(name, _)| !expected.contains_key(*name));
        let unexpected = unexpected.map(|(name, _)| format!("{name} fails and is not expected to"));
        let outdated = expected.keys().filter(|name| !matches!(self.0.get(*name), Some(Outcome::Failed(_))));
        unexpected.chain(outdated.map(|name| format!("{name} is expected to fail and does not"))).collect()
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 600;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
