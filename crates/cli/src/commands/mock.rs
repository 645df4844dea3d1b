//! `stepwell mock`: files of mocks checked, begun, made of what happened, and their schema.

use crate::client::follow::Follower;
use crate::client::{Client, EndpointArguments, names};
use crate::definition;
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style};
use crate::pretty::pretty;
use anyhow::{anyhow, bail};
use api::StateMachineType;
use asl::{Format, Severity};
use clap::{Args, Subcommand};
use integrations::mocks;
use json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  stepwell mock init order.asl.json > mocks.yaml
  stepwell mock check mocks.yaml order.asl.json
  stepwell run order.asl.json --mocks mocks.yaml --test-case HappyPath
  aws stepfunctions get-execution-history --execution-arn ARN > history.json
  stepwell mock record history.json --state-machine order > mocks.yaml
  stepwell mock record order:order-7 --endpoint-url aws > mocks.yaml
  stepwell mock schema > mocks.schema.json

docs/mocks.md tells what such a file can say.
Exit codes: 0 done, 1 a file has errors, 2 bad usage or no answer.";

/// Check, begin or record files of mocks
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(Check),
    Init(Init),
    Record(Record),
    /// Print the JSON Schema of files of mocks, by which editors complete them
    Schema,
}

/// Look for mistakes in a file of mocks
#[derive(Args)]
struct Check {
    /// The file, AWS's MockConfigFile.json or one in Stepwell's format
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Definitions of state machines in it, to which names of states and results are held. The file's name without its ending is the machine's
    #[arg(value_name = "DEFINITION")]
    definitions: Vec<PathBuf>,
}

/// Write a file of mocks with a response for every task of a definition
#[derive(Args)]
struct Init {
    /// The definition, JSON or YAML
    #[arg(value_name = "DEFINITION")]
    definition: PathBuf,
    /// The name of the state machine [default: the file's without its ending]
    #[arg(long, value_name = "NAME")]
    state_machine: Option<String>,
}

/// Write a file of mocks that plays an execution again
#[derive(Args)]
struct Record {
    /// A file with what GetExecutionHistory answers, or an execution: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(value_name = "HISTORY|EXECUTION")]
    source: String,
    /// The name of the state machine [default: the execution's, or the file's without its ending]
    #[arg(long, value_name = "NAME")]
    state_machine: Option<String>,
    /// The name of the test case
    #[arg(long, value_name = "NAME", default_value = "Recorded")]
    test_case: String,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    match arguments.command {
        Command::Check(arguments) => check(&arguments),
        Command::Init(arguments) => init(&arguments),
        Command::Record(arguments) => record(&arguments),
        Command::Schema => {
            output::data_raw(&format!("{}\n", pretty(&mocks::schema())));
            Ok(Exit::Success)
        }
    }
}

fn check(arguments: &Check) -> anyhow::Result<Exit> {
    let (name, text) = definition::unmarked_text(&arguments.file)?;
    let mut definitions = BTreeMap::new();
    for path in &arguments.definitions {
        definitions.insert(super::run::machine_name(path), parsed(path)?);
    }
    let findings = mocks::check(&text, &definitions);
    output::data_raw(&asl::render(&findings, &text, &name, Style::of_stdout().coloured));
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_errors { Exit::Failed } else { Exit::Success })
}

fn init(arguments: &Init) -> anyhow::Result<Exit> {
    let definition = parsed(&arguments.definition)?;
    let name = arguments.state_machine.clone().unwrap_or_else(|| super::run::machine_name(&arguments.definition));
    output::data_raw(&mocks::skeleton(&name, &definition));
    Ok(Exit::Success)
}

/// A definition that has no errors.
fn parsed(path: &Path) -> anyhow::Result<asl::StateMachineDefinition> {
    let read = definition::read(path, StateMachineType::Standard)?;
    read.tell();
    let options =
        asl::Options { machine_type: definition::of_api(StateMachineType::Standard), has_placeholders: false };
    let parsed = read.json.as_deref().and_then(|json| asl::parse(json, Format::Json, &options).definition);
    parsed.ok_or_else(|| anyhow!("{} has errors", path.display()))
}

fn record(arguments: &Record) -> anyhow::Result<Exit> {
    let path = Path::new(&arguments.source);
    let (name, events) = if path.is_file() || arguments.source == definition::STDIN {
        (super::run::machine_name(path), events_of(path)?)
    } else {
        node::runtime()?.block_on(fetched(arguments))?
    };
    let name = arguments.state_machine.clone().unwrap_or(name);
    let recorded = mocks::recorded(&name, &arguments.test_case, &events);
    output::data_raw(&recorded.map_err(|problem| anyhow!("the history of {}: {problem}", arguments.source))?);
    Ok(Exit::Success)
}

/// What GetExecutionHistory answers, or its events alone.
fn events_of(path: &Path) -> anyhow::Result<Vec<Value>> {
    let (name, text) = definition::unmarked_text(path)?;
    let value = json::parse(&text).map_err(|error| anyhow!("{name} is not JSON: {error}"))?;
    let events = value.get("events").unwrap_or(&value).as_array().map(|events| events.iter().cloned().collect());
    let Some(events) = events else { bail!("{name} has no 'events' as GetExecutionHistory answers them") };
    Ok(events)
}

async fn fetched(arguments: &Record) -> anyhow::Result<(String, Vec<Value>)> {
    let client = Client::new(&arguments.endpoint)?;
    let execution = client.execution(&arguments.source).await?;
    let events = Follower::new(&client, &execution).more().await?;
    let name = names::short(&execution).split(':').next().unwrap_or_default().to_owned();
    Ok((name, events))
}
