//! The parts of a server put together: store, functions, integrations, engine.

use crate::admin;
use crate::environment::{Surroundings, is_at};
use crate::event_logs::EventLogs;
use anyhow::{Context, anyhow};
use aws_client::Client;
use engine::{Engine, Retention};
use functions::{FunctionConfig, Functions};
use integrations::http_task::{Connection, Connections};
use integrations::mocks::Mocks;
use integrations::{Buckets, Integrations, SignedEndpoints};
use server::Server;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use store_embedded::Embedded;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long requests under way may hold up the end of a command: long polls would for a minute.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// A running engine and the functions its tasks call.
pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) functions: Functions,
}

/// How tasks call services.
pub(crate) struct Calls {
    /// AWS's.
    pub(crate) aws: Client,
    /// What is not called.
    pub(crate) mocks: Option<Mocks>,
    /// What HTTP Tasks are sent with.
    pub(crate) connections: Vec<Connection>,
    /// Directories that stand for buckets.
    pub(crate) buckets: BTreeMap<String, PathBuf>,
}

/// Threads for requests and executions beyond one for every processor. One that reads rows from the disk is no use to others meanwhile, and a
/// kernel that spreads threads over processors by their number should see that these want more than the one thread of the log.
const MORE_THREADS: usize = 2;

/// What everything runs on.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(processors + MORE_THREADS).enable_all().build().context("the threads could not be started")
}

/// Opens or creates a data directory.
pub(crate) fn open_directory(directory: &Path) -> anyhow::Result<Arc<dyn Store>> {
    // The error is one line that says all.
    let store = Embedded::open(directory, store_embedded::Options::default()).map_err(|error| anyhow!("{error}"))?;
    let store = Arc::new(store);
    admin::open(directory, &store);
    Ok(store)
}

impl Node {
    /// Takes over what is in `store` and goes on with it. `calls` is how tasks call services; `address` is where functions find this server, if it is one.
    pub(crate) async fn open(
        store: Arc<dyn Store>,
        surroundings: &Surroundings,
        configured: Vec<FunctionConfig>,
        retention: Retention,
        logs: EventLogs,
        calls: Calls,
        address: Option<SocketAddr>,
    ) -> anyhow::Result<Node> {
        let functions = Functions::new(functions::Options {
            region: surroundings.region.clone(),
            account_id: surroundings.account_id.clone(),
            default_endpoint: surroundings.lambda_endpoint(address)?,
            environment: address.map(own_endpoint).unwrap_or_default(),
            secure: Some(Arc::new(SignedEndpoints(calls.aws.clone()))),
            ..functions::Options::default()
        });
        functions.set(configured);
        let buckets = Buckets::new(calls.buckets, Some(calls.aws.clone()));
        let elsewhere = calls.aws.settings().endpoint_urls.get("sfn");
        let elsewhere = elsewhere.is_some_and(|url| !address.is_some_and(|own| is_at(url, own)));
        let mut integrations = Integrations::new(functions.clone()).with_aws(calls.aws);
        integrations = integrations.with_connections(Connections::new(calls.connections));
        if elsewhere {
            integrations = integrations.starting_executions_elsewhere();
        }
        if let Some(mocks) = calls.mocks {
            integrations = integrations.with_mocks(mocks);
        }
        let mut options = engine::Options::new(surroundings.identity());
        options.buckets = buckets;
        options.settings = surroundings.settings();
        options.map_runs = surroundings.map_runs();
        options.retention = retention;
        options.execution_log = logs.execution_log;
        options.status_changes = logs.status_events;
        options.traces = logs.traces;
        let engine = Engine::open(store, integrations, options).await.context("what is stored cannot be read")?;
        Ok(Node { engine, functions })
    }

    /// What the functions have written lately.
    pub(crate) fn function_logs(&self) -> server::FunctionLogs {
        let functions = self.functions.clone();
        let told = |line: functions::LogLine| (line.request_id, line.text);
        server::FunctionLogs::new(move |name| functions.recent_logs(name).into_iter().map(told).collect())
    }

    /// Brings what was begun to disk and ends all function processes. Tasks in flight are performed again after the next start.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        let closed = self.engine.shutdown().await;
        self.functions.shutdown().await;
        closed.context("the store could not be closed")
    }
}

/// A server that goes on beside the command's own work.
pub(crate) struct Background {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Background {
    /// Serves the engine on a socket that listens already.
    pub(crate) fn serve(listener: TcpListener, node: &Node) -> Background {
        let options = server::Options {
            drain_timeout: DRAIN_TIMEOUT,
            function_logs: Some(node.function_logs()),
            ..server::Options::default()
        };
        let server = Server::new(listener, Arc::new(node.engine.clone()), options);
        let (stop, stopped) = oneshot::channel();
        Background { stop, serving: tokio::spawn(server.serve(async { drop(stopped.await) })) }
    }

    /// Lets requests under way finish, not much longer.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        // A server that panicked has said so.
        let _ = self.serving.await;
    }
}

/// Where clients on this machine reach a server that listens on `address`.
pub(crate) fn url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// What lets code in functions call SendTaskSuccess and the like with no more than a client's defaults.
fn own_endpoint(address: SocketAddr) -> BTreeMap<String, String> {
    ["AWS_ENDPOINT_URL_SFN", "AWS_ENDPOINT_URL_STEPFUNCTIONS"].map(|name| (name.to_owned(), url(address))).into()
}
