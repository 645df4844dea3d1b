//! How many inputs are taken into a batch together.

use tokio::sync::mpsc;

const INPUTS_MAX: usize = 512;

/// Room for further inputs in a batch.
pub(crate) struct Room(usize);

impl Room {
    /// What is left behind the first input.
    pub fn behind_the_first() -> Room {
        Room(INPUTS_MAX - 1)
    }

    /// One more, if it is there and there is room for it. What is taken out must be handled: nobody would hear of it again.
    pub fn take<T>(&mut self, inbox: &mut mpsc::Receiver<T>) -> Option<T> {
        self.0 = self.0.checked_sub(1)?;
        inbox.try_recv().ok()
    }
}
