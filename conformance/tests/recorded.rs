//! Plays every recording that can be played and prints the table.
//!
//! `cargo test -p stepwell-conformance --test recorded [-- WORD] [--restarts]`: with a WORD only the cases whose name has it, with
//! `--restarts` on servers with a data directory that are started again between the steps and during executions. Ends with failure when
//! a case fails that `expected_failures.txt` does not name, or one that it names does not. It speaks cargo-nextest's protocol as two tests,
//! one of either kind.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use stepwell_conformance::case::Case;
use stepwell_conformance::report::{Outcome, Report};
use stepwell_conformance::world::Kind;
use stepwell_conformance::{applies, replay, stand_in};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The tests cargo-nextest sees: on servers in memory, and on restarting ones.
const TESTS: [&str; 2] = ["recordings", "recordings_with_restarts"];

/// Cases played at a time. Most of them wait most of the time.
const AT_A_TIME: usize = 12;

/// Cases whose task starts an execution by name through the API: one that a restart interrupts is performed again (at least once, as on
/// AWS), and finds the name taken by an execution that has ended.
const REPEATS: [&str; 2] =
    ["services/test_sfn_start_execution", "services/test_sfn_start_execution_implicit_json_serialisation"];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if has("--list") {
        if !has("--ignored") {
            TESTS.iter().for_each(|test| println!("{test}: test"));
        }
        return ExitCode::SUCCESS;
    }
    let kind = if has("--restarts") || has(TESTS[1]) { Kind::Restarting } else { Kind::InMemory };
    let word = arguments.iter().find(|argument| !argument.starts_with('-') && !TESTS.contains(&argument.as_str()));
    let word = word.map_or("", String::as_str);
    stand_in::start();
    let report = play_all(word, kind).await;
    stand_in::stop();
    println!("{}", report.text());
    let surprises = report.surprises(&expected_failures(word));
    for surprise in &surprises {
        println!("{surprise}");
    }
    println!("\n{}", report.closing_line());
    if surprises.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn play_all(word: &str, kind: Kind) -> Report {
    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut playing = JoinSet::new();
    let mut report = Report::default();
    for case in Case::load_all().into_iter().filter(|case| case.name.contains(word)) {
        if let Some(reason) = applies::missing(&case) {
            report.0.insert(case.name, Outcome::NotYet(reason));
            continue;
        }
        if kind == Kind::Restarting && REPEATS.contains(&case.name.as_str()) {
            report.0.insert(case.name, Outcome::NotYet("a repeated call is answered otherwise".to_owned()));
            continue;
        }
        let permits = permits.clone();
        playing.spawn(async move {
            let _permit = permits.acquire_owned().await.expect("nobody closes it");
            let played = replay::play(&case, kind).await;
            let outcome = played.map_or_else(Outcome::Failed, |()| Outcome::Passed);
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
fn expected_failures(word: &str) -> BTreeMap<String, String> {
    let lines = include_str!("../expected_failures.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (case, reason) = line.split_once(" # ").expect("a line is `case # reason`");
            (case.trim().to_owned(), reason.trim().to_owned())
        })
        .filter(|(case, _)| case.contains(word))
        .collect()
}
