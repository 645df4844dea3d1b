//! The variables a function's process sees.
//!
//! Source: Lambda Developer Guide, "Defined runtime environment variables". Unlike in Lambda, the process also inherits this server's own
//! environment: toolchains, proxies and credentials of the machine then work as they do in its shell.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::Path;

use crate::clock;
use crate::config::{FunctionConfig, Options};

/// Any of these says that the machine has credentials of its own.
const CREDENTIAL_VARIABLES: [&str; 7] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// All variables of one process of the function.
pub(crate) fn variables(
    options: &Options,
    config: &FunctionConfig,
    task_root: &Path,
    handler: Option<&str>,
    runtime_api: SocketAddr,
    stream: u64,
) -> BTreeMap<OsString, OsString> {
    let mut variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    set(&mut variables, "AWS_REGION", &options.region);
    set(&mut variables, "AWS_DEFAULT_REGION", &options.region);
    set(&mut variables, "TZ", ":UTC");
    for (name, value) in options.environment.iter().chain(&config.environment) {
        set(&mut variables, name, value);
    }
    if !has_credentials(&variables) {
        set(&mut variables, "AWS_ACCESS_KEY_ID", "test");
        set(&mut variables, "AWS_SECRET_ACCESS_KEY", "test");
    }
    let date = jiff::Timestamp::from_millisecond(clock::now_ms()).unwrap_or_default().strftime("%Y/%m/%d").to_string();
    set(&mut variables, "AWS_LAMBDA_RUNTIME_API", runtime_api.to_string());
    set(&mut variables, "AWS_LAMBDA_FUNCTION_NAME", &config.name);
    set(&mut variables, "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    set(&mut variables, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", config.memory_mb.to_string());
    set(&mut variables, "AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", config.name));
    set(&mut variables, "AWS_LAMBDA_LOG_STREAM_NAME", format!("{date}/[$LATEST]{stream:032x}"));
    set(&mut variables, "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    set(&mut variables, "LAMBDA_TASK_ROOT", task_root);
    // A runtime started by another Lambda runtime must not read that one's handler.
    set(&mut variables, "_HANDLER", handler.unwrap_or_default());
    variables
}

fn set(variables: &mut BTreeMap<OsString, OsString>, name: &str, value: impl AsRef<OsStr>) {
    variables.insert(name.into(), value.as_ref().to_owned());
}

/// Placeholder credentials stand in for none at all, so that clients of local endpoints need no set-up; they must never hide real ones.
fn has_credentials(variables: &BTreeMap<OsString, OsString>) -> bool {
    let in_variables = CREDENTIAL_VARIABLES.iter().any(|name| variables.contains_key(OsStr::new(name)));
    let in_files = || {
        let directory = variables.get(OsStr::new("HOME")).map(|home| Path::new(home).join(".aws"));
        directory.is_some_and(|directory| directory.join("credentials").exists() || directory.join("config").exists())
    };
    in_variables || in_files()
}
