//! A fresh server in this process: a store, local functions, the API on a port of its own.

use crate::client::{Answer, Client};
use crate::{lambda, logs, stand_in};
use engine::Engine;
use engine::registry::Identity;
use functions::Functions;
use integrations::mocks::Mocks;
use integrations::{Buckets, Integrations};
use json::{ObjectBuilder, Value};
use server::Server;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use store_embedded::{Embedded, OpenError};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The account in the recordings' answers.
pub const ACCOUNT: &str = "111111111111";

/// How long a worker's long poll may hold up the end of a server.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(100);

/// Which server a recording is played against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One that keeps everything in memory and stays up.
    InMemory,
    /// One with a data directory that is shut down and started again between the steps and while an execution runs.
    Restarting,
}

/// A server nobody else uses.
pub struct World {
    /// Calls it, also after it was started again.
    pub client: Client,
    kind: Kind,
    functions: Functions,
    code: TempDir,
    data: TempDir,
    log: logs::Lines,
    mocks: Option<Mocks>,
    address: SocketAddr,
    running: Option<Running>,
}

struct Running {
    engine: Engine,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl World {
    /// Starts one.
    pub async fn start(kind: Kind) -> World {
        World::with(kind, None).await
    }

    /// Starts one where test cases of `mocks` can be run.
    pub async fn with_mocks(mocks: Mocks) -> World {
        World::with(Kind::InMemory, Some(mocks)).await
    }

    async fn with(kind: Kind, mocks: Option<Mocks>) -> World {
        let options = functions::Options { account_id: ACCOUNT.to_owned(), ..functions::Options::default() };
        let functions = Functions::new(options);
        let [code, data] = [(); 2].map(|()| TempDir::new().expect("a directory for a case"));
        let log = logs::Lines::default();
        let (running, address) =
            run(kind, data.path(), &functions, &log, mocks.as_ref(), ([127, 0, 0, 1], 0).into()).await;
        World { client: Client::new(address), kind, functions, code, data, log, mocks, address, running: Some(running) }
    }

    /// Shuts the server down and starts it again with what it has on disk, if it is of the kind to which that happens.
    pub async fn restart(&mut self) {
        if self.kind == Kind::Restarting {
            self.shut_down().await;
            let (running, _) =
                run(self.kind, self.data.path(), &self.functions, &self.log, self.mocks.as_ref(), self.address).await;
            self.running = Some(running);
        }
    }

    /// Ends everything it started.
    pub async fn stop(mut self) {
        self.functions.shutdown().await;
        self.shut_down().await;
    }

    async fn shut_down(&mut self) {
        let Some(Running { engine, stop, serving }) = self.running.take() else { return };
        // The other end waits for nothing else.
        let _ = stop.send(());
        engine.shutdown().await.expect("the store closes");
        serving.await.expect("the server does not panic");
    }

    /// Calls an API.
    pub async fn call(&self, service: &str, operation: &str, params: &Value) -> Answer {
        if service == "lambda" {
            let value = lambda::play(operation, params, &self.functions, ACCOUNT, self.code.path());
            return Answer { failed: false, value };
        }
        if service == "logs" {
            let value = logs::play(operation, params, ACCOUNT, &self.log).await;
            return Answer { failed: false, value: self.as_deployed(&value) };
        }
        if stand_in::is_called_by_clients(service) {
            return stand_in::call(service, operation, params).await;
        }
        let mut answer = self.client.call(operation, params).await;
        answer.value = self.as_deployed(&answer.value);
        answer
    }

    /// An answer with the directories of functions' code as Lambda has them, for stack traces.
    fn as_deployed(&self, value: &Value) -> Value {
        let directory = self.code.path().to_str().expect("a temporary directory has a plain name");
        match value {
            Value::String(text) if text.contains(directory) => Value::from(deployed(text, directory)),
            Value::Array(elements) => {
                elements.iter().map(|element| self.as_deployed(element)).collect::<Vec<_>>().into()
            }
            Value::Object(members) => {
                let mut builder = ObjectBuilder::new();
                for (name, value) in members.iter() {
                    builder.insert(name.clone(), self.as_deployed(value));
                }
                builder.build().into()
            }
            other => other.clone(),
        }
    }
}

/// A server at `address` on what is in `directory`, and the address it really has.
async fn run(
    kind: Kind,
    directory: &Path,
    functions: &Functions,
    log: &logs::Lines,
    mocks: Option<&Mocks>,
    address: SocketAddr,
) -> (Running, SocketAddr) {
    let store: Arc<dyn Store> = match kind {
        Kind::InMemory => Arc::new(store::Memory::new()),
        Kind::Restarting => Arc::new(opened(directory).await),
    };
    let mut options = engine::Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
    options.execution_log = Some(Box::new(log.clone()));
    let listener = TcpListener::bind(address).await.expect("the port is free");
    let address = listener.local_addr().expect("it is bound");
    let aws = stand_in::client(address);
    options.buckets = Buckets::new(Default::default(), Some(aws.clone()));
    let mut integrations = Integrations::new(functions.clone()).with_aws(aws);
    if let Some(mocks) = mocks {
        integrations = integrations.with_mocks(mocks.clone());
    }
    let engine = Engine::open(store, integrations, options).await.expect("the store can be read");
    let options = server::Options { drain_timeout: DRAIN_TIMEOUT, ..server::Options::default() };
    let server = Server::new(listener, Arc::new(engine.clone()), options);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async {
        let _ = stopped.await;
    }));
    (Running { engine, stop, serving }, address)
}

/// The store in `directory`. Its lock is held a moment longer than the store when a function's process is being forked meanwhile, which has
/// the lock until it executes its program.
async fn opened(directory: &Path) -> Embedded {
    loop {
        match Embedded::open(directory, store_embedded::Options::default()) {
            Err(OpenError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
            opened => return opened.expect("the directory is this world's own"),
        }
    }
}

fn deployed(text: &str, directory: &str) -> String {
    let mut pieces = text.split(directory);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // What follows is `/<function>` and the path within the function's code.
        let path = piece[1..].find(['/', '"', '\\']).map_or("", |end| &piece[1 + end..]);
        result.push_str("/var/task");
        result.push_str(path);
    }
    result
}
