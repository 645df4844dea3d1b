//! The smallest client of the API, for tests that must know exactly what they send.

use crate::http::{self, Reply};
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// A call that did not succeed.
#[derive(Debug)]
pub enum CallError {
    /// The server answered an exception.
    Exception {
        /// The HTTP status.
        status: u16,
        /// Its name, without a namespace.
        name: String,
        /// Its message.
        message: String,
    },
    /// No answer came: nobody knows what became of the call.
    Lost(io::Error),
}

impl CallError {
    /// The exception's name, or none if no answer came.
    pub fn name(&self) -> Option<&str> {
        match self {
            CallError::Exception { name, .. } => Some(name),
            CallError::Lost(_) => None,
        }
    }
}

/// Calls one server.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// Where it listens.
    pub address: SocketAddr,
}

impl Client {
    /// Calls an operation.
    pub fn call(&self, operation: &str, input: Value) -> Result<Value, CallError> {
        self.call_text(operation, &input.to_string())
    }

    /// Calls an operation with any text as its body.
    pub fn call_text(&self, operation: &str, body: &str) -> Result<Value, CallError> {
        let target = format!("AWSStepFunctions.{operation}");
        let headers = [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", target.as_str())];
        let reply = http::request(self.address, "POST", "/", &headers, body.as_bytes()).map_err(CallError::Lost)?;
        outcome(&reply)
    }

    /// Calls an operation that must succeed.
    #[track_caller]
    pub fn must(&self, operation: &str, input: Value) -> Value {
        match self.call(operation, input) {
            Ok(output) => output,
            Err(error) => panic!("{operation}: {error:?}"),
        }
    }

    /// Creates a state machine and gives its ARN.
    #[track_caller]
    pub fn create_machine(&self, name: &str, definition: &Value) -> String {
        let role = "arn:aws:iam::123456789012:role/test";
        let created = self
            .must("CreateStateMachine", json!({"name": name, "definition": definition.to_string(), "roleArn": role}));
        text(&created, "stateMachineArn")
    }

    /// Starts an execution and gives its ARN.
    #[track_caller]
    pub fn start(&self, machine_arn: &str, input: &Value) -> String {
        let started = self.must("StartExecution", json!({"stateMachineArn": machine_arn, "input": input.to_string()}));
        text(&started, "executionArn")
    }

    /// All of a history.
    pub fn history(&self, execution_arn: &str) -> Result<Vec<Value>, CallError> {
        let mut events = Vec::new();
        let mut request = json!({"executionArn": execution_arn, "maxResults": 1000});
        loop {
            let mut page = self.call("GetExecutionHistory", request.clone())?;
            events.append(page["events"].as_array_mut().expect("a page has events"));
            match page.get("nextToken") {
                Some(token) => request["nextToken"] = token.clone(),
                None => return Ok(events),
            }
        }
    }

    /// Waits until an execution is over and gives its description.
    #[track_caller]
    pub fn wait(&self, execution_arn: &str, patience: Duration) -> Value {
        let deadline = Instant::now() + patience;
        loop {
            let description = self.must("DescribeExecution", json!({"executionArn": execution_arn}));
            if description["status"] != "RUNNING" {
                return description;
            }
            assert!(Instant::now() < deadline, "still running after {patience:?}: {description}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What a reply of the API says.
pub(crate) fn outcome(reply: &Reply) -> Result<Value, CallError> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_else(|error| {
        panic!("status {}, and no JSON ({error}): {}", reply.status, String::from_utf8_lossy(&reply.body))
    });
    if reply.status == 200 {
        return Ok(body);
    }
    let name = body["__type"].as_str().expect("an exception has a __type");
    let name = name.rsplit('#').next().expect("there is always a last part").to_owned();
    let message = body.get("message").or(body.get("Message")).and_then(Value::as_str).unwrap_or_default().to_owned();
    Err(CallError::Exception { status: reply.status, name, message })
}

fn text(output: &Value, member: &str) -> String {
    output[member].as_str().unwrap_or_else(|| panic!("no {member} in {output}")).to_owned()
}
