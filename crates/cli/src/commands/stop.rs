//! `stepwell stop`: aborts an execution at any endpoint.

use crate::client::{Client, EndpointArguments, names, shown};
use crate::exit::Exit;
use crate::{node, output};
use api::Operation;
use clap::Args;
use json::{ObjectBuilder, Value};

/// Abort an execution
#[derive(Args)]
#[command(after_help = "Exit codes: 0 it is closed, 2 bad usage or no answer.")]
pub(crate) struct Arguments {
    /// The execution: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(value_name = "EXECUTION")]
    execution: String,
    /// The error it shall have
    #[arg(long)]
    error: Option<String>,
    /// Its cause
    #[arg(long)]
    cause: Option<String>,
    /// Print the API's answer
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(async {
        let client = Client::new(&arguments.endpoint)?;
        let execution = client.execution(&arguments.execution).await?;
        let mut request = ObjectBuilder::new();
        request.insert("executionArn", execution.as_str());
        request.insert_some("error", arguments.error.as_deref()).insert_some("cause", arguments.cause.as_deref());
        let stopped = client.call(Operation::StopExecution, &Value::from(request.build())).await?;
        if arguments.json {
            output::data(&stopped.to_string());
        } else {
            output::talk(&format!("{} stopped at {}", names::short(&execution), shown::moment(&stopped, "stopDate")));
        }
        Ok(Exit::Success)
    })
}
