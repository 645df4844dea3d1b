//! `stepwell describe`: what is known of a state machine or an execution at any endpoint.

use crate::client::{Client, EndpointArguments, execution, names, shown, text};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style, printable};
use anyhow::bail;
use api::Operation;
use aws_client::percent_encoded;
use clap::Args;
use json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  stepwell describe order
  stepwell describe order:order-7
  stepwell describe order-7 --json

A name is that of a state machine, or else of an execution if only one state machine has such an execution.
Exit codes: 0 it is there, 2 it is not, bad usage or no answer.";

/// Show a state machine or an execution
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A state machine or an execution: NAME, STATE_MACHINE:EXECUTION, STATE_MACHINE:VERSION or an ARN
    #[arg(value_name = "NAME")]
    name: String,
    /// Print the API's answer, and where the execution was forked if it is a fork
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(describe(&arguments))
}

async fn describe(arguments: &Arguments) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let (operation, mut described) = look(&client, &arguments.name).await?;
    if operation == Operation::DescribeExecution
        && let Some(forked_from) = forked_from(&client, text(&described, "executionArn")).await
        && let Some(members) = described.as_object()
    {
        described = members.with("forkedFrom", forked_from).into();
    }
    output::data_raw(&match operation {
        _ if arguments.json => format!("{described}\n"),
        Operation::DescribeExecution => of_execution(&described),
        _ => of_machine(&described),
    });
    Ok(Exit::Success)
}

/// Where an execution was forked: AWS's API does not say it, the console's does. Nothing if that is off.
async fn forked_from(client: &Client, execution: &str) -> Option<Value> {
    let resource = format!("executions/{}/origin", percent_encoded(execution, ""));
    let origin = if client.has_console() { client.console(&resource, &[]).await.ok()? } else { return None };
    origin.get("forkedFrom").filter(|forked| forked.as_object().is_some()).cloned()
}

/// Finds out what is meant.
async fn look(client: &Client, name: &str) -> anyhow::Result<(Operation, Value)> {
    let of_machine = |arn: String| (Operation::DescribeStateMachine, json!({"stateMachineArn": arn}));
    let of_execution = |arn: String| (Operation::DescribeExecution, execution(&arn));
    let (operation, request) = if name.starts_with("arn:") {
        let kind = name.split(':').nth(5).unwrap_or_default();
        if kind == "stateMachine" { of_machine(name.to_owned()) } else { of_execution(name.to_owned()) }
    } else if let Some((machine, rest)) = name.split_once(':') {
        // A version has a number for a name; executions seldom do.
        let arn = client.state_machine(machine).await?;
        let described = client.call(Operation::DescribeExecution, &execution(&names::of_machine(&arn, rest))).await;
        match described {
            Ok(described) => return Ok((Operation::DescribeExecution, described)),
            Err(error) if error.is("ExecutionDoesNotExist") => of_machine(format!("{arn}:{rest}")),
            Err(error) => return Err(error.into()),
        }
    } else {
        let machines = client.state_machines().await?;
        match machines.iter().find(|machine| text(machine, "name") == name) {
            Some(machine) => of_machine(text(machine, "stateMachineArn").to_owned()),
            None => of_execution(match &client.executions_named(name).await?[..] {
                [one] => one.clone(),
                [] => bail!("there is no state machine and no execution '{name}'"),
                _ => client.execution(name).await?,
            }),
        }
    };
    Ok((operation, client.call(operation, &request).await?))
}

fn of_execution(described: &Value) -> String {
    let style = Style::of_stdout();
    let of = |name: &str| text(described, name).to_owned();
    let status = of("status");
    let painted = shown::status(&status, style);
    let count = described.get("redriveCount").and_then(Value::as_i64).unwrap_or_default();
    let redrives =
        if count > 0 { format!("{count}, last {}", shown::moment(described, "redriveDate")) } else { String::new() };
    let redrivable = match (&*of("redriveStatus"), of("redriveStatusReason")) {
        ("REDRIVABLE", _) => "yes".to_owned(),
        (_, reason) => reason,
    };
    let mut out = format!("{}  {painted}\n", printable(&names::short(&of("executionArn"))));
    out += &shown::pairs(
        &[
            ("arn", of("executionArn")),
            ("version", of("stateMachineVersionArn")),
            ("alias", of("stateMachineAliasArn")),
            ("from", described.get("forkedFrom").map_or_else(String::new, super::fork::told)),
            ("started", shown::moment(described, "startDate")),
            ("stopped", shown::moment(described, "stopDate")),
            ("took", shown::duration(described)),
            ("redrives", redrives),
            ("redrivable", redrivable),
            ("error", of("error")),
            ("cause", of("cause")),
        ],
        style,
    );
    for name in ["input", "output"] {
        if !of(name).is_empty() {
            out += &format!("  {}\n{}", style.faint(name), shown::payload(&of(name), "    "));
        }
    }
    out
}

fn of_machine(described: &Value) -> String {
    let style = Style::of_stdout();
    let of = |name: &str| text(described, name).to_owned();
    let level = described.get("loggingConfiguration").map(|logging| text(logging, "level").to_owned());
    let mut out = format!("{}  {}\n", printable(&of("name")), of("status"));
    out += &shown::pairs(
        &[
            ("arn", of("stateMachineArn")),
            ("type", of("type")),
            ("role", of("roleArn")),
            ("created", shown::moment(described, "creationDate")),
            ("revision", of("revisionId")),
            ("description", of("description")),
            ("logging", level.unwrap_or_default()),
        ],
        style,
    );
    out += &format!("  {}\n{}", style.faint("definition"), shown::payload(&of("definition"), "    "));
    out
}
