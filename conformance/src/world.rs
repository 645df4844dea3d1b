//! A fresh server in this process: memory store, local functions, the API on a port of its own.

use crate::client::{Answer, Client};
use crate::{lambda, logs};
use engine::Engine;
use engine::registry::Identity;
use functions::Functions;
use integrations::Integrations;
use json::{ObjectBuilder, Value};
use server::Server;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The account in the recordings' answers.
pub const ACCOUNT: &str = "111111111111";

/// A server nobody else uses.
pub struct World {
    /// Calls it.
    pub client: Client,
    functions: Functions,
    engine: Engine,
    code: TempDir,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl World {
    /// Starts one.
    pub async fn start() -> World {
        let options = functions::Options { account_id: ACCOUNT.to_owned(), ..functions::Options::default() };
        let functions = Functions::new(options);
        let options = engine::Options::new(Identity::new("aws", "us-east-1", ACCOUNT));
        let store = Arc::new(store::Memory::new());
        let engine =
            Engine::open(store, Integrations::new(functions.clone()), options).await.expect("an empty store opens");
        let server = Server::bind("127.0.0.1:0", Arc::new(engine.clone()), server::Options::default()).await;
        let server = server.expect("a port is free");
        let client = Client::new(server.local_address().expect("it is bound"));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        let code = TempDir::new().expect("a directory for functions");
        World { client, functions, engine, code, stop, serving }
    }

    /// Calls an API.
    pub async fn call(&self, service: &str, operation: &str, params: &Value) -> Answer {
        if service == "lambda" {
            let value = lambda::play(operation, params, &self.functions, ACCOUNT, self.code.path());
            return Answer { failed: false, value };
        }
        if service == "logs" {
            return Answer { failed: false, value: logs::play(operation, params, ACCOUNT) };
        }
        let mut answer = self.client.call(operation, params).await;
        answer.value = self.as_deployed(&answer.value);
        answer
    }

    /// Ends everything it started.
    pub async fn stop(self) {
        let World { functions, engine, stop, serving, .. } = self;
        functions.shutdown().await;
        engine.shutdown().await.expect("memory closes");
        // The other end waits for nothing else.
        let _ = stop.send(());
        serving.abort();
        let _ = serving.await;
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
