//! `stepwell list`: the state machines of any endpoint, its activities, or the executions of one state machine.

use crate::client::{Client, EndpointArguments, shown, text};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style, printable};
use api::Operation;
use clap::{Args, ValueEnum};
use json::{Object, Value, json};

const EXAMPLES: &str = "\
Examples:
  stepwell list
  stepwell list order --status failed
  stepwell list --activities --json

Exit codes: 0 told, 2 bad usage or no answer.";

/// Show the state machines, or the executions of one
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The state machine whose executions are listed, newest first: NAME, NAME:VERSION, NAME:ALIAS or an ARN
    #[arg(value_name = "STATE_MACHINE")]
    state_machine: Option<String>,
    /// Only executions of this status
    #[arg(long, requires = "state_machine", ignore_case = true)]
    status: Option<Status>,
    /// List activities instead
    #[arg(long, conflicts_with = "state_machine")]
    activities: bool,
    /// Entries at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    /// Print the API's entries
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Status {
    Running,
    Succeeded,
    Failed,
    #[value(alias = "timed_out")]
    TimedOut,
    Aborted,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        }
    }
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(list(&arguments))
}

async fn list(arguments: &Arguments) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let (operation, key, request) = match &arguments.state_machine {
        Some(machine) => {
            let request = json!({"stateMachineArn": (client.state_machine(machine).await?)});
            let request = request.as_object().cloned().unwrap_or_else(Object::new);
            let request = match arguments.status {
                Some(status) => request.with("statusFilter", status.word().into()),
                None => request,
            };
            (Operation::ListExecutions, "executions", request)
        }
        None if arguments.activities => (Operation::ListActivities, "activities", Object::new()),
        None => (Operation::ListStateMachines, "stateMachines", Object::new()),
    };
    let (entries, more) = client.list(operation, &request, key, arguments.limit).await?;
    if arguments.json {
        output::data(
            &Value::from([(key.to_owned(), Value::from(entries))].into_iter().collect::<Object>()).to_string(),
        );
    } else {
        output::data_raw(&shown::table(&rows(key, &entries), Style::of_stdout()));
    }
    if more {
        output::talk(&format!("There are more than {}; --limit asks for others.", arguments.limit));
    }
    Ok(Exit::Success)
}

fn rows(key: &str, entries: &[Value]) -> Vec<Vec<String>> {
    let head = match key {
        "executions" => ["NAME", "STATUS", "STARTED", "TOOK"].as_slice(),
        "stateMachines" => &["NAME", "TYPE", "CREATED"],
        _ => &["NAME", "CREATED"],
    };
    let name = |entry: &Value| printable(text(entry, "name"));
    let created = |entry: &Value| shown::moment(entry, "creationDate");
    let rows = entries.iter().map(|entry| match key {
        "executions" => {
            let status = text(entry, "status").to_owned();
            vec![name(entry), status, shown::moment(entry, "startDate"), shown::duration(entry)]
        }
        "stateMachines" => vec![name(entry), text(entry, "type").to_owned(), created(entry)],
        _ => vec![name(entry), created(entry)],
    });
    std::iter::once(head.iter().map(|word| (*word).to_owned()).collect()).chain(rows).collect()
}
