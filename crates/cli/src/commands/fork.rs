//! `stepwell fork`: starts an execution at a state that an earlier one came to, at a server of one's own.

use super::run;
use super::start::finish;
use crate::client::{Client, EndpointArguments, names, text};
use crate::exit::Exit;
use crate::{node, output};
use anyhow::bail;
use aws_client::percent_encoded;
use clap::Args;
use json::{ObjectBuilder, Value};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  stepwell fork order:order-7 --state Charge
  stepwell fork order-7 --state Charge --visit 2 --input '{\"card\": \"good\"}' --wait
  stepwell fork order:order-7 --state Charge --current --variables @variables.json --name order-7-mended

The new execution begins at the state, with the input and the variables that the earlier one had there unless others are given. Everything before
the state counts as done. A state inside a Parallel or Map state is forked from the outermost state around it.
Without --wait the new execution's ARN goes to stdout. With it the progress goes to stderr and the output to stdout.
Exit codes: 0 started, or succeeded, 1 failed, timed out or aborted, 2 bad usage or no answer, 130 interrupted.";

/// Between looks at an Express execution.
const POLL: Duration = Duration::from_millis(100);

/// Start an execution at a state that another one came to
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The execution to fork: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(value_name = "EXECUTION")]
    execution: String,
    /// The state to begin at
    #[arg(long, value_name = "NAME")]
    state: String,
    /// Which visit of the state, from 1 on; else the last
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    visit: Option<u32>,
    /// The state's input: JSON, @FILE, or - for stdin; else what it got
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    input: Option<String>,
    /// The variables, an object: JSON, @FILE, or - for stdin; else those it saw
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    variables: Option<String>,
    /// The new execution's name
    #[arg(long)]
    name: Option<String>,
    /// Run the state machine's current definition, not the one that the execution ran
    #[arg(long)]
    current: bool,
    /// Wait for the end, show the progress, print the output
    #[arg(long)]
    wait: bool,
    /// Print the answer: where the new execution begins, or with --wait what it has become
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    if arguments.input.as_deref() == Some("-") && arguments.variables.as_deref() == Some("-") {
        bail!("--input and --variables cannot both be read from stdin");
    }
    let given = |option, argument: &Option<String>| argument.as_ref().map(|text| run::json(option, text)).transpose();
    let (input, variables) = (given("--input", &arguments.input)?, given("--variables", &arguments.variables)?);
    let mut body = ObjectBuilder::new();
    body.insert("state", arguments.state.as_str());
    body.insert_some("number", arguments.visit);
    body.insert_some("input", input);
    body.insert_some("variables", variables);
    body.insert_some("name", arguments.name.as_deref());
    body.insert_some("definition", arguments.current.then_some("current"));
    node::runtime()?.block_on(fork(&arguments, &body.build().into()))
}

async fn fork(arguments: &Arguments, body: &Value) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let arn = client.execution(&arguments.execution).await?;
    let made = client.console_post(&format!("executions/{}/fork", percent_encoded(&arn, "")), body).await?;
    let execution = text(&made, "executionArn");
    if !arguments.wait {
        if !arguments.json {
            let from = made.get("forkedFrom").map_or_else(String::new, told);
            output::talk(&format!("{} {from}", names::short(execution)));
        }
        output::data(&if arguments.json { made.to_string() } else { execution.to_owned() });
        return Ok(Exit::Success);
    }
    match execution.split(':').nth(5) {
        Some("express") => finish_express(&client, execution, arguments.json).await,
        _ => finish(&client, execution, arguments.json).await,
    }
}

/// Where an execution was forked, as the console's API says it, for people.
pub(crate) fn told(forked: &Value) -> String {
    let number = forked.get("number").and_then(Value::as_i64).unwrap_or_default();
    let (from, state) = (names::short(text(forked, "arn")), text(forked, "stateName"));
    format!("forked from {from} at {state}, visit {number}")
}

/// AWS's API tells nothing of Express executions: the console's does.
async fn finish_express(client: &Client, execution: &str, json: bool) -> anyhow::Result<Exit> {
    let resource = format!("executions/{}", percent_encoded(execution, ""));
    loop {
        let found = client.console(&resource, &[]).await?;
        let status = text(&found, "status");
        if status == "RUNNING" {
            tokio::time::sleep(POLL).await;
            continue;
        }
        if json {
            output::data(&found.to_string());
        } else if let Some(output) = found.get("output").filter(|_| status == "SUCCEEDED") {
            output::data(&whole(client, output).await?);
        }
        output::talk(&format!("{} {status}", names::short(execution)));
        for (name, member) in [("Error", "error"), ("Cause", "cause")] {
            if !text(&found, member).is_empty() {
                output::talk(&format!("{name}: {}", text(&found, member)));
            }
        }
        return Ok(if status == "SUCCEEDED" { Exit::Success } else { Exit::Failed });
    }
}

/// All of a payload of the console's API.
async fn whole(client: &Client, payload: &Value) -> anyhow::Result<String> {
    let resource = match payload.get("ref").and_then(Value::as_str) {
        Some(reference) => format!("payload/{reference}"),
        None => return Ok(text(payload, "text").to_owned()),
    };
    let mut whole = String::new();
    loop {
        let part = client.console(&resource, &[("from", &whole.len().to_string())]).await?;
        whole.push_str(text(&part, "text"));
        let total = part.get("total").and_then(Value::as_i64).unwrap_or_default();
        if whole.len() as i64 >= total || text(&part, "text").is_empty() {
            return Ok(whole);
        }
    }
}
