//! The Step Functions API as a client sees it: any endpoint, AWS's own included.
//!
//! Reading order: [`endpoint`] (which one, and who asks), [`Client`] (a call), `names` (what is meant), [`follow`] (an execution as it goes on),
//! `events` (what is read of its events). Connections and signatures are `aws-client`'s.

mod call_error;
mod endpoint;
mod events;
pub(crate) mod follow;
pub(crate) mod names;
pub(crate) mod shown;

pub(crate) use call_error::CallError;
pub(crate) use endpoint::EndpointArguments;
pub(crate) use events::moment_ms;

use anyhow::bail;
use api::Operation;
use aws_client::{Credentials, Http, Request, Scope, basic_time};
use endpoint::Endpoint;
use json::{Object, Value, json};
use std::time::Duration;

/// How often a call is tried that may be, and how long is waited before the second time.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);
const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Synchronous executions take five minutes at most.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(6 * 60);
/// No answer of the API is nearly as long.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Calls one endpoint.
pub(crate) struct Client {
    endpoint: Endpoint,
    credentials: Option<Credentials>,
    http: Http,
}

impl Client {
    /// The client that the flags, the environment and AWS's files ask for.
    pub(crate) fn new(arguments: &EndpointArguments) -> anyhow::Result<Client> {
        let (endpoint, credentials) = arguments.resolve()?;
        Ok(Client { endpoint, credentials, http: Http::new(CONNECT_TIMEOUT) })
    }

    /// Between looks at something that goes on: AWS counts requests, a server of one's own does not.
    pub(crate) fn poll_interval(&self) -> Duration {
        Duration::from_millis(if self.endpoint.is_aws() { 1000 } else { 100 })
    }

    /// Calls an operation. What only reads is tried again when no answer came or the server could not answer; anything is when it was too much.
    pub(crate) async fn call(&self, operation: Operation, body: &Value) -> Result<Value, CallError> {
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(operation, body).await;
            match &outcome {
                Err(error) if attempt < ATTEMPTS && error.is_worth_another(reads(operation)) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    attempt += 1;
                }
                _ => return outcome,
            }
        }
    }

    /// All entries of a list, up to `most` of them, over as many pages as it takes; and whether there are more.
    pub(crate) async fn list(
        &self,
        operation: Operation,
        request: &Object,
        key: &str,
        most: usize,
    ) -> Result<(Vec<Value>, bool), CallError> {
        let mut entries = Vec::new();
        let mut request = request.with("maxResults", most.clamp(1, 1000).into());
        loop {
            let page = self.call(operation, &request.clone().into()).await?;
            entries.extend(page.get(key).and_then(Value::as_array).into_iter().flat_map(|page| page.iter()).cloned());
            match page.get("nextToken") {
                Some(token) if entries.len() < most => request = request.with("nextToken", token.clone()),
                token => {
                    let more = token.is_some() || entries.len() > most;
                    entries.truncate(most);
                    return Ok((entries, more));
                }
            }
        }
    }

    /// What the console's API of a server of one's own says: of a resource, by a query.
    pub(crate) async fn console(&self, resource: &str, query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut request = self.console_request("GET", resource)?;
        for (name, value) in query {
            request.add_query(name, value);
        }
        self.console_answer(request).await
    }

    /// What it says to a request that does something.
    pub(crate) async fn console_post(&self, resource: &str, body: &Value) -> anyhow::Result<Value> {
        let mut request = self.console_request("POST", resource)?;
        request.set("content-type", "application/json");
        request.set("x-stepwell-console", "1");
        request.body = body.to_string().into();
        self.console_answer(request).await
    }

    /// Whether there is a console's API behind the endpoint.
    pub(crate) fn has_console(&self) -> bool {
        !self.endpoint.is_aws()
    }

    fn console_request(&self, method: &str, resource: &str) -> anyhow::Result<Request> {
        if self.endpoint.is_aws() {
            bail!("only a server of one's own can do this; AWS cannot");
        }
        let path = format!("{}/console/api/v1/{resource}", self.endpoint.path().trim_end_matches('/'));
        let mut request = Request::new(method, &path);
        request.set("host", &self.endpoint.authority(Operation::ListActivities));
        Ok(request)
    }

    async fn console_answer(&self, request: Request) -> anyhow::Result<Value> {
        let lost = |error: anyhow::Error| CallError::lost(&self.endpoint, &error);
        let request = request.to_message(&self.endpoint.origin(Operation::ListActivities));
        let request = request.map_err(|error| lost(anyhow::Error::msg(error)))?;
        let answered = self.http.send(request, ANSWER_TIMEOUT, ANSWER_BYTES_MAX).await;
        let answered = answered.map_err(|error| lost(error.into()))?;
        let status = answered.status().as_u16();
        let answer = json::parse(&String::from_utf8_lossy(answered.body()));
        match (status, answer) {
            (200, Ok(answer)) => Ok(answer),
            (_, Ok(answer)) if answer.get("error").is_some() => {
                let error = answer.get("error").unwrap_or(&Value::Null);
                bail!("{}: {}", text(error, "code"), text(error, "message"))
            }
            _ => Err(CallError::nonsense(&self.endpoint, status, "this is no answer of Stepwell's").into()),
        }
    }

    async fn attempt(&self, operation: Operation, body: &Value) -> Result<Value, CallError> {
        let mut request = Request::new("POST", self.endpoint.path());
        request.set("content-type", CONTENT_TYPE);
        request.set("host", &self.endpoint.authority(operation));
        request.set("x-amz-target", &format!("AWSStepFunctions.{}", operation.as_str()));
        request.body = body.to_string().into();
        if let Some(credentials) = &self.credentials {
            request.sign(credentials, &Scope { region: &self.endpoint.region, service: "states", now: &basic_time() });
        }
        let lost = |error: anyhow::Error| CallError::lost(&self.endpoint, &error);
        let request =
            request.to_message(&self.endpoint.origin(operation)).map_err(|error| lost(anyhow::Error::msg(error)))?;
        let answered = self.http.send(request, ANSWER_TIMEOUT, ANSWER_BYTES_MAX).await;
        let answered = answered.map_err(|error| lost(error.into()))?;
        let (status, text) = (answered.status().as_u16(), String::from_utf8_lossy(answered.body()));
        let answer = json::parse(&text);
        if status == 200 {
            return answer
                .map(|answer| shown::with_plain_moments(&answer))
                .map_err(|error| CallError::nonsense(&self.endpoint, status, &error.to_string()));
        }
        match answer {
            Ok(exception) if exception.get("__type").is_some() => Err(CallError::exception(status, &exception)),
            _ => Err(CallError::nonsense(&self.endpoint, status, "this is no answer of the Step Functions API")),
        }
    }
}

/// Whether an operation changes nothing.
fn reads(operation: Operation) -> bool {
    let name = operation.as_str();
    ["Describe", "List", "Validate", "GetExecutionHistory"].iter().any(|start| name.starts_with(start))
}

/// `{"executionArn": …}`.
pub(crate) fn execution(execution_arn: &str) -> Value {
    json!({"executionArn": execution_arn})
}

/// A member that is a text.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
