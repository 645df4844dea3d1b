//! Chores of the workspace: `cargo xtask tidy|test|bench|api-model`.
//!
//! Nothing here is part of what is shipped. What a chore prints is its output; a failed one exits with 1, bad usage with 2.
#![allow(clippy::print_stdout, reason = "a chore talks to whoever runs it")]

mod api_model;
mod bench;
mod floors;
mod process;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <chore>

  tidy              check floors, file heads, COMPATIBILITY.md, formatting and lints
  test              install what the tests need, then run all of them
  bench [suite ...] [options]
                    measure a release build: interpreter, store, engine, http, growth, or all of these;
                    'bench crates' alone runs the benches of single crates
    --seconds N       how long each load runs (10)
    --connections N   connections of the load over HTTP (64)
    --executions N    open executions in growth at most (100000)
    --compare FILE    show the figures beside those of an earlier target/bench/figures.json
  api-model         take AWS's model of the API from botocore, and make what is made of it";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["test"] => test::run(),
        ["bench", options @ ..] => bench::run(options),
        ["api-model"] => api_model::run(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
