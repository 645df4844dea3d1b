//! How an execution is stored: as rows of bytes, each with a version first. Which key a row has is the engine's business.
//!
//! * header: written once
//! * state: small, written with every step; as long as the root frame is small as well, it stands there and not in rows of its own
//! * frame base and frame progress: written when they change (see [`Frame`](crate::Frame))
//! * variable: written when it is assigned, once the variables of a frame take more than a little; until then they are in the base row
//! * event chunk: events that follow each other and became durable together, each text once
//!
//! An execution that ends in its first step, as most do that wait for nothing, is one row: header, state and history.
//!
//! A text that takes more than a little is a row of its own, whichever events and frames have it: see [`TextsApart`].
//!
//! The input of an execution is in its header and nowhere else: the other rows refer to it, as to everything in [`KnownTexts`]. The output
//! is in the state row; the events that close an execution become durable with it, and refer to it.

mod apart;
mod bytes;
mod events;
mod frames;
mod head;
mod whole;

use apart::APART_MIN;
pub use apart::{TextId, TextsApart};
pub use bytes::{CorruptRow, KnownTexts, Reader, Writer, texts_apart};
pub use events::{read_events, write_events};
pub use whole::read_whole;

use crate::{Execution, FrameId};
use json::Key;

/// The version that rows begin with which stand for themselves. Up to storage format 2 all of them did.
pub const VERSION: u8 = 1;

/// The version that rows begin with which refer to [`KnownTexts`].
pub(crate) const REFERRING_VERSION: u8 = 2;

/// The version of rows that do so and leave out what can be told from elsewhere, from storage format 4 on.
pub(crate) const COMPACT_REFERRING_VERSION: u8 = 3;

/// The version of rows that leave out what can be told from elsewhere and refer to nothing.
pub(crate) const COMPACT_VERSION: u8 = 4;

/// The version of rows that hold a whole execution.
pub(crate) const WHOLE_VERSION: u8 = 5;

/// The version of rows that name texts that stand apart, before a row of one of the versions that refer. From storage format 5 on.
pub(crate) const APART_VERSION: u8 = 6;

/// Whether a row under a header's key holds the whole execution: state and history besides the header.
pub fn is_whole(row: &[u8]) -> bool {
    row.first() == Some(&WHOLE_VERSION)
}

/// The rows of an execution that a step changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedRows {
    /// The state row.
    pub state: Vec<u8>,
    /// Base rows to write.
    pub bases: Vec<(FrameId, Vec<u8>)>,
    /// Progress rows to write.
    pub progresses: Vec<(FrameId, Vec<u8>)>,
    /// The texts of these rows that stand apart. Most have been written before.
    pub texts: TextsApart,
    /// Rows of variables to write.
    pub variables: Vec<(FrameId, Key, Vec<u8>)>,
    /// Frames whose variables' rows go away.
    pub without_variables: Vec<FrameId>,
    /// Frames whose rows go away, if they have any, those of their variables among them.
    pub removed: Vec<FrameId>,
}

impl Execution {
    /// The rows that changed since this was last called.
    pub fn take_changed_rows(&mut self) -> ChangedRows {
        let known = self.header.known_texts();
        let mut rows = ChangedRows::default();
        let root = self.frames.get_mut(&FrameId::ROOT);
        let within = root.as_ref().is_some_and(|root| root.fits_within(&known));
        if let Some(root) = root.filter(|_| within != self.root_within) {
            match within {
                true => rows.removed.push(root.id),
                // Its rows have to be there from now on.
                false => {
                    root.changed.base = true;
                    self.changed_frames.insert(root.id);
                }
            }
        }
        self.root_within = within;
        rows.state = self.state_row(&known);
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
            if within && id == FrameId::ROOT {
                continue;
            }
            if changed.base {
                rows.bases.push((frame.id, frame.base_row(&known, &mut rows.texts)));
            }
            if changed.base || changed.progress {
                rows.progresses.push((frame.id, frame.progress_row()));
            }
        }
        rows.removed.extend(std::mem::take(&mut self.removed_frames));
        rows
    }
}
