//! What a function is and how the whole set is run. Reading these from a file is the caller's business.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::remote::SecureEndpoints;

/// One Lambda function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionConfig {
    /// The function's name: the last part of its ARN.
    pub name: String,
    /// Where its code runs.
    pub target: Target,
    /// How long one invocation may take. [`FunctionConfig::new`] sets 60 s: Lambda's own default of 3 s trips over debuggers and cold
    /// interpreters on a developer's machine. For a [`Target::Url`] it bounds the wait for the answer.
    pub timeout: Duration,
    /// How long a new process may take until it asks for its first invocation. Beyond it the invocation's own [`timeout`](Self::timeout)
    /// starts to run, as in Lambda, whose limit of 10 s is the default.
    pub init_timeout: Duration,
    /// Variables for the process, on top of the ones it inherits and of [`Options::environment`]. The variables that the Runtime API
    /// defines win over these.
    pub environment: BTreeMap<String, String>,
    /// Processes, and so invocations, at a time (default 10, at least 1). Further invocations wait; the wait is bounded in number, see
    /// [`InvokeError::TooManyRequests`](crate::InvokeError::TooManyRequests).
    pub concurrency: usize,
    /// What `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` says, in MiB (default 128). Nothing enforces it.
    pub memory_mb: u32,
}

/// Where a function's code runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A program with a Lambda runtime client in it, started on demand.
    Command {
        /// The program and its arguments. A program with a `/` in it is relative to the working directory; one without is looked up in
        /// `PATH`.
        command: Vec<String>,
        /// Where it runs; also `LAMBDA_TASK_ROOT`.
        working_directory: PathBuf,
        /// `_HANDLER`, for the runtimes that want one (`app.handler`).
        handler: Option<String>,
    },
    /// The base URL (`http://host:port`) of an endpoint that serves Lambda's Invoke API.
    Url(String),
}

impl FunctionConfig {
    /// A function with every setting at its default.
    pub fn new(name: impl Into<String>, target: Target) -> FunctionConfig {
        FunctionConfig {
            name: name.into(),
            target,
            timeout: Duration::from_secs(60),
            init_timeout: Duration::from_secs(10),
            environment: BTreeMap::new(),
            concurrency: 10,
            memory_mb: 128,
        }
    }
}

/// What all functions share.
#[derive(Clone, Debug)]
pub struct Options {
    /// The region in ARNs, and `AWS_REGION` of the processes.
    pub region: String,
    /// The account in ARNs.
    pub account_id: String,
    /// The Lambda endpoint (`http://host:port`) that any function not configured goes to: `AWS_ENDPOINT_URL_LAMBDA`, or `LAMBDA_ENDPOINT`
    /// of Step Functions Local.
    pub default_endpoint: Option<String>,
    /// Variables for the processes of every function, e.g. `AWS_ENDPOINT_URL_SFN` with this server's address.
    pub environment: BTreeMap<String, String>,
    /// Who sends requests to endpoints with TLS; without one there are none.
    pub secure: Option<Arc<dyn SecureEndpoints>>,
    /// How long a process without work is kept (default 5 minutes).
    pub idle_timeout: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            region: "us-east-1".to_owned(),
            account_id: "123456789012".to_owned(),
            default_endpoint: None,
            environment: BTreeMap::new(),
            secure: None,
            idle_timeout: Duration::from_secs(300),
        }
    }
}
