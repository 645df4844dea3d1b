//! How an execution is stored: as rows of bytes, each with a version first. Which key a row has is the engine's business.
//!
//! * header: written once
//! * state: small, written with every step
//! * frame base and frame progress: written when they change (see [`Frame`](crate::Frame))
//! * variable: written when it is assigned, once the variables of a frame take more than a little; until then they are in the base row
//! * event chunk: events that follow each other and became durable together, each text once
//!
//! The input of an execution is in its header and nowhere else: the other rows refer to it, as to everything in [`KnownTexts`]. The output
//! is in the state row; the events that close an execution become durable with it, and refer to it.

mod bytes;
mod events;
mod frames;
mod head;

pub use bytes::{CorruptRow, KnownTexts, Reader, Writer};
pub use events::{read_events, write_events};

use crate::{Execution, FrameId};
use json::Key;

/// The version that rows begin with which stand for themselves. Up to storage format 2 all of them did.
pub const VERSION: u8 = 1;

/// The version that rows begin with which refer to [`KnownTexts`].
pub(crate) const REFERRING_VERSION: u8 = 2;

/// The rows of an execution that a step changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedRows {
    /// The state row.
    pub state: Vec<u8>,
    /// Base rows to write.
    pub bases: Vec<(FrameId, Vec<u8>)>,
    /// Progress rows to write.
    pub progresses: Vec<(FrameId, Vec<u8>)>,
    /// Rows of variables to write.
    pub variables: Vec<(FrameId, Key, Vec<u8>)>,
    /// Frames whose variables' rows go away.
    pub without_variables: Vec<FrameId>,
    /// Frames whose rows go away, those of their variables among them.
    pub removed: Vec<FrameId>,
}

impl Execution {
    /// The rows that changed since this was last called.
    pub fn take_changed_rows(&mut self) -> ChangedRows {
        let known = self.header.known_texts();
        let mut rows = ChangedRows { state: self.state_row(&known), ..ChangedRows::default() };
        for id in std::mem::take(&mut self.changed_frames) {
            let Some(frame) = self.frames.get_mut(&id) else { continue };
            for name in std::mem::take(&mut frame.changed_variables) {
                let row = frame.variable_row(&name, &known).expect("it was set");
                rows.variables.push((frame.id, name, row));
            }
            if !frame.variables_apart {
                rows.without_variables.push(frame.id);
            }
            let changed = std::mem::take(&mut frame.changed);
            if changed.base {
                rows.bases.push((frame.id, frame.base_row(&known)));
            }
            if changed.base || changed.progress {
                rows.progresses.push((frame.id, frame.progress_row()));
            }
        }
        rows.removed = std::mem::take(&mut self.removed_frames).into_iter().collect();
        rows
    }
}
