//! Plays every recording that can be played and prints the table.
//!
//! `cargo test -p stepwell-conformance --test recorded [-- WORD]`: with a WORD only the cases whose name has it. Ends with failure when a
//! case fails that `expected_failures.txt` does not name, or one that it names does not. It speaks cargo-nextest's protocol as one test.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use stepwell_conformance::case::Case;
use stepwell_conformance::report::{Outcome, Report};
use stepwell_conformance::{applies, replay};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The one test cargo-nextest sees.
const TEST: &str = "recordings";

/// Cases played at a time. Most of them wait most of the time.
const AT_A_TIME: usize = 8;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            println!("{TEST}: test");
        }
        return ExitCode::SUCCESS;
    }
    let word = arguments.iter().find(|argument| !argument.starts_with('-') && *argument != TEST);
    let report = play_all(word.map_or("", String::as_str)).await;
    println!("{}", report.text());
    let surprises = report.surprises(&expected_failures());
    for surprise in &surprises {
        println!("{surprise}");
    }
    println!("\n{}", report.closing_line());
    if surprises.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn play_all(word: &str) -> Report {
    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut playing = JoinSet::new();
    let mut report = Report::default();
    for case in Case::load_all().into_iter().filter(|case| case.name.contains(word)) {
        if let Some(reason) = applies::missing(&case) {
            report.0.insert(case.name, Outcome::NotYet(reason));
            continue;
        }
        let permits = permits.clone();
        playing.spawn(async move {
            let _permit = permits.acquire_owned().await.expect("nobody closes it");
            let outcome = replay::play(&case).await.map_or_else(Outcome::Failed, |()| Outcome::Passed);
            (case.name, outcome)
        });
    }
    while let Some(played) = playing.join_next().await {
        let (name, outcome) = played.expect("playing a case does not panic");
        report.0.insert(name, outcome);
    }
    report
}

/// Cases known to fail, with the reason: `case # reason`, one a line.
fn expected_failures() -> BTreeMap<String, String> {
    let lines = include_str!("../expected_failures.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (case, reason) = line.split_once(" # ").expect("a line is `case # reason`");
            (case.trim().to_owned(), reason.trim().to_owned())
        })
        .collect()
}
