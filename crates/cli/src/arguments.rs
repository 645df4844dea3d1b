//! The command line's words. What a command does with its own is in its file.

use crate::commands;
use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  stepwell dev examples/image-processing       build, start and watch a project
  stepwell run order.asl.json --input '{}'     run one workflow, print its output
  stepwell serve --listen 127.0.0.1:8083       serve the Step Functions API
  stepwell validate *.asl.json                 check definitions
  stepwell lint *.asl.json                     look for weak spots as well
  stepwell fmt workflows/                      lay definitions out
  stepwell render order.asl.json -o order.svg  draw a definition
  stepwell mock init order.asl.json            begin a file of mocks for its tasks
  stepwell why order:order-7                   show what an execution failed of
  stepwell start order --input '{}' --wait     start an execution at a server, or at AWS with --endpoint-url aws

Any AWS client can use the server:
  aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083

Exit codes: 0 done, 1 an execution failed or a definition has errors, 2 bad usage or surroundings.
STEPWELL_LOG=error|warn|info|debug sets what is logged on stderr; NO_COLOR turns colours off.";

/// AWS Step Functions workflows on your own machine.
#[derive(Parser)]
#[command(name = "stepwell", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Backup(commands::backup::Arguments),
    Check(commands::check::Arguments),
    Compare(commands::compare::Arguments),
    Describe(commands::describe::Arguments),
    Dev(commands::dev::Arguments),
    Explain(commands::explain::Arguments),
    Fmt(commands::fmt::Arguments),
    Fork(commands::fork::Arguments),
    History(commands::history::Arguments),
    Lint(commands::lint::Arguments),
    List(commands::list::Arguments),
    MapRun(commands::map_run::Arguments),
    Mock(commands::mock::Arguments),
    Redrive(commands::redrive::Arguments),
    Render(commands::render::Arguments),
    Restore(commands::restore::Arguments),
    Run(commands::run::Arguments),
    SendTaskFailure(commands::send_task::Failure),
    SendTaskHeartbeat(commands::send_task::Heartbeat),
    SendTaskSuccess(commands::send_task::Success),
    Serve(commands::serve::Arguments),
    Start(commands::start::Arguments),
    Stats(commands::stats::Arguments),
    Stop(commands::stop::Arguments),
    Tasks(commands::tasks::Arguments),
    Validate(commands::validate::Arguments),
    Why(commands::why::Arguments),
}
