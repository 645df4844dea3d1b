//! Plays the calls of Lambda's API a recording makes: its functions run on this machine, with AWS's own runtime client for Python.

use crate::case::Call;
use base64::Engine;
use functions::{FunctionConfig, Functions, Target};
use json::{Value, json};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

const NO_PYTHON: &str = "the Python runtime client is not installed; in the workspace run: python3 -m venv .venv && \
     .venv/bin/pip install -r crates/functions/tests/clients/python/requirements.txt";

/// The answer to a call of Lambda. `account` is in the ARNs, `directory` is where the functions' code goes.
pub fn play(operation: &str, params: &Value, functions: &Functions, account: &str, directory: &Path) -> Value {
    let name = params.get("FunctionName").and_then(Value::as_str).unwrap_or_default().to_owned();
    if operation == "CreateFunction" {
        create(&name, params, functions, directory);
    }
    let arn = format!("arn:aws:lambda:us-east-1:{account}:function:{name}");
    let configuration = json!({"FunctionName": name, "FunctionArn": (arn.as_str()), "State": "Active"});
    match operation {
        "CreateFunction" => configuration,
        "GetFunction" => json!({"Configuration": configuration}),
        other => panic!("the recordings do not call lambda:{other}"),
    }
}

/// The sources of the function a call creates.
pub fn code_of(call: &Call) -> Option<String> {
    let mut archive = archive(&call.params)?;
    let mut code = String::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a file of the archive");
        // What is not text is not looked at.
        let _ = file.read_to_string(&mut code);
    }
    Some(code)
}

fn archive(params: &Value) -> Option<zip::ZipArchive<Cursor<Vec<u8>>>> {
    let text = params.get("Code")?.get("ZipFile")?.get("$bytes")?.as_str()?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("the code is base64");
    Some(zip::ZipArchive::new(Cursor::new(bytes)).expect("the code is a ZIP file"))
}

fn create(name: &str, params: &Value, functions: &Functions, directory: &Path) {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python");
    assert!(python.exists(), "{NO_PYTHON}");
    let working_directory: PathBuf = directory.join(name);
    archive(params).expect("a function has code").extract(&working_directory).expect("the code can be unpacked");
    let handler = params.get("Handler").and_then(Value::as_str).unwrap_or("handler.handler").to_owned();
    let command = vec![python.display().to_string(), "-m".to_owned(), "awslambdaric".to_owned(), handler.clone()];
    let target = Target::Command { command, working_directory, handler: Some(handler) };
    let mut config = FunctionConfig::new(name, target);
    if let Some(seconds) = params.get("Timeout").and_then(Value::as_i64) {
        config.timeout = Duration::from_secs(seconds.unsigned_abs());
    }
    let variables = params.get("Environment").and_then(|environment| environment.get("Variables"));
    for (name, value) in variables.and_then(Value::as_object).into_iter().flat_map(|variables| variables.iter()) {
        config.environment.insert(name.to_string(), value.as_str().unwrap_or_default().to_owned());
    }
    functions.put(config);
}
