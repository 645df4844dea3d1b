//! Executions in memory.

use super::batch::status_number;
use crate::keys::{self, ExecutionKey};
use crate::metrics::OpenTasks;
use crate::registry::{Registry, Revision, RevisionNumber};
use crate::texts::read_texts;
use interpreter::history::HistoryEvent;
use interpreter::rows::{CorruptRow, KnownTexts, TextId, read_whole, texts_apart};
use interpreter::{Execution, Frame, FrameId, Header, Timestamp};
use json::Key;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use store::{Bytes, PartitionId, Range, Store, StoreError};

/// An execution in memory, with what is known about its rows.
pub(crate) struct Resident {
    pub execution: Execution,
    pub revision: Arc<Revision>,
    /// The index rows it has; none yet if it is new.
    pub indexed: Option<Indexed>,
    /// Frames in memory that have rows in the store, or in a batch on its way there.
    pub stored_frames: HashSet<FrameId>,
    /// The variables of frames in memory that have rows of their own there.
    pub stored_variables: HashMap<FrameId, BTreeSet<Key>>,
    /// Texts that have rows of their own there.
    pub stored_texts: StoredTexts,
    /// Frames that are only there; none if all are in memory.
    pub unread: Option<UnreadFrames>,
    /// Its events, if they are in one row with all else there is of it.
    pub history: Option<Vec<HistoryEvent>>,
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
            stored_variables: HashMap::new(),
            stored_texts: StoredTexts::default(),
            unread: None,
            history: None,
            marked_unfinished: false,
            last_batch: 0,
            open_tasks: OpenTasks::default(),
            bytes: 0,
        }
    }
}

/// Texts that are known to have rows: those met last. Another one is written again, which changes nothing but the log.
#[derive(Debug, Default)]
pub(crate) struct StoredTexts(VecDeque<TextId>);

/// So many are remembered.
const STORED_TEXTS_MAX: usize = 64;

impl StoredTexts {
    /// Whether it is news that this one has a row.
    pub fn add(&mut self, id: TextId) -> bool {
        if self.0.contains(&id) {
            return false;
        }
        if self.0.len() == STORED_TEXTS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(id);
        true
    }

    /// A row that was read refers to texts that have rows.
    fn of_row(&mut self, row: &[u8]) {
        for id in texts_apart(row).unwrap_or_default() {
            self.add(id);
        }
    }
}

/// The frames of an execution that have not been read since it was loaded. Nothing has happened to them since. Not every number below the
/// next frame's was a frame by then: those of a Map's iterations are given out when it begins.
#[derive(Debug)]
pub(crate) struct UnreadFrames {
    /// What was the next frame's id when it was loaded: later ones are in memory, or gone.
    below: u64,
    /// Those that have been read or written: they are in memory, or gone although their rows may still be seen for a moment.
    read: HashSet<FrameId>,
}

impl UnreadFrames {
    fn holds(&self, id: FrameId, execution: &Execution) -> bool {
        id.0 < self.below && !self.read.contains(&id) && !execution.knows_frame(id)
    }

