//! The Step Functions API over HTTP.
//!
//! A connection becomes requests, a request becomes one call of the engine, its answer or exception becomes a reply. Nothing here knows
//! what an operation does; nothing beyond here knows HTTP. Signatures are not checked: whoever reaches the address may use it.
//!
//! Reading order: [`Server`], `connection`, `patience` (how long it is waited for), `handler` (one request), `operations` (the table of
//! contents), `body`, `memory` (a bound for all bodies), `reply`; `metrics` and `access_log` tell what happens; `console` is the pages and their API.

mod access_log;
mod body;
mod caller;
mod catch_panic;
mod connection;
mod console;
mod exchange;
mod function_logs;
mod handler;
mod memory;
mod metrics;
mod operations;
mod options;
mod patience;
mod prometheus;
mod reply;
mod request_id;
mod server;
mod trace_header;

pub use access_log::AccessLog;
pub use function_logs::{FunctionLine, FunctionLogs};
pub use options::Options;
pub use server::Server;
