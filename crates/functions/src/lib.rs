//! Lambda functions as local processes behind the real Lambda Runtime API.
//!
//! A function is a command on this machine or a Lambda endpoint elsewhere; [`Functions::invoke`] answers as `Lambda:Invoke` would, down to
//! the error payloads. Official runtime clients run unmodified: each process gets an ephemeral loopback port of its own as
//! `AWS_LAMBDA_RUNTIME_API`. This crate knows nothing of state machines, retries or task tokens, and it keeps nothing on disk.
//!
//! Reading order: [`FunctionConfig`], [`InvokeRequest`] and [`InvokeResponse`], [`InvokeError`], [`Functions`], then inside: `pool` (how many
//! processes), `process` (one of them), `runtime_api` (what it talks to), `fault` (what its failures look like), `remote` (the HTTP case).

mod clock;
mod config;
mod environment;
mod error;
mod fault;
mod function_name;
mod functions;
mod guard;
mod invoke;
mod logs;
mod pool;
mod process;
mod process_log;
mod remote;
mod runtime_api;

pub use config::{FunctionConfig, Options, Target};
pub use error::InvokeError;
pub use functions::Functions;
pub use invoke::{InvokeRequest, InvokeResponse};
pub use logs::{LogLine, LogStream};
pub use remote::{SecureAnswer, SecureEndpoints, SecureRequest};
