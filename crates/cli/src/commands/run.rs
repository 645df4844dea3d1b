//! `stepwell run`: one workflow, once, in this process and its memory.

use crate::configuration::{self, FILE_NAME, Project};
use crate::environment::Surroundings;
use crate::event_logs::EventLogs;
use crate::exit::Exit;
use crate::node::{self, Background, Calls, Node};
use crate::progress::View;
use crate::signals::Signals;
use crate::{aws, calls, definition, logging, outcome, output};
use anyhow::{Context, anyhow, bail};
use api::{ExecutionStatus, StateMachineType};
use clap::Args;
use engine::{ExecutionEvents, Retention};
use functions::{FunctionConfig, LogLine};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

const EXAMPLES: &str = "\
Examples:
  stepwell run order.asl.json --input '{\"id\": 7}'
  stepwell run order.asl.yaml --input @order.json --timeout 30 > result.json
  stepwell run order.asl.yaml --mocks mocks.yaml --test-case PaymentFails

The output goes to stdout, the progress to stderr.
Exit codes: 0 succeeded, 1 failed, timed out or aborted, 2 bad usage or definition, 130 interrupted.";

/// How often the durations on a terminal go on.
const REFRESH: Duration = Duration::from_millis(100);
/// A timeout nobody waits for.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Run one workflow and print its output; nothing is kept
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The definition, JSON or YAML
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The input: JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON", default_value = "{}", allow_hyphen_values = true)]
    input: String,
    /// A stepwell.yaml that says which functions and endpoints the tasks call; by default the one beside the definition
    // Its name of old tells of a part of it only.
    #[arg(long, alias = "functions", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The execution's name
    #[arg(long)]
    name: Option<String>,
    /// A test case of the mocks: what its tasks give. In the mocks the state machine has the definition's file name without its ending
    #[arg(long, value_name = "NAME")]
    test_case: Option<String>,
    /// Stop the execution after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = timeout)]
    timeout: Option<Duration>,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    logging::start()?;
    let definition = definition::read(&arguments.file, StateMachineType::Standard)?;
    definition.tell();
    let Some(json) = definition.json else { return Ok(Exit::Unable) };
    let input = input(&arguments.input)?;
    let project = project(&arguments)?;
    node::runtime()?.block_on(execute(&arguments, &json, &input, project))
}

async fn execute(arguments: &Arguments, definition: &str, input: &str, project: Project) -> anyhow::Result<Exit> {
    let signals = Signals::new()?;
    let functions: Vec<FunctionConfig> = project.functions.into_iter().map(|function| function.config).collect();
    // Functions can call back with task tokens, and tasks call Step Functions.
    let is_called = !functions.is_empty() || definition.contains("aws-sdk:sfn:");
    let listener = if is_called { Some(TcpListener::bind(("127.0.0.1", 0)).await?) } else { None };
    let address = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let node = Node::open(
        Arc::new(store::Memory::new()),
        &arguments.surroundings,
        functions,
        Retention::default(),
        EventLogs::default(),
        Calls {
            aws: aws::client(&arguments.surroundings, &project.aws, address)?,
            connections: project.connections,
            buckets: project.buckets,
            mocks: arguments.surroundings.mocks(project.mocks.as_deref())?,
        },
        address,
    )
    .await?;
    let server = listener.map(|listener| Background::serve(listener, &node));
    let outcome = follow(arguments, definition, input, &node, signals).await;
    if let Some(server) = server {
        server.stop().await;
    }
    node.close().await?;
    outcome
}

