//! `stepwell dev`: a project's functions, state machines and executions, kept in step with its files.
//!
//! Reading order: this file (the wiring), `session` (what is done at the start and on a save), `build`, `follow` (what is shown),
//! `sources` (which files matter), `file_watch` (when they change).

mod build;
mod file_watch;
mod follow;
mod session;
mod sources;

use super::serve::{Listen, absolute};
use crate::configuration::{self, FILE_NAME, Project};
use crate::environment::Surroundings;
use crate::event_logs::EventLogArguments;
use crate::exit::Exit;
use crate::node::{self, Background, Calls, Node};
use crate::retention::RetentionArguments;
use crate::signals::Signals;
use crate::{aws, logging, output};
use anyhow::bail;
use clap::Args;
use session::Session;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  stepwell dev                            the project in this directory
  stepwell dev examples/image-processing
  stepwell dev --once                     for scripts: exits when the executions under `run` have ended

stepwell.yaml:
  functions:
    greet:
      command: python3 -m awslambdaric app.handler
                                          a program with a Lambda runtime client in it
      handler: app.handler                _HANDLER, for the clients that read it
      build: pip install awslambdaric -t functions/greet
                                          run in the project's directory, before the start
      timeout: 30                         seconds
      environment: {GREETING: hello}
      concurrency: 4
      directory: functions/greet          where it runs; or  url: http://127.0.0.1:3001
  stateMachines:
    hello:
      definition: hello.asl.json          or .asl.yaml
      type: STANDARD
      retention: 7d                       how long its closed executions are kept; 12h, 30m, forever
  activities: [approve]
  retention: 90d                          the same for all others
  buckets: {orders: ./data}               directories that stand for S3's buckets, for Distributed Maps
  connections:                            what HTTP Tasks are sent with, by the name in a connection's ARN
    crm:
      apiKey: {name: X-Api-Key, value: {env: CRM_KEY}}
                                          or  {file: crm.key}, {secret: prod/crm, key: apiKey}
      parameters: {headers: {X-Tenant: t1}}
  mocks: mocks.yaml                       what tasks give in test cases, as in --mocks
  run:
    - stateMachine: hello
      input: {name: Ada}";

/// Start a project from its stepwell.yaml and keep it in step with its files
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The project's directory, with a stepwell.yaml in it
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    #[command(flatten)]
    listen: Listen,
    /// The data directory [default: .stepwell in the project's directory]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Exit when the executions under `run` have ended: 0 if all succeeded, else 1
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    retention: RetentionArguments,
    #[command(flatten)]
    logs: EventLogArguments,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    logging::start()?;
    let file = arguments.directory.join(FILE_NAME);
    if !file.is_file() {
        bail!("there is no {FILE_NAME} in {}", arguments.directory.display());
    }
    let project = configuration::load(&file)?;
    node::runtime()?.block_on(develop(&arguments, file, project))
}

async fn develop(arguments: &Arguments, file: PathBuf, project: Project) -> anyhow::Result<Exit> {
    let mut signals = Signals::new()?;
    // What is in use is told before anything is built.
    let listener = arguments.listen.bind().await?;
    let address = listener.local_addr()?;
    let data = arguments.data.clone().unwrap_or_else(|| arguments.directory.join(".stepwell"));
    let store = node::open_directory(&data)?;
    tokio::select! {
        built = build::all(&project.functions, &arguments.directory) => built?,
        () = signals.next() => return Ok(Exit::Interrupted),
    }
    let functions = project.functions.iter().map(|function| function.config.clone()).collect();
    let surroundings = &arguments.surroundings;
    let retention = arguments.retention.with(Some(&project));
    let logs = arguments.logs.open(Some(&project), &surroundings.region)?;
    let mocks = surroundings.mocks(project.mocks.as_deref())?;
    let calls = Calls {
        aws: aws::client(surroundings, &project.aws, Some(address))?,
        mocks,
        connections: project.connections.clone(),
        buckets: project.buckets.clone(),
    };
    let node = Node::open(store, surroundings, functions, retention, logs, calls, Some(address)).await?;
    let server = Background::serve(listener, &node);
    output::talk(&format!(
        "stepwell {} serves {} as account {} in {}, data in {}",
        env!("CARGO_PKG_VERSION"),
        node::url(address),
        surroundings.account_id,
        surroundings.region,
        absolute(&data).display(),
    ));
    let mut session = Session::new(&node, surroundings, absolute(&file), project)?;
    let outcome = tokio::select! {
        outcome = work(&mut session, arguments.once) => outcome,
        () = signals.next() => Ok(if arguments.once { Exit::Interrupted } else { Exit::Success }),
    };
    signals.end_at_next();
    server.stop().await;
    node.close().await?;
    outcome
}

async fn work(session: &mut Session<'_>, once: bool) -> anyhow::Result<Exit> {
    let complete = session.put_all().await;
    if once && !complete {
        return Ok(Exit::Unable);
    }
    let all_succeeded = session.run_all().await?;
    if once {
        return Ok(if all_succeeded { Exit::Success } else { Exit::Failed });
    }
    output::talk("watching for changes; Ctrl-C ends");
    session.watch().await
}
