//! `cargo xtask simulate`: runs seeds, and shows what failed. Exits with 1 if one did, with 2 for bad usage.
#![allow(clippy::print_stdout, reason = "what it prints is its output")]

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use stepwell_simulation::{Report, definitions, reproduction, shrink, simulate};

const USAGE: &str = "\
cargo xtask simulate [options]

  --seeds N       run so many seeds (100)
  --from S        the first of them (one nobody has run yet)
  --seed S        run this seed alone
  --without A,B   leave these parts of it out
  --trace         show everything that happens in it
";

/// Runs a shrinking may take.
const SHRINK_RUNS: usize = 400;

struct Options {
    seeds: u64,
    from: Option<u64>,
    seed: Option<u64>,
    without: BTreeSet<String>,
    trace: bool,
}

fn main() -> ExitCode {
    let Some(options) = read_options(std::env::args().skip(1)) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match options.seed {
        Some(seed) => one(seed, &options),
        None => many(&options),
    }
}

fn read_options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options { seeds: 100, from: None, seed: None, without: BTreeSet::new(), trace: false };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seeds" => options.seeds = arguments.next()?.parse().ok()?,
            "--from" => options.from = Some(arguments.next()?.parse().ok()?),
            "--seed" => options.seed = Some(arguments.next()?.parse().ok()?),
            "--without" => options.without = arguments.next()?.split(',').map(str::to_owned).collect(),
            "--trace" => options.trace = true,
            _ => return None,
        }
    }
    Some(options)
}

fn one(seed: u64, options: &Options) -> ExitCode {
    let report = simulate(seed, &options.without);
    if options.trace {
        for definition in definitions(seed, &options.without) {
            println!("definition {definition}");
        }
        print!("{}", report.trace);
    }
    println!("{}", summary(&report));
    if report.violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    if options.trace {
        show(&report);
    } else {
        fail(seed, &options.without);
    }
    ExitCode::FAILURE
}

fn many(options: &Options) -> ExitCode {
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64 * 1_000;
    let from = options.from.unwrap_or(fresh);
    println!("seeds {from} to {}", from + options.seeds - 1);
    let begun = Instant::now();
    let mut total = Report::default();
    let mut failed = 0;
    for seed in from..from + options.seeds {
        let report = simulate(seed, &BTreeSet::new());
        total.operations += report.operations;
        total.lives += report.lives;
        total.closed += report.closed;
        total.compared += report.compared;
        total.events += report.events;
        if !report.violations.is_empty() {
            failed += 1;
            fail(seed, &BTreeSet::new());
        }
    }
    println!("{} in {:.1} s: {}", options.seeds, begun.elapsed().as_secs_f64(), summary(&total));
    println!("{failed} of {} seeds failed", options.seeds);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn summary(report: &Report) -> String {
    let Report { operations, lives, closed, compared, events, .. } = report;
    format!("{lives} lives, {operations} operations, {closed} executions closed, {compared} compared, {events} events")
}

fn fail(seed: u64, without: &BTreeSet<String>) {
    println!("seed {seed} fails; making it smaller");
    let (without, report) = shrink(seed, without, SHRINK_RUNS);
    show(&report);
    println!("{}", reproduction(seed, &without));
}

fn show(report: &Report) {
    for violation in &report.violations {
        println!("  {violation}");
    }
}
