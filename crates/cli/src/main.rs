//! The `stepwell` binary: arguments, output, exit codes and wiring; nothing else.
//!
//! Data goes to stdout, talk to stderr. Reading order: [`arguments`], then `commands` (one file each), `node` (the parts of a server put
//! together), `admin` (the door for operators), `calls` (the API as commands use it), `client` (the API of any endpoint), `environment` (variables of Step Functions Local), `configuration` (stepwell.yaml),
//! `progress` (executions on a terminal).

mod admin;
mod arguments;
mod aws;
mod blocking;
mod calls;
mod client;
mod cloud_watch_logs;
mod commands;
mod configuration;
mod definition;
mod environment;
mod event_bridge;
mod event_logs;
mod exit;
mod files;
mod http;
mod logging;
mod node;
mod otlp;
mod outcome;
mod output;
mod post;
mod pretty;
mod progress;
mod report;
mod retention;
mod signals;
mod terminal;
mod webhook;

use arguments::{Arguments, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Backup(arguments) => commands::backup::run(arguments),
        Command::Check(arguments) => commands::check::run(arguments),
        Command::Compare(arguments) => commands::compare::run(arguments),
        Command::Describe(arguments) => commands::describe::run(arguments),
        Command::Dev(arguments) => commands::dev::run(arguments),
        Command::Explain(arguments) => commands::explain::run(arguments),
        Command::Fmt(arguments) => commands::fmt::run(arguments),
        Command::Fork(arguments) => commands::fork::run(arguments),
        Command::History(arguments) => commands::history::run(arguments),
        Command::Lint(arguments) => commands::lint::run(arguments),
        Command::List(arguments) => commands::list::run(arguments),
        Command::MapRun(arguments) => commands::map_run::run(arguments),
        Command::Mock(arguments) => commands::mock::run(arguments),
        Command::Redrive(arguments) => commands::redrive::run(arguments),
        Command::Render(arguments) => commands::render::run(arguments),
        Command::Restore(arguments) => commands::restore::run(arguments),
        Command::Run(arguments) => commands::run::run(arguments),
        Command::SendTaskFailure(arguments) => commands::send_task::failure(arguments),
        Command::SendTaskHeartbeat(arguments) => commands::send_task::heartbeat(arguments),
        Command::SendTaskSuccess(arguments) => commands::send_task::success(arguments),
        Command::Serve(arguments) => commands::serve::run(arguments),
        Command::Start(arguments) => commands::start::run(arguments),
        Command::Stats(arguments) => commands::stats::run(arguments),
        Command::Stop(arguments) => commands::stop::run(arguments),
        Command::Tasks(arguments) => commands::tasks::run(arguments),
        Command::Validate(arguments) => commands::validate::run(arguments),
        Command::Why(arguments) => commands::why::run(arguments),
    };
    let exit = outcome.unwrap_or_else(|error| {
        output::error(&error);
        Exit::Unable
    });
    if output::data_lost() { Exit::Unable.into() } else { exit.into() }
}
