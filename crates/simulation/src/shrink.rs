//! Making a failing run smaller: what can be left out while it still fails the same way.

use crate::plan::Plan;
use crate::run::{Report, Wrap, run};
use std::collections::BTreeSet;

/// Leaves out as much as it can in so many runs; what was left out, and the report of the smallest run that fails.
pub(crate) fn shrink(
    seed: u64,
    mut without: BTreeSet<String>,
    runs_max: usize,
    wrap: Wrap<'_>,
) -> (BTreeSet<String>, Report) {
    let mut smallest = run(Plan::new(seed, &without), wrap);
    let kind = smallest.violations.first().map(|violation| kind_of(violation));
    let mut runs = 0;
    let mut size = Plan::new(seed, &without).parts().len().div_ceil(2).max(1);
    while runs < runs_max {
        let parts = Plan::new(seed, &without).parts();
        let mut has_shrunk = false;
        for group in parts.chunks(size) {
            let fewer: BTreeSet<String> = without.iter().cloned().chain(group.iter().cloned()).collect();
            let report = run(Plan::new(seed, &fewer), wrap);
            runs += 1;
            if report.violations.iter().any(|violation| Some(kind_of(violation)) == kind) {
                (without, smallest, has_shrunk) = (fewer, report, true);
                break;
            }
            if runs >= runs_max {
                break;
            }
        }
        match (has_shrunk, size) {
            (true, _) => {}
            (false, 1) => break,
            (false, _) => size = size.div_ceil(2),
        }
    }
    (without, smallest)
}

/// A violation's words without what is particular to a run.
fn kind_of(violation: &str) -> String {
    violation.chars().filter(|character| character.is_ascii_alphabetic()).take(24).collect()
}
