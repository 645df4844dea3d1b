//! A server in memory whose tasks answer by their payload, and requests to it byte by byte.

use engine::{Engine, Options};
use integrations::{PerformFuture, Performer, TaskOutcome, TaskRequest};
use json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use stepwell_server::{self as server, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// The role of every machine.
const ROLE: &str = "arn:aws:iam::123456789012:role/role";

/// A task whose payload has `fail` in it fails with that error; the others give their payload back.
struct Echo;

impl Performer for Echo {
    fn perform(&self, request: TaskRequest) -> PerformFuture {
        let fails = request.payload.value().get("fail").and_then(Value::as_str).map(str::to_owned);
        let outcome = match fails {
            Some(error) => TaskOutcome::Failed { error: error.into(), cause: "as it was told".into() },
            None => TaskOutcome::Succeeded { output: request.payload },
        };
        Box::pin(async { Some(outcome) })
    }
}

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Engine,
    serving: JoinHandle<()>,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl World {
    pub(crate) async fn new() -> World {
        World::with(server::Options::default()).await
    }

    pub(crate) async fn with(server_options: server::Options) -> World {
        let options = Options::new(engine::registry::Identity::new("aws", "us-east-1", "123456789012"));
        let engine = Engine::open(Arc::new(store::Memory::new()), Echo, options).await.expect("nothing is stored");
        let server = Server::bind("127.0.0.1:0", Arc::new(engine.clone()), server_options).await;
        let server = server.expect("a free port");
        let address = server.local_address().expect("it is bound");
        World { address, engine, serving: tokio::spawn(server.serve(std::future::pending())) }
    }

    /// A request as it stands on the wire, on a connection of its own.
    pub(crate) async fn raw(&self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", self.address.port())).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("it answers");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Reply { status, head: head.to_ascii_lowercase(), body: bytes[end + 4..].to_vec() }
    }

    pub(crate) async fn with_headers(&self, line: &str, headers: &str, body: &str) -> Reply {
        let length = body.len();
        self.raw(&format!("{line} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"))
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.with_headers(&format!("GET {path}"), "Host: localhost\r\n", "").await
    }

    /// What is there, which must be something.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let reply = self.get(&format!("/console/api/v1/{path}")).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        let headers = "Host: localhost\r\nContent-Type: application/json\r\nX-Stepwell-Console: 1\r\n";
        self.with_headers(&format!("POST /console/api/v1/{path}"), headers, body).await
    }

    /// One of AWS's operations, which must succeed.
    pub(crate) async fn aws(&self, operation: &str, body: Value) -> Value {
        let reply = self.post(&format!("aws/{operation}"), &body.to_string()).await;
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text());
        reply.json()
    }

    pub(crate) async fn create(&self, name: &str, definition: &Value, machine_type: &str) -> String {
        let request = json::json!({
            "name": name, "roleArn": ROLE, "type": machine_type, "definition": (definition.to_string())
        });
        text(&self.aws("CreateStateMachine", request).await, "stateMachineArn")
    }

    /// Starts an execution and gives its ARN, once it has ended.
    pub(crate) async fn run(&self, machine_arn: &str, name: &str, input: Value) -> String {
        let mut watch = self.engine.watch();
        let request = json::json!({"stateMachineArn": machine_arn, "name": name, "input": (input.to_string())});
        let arn = text(&self.aws("StartExecution", request).await, "executionArn");
        loop {
            let told = watch.recv().await.expect("the engine runs");
            let is_end = |event: &engine::HistoryEvent| {
                use engine::HistoryEventDetails as Details;
                matches!(
                    event.details,
                    Details::ExecutionSucceeded { .. }
                        | Details::ExecutionFailed { .. }
                        | Details::ExecutionTimedOut { .. }
                )
            };
            if *told.execution_arn == *arn && told.events.iter().any(is_end) {
                return arn;
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        json::parse(&self.text()).expect("JSON")
    }

    /// Its status and the code of its error, if it has one.
    pub(crate) fn refusal(&self) -> String {
        let code = json::parse(&self.text()).ok().and_then(|body| Some(text(body.get("error")?, "code")));
        format!("{} {}", self.status, code.unwrap_or_default())
    }
}

/// A member that is a text.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Some members of an object, one line each.
pub(crate) fn members(value: &Value, names: &[&str]) -> String {
    names.iter().map(|name| format!("{name}: {}\n", value.get(name).unwrap_or(&Value::Null))).collect()
}

/// The members of a list's items, one line each.
pub(crate) fn table(items: &Value, columns: &[&str]) -> String {
    let row = |item: &Value| {
        let cell = |column: &&str| match item.get(column) {
            Some(Value::String(text)) => text.to_string(),
            other => other.map_or(String::new(), Value::to_string),
        };
        columns.iter().map(cell).collect::<Vec<_>>().join(" ") + "\n"
    };
    items.as_array().map(|items| items.iter().map(row).collect()).unwrap_or_default()
}
