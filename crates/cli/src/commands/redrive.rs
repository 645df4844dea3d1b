//! `stepwell redrive`: lets an execution at any endpoint go on from what failed.

use super::start::finish;
use crate::client::{Client, EndpointArguments, execution, names, shown};
use crate::exit::Exit;
use crate::{node, output};
use api::Operation;
use clap::Args;

/// Let an execution go on from what failed
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 it goes on, with --wait succeeded, 1 with --wait failed, 2 it cannot, bad usage or no answer."
)]
pub(crate) struct Arguments {
    /// The execution: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(value_name = "EXECUTION")]
    execution: String,
    /// Wait for the end, show the progress, print the output
    #[arg(long)]
    wait: bool,
    /// Print the API's answer: of RedriveExecution, or with --wait what the execution has become
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(async {
        let client = Client::new(&arguments.endpoint)?;
        let arn = client.execution(&arguments.execution).await?;
        let redriven = client.call(Operation::RedriveExecution, &execution(&arn)).await?;
        if arguments.wait {
            return finish(&client, &arn, arguments.json).await;
        }
        if arguments.json {
            output::data(&redriven.to_string());
        } else {
            output::talk(&format!("{} goes on since {}", names::short(&arn), shown::moment(&redriven, "redriveDate")));
        }
        Ok(Exit::Success)
    })
}
