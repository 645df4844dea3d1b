//! What may be set about the server, with the values that are good for most.

use std::time::Duration;

/// Limits on what clients may do to the server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Longest request body. The longest definition takes six bytes a character when a client escapes all of it, hence the default of
    /// 10 MiB.
    pub body_bytes_max: usize,
    /// Time from opening a connection, or from the reply before, until a request's headers are complete. An idle connection is closed
    /// after it.
    pub header_timeout: Duration,
    /// Time until a request's body is complete.
    pub body_timeout: Duration,
    /// How long requests under way may take to finish once the server shuts down.
    pub drain_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            body_bytes_max: 10 << 20,
            header_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
