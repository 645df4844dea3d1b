//! What stands in for AWS's other services: moto's server, one for all cases.

use crate::client::Answer;
use crate::world::ACCOUNT;
use aws_client::{CallError, Client, Credentials, Options, Profile, Settings};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use json::{Object, Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Services whose calls by clients it answers, as boto3 names them.
const CLIENTS: [&str; 5] = ["dynamodb", "events", "s3", "sns", "sqs"];
/// What tasks call there: a service, or one action of it.
const TASKS: [&str; 9] = [
    "aws-sdk:dynamodb:",
    "aws-sdk:s3:",
    "aws-sdk:secretsmanager:listSecrets",
    "aws-sdk:sqs:",
    "dynamodb:",
    "events:",
    "sns:",
    "sqs:",
    "states:",
];

/// Whether a client can call the service.
pub fn is_called_by_clients(service: &str) -> bool {
    CLIENTS.contains(&service)
}

/// Whether tasks can call what a resource names, without what all resources begin with; `aws-sdk:sfn` is the server itself.
pub fn is_called_by_tasks(action: &str) -> bool {
    TASKS.iter().any(|known| action.starts_with(known)) || action.starts_with("aws-sdk:sfn:")
}

/// What tasks of a server at `own` call services with.
pub fn client(own: SocketAddr) -> Client {
    let mut settings = Settings::new("us-east-1", Profile::default());
    // Servers of other tests call nothing.
    let url = STARTED.get().map_or("http://127.0.0.1:1", |moto| &moto.url);
    settings.endpoint_url = Some(url.to_owned());
    settings.endpoint_urls.insert("sfn".to_owned(), format!("http://{own}"));
    Client::new(settings)
}

/// Calls a service as a client does.
pub async fn call(service: &str, operation: &str, params: &Value) -> Answer {
    let mut settings = Settings::new("us-east-1", Profile::default());
    settings.endpoint_url = Some(start().to_owned());
    let nobody = Credentials { access_key_id: "test".into(), secret_access_key: "test".into(), session_token: None };
    let options = Options { credentials: Some(&nobody), ..Options::default() };
    // The client has the names of Step Functions.
    let service = if service == "events" { "eventbridge" } else { service };
    match Client::new(settings).call(service, operation, &plain(params), options).await {
        Ok(value) => {
            let members = value.as_object().cloned().unwrap_or_else(Object::new);
            Answer { failed: false, value: members.with("ResponseMetadata", json!({"HTTPStatusCode": 200})).into() }
        }
        Err(CallError::Service(error)) => {
            Answer { failed: true, value: json!({"Error": {"Code": (error.code.as_str())}}) }
        }
        Err(error) => panic!("{service} {operation}: {error}"),
    }
}

/// Bytes as the text they are.
fn plain(value: &Value) -> Value {
    if let Some(bytes) = value.get("$bytes").and_then(Value::as_str) {
        let bytes = STANDARD.decode(bytes).expect("base 64");
        return String::from_utf8(bytes).expect("a text").into();
    }
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Object>().into()
        }
        Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

struct Moto {
    url: String,
    process: Mutex<Child>,
}

static STARTED: OnceLock<Moto> = OnceLock::new();

/// Starts it, if that was not done yet; its URL.
pub fn start() -> &'static str {
    &STARTED.get_or_init(launch).url
}

/// Ends it.
pub fn stop() {
    if let Some(moto) = STARTED.get() {
        let mut process = moto.process.lock().expect("nothing panics with it");
        // It may have ended by itself.
        let _ = process.kill();
        let _ = process.wait();
    }
}

fn launch() -> Moto {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/moto_server");
    assert!(program.exists(), "moto is not there: run cargo xtask clients");
    let mut command = Command::new(program);
    command.args(["--host", "127.0.0.1", "--port", "0"]).env("PYTHONUNBUFFERED", "1");
    command.env("MOTO_ACCOUNT_ID", ACCOUNT);
    let mut process =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("moto starts");
    let mut lines = BufReader::new(process.stderr.take().expect("it is piped")).lines();
    let url = loop {
        let line = lines.next().expect("moto tells its address").expect("a text");
        if let Some((_, url)) = line.split_once("Running on ") {
            break url.trim().to_owned();
        }
    };
    // It writes a line for every request.
    std::thread::spawn(move || lines.for_each(drop));
    Moto { url, process: Mutex::new(process) }
}
