//! `cargo xtask test`: everything the project knows to test, from a fresh clone on.
//!
//! What the tests need besides Rust is installed into the checkout: AWS's clients for Python into `.venv`, those for Node.js and jsonata-js into
//! `node_modules` beside their tests; a client on AWS's SDK for Rust is built, and so are the console's pages. All are left alone while they are up to date.

pub(crate) mod clients;
mod tools;

use crate::{api_model, aws_models, console, process, workspace};
use std::process::Command;
use std::time::Instant;

/// Runs the chore.
pub(crate) fn run() -> anyhow::Result<()> {
    let start = Instant::now();
    tools::check()?;
    clients::install()?;
    console::check()?;
    api_model::check_botocore()?;
    aws_models::check_botocore()?;
    let has_nextest = process::output(workspace::cargo().args(["nextest", "--version"])).is_some();
    process::run("build", test(has_nextest).args(["--workspace", "--no-run"]))?;
    println!("    {} s so far", start.elapsed().as_secs());
    // The last lines are the runner's: what it ran and how that ended. The table of recordings is shown on the way.
    let mut all = test(has_nextest);
    // Building one of them by name would build much of the workspace once more, with other features.
    all.env("STEPWELL_PROGRAMS_ARE_BUILT", "1");
    process::run("all tests", all.args(["--workspace", "--no-fail-fast"]))
}

fn test(has_nextest: bool) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(if has_nextest { &["nextest", "run"][..] } else { &["test"] });
    clients::on_path(&mut cargo);
    cargo
}
