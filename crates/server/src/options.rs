//! What may be set about the server, with the values that are good for most.

use crate::access_log::AccessLog;
use crate::function_logs::FunctionLogs;
use std::path::PathBuf;
use std::time::Duration;

/// Limits on what clients may do to the server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Longest request body. The longest definition takes six bytes a character when a client escapes all of it, hence the default of
    /// 10 MiB.
    pub body_bytes_max: usize,
    /// Bytes of all bodies under way: requests being read and performed, long replies being written. A request that would exceed it is
    /// answered `ThrottlingException`, which clients repeat.
    pub all_bodies_bytes_max: usize,
    /// Connections at a time. More wait in the system's queue until one ends.
    pub connections_max: usize,
    /// Time from the first byte of a request until its headers are complete.
    pub header_timeout: Duration,
    /// Time until a request's body is complete.
    pub body_timeout: Duration,
    /// Time without any request after which a connection is closed.
    pub idle_timeout: Duration,
    /// Time a client has to begin to read a reply that does not fit the system's buffers, and a second more for every
    /// [`READ_RATE_BYTES`](Options::READ_RATE_BYTES) of it.
    pub write_timeout: Duration,
    /// How long requests under way may take to finish once the server shuts down.
    pub drain_timeout: Duration,
    /// The directory whose size is told among the metrics, if there is one.
    pub data_directory: Option<PathBuf>,
    /// Whether the console is served. Where other machines can reach the address it is not, whatever is set here.
    pub console: bool,
    /// Where a line is written for every request, if anywhere.
    pub access_log: Option<AccessLog>,
    /// What functions have written lately, which the console shows with the tasks that called them.
    pub function_logs: Option<FunctionLogs>,
}

impl Options {
    /// Bytes a second at which a client must read a reply at least.
    pub const READ_RATE_BYTES: u64 = 64 * 1024;
}

impl Default for Options {
    fn default() -> Self {
        Options {
            body_bytes_max: 10 << 20,
            all_bodies_bytes_max: 256 << 20,
            connections_max: 20_000,
            header_timeout: Duration::from_secs(20),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
            data_directory: None,
            console: true,
            access_log: None,
            function_logs: None,
        }
    }
}
