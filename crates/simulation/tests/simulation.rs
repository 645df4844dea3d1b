//! Seeds in every run of the tests: the same ones, and some nobody has run before. More of them: `cargo xtask simulate`.

use std::collections::BTreeSet;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use stepwell_simulation::{reproduction, simulate};

/// Seeds that are run each time.
const FIXED: u64 = 60;
/// Fresh ones, as long as there is time for them.
const FRESH: u64 = 120;
const FRESH_SECONDS: u64 = 10;

fn holds(seed: u64) {
    let report = simulate(seed, &BTreeSet::new());
    let command = reproduction(seed, &BTreeSet::new());
    assert!(report.violations.is_empty(), "{}\nrun it again with\n  {command}", report.violations.join("\n"));
}

#[test]
fn fixed_seeds() {
    (0..FIXED).for_each(holds);
}

#[test]
fn fresh_seeds() {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let first = since.as_secs() * 1_000;
    let begun = Instant::now();
    let seeds = (first..first + FRESH).take_while(|_| begun.elapsed().as_secs() < FRESH_SECONDS);
    let count = seeds.map(holds).count();
    eprintln!("{count} fresh seeds from {first} on");
}

#[test]
fn a_seed_is_one_run() {
    for seed in 0..8 {
        let (first, second) = (simulate(seed, &BTreeSet::new()), simulate(seed, &BTreeSet::new()));
        assert_eq!(first.trace, second.trace, "seed {seed} is two runs");
        assert!(first.operations > 50, "seed {seed} does nothing");
    }
}
