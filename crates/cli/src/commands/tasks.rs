//! `stepwell tasks`: the tasks that wait for an answer from outside at a server of one's own, and their answers.

use super::send_task;
use crate::client::{Client, EndpointArguments, names, shown, text};
use crate::exit::Exit;
use crate::output::{self, Style, printable};
use crate::progress::shown_duration;
use crate::{admin, node};
use clap::{Args, Subcommand};
use json::{Object, Value};

const EXAMPLES: &str = "\
Examples:
  stepwell tasks
  stepwell tasks --state-machine order --json
  stepwell tasks succeed 3fa9c1d2 --output '{\"approved\": true}'
  stepwell tasks fail order:42 --error Rejected --cause 'too dear'

Exit codes: 0 told or taken, 2 the task is over, bad usage or no answer.";

/// Tasks on a page of the server's.
const PAGE: usize = 200;
/// Digits of an id that are shown.
const ID_DIGITS: usize = 8;
/// Characters of a payload that are shown.
const PAYLOAD_CHARACTERS_MAX: usize = 60;

/// Show the tasks that wait for an answer, or answer one
#[derive(Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    answer: Option<Answer>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand)]
enum Answer {
    /// End a task with a result, as send-task-success does
    Succeed(send_task::Success),
    /// End a task with an error, as send-task-failure does
    Fail(send_task::Failure),
    /// Say that a task is being worked on, as send-task-heartbeat does
    Heartbeat(send_task::Heartbeat),
}

#[derive(Args)]
struct List {
    /// Only tasks of this state machine, those of its Map Runs included
    #[arg(long, value_name = "NAME")]
    state_machine: Option<String>,
    /// Only tasks of this execution: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(long, value_name = "EXECUTION", conflicts_with = "state_machine")]
    execution: Option<String>,
    /// Tasks at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    /// Print them as JSON, with tokens and payloads
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    match arguments.answer {
        Some(Answer::Succeed(arguments)) => send_task::success(arguments),
        Some(Answer::Fail(arguments)) => send_task::failure(arguments),
        Some(Answer::Heartbeat(arguments)) => send_task::heartbeat(arguments),
        None => node::runtime()?.block_on(list(&arguments.list)),
    }
}

async fn list(arguments: &List) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let machine = arguments.state_machine.as_deref().unwrap_or_default();
    // An ARN's last part is the name.
    let machine = machine.rsplit(':').next().unwrap_or_default();
    let execution = match &arguments.execution {
        Some(execution) => client.execution(execution).await?,
        None => String::new(),
    };
    let mut tasks: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    let more = loop {
        let limit = (arguments.limit - tasks.len()).clamp(1, PAGE).to_string();
        let query = [("machine", machine), ("execution", &*execution), ("limit", &*limit), ("cursor", &*cursor)];
        let page = client.console("tasks", &query).await?;
        tasks.extend(page.get("items").and_then(Value::as_array).into_iter().flat_map(|page| page.iter()).cloned());
        match page.get("next").and_then(Value::as_str) {
            Some(next) if tasks.len() < arguments.limit => cursor = next.to_owned(),
            next => break next.is_some(),
        }
    };
    if arguments.json {
        output::data(&Value::from(Object::new().with("tasks", tasks.into())).to_string());
    } else {
        output::data_raw(&shown::table(&rows(&tasks), Style::of_stdout()));
    }
    if more {
        output::talk(&format!("There are more than {}; --limit asks for others.", arguments.limit));
    }
    Ok(Exit::Success)
}

fn rows(tasks: &[Value]) -> Vec<Vec<String>> {
    let head = ["ID", "KIND", "STATE", "EXECUTION", "WAITS", "LEFT", "PAYLOAD"];
    let now = admin::now_ms();
    let row = |task: &Value| {
        let due = ["timeoutAt", "heartbeatAt"].iter().filter_map(|name| task.get(name)?.as_i64()).min();
        let kind = match (text(task, "kind"), text(task, "token")) {
            // Only a worker that polls gets the token.
            ("activity", "") => "activity, not taken",
            (kind, _) => kind,
        };
        vec![
            text(task, "id").chars().take(ID_DIGITS).collect(),
            kind.to_owned(),
            printable(text(task, "stateName")),
            printable(&names::short(text(task, "executionArn"))),
            shown_duration(now - task.get("since").and_then(Value::as_i64).unwrap_or(now)),
            due.map_or_else(|| "-".to_owned(), |due| shown_duration((due - now).max(0))),
            payload(task),
        ]
    };
    std::iter::once(head.map(str::to_owned).into()).chain(tasks.iter().map(row)).collect()
}

fn payload(task: &Value) -> String {
    let Some(payload) = task.get("payload") else { return String::new() };
    let (beginning, is_cut) = match text(payload, "text") {
        "" => (text(payload, "cut"), true),
        whole => (whole, whole.chars().count() > PAYLOAD_CHARACTERS_MAX),
    };
    let shown: String = beginning.chars().take(PAYLOAD_CHARACTERS_MAX - usize::from(is_cut)).collect();
    printable(&shown) + if is_cut { "…" } else { "" }
}
