//! Executions in memory.

use super::batch::status_number;
use crate::keys::{self, ExecutionKey};
use crate::metrics::OpenTasks;
use crate::registry::{Registry, Revision, RevisionNumber};
use interpreter::rows::{CorruptRow, KnownTexts};
use interpreter::{Execution, Frame, FrameId, Header, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{Bytes, PartitionId, Range, Store, StoreError};

/// An execution in memory, with what is known about its rows.
pub(crate) struct Resident {
    pub execution: Execution,
    pub revision: Arc<Revision>,
    /// The index rows it has; none yet if it is new.
    pub indexed: Option<Indexed>,
    /// Frames that have rows in the store, or in a batch on its way there.
    pub stored_frames: HashSet<FrameId>,
    /// Whether there is a row that says the execution stopped in the middle of a step.
    pub marked_unfinished: bool,
    /// The last batch that wrote it; it may leave memory when that is durable.
    pub last_batch: u64,
    /// Its tasks, for the metrics.
    pub open_tasks: OpenTasks,
    /// Memory it takes, about.
    pub bytes: usize,
}

impl Resident {
    pub fn new(execution: Execution, revision: Arc<Revision>) -> Resident {
        Resident {
            execution,
            revision,
            indexed: None,
            stored_frames: HashSet::new(),
            marked_unfinished: false,
            last_batch: 0,
            open_tasks: OpenTasks::default(),
            bytes: 0,
        }
    }
}

/// What the index rows of an execution say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Indexed {
    /// The number of its status.
    pub status: u8,
    /// When it closed.
    pub stop: Option<Timestamp>,
    /// How often it was redriven.
    pub redrive_count: u64,
}

impl Indexed {
    /// What they should say.
    pub fn of(execution: &Execution) -> Indexed {
        Indexed {
            status: status_number(&execution.status),
            stop: execution.stop_time,
            redrive_count: execution.redrives.count,
        }
    }
}

/// What is stored of a name.
pub(crate) enum Stored {
    /// Nothing.
    Nothing,
    /// The rest of an execution that is being removed: the name is not free yet.
    Leaving,
    /// An execution.
    Execution(Box<Resident>),
}

/// Reads an execution with all its frames: the live ones, or those kept for a redrive.
pub(crate) async fn load(
    store: &dyn Store,
    registry: &Registry,
    partition: PartitionId,
    key: &ExecutionKey,
) -> Result<Stored, StoreError> {
    let Some(header) = store.get(partition, keys::HEADERS, &key.0).await? else { return Ok(Stored::Nothing) };
    let header = Header::from_row(&header).map_err(|corrupt| at(key, "header", &corrupt))?;
    let Some(state) = store.get(partition, keys::STATES, &key.0).await? else {
        return Err(at(key, "state", &CorruptRow("it is missing")));
    };
    if state == keys::LEAVING_STATE[..] {
        return Ok(Stored::Leaving);
    }
    let revision = registry.revision(RevisionNumber(header.revision)).await?;
    let mut execution = Execution::from_rows(header, &state).map_err(|corrupt| at(key, "state", &corrupt))?;
    let mut stored_frames = HashSet::new();
    if execution.is_running() || execution.keeps_frames {
        let known = execution.header.known_texts();
        for frame in load_frames(store, partition, key, &known).await? {
            stored_frames.insert(frame.id);
            execution.restore_frame(frame);
        }
    }
    let marked_unfinished = execution.is_unfinished();
    let indexed = Some(Indexed::of(&execution));
    let resident = Resident { indexed, stored_frames, marked_unfinished, ..Resident::new(execution, revision) };
    Ok(Stored::Execution(Box::new(resident)))
}

async fn load_frames(
    store: &dyn Store,
    partition: PartitionId,
    key: &ExecutionKey,
    known: &KnownTexts,
) -> Result<Vec<Frame>, StoreError> {
    let bases = store.scan(partition, Range::prefix(keys::FRAME_BASES, key.prefix())).await?;
    let progresses = store.scan(partition, Range::prefix(keys::FRAME_PROGRESSES, key.prefix())).await?;
    let progresses: HashMap<Bytes, Bytes> = progresses.into_iter().collect();
    let frame = |(row_key, base): (Bytes, Bytes)| {
        let id = keys::split(&row_key, 8)
            .and_then(|(_, suffix)| Some(FrameId(u64::from_be_bytes(suffix[..].try_into().ok()?))))
            .ok_or(CorruptRow("its key is malformed"))?;
        let progress = progresses.get(&row_key).ok_or(CorruptRow("its progress row is missing"))?;
        Frame::from_rows(id, &base, progress, known)
    };
    bases.into_iter().map(|row| frame(row).map_err(|corrupt| at(key, "frame", &corrupt))).collect()
}

fn at(key: &ExecutionKey, row: &str, corrupt: &CorruptRow) -> StoreError {
    StoreError::Corrupt {
        what: corrupt.to_string(),
        place: format!("the {row} row of execution '{}'", key.0.escape_ascii()),
    }
}
