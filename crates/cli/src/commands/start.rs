//! `stepwell start`: starts an execution at any endpoint, and waits for its end if asked to.

use super::run;
use super::waiting::{Waited, wait};
use crate::client::{Client, EndpointArguments, names, text};
use crate::exit::Exit;
use crate::outcome::{self, Closed};
use crate::{node, output};
use api::{ExecutionStatus, Operation};
use clap::Args;
use json::{ObjectBuilder, Value, json};

const EXAMPLES: &str = "\
Examples:
  stepwell start order --input '{\"id\": 7}'
  stepwell start order:PROD --input @order.json --name order-7 --wait
  stepwell start 'order#PaymentFails' --wait
  stepwell start order --endpoint-url aws --region eu-central-1 --profile work

Without --wait the execution's ARN goes to stdout. With it the progress goes to stderr and the output to stdout; an Express state machine is run
synchronously. An interrupted wait leaves the execution running.
Exit codes: 0 started, or succeeded, 1 failed, timed out or aborted, 2 bad usage or no answer, 130 interrupted.";

/// Start an execution
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The state machine: NAME, NAME:VERSION, NAME:ALIAS or an ARN, and with #TEST_CASE behind it one whose tasks are mocked
    #[arg(value_name = "STATE_MACHINE")]
    state_machine: String,
    /// The input: JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON", default_value = "{}", allow_hyphen_values = true)]
    input: String,
    /// The execution's name
    #[arg(long)]
    name: Option<String>,
    /// Wait for the end, show the progress, print the output
    #[arg(long)]
    wait: bool,
    /// Print the API's answer: of StartExecution, or with --wait what the execution has become
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let input = run::input(&arguments.input)?;
    node::runtime()?.block_on(start(&arguments, &input))
}

async fn start(arguments: &Arguments, input: &str) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let machine = client.state_machine(&arguments.state_machine).await?;
    let mut request = ObjectBuilder::new();
    request.insert("stateMachineArn", machine.as_str()).insert("input", input);
    request.insert_some("name", arguments.name.as_deref());
    let request: Value = request.build().into();
    if arguments.wait && is_express(&client, &machine).await? {
        let ran = client.call(Operation::StartSyncExecution, &request).await?;
        return Ok(told(&ran, arguments.json));
    }
    let started = client.call(Operation::StartExecution, &request).await?;
    let execution = text(&started, "executionArn");
    if !arguments.wait {
        output::data(&if arguments.json { started.to_string() } else { execution.to_owned() });
        return Ok(Exit::Success);
    }
    finish(&client, execution, arguments.json).await
}

/// Waits for the end of an execution and tells it.
pub(crate) async fn finish(client: &Client, execution: &str, json: bool) -> anyhow::Result<Exit> {
    match wait(client, execution).await? {
        Waited::Closed(description) => Ok(told(&description, json)),
        Waited::Interrupted => {
            output::talk(&format!("{} goes on", names::short(execution)));
            output::data(execution);
            Ok(Exit::Interrupted)
        }
    }
}

/// An alias is of a machine, whose type it has.
async fn is_express(client: &Client, machine: &str) -> anyhow::Result<bool> {
    let machine = machine.split_once('#').map_or(machine, |(machine, _)| machine);
    let plain = machine.split(':').take(7).collect::<Vec<_>>().join(":");
    let described = client.call(Operation::DescribeStateMachine, &json!({"stateMachineArn": plain})).await?;
    Ok(text(&described, "type") == "EXPRESS")
}

fn told(description: &Value, json: bool) -> Exit {
    let closed = Closed::read(description);
    let exit = outcome::tell(&closed, &names::short(text(description, "executionArn")));
    if json {
        output::data(&description.to_string());
    } else if let Some(output) = closed.output.filter(|_| closed.status == ExecutionStatus::Succeeded) {
        output::data(&output);
    }
    exit
}
