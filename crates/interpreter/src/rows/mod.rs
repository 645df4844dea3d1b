//! How an execution is stored: as rows of bytes, each with a version first. Which key a row has is the engine's business.
//!
//! * header: written once
//! * state: small, written with every step
//! * frame base and frame progress: written when they change (see [`Frame`](crate::Frame))
//! * event chunk: events that follow each other and became durable together, each text once

mod bytes;
mod events;
mod frames;
mod head;

pub use bytes::{CorruptRow, Reader, Writer};
pub use events::{read_events, write_events};

use crate::{Execution, FrameId};

/// The version every row begins with.
pub const VERSION: u8 = 1;

/// The rows of an execution that a step changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedRows {
    /// The state row.
    pub state: Vec<u8>,
    /// Base rows to write.
    pub bases: Vec<(FrameId, Vec<u8>)>,
    /// Progress rows to write.
    pub progresses: Vec<(FrameId, Vec<u8>)>,
    /// Frames whose rows go away.
    pub removed: Vec<FrameId>,
}

impl Execution {
    /// The rows that changed since this was last called.
    pub fn take_changed_rows(&mut self) -> ChangedRows {
        let mut rows = ChangedRows { state: self.state_row(), ..ChangedRows::default() };
        for id in std::mem::take(&mut self.changed_frames) {
            let Some(frame) = self.frames.get_mut(&id) else { continue };
            let changed = std::mem::take(&mut frame.changed);
            if changed.base {
                rows.bases.push((frame.id, frame.base_row()));
            }
            if changed.base || changed.progress {
                rows.progresses.push((frame.id, frame.progress_row()));
            }
        }
        rows.removed = std::mem::take(&mut self.removed_frames).into_iter().collect();
        rows
    }
}
