//! Asynchronous work on a thread of its own that does nothing else.

use engine::{Lines, Lost};
use std::io;
use tokio::runtime::{Builder, Runtime};

/// Runs one future after the other. Connections that one left open serve the next.
#[derive(Default)]
pub(crate) struct Blocking(Option<Runtime>);

impl Blocking {
    /// Waits for `future`.
    pub(crate) fn run<T>(&mut self, future: impl Future<Output = T>) -> io::Result<T> {
        let runtime = match self.0.take() {
            Some(runtime) => runtime,
            // Made on the thread that uses it.
            None => Builder::new_current_thread().enable_all().build()?,
        };
        let done = runtime.block_on(future);
        self.0 = Some(runtime);
        Ok(done)
    }

    /// Waits for the delivery of `lines`: all are lost if it cannot be begun.
    pub(crate) fn deliver(
        &mut self,
        lines: &Lines,
        delivery: impl Future<Output = Result<(), Lost>>,
    ) -> Result<(), Lost> {
        let delivered = self.run(delivery);
        delivered.unwrap_or_else(|error| Err(Lost { lines: lines.count(), problem: error.to_string() }))
    }
}
