//! `stepwell serve`: the API on a socket, until a signal.

use crate::environment::Surroundings;
use crate::event_logs::EventLogArguments;
use crate::exit::Exit;
use crate::http::HttpArguments;
use crate::node::{self, Calls, Node};
use crate::retention::RetentionArguments;
use crate::signals::Signals;
use crate::{aws, configuration, logging, output};
use anyhow::{anyhow, bail};
use clap::Args;
use functions::Functions;
use server::Server;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;

const EXAMPLES: &str = "\
Examples:
  stepwell serve
  stepwell serve --listen 127.0.0.1:9000 --data /var/lib/stepwell --config stepwell.yaml
  stepwell serve --memory

GET /health answers 200 once requests are served, GET /metrics what is counted, for Prometheus. SIGTERM or Ctrl-C finishes what was begun and exits 0; a second one exits at once.";

/// Serve the Step Functions API
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// The data directory; created if it is not there
    #[arg(long, value_name = "DIR", default_value = ".stepwell")]
    data: PathBuf,
    /// Keep everything in memory: nothing outlives the process
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// A stepwell.yaml; its functions are served, its connections, mocks, buckets, retention, logs and traces hold, the rest of it is for `stepwell dev`
    // Its name of old tells of a part of it only.
    #[arg(long, alias = "functions", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    retention: RetentionArguments,
    #[command(flatten)]
    logs: EventLogArguments,
    #[command(flatten)]
    surroundings: Surroundings,
    #[command(flatten)]
    http: HttpArguments,
}

/// Where to listen.
#[derive(Args)]
pub(crate) struct Listen {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8083")]
    listen: String,
    /// Allow an address that other machines can reach. Requests are not authenticated: whoever reaches the address may use it
    #[arg(long)]
    allow_remote: bool,
}

impl Listen {
    /// Takes the address, which must be this machine's own unless others are allowed.
    pub(crate) async fn bind(&self) -> anyhow::Result<TcpListener> {
        let given = &self.listen;
        let addresses: Vec<SocketAddr> =
            given.to_socket_addrs().map_err(|error| anyhow!("--listen {given}: {error}"))?.collect();
        if !self.allow_remote && addresses.iter().any(|address| !address.ip().is_loopback()) {
            bail!(
                "--listen {given}: other machines could reach this address, and requests are not authenticated; \
                 --allow-remote allows it"
            );
        }
        TcpListener::bind(addresses.as_slice()).await.map_err(|error| anyhow!("cannot listen on {given}: {error}"))
    }
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    logging::start()?;
    node::runtime()?.block_on(serve(arguments))
}

async fn serve(arguments: Arguments) -> anyhow::Result<Exit> {
    let signals = Signals::new()?;
    let project = arguments.config.as_deref().map(configuration::load).transpose()?;
    let retention = arguments.retention.with(project.as_ref());
    let logs = arguments.logs.open(project.as_ref(), &arguments.surroundings.region)?;
    let mocks = arguments.surroundings.mocks(project.as_ref().and_then(|project| project.mocks.as_deref()))?;
    let aws = project.as_ref().map(|project| project.aws.clone()).unwrap_or_default();
    let connections = project.as_ref().map(|project| project.connections.clone()).unwrap_or_default();
    let buckets = project.as_ref().map(|project| project.buckets.clone()).unwrap_or_default();
    let functions = project.into_iter().flat_map(|project| project.functions).map(|function| function.config).collect();
    let options = arguments.http.options((!arguments.memory).then_some(&*arguments.data))?;
    let listener = arguments.listen.bind().await?;
    let address = listener.local_addr()?;
    let (store, place) = open_store(&arguments)?;
    let surroundings = &arguments.surroundings;
    let calls = Calls { aws: aws::client(surroundings, &aws, Some(address))?, mocks, connections, buckets };
    let node = Node::open(store, surroundings, functions, retention, logs, calls, Some(address)).await?;
    log_functions(&node.functions);
    let options = server::Options { function_logs: Some(node.function_logs()), ..options };
    let server = Server::new(listener, Arc::new(node.engine.clone()), options);
    output::data(&format!(
        "stepwell {} serves {} as account {} in {}, {place}",
        env!("CARGO_PKG_VERSION"),
        node::url(address),
        surroundings.account_id,
        surroundings.region,
    ));
    server.serve(signals.first()).await;
    node.close().await?;
    Ok(Exit::Success)
}

/// What functions write goes to the log.
fn log_functions(functions: &Functions) {
    if functions.names().is_empty() || !tracing::enabled!(tracing::Level::INFO) {
        return;
    }
    let mut logs = functions.subscribe_logs();
    tokio::spawn(async move {
        loop {
            match logs.recv().await {
                Ok(line) => output::printable_lines(&line.text)
                    .for_each(|text| tracing::info!(function = %line.function, "{text}")),
                Err(RecvError::Lagged(lines)) => tracing::info!(lines, "lines of functions went by too fast"),
                Err(RecvError::Closed) => return,
            }
        }
    });
}

fn open_store(arguments: &Arguments) -> anyhow::Result<(Arc<dyn Store>, String)> {
    if arguments.memory {
        return Ok((Arc::new(store::Memory::new()), "data in memory only".to_owned()));
    }
    let store = node::open_directory(&arguments.data)?;
    Ok((store, format!("data in {}", absolute(&arguments.data).display())))
}

/// The path as one can use it elsewhere.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
