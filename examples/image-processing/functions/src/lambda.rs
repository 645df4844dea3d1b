//! A handler behind AWS's runtime client.

use std::path::{Path, PathBuf};
use std::time::Instant;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Serves `handler` until the process is ended. The event is checked against the request's type first, so that a wrong one is an
/// `InvalidRequest` that names the field.
///
/// # Errors
/// The Runtime API cannot be reached.
pub async fn serve<Request, Response>(
    name: &'static str,
    handler: fn(&Path, Request) -> Result<Response, Error>,
) -> Result<(), lambda_runtime::Error>
where
    Request: DeserializeOwned + Send + 'static,
    Response: Serialize + Send + 'static,
{
    let root = root()?;
    let root = &root;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde_json::Value>| {
        let started = Instant::now();
        let result = respond(root, event.payload, handler);
        let outcome = result.as_ref().map_or_else(|error| format!("failed: {error}"), |_| "done".to_owned());
        eprintln!("{name}: {outcome} after {} ms", started.elapsed().as_millis());
        result.map_err(Diagnostic::from)
    }))
    .await
}

fn respond<Request: DeserializeOwned, Response>(
    root: &Path,
    event: serde_json::Value,
    handler: fn(&Path, Request) -> Result<Response, Error>,
) -> Result<Response, Error> {
    let request =
        serde_json::from_value(event).map_err(|error| Error::InvalidRequest(format!("the event: {error}")))?;
    handler(root, request)
}

fn root() -> std::io::Result<PathBuf> {
    std::env::var_os("LAMBDA_TASK_ROOT").map_or_else(std::env::current_dir, |root| Ok(PathBuf::from(root)))
}
