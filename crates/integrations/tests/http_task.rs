//! HTTP Tasks against a server of a few lines: what is sent, byte for byte, and what comes of the answers.

use asl::definition::{IntegrationPattern, Resource};
use expect_test::{Expect, expect};
use functions::Functions;
use json::{Payload, Value, json};
use std::sync::{Arc, Mutex};
use stepwell_integrations::http_task::*;
use stepwell_integrations::{Integrations, TaskOutcome, TaskRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that keeps what it is sent and answers what it was told to, in order.
struct Peer {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    async fn answering(answers: &[&str]) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answers) = (requests.clone(), answers.iter().map(|answer| (*answer).to_owned()).collect::<Vec<_>>());
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("it listens");
                let mut bytes = Vec::new();
                while !is_whole(&bytes) {
                    let mut piece = [0; 4096];
                    let count = stream.read(&mut piece).await.expect("the request is sent");
                    assert!(count > 0, "the request ends early");
                    bytes.extend_from_slice(&piece[..count]);
                }
                kept.lock().expect("it is not poisoned").push(String::from_utf8(bytes).expect("text"));
                stream.write_all(answer.as_bytes()).await.expect("the answer is read");
            }
        });
        Peer { address, requests }
    }

    /// The requests, without what differs from run to run.
    fn told(&self) -> String {
        let requests = self.requests.lock().expect("it is not poisoned").join("\n---\n");
        requests.replace("\r\n", "\n").replace(&self.address, "ADDRESS")
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn answer(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn text(text: &str) -> Secret {
    Secret::Text(text.to_owned())
}

fn connection(authorization: Authorization) -> Connection {
    Connection {
        name: "crm".to_owned(),
        authorization,
        parameters: Parameters::default(),
        allow_plain_http: false,
        allow_link_local: false,
    }
}

fn key() -> Connection {
    connection(Authorization::ApiKey { name: "x-key".to_owned(), value: text("k") })
}

async fn invoke(connections: &Connections, parameters: &Value) -> TaskOutcome {
    let functions = Functions::new(functions::Options::default());
    let integrations = Integrations::new(functions).with_connections(connections.clone());
    let request = TaskRequest {
        resource: Resource::Service {
            arn: "arn:aws:states:::http:invoke".to_owned(),
            service: "http".to_owned(),
            action: "invoke".to_owned(),
            pattern: IntegrationPattern::RequestResponse,
        },
        payload: Payload::from(parameters.clone()),
        role_arn: None,
        invocation_id: "id".to_owned(),
        execution_arn: "arn:aws:states:us-east-1:123456789012:execution:m:e".into(),
        state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
        trace_header: None,
        origin: None,
    };
    integrations.perform(request).await.expect("nothing goes down")
}

fn told(outcome: &TaskOutcome) -> String {
    match outcome {
        TaskOutcome::Succeeded { output } => format!("{}\n", output.text()),
        TaskOutcome::Failed { error, cause } => format!("{error}: {cause}\n"),
        TaskOutcome::Refused { cause } => format!("refused: {cause}\n"),
        other => format!("{other:?}\n"),
    }
}

/// Parameters of a call of `endpoint`, with `more`.
fn parameters(endpoint: &str, more: &Value) -> Value {
    let mut parameters = json!({"ApiEndpoint": endpoint, "Method": "POST",
        "Authentication": {"ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/crm/0b4e"}});
    for (name, value) in more.as_object().expect("an object").iter() {
        let mut object = parameters.as_object().expect("an object").clone();
        object.set(name.clone(), value.clone());
        parameters = object.into();
    }
    parameters
}

/// Sends one request and compares request and outcome.
async fn check(connection: Connection, answers: &[&str], more: Value, expected: Expect) {
    let peer = Peer::answering(answers).await;
    let connections = Connections::new([connection]);
    let parameters = parameters(&format!("http://{}/v1?a=b", peer.address), &more);
    let outcome = invoke(&connections, &parameters).await;
    expected.assert_eq(&format!("{}\n===\n{}", peer.told(), told(&outcome).replace(&peer.address, "ADDRESS")));
}

#[tokio::test]
async fn what_a_connection_adds_wins() {
    let ok = answer("201 Created", "application/json", r#"{"id": 7}"#);
    let connection = Connection {
        parameters: Parameters {
            headers: vec![("X-Tenant".to_owned(), text("t1"))],
            query: vec![("v".to_owned(), text("2"))],
            body: json!({"source": "us"}).as_object().expect("an object").clone(),
        },
        ..connection(Authorization::Basic { username: text("ada"), password: text("s3:cret") })
    };
    let more = json!({"Headers": {"X-Tenant": "mine", "X-List": ["1", "2"]}, "QueryParameters": {"v": "1", "q": "a b&c", "l": [1, 2]},
        "RequestBody": {"source": "me", "name": "Ada"}});
    check(connection, &[&ok], more, expect![[r#"
        POST /v1?a=b&q=a%20b%26c&l=1&l=2&v=2 HTTP/1.1
        x-tenant: t1
        x-list: 1
        x-list: 2
        content-type: application/json; charset=UTF-8
        user-agent: Amazon|StepFunctions|HttpInvoke|eu-west-1
        range: bytes=0-262144
        authorization: Basic YWRhOnMzOmNyZXQ=
        host: ADDRESS
        content-length: 28

        {"source":"us","name":"Ada"}
        ===
        {"Headers":{"content-type":["application/json"],"connection":["close"],"content-length":["9"]},"ResponseBody":{"id":7},"StatusCode":201,"StatusText":"Created"}
    "#]]).await;
}

#[tokio::test]
async fn bodies_become_forms() {
    let ok = answer("200 OK", "text/plain", "fine");
    for (format, expected) in [
        ("INDICES", "list[0]=a&list[1]=b%20c&deep[inner][0]=1&deep[flag]=true"),
        ("REPEAT", "list=a&list=b%20c&deep[inner]=1&deep[flag]=true"),
        ("COMMAS", "list=a,b%20c&deep[inner]=1&deep[flag]=true"),
        ("BRACKETS", "list[]=a&list[]=b%20c&deep[inner][]=1&deep[flag]=true"),
    ] {
        let peer = Peer::answering(&[&ok]).await;
        let more = json!({"RequestBody": {"list": ["a", "b c"], "deep": {"inner": [1], "flag": true}},
            "Transform": {"RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": format}}});
        let outcome = invoke(&Connections::new([key()]), &parameters(&format!("http://{}", peer.address), &more)).await;
        let sent = peer.told();
        assert!(sent.ends_with(&format!("\n\n{expected}")), "{format}: {sent}");
        assert!(sent.contains("content-type: application/x-www-form-urlencoded\n"), "{sent}");
        assert!(
            told(&outcome).contains(r#""ResponseBody":"fine","StatusCode":200,"StatusText":"OK""#),
            "{}",
            told(&outcome)
        );
    }
}

#[tokio::test]
async fn answers_become_errors() {
    let cases = [
        (answer("404 Not Found", "application/json", r#"{"no": 1}"#), r#"States.Http.StatusCode.404: {"no": 1}"#),
        (answer("302 Found\r\nlocation: http://169.254.169.254/", "text/plain", ""), "States.Http.StatusCode.302: "),
        (
            answer("200 OK", "image/png", "x"),
            "refused: The response of the endpoint has the content type 'image/png', which is not supported.",
        ),
        (
            answer("200 OK", "text/plain", &"x".repeat(256 * 1024 + 1)),
            "States.DataLimitExceeded: The state/task 'http' returned a result with a size exceeding the maximum number of bytes service limit.",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_owned(), "States.Http.Socket: "),
    ];
    for (answer, expected) in cases {
        let peer = Peer::answering(&[&answer]).await;
        let outcome =
            invoke(&Connections::new([key()]), &parameters(&format!("http://{}", peer.address), &json!({}))).await;
        assert!(told(&outcome).starts_with(expected), "{}", told(&outcome));
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let mut all = String::new();
    let endpoint = "https://example.com/";
    for (endpoint, more) in [
        ("ftp://example.com", json!({})),
        ("https://ada:secret@example.com", json!({})),
        (endpoint, json!({"Method": "TRACE"})),
        (endpoint, json!({"Headers": {"Host": "x"}})),
        (endpoint, json!({"Headers": {"X-Amz-Date": "x"}})),
        (endpoint, json!({"Headers": {"a": {}}})),
        (endpoint, json!({"Authentication": null})),
        (
            endpoint,
            json!({"Authentication": {"ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/other/1"}}),
        ),
        ("https://169.254.169.254/latest/meta-data", json!({})),
        ("https://[::ffff:169.254.169.254]/", json!({})),
        ("http://192.0.2.1/", json!({})),
    ] {
        let outcome = told(&invoke(&Connections::new([key()]), &parameters(endpoint, &more)).await);
        let reason = outcome.rsplit("start the Task: ").next().unwrap_or_default();
        all.push_str(reason);
    }
    expect![[r#"
        [The value of the field 'ApiEndpoint' has an invalid format]
        [The value of the field 'ApiEndpoint' has an invalid format]
        [The value of the field 'Method' has an invalid format]
        [The header 'Host' is not allowed]
        [The header 'X-Amz-Date' is not allowed]
        [The value of the field 'Headers' has an invalid format]
        [The field 'ConnectionArn' is required but was missing]
        Events.ConnectionResource.ResourceNotFound: The connection arn:aws:events:eu-west-1:123456789012:connection/other/1 is not among the configured ones.
        refused: The endpoint https://169.254.169.254/latest/meta-data has the address 169.254.169.254: link-local addresses and those of metadata services are not called, unless the connection has 'allowLinkLocal: true'.
        refused: The endpoint https://[::ffff:169.254.169.254]/ has the address ::ffff:169.254.169.254: link-local addresses and those of metadata services are not called, unless the connection has 'allowLinkLocal: true'.
        refused: The endpoint http://192.0.2.1/ has the address 192.0.2.1: without TLS only this machine is called, unless the connection has 'allowPlainHttp: true'.
    "#]].assert_eq(&all);
}

#[tokio::test]
async fn names_are_held_to_the_addresses_behind_them() {
    // `localhost` is this machine; without TLS that is allowed, and anything else is not, whatever the name.
    let ok = answer("200 OK", "text/plain", "fine");
    let peer = Peer::answering(&[&ok]).await;
    let port = peer.address.rsplit(':').next().expect("a port");
    let url = format!("http://localhost:{port}/");
    let outcome = invoke(&Connections::new([key()]), &parameters(&url, &json!({}))).await;
    assert!(told(&outcome).contains("fine"), "{}", told(&outcome));
    // As a number it is a name to the resolver: 169.254.169.254.
    let plain = Connection { allow_plain_http: true, ..key() };
    let outcome = told(&invoke(&Connections::new([plain]), &parameters("http://2852039166/", &json!({}))).await);
    let refused = "refused: The endpoint http://2852039166/ has the address 169.254.169.254: link-local addresses";
    assert!(outcome.starts_with(refused), "{outcome}");
}

#[tokio::test]
async fn tokens_are_kept_and_renewed() {
    let granted = |token: &str| {
        answer(
            "200 OK",
            "application/json",
            &format!(r#"{{"access_token": "{token}", "token_type": "bearer", "expires_in": 3600}}"#),
        )
    };
    let auth = Peer::answering(&[
        &granted("one"),
        &granted("two"),
        &answer("400 Bad Request", "application/json", r#"{"error": "invalid_client"}"#),
    ])
    .await;
    let (ok, no) = (answer("200 OK", "text/plain", "fine"), answer("401 Unauthorized", "text/plain", "expired"));
    let api = Peer::answering(&[&ok, &ok, &no, &ok, &no]).await;
    let oauth = OAuth {
        endpoint: format!("http://{}/token", auth.address),
        method: "POST".to_owned(),
        client_id: text("id"),
        client_secret: text("s&t"),
        client_authentication: ClientAuthentication::Body,
        parameters: Parameters {
            body: json!({"audience": "api"}).as_object().expect("an object").clone(),
            ..Parameters::default()
        },
    };
    let connections = Connections::new([connection(Authorization::OAuth(Box::new(oauth)))]);
    let mut outcomes = String::new();
    for _ in 0..4 {
        let outcome = invoke(&connections, &parameters(&format!("http://{}", api.address), &json!({}))).await;
        outcomes.push_str(&told(&outcome).replace(&auth.address, "AUTH"));
    }
    let tokens: Vec<String> =
        api.told().lines().filter(|line| line.starts_with("authorization")).map(str::to_owned).collect();
    assert_eq!(
        tokens.join(" "),
        "authorization: Bearer one authorization: Bearer one authorization: Bearer one authorization: Bearer two authorization: Bearer two"
    );
    expect![[r#"
        POST /token HTTP/1.1
        accept: application/json
        content-type: application/x-www-form-urlencoded
        host: ADDRESS
        content-length: 75

        grant_type=client_credentials&client_id=id&client_secret=s%26t&audience=api"#]]
    .assert_eq(auth.told().split("\n---\n").next().expect("there are requests"));
    expect![[r#"
        {"Headers":{"content-type":["text/plain"],"connection":["close"],"content-length":["4"]},"ResponseBody":"fine","StatusCode":200,"StatusText":"OK"}
        {"Headers":{"content-type":["text/plain"],"connection":["close"],"content-length":["4"]},"ResponseBody":"fine","StatusCode":200,"StatusText":"OK"}
        {"Headers":{"content-type":["text/plain"],"connection":["close"],"content-length":["4"]},"ResponseBody":"fine","StatusCode":200,"StatusText":"OK"}
        Events.ConnectionResource.InvalidConnectionState: The connection crm cannot be used: no token from http://AUTH/token: it answers 400 invalid_client
    "#]].assert_eq(&outcomes);
}
