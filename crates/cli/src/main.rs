//! The `stepwell` binary: arguments, output, exit codes and wiring; nothing else.
//!
//! Data goes to stdout, talk to stderr. Reading order: [`arguments`], then `commands` (one file each), `node` (the parts of a server put
//! together), `environment` (variables of Step Functions Local), `configuration` (stepwell.yaml), `progress` (executions on a terminal).

mod arguments;
mod commands;
mod configuration;
mod environment;
mod exit;
mod logging;
mod node;
mod output;
mod signals;

use arguments::{Arguments, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => commands::serve::run(arguments),
    };
    outcome
        .unwrap_or_else(|error| {
            output::error(&error);
            Exit::Unable
        })
        .into()
}
