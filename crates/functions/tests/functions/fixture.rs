//! A function that runs `runtimes/runtime.py`, and short ways to invoke it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use json::Value;
use stepwell_functions::{FunctionConfig, Functions, InvokeError, InvokeRequest, InvokeResponse, Options, Target};

/// This crate's `tests` directory.
pub fn tests_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The function `f` on the scripted runtime.
pub fn scripted() -> FunctionConfig {
    let target = Target::Command {
        command: vec!["python3".to_owned(), "runtime.py".to_owned()],
        working_directory: tests_directory().join("runtimes"),
        handler: Some("app.handler".to_owned()),
    };
    FunctionConfig { timeout: Duration::from_secs(20), ..FunctionConfig::new("f", target) }
}

pub fn with_init(init: &str) -> FunctionConfig {
    FunctionConfig { environment: [("INIT".to_owned(), init.to_owned())].into(), ..scripted() }
}

pub fn functions(config: FunctionConfig) -> Functions {
    let functions = Functions::new(Options::default());
    functions.put(config);
    functions
}

pub fn request(payload: &str) -> InvokeRequest {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    InvokeRequest::new("f", payload.to_owned(), format!("request-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

pub async fn invoke(functions: &Functions, payload: &str) -> Result<InvokeResponse, InvokeError> {
    functions.invoke(request(payload)).await
}

/// The function's result, which must be a success.
pub async fn result(functions: &Functions, payload: &str) -> Value {
    let response = invoke(functions, payload).await.expect("accepted");
    assert_eq!(response.function_error, None, "{}", text(&response));
    json::parse(&text(&response)).expect("JSON")
}

/// The payload of a failure with the request's id masked.
pub async fn failure(functions: &Functions, payload: &str) -> String {
    let request = request(payload);
    let id = request.request_id.clone();
    let response = functions.invoke(request).await.expect("accepted");
    assert_eq!(response.function_error.as_deref(), Some("Unhandled"), "{}", text(&response));
    assert_eq!(response.status_code, 200);
    text(&response).replace(&id, "<id>")
}

pub fn text(response: &InvokeResponse) -> String {
    String::from_utf8_lossy(&response.payload).into_owned()
}

/// Waits until no process has this id any more (or it is a zombie waiting for its parent).
pub async fn ended(pid: i64) {
    for _ in 0..500 {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if state.is_empty() || state.contains(") Z ") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("process {pid} still runs");
}

pub fn is_running(pid: i64) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}
