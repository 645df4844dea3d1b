//! The Step Functions API over HTTP.
//!
//! A connection becomes requests, a request becomes one call of the engine, its answer or exception becomes a reply. Nothing here knows
//! what an operation does; nothing beyond here knows HTTP. Signatures are not checked: whoever reaches the address may use it.
//!
//! Reading order: [`Server`], `connection`, `handler` (one request), `operations` (the table of contents), `body`, `reply`.

mod body;
mod catch_panic;
mod connection;
mod handler;
mod operations;
mod options;
mod reply;
mod request_id;
mod server;

pub use options::Options;
pub use server::Server;
