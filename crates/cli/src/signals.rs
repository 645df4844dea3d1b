//! SIGINT and SIGTERM: the first asks for an end, the second ends.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What 128 + SIGINT is to a shell: the process did not end in order.
const CUT_SHORT: i32 = 130;

/// The signals that ask for an end. From its making on they no longer end the process by themselves.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the signals over. Called within a runtime.
    pub(crate) fn new() -> anyhow::Result<Signals> {
        Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for the first one; the next after it ends the process at once.
    pub(crate) async fn first(mut self) {
        self.next().await;
        self.end_at_next();
    }

    /// From now on the next one ends the process at once.
    pub(crate) fn end_at_next(mut self) {
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(CUT_SHORT);
        });
    }
}