async fn follow(
    arguments: &Arguments,
    definition: &str,
    input: &str,
    node: &Node,
    mut signals: Signals,
) -> anyhow::Result<Exit> {
    let (engine, surroundings) = (&node.engine, &arguments.surroundings);
    let name = &machine_name(&arguments.file);
    let wanted = calls::Wanted { name, definition, machine_type: StateMachineType::Standard, role_arn: None };
    calls::put_state_machine(engine, surroundings, &wanted).await?;
    let mut watched = Watched { events: engine.watch(), logs: node.functions.subscribe_logs(), view: View::new() };
    let mut machine_arn = calls::state_machine_arn(surroundings, name);
    if let Some(test_case) = &arguments.test_case {
        machine_arn = format!("{machine_arn}#{test_case}");
    }
    let execution_arn = calls::start(engine, &machine_arn, input, arguments.name.as_deref()).await?;
    let deadline = Instant::now() + arguments.timeout.unwrap_or(FOREVER);
    let mut exit = None;
    tokio::select! {
        closed = watched.until_closed(node, &execution_arn) => closed?,
        () = sleep_until(deadline) => exit = Some(Exit::Failed),
        () = signals.next() => exit = Some(Exit::Interrupted),
    }
    if let Some(exit) = exit {
        signals.end_at_next();
        let cause = if exit == Exit::Failed { "the time given by --timeout is over" } else { "interrupted" };
        calls::stop(engine, &execution_arn, "Stopped", cause).await?;
        watched.until_closed(node, &execution_arn).await?;
    }
    watched.view.finish();
    let execution = calls::describe(engine, &execution_arn).await?.into();
    let told = outcome::tell(&execution, name);
    if execution.status == ExecutionStatus::Succeeded {
        output::data(execution.output.as_deref().context("an execution that succeeded has an output")?);
    }
    Ok(match exit {
        Some(Exit::Interrupted) => Exit::Interrupted,
        _ => told,
    })
}

struct Watched {
    events: Receiver<ExecutionEvents>,
    logs: Receiver<LogLine>,
    view: View,
}

impl Watched {
    /// Shows what happens until the execution has closed. May be dropped and called again.
    async fn until_closed(&mut self, node: &Node, execution_arn: &str) -> anyhow::Result<()> {
        let mut refresh = tokio::time::interval(REFRESH);
        loop {
            tokio::select! {
                events = self.events.recv() => match events {
                    Ok(events) if self.view.handle(&events) => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        if calls::describe(&node.engine, execution_arn).await?.stop_date_ms.is_some() {
                            break;
                        }
                    }
                    Err(RecvError::Closed) => bail!("the engine stopped"),
                },
                Ok(line) = self.logs.recv() => self.view.log(&line),
                _ = refresh.tick(), if self.view.is_live() => self.view.refresh(),
            }
        }
        while let Ok(line) = self.logs.try_recv() {
            self.view.log(&line);
        }
        Ok(())
    }
}

pub(crate) fn input(argument: &str) -> anyhow::Result<String> {
    let (text, source) = if argument == definition::STDIN {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| anyhow!("--input: cannot read stdin: {error}"))?;
        (text, "stdin".to_owned())
    } else if let Some(file) = argument.strip_prefix('@') {
        let text = std::fs::read_to_string(file).map_err(|error| anyhow!("--input: cannot read {file}: {error}"))?;
        (text, file.to_owned())
    } else {
        (argument.to_owned(), "the input".to_owned())
    };
    match json::parse(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(anyhow!("--input: {source} is not JSON: {error}")),
    }
}

fn project(arguments: &Arguments) -> anyhow::Result<Project> {
    let beside = || Some(arguments.file.parent()?.join(FILE_NAME)).filter(|file| file.is_file());
    let Some(file) = arguments.config.clone().or_else(beside) else { return Ok(Project::default()) };
    let project = configuration::load(&file)?;
    for function in project.functions.iter().filter(|function| function.is_unbuilt()) {
        output::warning(&format!("function {} is not built yet: `stepwell dev` builds it", function.config.name));
    }
    Ok(project)
}

/// The file's name up to `.asl` or its ending, with what a name may not have replaced.
pub(crate) fn machine_name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split(".asl").next().unwrap_or_default();
    let stem = if stem == name { stem.rsplit_once('.').map_or(stem, |(stem, _)| stem) } else { stem };
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let name: String = stem.chars().map(plain).take(80).collect();
    if name.is_empty() { "workflow".to_owned() } else { name }
}

fn timeout(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "the timeout is a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if !timeout.is_zero() && timeout <= FOREVER => Ok(timeout),
        _ => Err("the timeout is a number of seconds above 0".to_owned()),
    }
}
