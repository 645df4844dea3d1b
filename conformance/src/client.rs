//! The AWS client: sends AWS JSON 1.0 and shows answers the way boto3 does, because that is how they were recorded.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use json::{ObjectBuilder, Value, json};
use std::time::Duration;

/// Between attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// A client of one server.
#[derive(Clone)]
pub struct Client {
    http: HttpClient<HttpConnector, Full<Bytes>>,
    url: String,
}

/// An answer as boto3 shows it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// AWS answered an error.
    pub failed: bool,
    /// The response's members, or `Error` and the exception's members; `ResponseMetadata` in either.
    pub value: Value,
}

impl Client {
    /// A client of the server at `address`.
    pub fn new(address: std::net::SocketAddr) -> Client {
        Client { http: HttpClient::builder(TokioExecutor::new()).build_http(), url: format!("http://{address}/") }
    }

    /// Calls an operation of Step Functions.
    pub async fn call(&self, operation: &str, params: &Value) -> Answer {
        let (status, body) = loop {
            match self.attempt(operation, params).await {
                Some((status, _)) if status == StatusCode::SERVICE_UNAVAILABLE => {}
                Some(answered) => break answered,
                None => {}
            }
            // As AWS's clients do, without end: whoever waits for this has a deadline.
            tokio::time::sleep(PAUSE).await;
        };
        let body = json::parse(&String::from_utf8_lossy(&body)).expect("the answer is JSON");
        Answer { failed: !status.is_success(), value: as_boto3(&body, status.as_u16()) }
    }

    /// Sends a body as it is, once; the answer's status and body.
    pub async fn send(&self, operation: &str, body: &str) -> (u16, String) {
        self.send_as(None, operation, body).await
    }

    /// The same with an access key id, which may be the number of an account.
    pub async fn send_as(&self, access_key_id: Option<&str>, operation: &str, body: &str) -> (u16, String) {
        let answered = self.exchange(access_key_id, operation, body.to_owned()).await;
        let (status, body) = answered.expect("an answer");
        (status.as_u16(), String::from_utf8(body.into()).expect("the answer is text"))
    }

    /// One attempt; `None` if there was no answer.
    async fn attempt(&self, operation: &str, params: &Value) -> Option<(StatusCode, Bytes)> {
        self.exchange(None, operation, params.to_string()).await
    }

    async fn exchange(
        &self,
        access_key_id: Option<&str>,
        operation: &str,
        body: String,
    ) -> Option<(StatusCode, Bytes)> {
        let mut request = Request::post(&self.url);
        if let Some(id) = access_key_id {
            let scope = format!("{id}/20261126/us-east-1/states/aws4_request");
            request = request.header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
            );
        }
        let request = request
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
            .body(Full::from(body))
            .expect("a request of fixed parts");
        let response = self.http.request(request).await.ok()?;
        let status = response.status();
        Some((status, response.into_body().collect().await.ok()?.to_bytes()))
    }
}

fn as_boto3(body: &Value, status: u16) -> Value {
    let mut shown = ObjectBuilder::new();
    if status >= 400 {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let code = text("__type").rsplit('#').next().unwrap_or_default().to_owned();
        shown.insert("Error", json!({"Code": code, "Message": (text("message"))}));
    }
    for (name, value) in body.as_object().into_iter().flat_map(|members| members.iter()) {
        if &**name != "__type" {
            shown.insert(name.clone(), value.clone());
        }
    }
    shown.insert("ResponseMetadata", json!({"HTTPStatusCode": (u32::from(status))}));
    shown.build().into()
}
