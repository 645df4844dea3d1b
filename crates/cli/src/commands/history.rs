//! `stepwell history`: what happened in an execution at any endpoint, and what goes on happening.

use crate::client::follow::{Follower, description};
use crate::client::{Client, EndpointArguments, shown, text};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style};
use crate::signals::Signals;
use clap::Args;
use json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  stepwell history order:order-7
  stepwell history order-7 --follow
  stepwell history order-7 --json | jq '.events[].type'

With --follow and --json there is one event a line, as soon as it is there.
Exit codes: 0 told, with --follow succeeded, 1 with --follow failed, timed out or aborted, 2 bad usage or no answer, 130 interrupted.";

/// Show the events of an execution
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The execution: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(value_name = "EXECUTION")]
    execution: String,
    /// Go on until the execution has closed
    #[arg(long)]
    follow: bool,
    /// The last event first
    #[arg(long, conflicts_with = "follow")]
    reverse: bool,
    /// Events at most
    #[arg(long, value_name = "COUNT", conflicts_with = "follow")]
    limit: Option<usize>,
    /// Print the API's events
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
        let mut signals = Signals::new()?;
        tokio::select! {
            told = tell(&client, &arguments, &execution) => told,
            () = signals.next() => Ok(Exit::Interrupted),
        }
    })
}

async fn tell(client: &Client, arguments: &Arguments, execution: &str) -> anyhow::Result<Exit> {
    let mut follower = Follower::new(client, execution);
    let mut events = follower.more().await?;
    let began = shown::began(&events).unwrap_or_default();
    if !arguments.follow {
        if arguments.reverse {
            events.reverse();
        }
        events.truncate(arguments.limit.unwrap_or(usize::MAX));
        if arguments.json {
            output::data(&json!({"events": events}).to_string());
        } else {
            print(&events, began);
        }
        return Ok(Exit::Success);
    }
    loop {
        if arguments.json {
            events.iter().for_each(|event| output::data(&event.to_string()));
        } else {
            print(&events, began);
        }
        if follower.is_closed {
            let closed = description(client, execution).await?;
            return Ok(if text(&closed, "status") == "SUCCEEDED" { Exit::Success } else { Exit::Failed });
        }
        tokio::time::sleep(client.poll_interval()).await;
        events = follower.more().await?;
    }
}

fn print(events: &[Value], began: i64) {
    let style = Style::of_stdout();
    events.iter().for_each(|event| output::data(&shown::event(event, began, style)));
}
