//! `stepwell send-task-success`, `send-task-failure`, `send-task-heartbeat`: what holds a task token tells any endpoint. The same as
//! `stepwell tasks succeed`, `fail` and `heartbeat`.

use super::run::input;
use crate::client::{Client, EndpointArguments};
use crate::exit::Exit;
use crate::{node, output};
use api::Operation;
use clap::Args;
use json::{Object, ObjectBuilder};

const EXIT_CODES: &str = "Exit codes: 0 taken, 2 the task is over, bad usage or no answer.";

/// End a task with a result
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Success {
    /// The task's token; or, at a server of one's own, the beginning of its id in `stepwell tasks`, or STATE_MACHINE:EXECUTION where one task waits
    #[arg(value_name = "TOKEN")]
    task_token: String,
    /// The result: JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON", default_value = "{}", allow_hyphen_values = true)]
    output: String,
    #[command(flatten)]
    rest: Rest,
}

/// End a task with an error
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Failure {
    /// The task's token; or, at a server of one's own, the beginning of its id in `stepwell tasks`, or STATE_MACHINE:EXECUTION where one task waits
    #[arg(value_name = "TOKEN")]
    task_token: String,
    /// The error
    #[arg(long)]
    error: Option<String>,
    /// Its cause
    #[arg(long)]
    cause: Option<String>,
    #[command(flatten)]
    rest: Rest,
}

/// Say that a task is being worked on
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Heartbeat {
    /// The task's token; or, at a server of one's own, the beginning of its id in `stepwell tasks`, or STATE_MACHINE:EXECUTION where one task waits
    #[arg(value_name = "TOKEN")]
    task_token: String,
    #[command(flatten)]
    rest: Rest,
}

#[derive(Args)]
struct Rest {
    /// Print the API's answer
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs `send-task-success`.
pub(crate) fn success(arguments: Success) -> anyhow::Result<Exit> {
    let mut request = ObjectBuilder::new();
    request.insert("output", input(&arguments.output)?);
    send(Operation::SendTaskSuccess, &arguments.task_token, &request.build(), &arguments.rest)
}

/// Runs `send-task-failure`.
pub(crate) fn failure(arguments: Failure) -> anyhow::Result<Exit> {
    let mut request = ObjectBuilder::new();
    request.insert_some("error", arguments.error).insert_some("cause", arguments.cause);
    send(Operation::SendTaskFailure, &arguments.task_token, &request.build(), &arguments.rest)
}

/// Runs `send-task-heartbeat`.
pub(crate) fn heartbeat(arguments: Heartbeat) -> anyhow::Result<Exit> {
    send(Operation::SendTaskHeartbeat, &arguments.task_token, &Object::new(), &arguments.rest)
}

fn send(operation: Operation, task: &str, request: &Object, rest: &Rest) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(async {
        let client = Client::new(&rest.endpoint)?;
        let token = client.task_token(task).await?;
        let answer = client.call(operation, &request.with("taskToken", token.into()).into()).await?;
        if rest.json {
            output::data(&answer.to_string());
        }
        Ok(Exit::Success)
    })
}