    /// What is stored of a frame comes from memory, or will with the batch that is being made.
    pub fn written(&mut self, id: FrameId) {
        if id.0 < self.below {
            self.read.insert(id);
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
pub(crate) enum Stored<T> {
    /// Nothing.
    Nothing,
    /// The rest of an execution that is being removed: the name is not free yet.
    Leaving,
    /// An execution.
    Execution(T),
}

/// An execution without its frames, but for those that stand within its state, and its history if that is in the same row.
pub(crate) struct Head {
    pub execution: Execution,
    pub history: Option<Vec<HistoryEvent>>,
}

/// Reads the head of an execution.
pub(crate) async fn read_head(
    store: &dyn Store,
    partition: PartitionId,
    key: &ExecutionKey,
) -> Result<Stored<Head>, StoreError> {
    let Some(header) = store.get(partition, keys::HEADERS, &key.0).await? else { return Ok(Stored::Nothing) };
    let corrupt = |corrupt| at(key, "header", &corrupt);
    if let Some((execution, history)) = read_whole(&header).map_err(corrupt)? {
        return Ok(Stored::Execution(Head { execution, history: Some(history) }));
    }
    let header = Header::from_row(&header).map_err(corrupt)?;
    let Some(state) = store.get(partition, keys::STATES, &key.0).await? else {
        return Err(at(key, "state", &CorruptRow("it is missing")));
    };
    if state == keys::LEAVING_STATE[..] {
        return Ok(Stored::Leaving);
    }
    let execution = Execution::from_rows(header, &state).map_err(|corrupt| at(key, "state", &corrupt))?;
    Ok(Stored::Execution(Head { execution, history: None }))
}

/// Reads an execution without its frames: the live ones, or those kept for a redrive.
pub(crate) async fn load(
    store: &dyn Store,
    registry: &Registry,
    partition: PartitionId,
    key: &ExecutionKey,
) -> Result<Stored<Box<Resident>>, StoreError> {
    let Head { execution, history } = match read_head(store, partition, key).await? {
        Stored::Execution(head) => head,
        Stored::Nothing => return Ok(Stored::Nothing),
        Stored::Leaving => return Ok(Stored::Leaving),
    };
    let revision = registry.revision(RevisionNumber(execution.header.revision)).await?;
    let unread = execution.lacks_frames().then(|| UnreadFrames {
        below: execution.next_frame_id,
        read: execution.frames().map(|frame| frame.id).collect(),
    });
    let indexed = Some(Indexed::of(&execution));
    let marked_unfinished = unread.is_none() && execution.is_unfinished();
    let resident = Resident { indexed, unread, history, marked_unfinished, ..Resident::new(execution, revision) };
    Ok(Stored::Execution(Box::new(resident)))
}

/// Reads an execution with all its frames.
pub(crate) async fn load_whole(
    store: &dyn Store,
    registry: &Registry,
    partition: PartitionId,
    key: &ExecutionKey,
) -> Result<Stored<Box<Resident>>, StoreError> {
    let mut stored = load(store, registry, partition, key).await?;
    if let Stored::Execution(resident) = &mut stored {
        resident.read_all_frames(store, partition, key).await?;
    }
    Ok(stored)
}

impl Resident {
    /// Reads a frame and those around it, up to the root, unless they are in memory. There may be no such frame any more.
    pub async fn read_frame(
        &mut self,
        store: &dyn Store,
        partition: PartitionId,
        key: &ExecutionKey,
        frame: FrameId,
    ) -> Result<(), StoreError> {
        let Some(unread) = &mut self.unread else { return Ok(()) };
        let corrupt = |what| at(key, "frame", &CorruptRow(what));
        let mut known = self.execution.header.known_texts();
        let mut frames: Vec<Frame> = Vec::new();
        let mut next = Some(frame).filter(|id| unread.holds(*id, &self.execution));
        while let Some(id) = next {
            let row_key = key.frame(id);
            let Some(base) = store.get(partition, keys::FRAME_BASES, &row_key).await? else {
                if frames.is_empty() {
                    unread.read.insert(id);
                    return Ok(());
                }
                return Err(corrupt("the frame around it is missing"));
            };
            let progress = store.get(partition, keys::FRAME_PROGRESSES, &row_key).await?;
            let progress = progress.ok_or_else(|| corrupt("its progress row is missing"))?;
            let texts = read_texts(store, partition, key, &base, &mut known).await?;
            let frame = texts.and_then(|()| Frame::from_rows(id, &base, &progress, &known));
            let mut frame = frame.map_err(|corrupt| at(key, "frame", &corrupt))?;
            self.stored_texts.of_row(&base);
            if frame.has_variables_apart() {
                let range = Range::prefix(keys::VARIABLES, key.variable(id, ""));
                for (row_key, row) in store.scan(partition, range).await? {
                    let name = restore_variable(&mut frame, &row_key, &row, &known);
                    let name = name.map_err(|corrupt| at(key, "variable", &corrupt))?;
                    self.stored_variables.entry(id).or_default().insert(name);
                }
            }
            // A parent has the smaller number.
            next = frame.parent.filter(|parent| parent < &id && unread.holds(*parent, &self.execution));
            frames.push(frame);
        }
        for frame in frames {
            unread.read.insert(frame.id);
            self.stored_frames.insert(frame.id);
            self.execution.restore_frame(frame);
        }
        if unread.read.len() as u64 == unread.below {
            self.has_all_frames();
        }
        Ok(())
    }

    /// Reads all frames that are not in memory.
    pub async fn read_all_frames(
        &mut self,
        store: &dyn Store,
        partition: PartitionId,
        key: &ExecutionKey,
    ) -> Result<(), StoreError> {
        let Some(unread) = &self.unread else { return Ok(()) };
        let mut frames = Vec::new();
        let bases = store.scan(partition, Range::prefix(keys::FRAME_BASES, key.prefix())).await?;
        let progresses = store.scan(partition, Range::prefix(keys::FRAME_PROGRESSES, key.prefix())).await?;
        let mut progresses = progresses.into_iter().peekable();
        let mut known = self.execution.header.known_texts();
        for (row_key, base) in bases {
            let texts = read_texts(store, partition, key, &base, &mut known).await?;
            self.stored_texts.of_row(&base);
            let mut read = || {
                let id = frame_id(&row_key).ok_or(CorruptRow("its key is malformed"))?;
                while progresses.next_if(|(other, _)| *other < row_key).is_some() {}
                let progress = progresses.next_if(|(other, _)| *other == row_key);
                let (_, progress) = progress.ok_or(CorruptRow("its progress row is missing"))?;
                unread.holds(id, &self.execution).then(|| Frame::from_rows(id, &base, &progress, &known)).transpose()
            };
            frames.extend(texts.and_then(|()| read()).map_err(|corrupt| at(key, "frame", &corrupt))?);
        }
        if frames.iter().any(Frame::has_variables_apart) {
            // In order, as the frames are.
            let rows = store.scan(partition, Range::prefix(keys::VARIABLES, key.prefix())).await?;
            let mut rows = rows.into_iter().peekable();
            for frame in &mut frames {
                let prefix = key.variable(frame.id, "");
                while rows.next_if(|(row_key, _)| row_key[..] < prefix[..]).is_some() {}
                while let Some((row_key, row)) = rows.next_if(|(row_key, _)| row_key.starts_with(&prefix)) {
                    let name = restore_variable(frame, &row_key, &row, &known);
                    let name = name.map_err(|corrupt| at(key, "variable", &corrupt))?;
                    self.stored_variables.entry(frame.id).or_default().insert(name);
                }
            }
        }
        for frame in frames {
            self.stored_frames.insert(frame.id);
            self.execution.restore_frame(frame);
        }
        self.has_all_frames();
        Ok(())
    }

    fn has_all_frames(&mut self) {
        self.unread = None;
        self.execution.restored_all_frames();
        self.marked_unfinished |= self.execution.is_unfinished();
    }
}

fn restore_variable(frame: &mut Frame, row_key: &Bytes, row: &[u8], known: &KnownTexts) -> Result<Key, CorruptRow> {
    let (_, _, name) = keys::read_variable(row_key).ok_or(CorruptRow("its key is malformed"))?;
    frame.restore_variable(name, row, known)?;
    Ok(name.into())
}

fn frame_id(row_key: &Bytes) -> Option<FrameId> {
    let (_, suffix) = keys::split(row_key, 8)?;
    Some(FrameId(u64::from_be_bytes(suffix[..].try_into().ok()?)))
}

fn at(key: &ExecutionKey, row: &str, corrupt: &CorruptRow) -> StoreError {
    StoreError::Corrupt {
        what: corrupt.to_string(),
        place: format!("the {row} row of execution '{}'", key.0.escape_ascii()),
    }
}
