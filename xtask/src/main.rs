//! Chores of the workspace: `cargo xtask example|tidy|test|console|simulate|bench|crash|differential|fuzz|api-model|aws-models|console-types`.
//!
//! Nothing here is part of what is shipped. What a chore prints is its output; a failed one exits with 1, bad usage with 2.
#![allow(clippy::print_stdout, reason = "a chore talks to whoever runs it")]

mod api_model;
mod aws_models;
mod bench;
mod console;
mod crash;
mod differential;
mod floors;
mod fuzz;
mod process;
mod test;
mod tidy;
mod workspace;

use anyhow::Context;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <chore>

  example           build everything, process a photo with a workflow, stay up with the console
  tidy              check floors, file heads, COMPATIBILITY.md, formatting and lints
  test              install what the tests need, then run all of them
  clients           install what the tests need, and no more
  console           build the console's pages, which the next build of the program takes in
  simulate [options]
                    run the whole engine in a simulated world, from seeds
    --seeds N         so many of them (100)
    --from S          beginning with this one (one nobody has run yet)
    --seed S          this one alone
    --without A,B     leave these parts of it out
    --trace           show everything that happens in it
  bench [suite ...] [options]
                    measure a release build: interpreter, store, engine, http, bare, growth, distributed, models,
                    or all of these;
                    'bench crates' alone runs the benches of single crates
    --peers           instead, our expression languages beside other implementations (needs Node.js)
    --seconds N       how long each load runs (10)
    --connections N   connections of the load over HTTP (64)
    --executions N    open executions in growth at most (100000)
    --items N         rows of the largest Distributed Map (1000000)
    --part NAME       this part of growth alone: histories, maps, machines, fairness, waits, tasks, timers
    --compare FILE    show the figures beside those of an earlier target/bench/figures.json
  crash [options]   kill the server under load, again and again, and check everything it acknowledged
    --kills N         how often (300)
    --seed N          when; the seed of a run is printed
    --full-disk       with a disk that is full at every other kill; needs root, for a small file system
  differential      compare generated JSONata expressions with jsonata-js
    --seed N          the first expression's seed (the time in seconds)
    --cases N         how many expressions (100000)
  fuzz TARGET       run a target of `fuzz/` under libFuzzer; needs a C++ compiler
    --seconds N       how long (60)
  api-model         take AWS's model of the API from botocore, and make what is made of it
  aws-models        pack the models of all services from botocore
  console-types     write the TypeScript of the console's API from the server's shapes";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["example"] => example(),
        ["tidy"] => tidy::run(),
        ["test"] => test::run(),
        ["console"] => console::build(),
        ["clients"] => test::clients::install(),
        ["simulate", options @ ..] => simulate(options),
        ["bench", options @ ..] => bench::run(options),
        ["crash", options @ ..] => crash::run(options),
        ["differential", options @ ..] => differential::run(options),
        ["fuzz", options @ ..] => fuzz::run(options),
        ["api-model"] => api_model::run(),
        ["aws-models"] => aws_models::run(),
        ["console-types"] => console_types(),
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

/// Builds the console's pages and the program, and runs the example in place of this process. Without pages the program works as well.
fn example() -> anyhow::Result<()> {
    if let Err(error) = console::build() {
        eprintln!("\nxtask: the console is left out: {error:#}");
    }
    let mut example = workspace::cargo();
    example.args(["run", "--release", "--", "dev", "examples/image-processing"]).current_dir(workspace::root());
    Err(example.exec()).context("cargo cannot be run")
}

/// Writes `console/src/api/types.ts`: the test that holds it to the server's shapes does, when it is told to.
fn console_types() -> anyhow::Result<()> {
    let mut test = workspace::cargo();
    test.args(["test", "--quiet", "--package", "stepwell-server", "--lib", "console::typescript"])
        .env("UPDATE_EXPECT", "1");
    process::run("console-types", &mut test)
}

/// Builds the simulation and runs it; what it prints is the chore's output.
fn simulate(options: &[&str]) -> anyhow::Result<()> {
    let mut simulation = workspace::cargo();
    simulation.args(["run", "--quiet", "--package", "stepwell-simulation", "--bin", "simulate", "--"]).args(options);
    process::run("simulation", &mut simulation)
}
