//! What the handle, the writer and the feeder have in common.

use std::sync::{Arc, Mutex};

use store::StoreError;
use tokio::sync::watch;

use crate::directory::Directory;
use crate::progress::Progress;
use crate::queue::Queue;
use crate::retired::Retired;
use crate::statistics::Counters;
use crate::view::View;

pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) view: View,
    pub(crate) progress: Progress,
    pub(crate) counters: Arc<Counters>,
    pub(crate) retired: Arc<Retired>,
    /// Held until closed.
    pub(crate) directory: Mutex<Option<Directory>>,
    /// How closing went, once it did.
    pub(crate) closed: watch::Sender<Option<Result<(), StoreError>>>,
}
