//! One stored execution and its history by range, with all that is needed to tell what happened in it.

use crate::Engine;
use crate::histories::History;
use crate::keys::ExecutionKey;
use crate::operations::shown_event;
use crate::partition::Head;
use crate::registry::{Revision, RevisionNumber};
use crate::tasks::invocation_id;
use api::Exception;
use arn::ExecutionArn;
use interpreter::history::HistoryEvent;
use interpreter::{Execution, FrameId, TaskId};
use json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// Frames that are tried to find an invocation.
const FRAMES_MAX: usize = 20_000;

/// A stored execution as it was at one moment.
pub struct Look {
    engine: Engine,
    key: ExecutionKey,
    /// The execution, without its frames.
    pub execution: Execution,
    /// What it runs.
    pub revision: Arc<Revision>,
    /// The id of its last event.
    pub last_event: u64,
    whole: Option<Vec<HistoryEvent>>,
}

impl Engine {
    /// Looks at an execution that is stored.
    pub async fn look(&self, arn: &ExecutionArn) -> Result<Look, Exception> {
        let Head { execution, history: whole } = self.stored_head(arn).await?;
        let number = RevisionNumber(execution.header.revision);
        let revision = self.registry().revision(number).await.map_err(|error| crate::read_failed(&error))?;
        let last_event = execution.next_event_id - 1;
        Ok(Look { engine: self.clone(), key: self.key_of(arn), execution, revision, last_event, whole })
    }
}

impl Look {
    /// `count` events from `first` on.
    pub async fn forward(&self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Exception> {
        match &self.whole {
            Some(whole) => Ok(whole.iter().filter(|event| event.id >= first).take(count).cloned().collect()),
            None => self.history().forward(first.max(1), count).await,
        }
    }

    /// `count` events from `first` back.
    pub async fn backward(&self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Exception> {
        match &self.whole {
            Some(whole) => Ok(whole.iter().rev().filter(|event| event.id <= first).take(count).cloned().collect()),
            None => self.history().backward(first, count).await,
        }
    }

    /// The id of the invocation that a `*Scheduled` event asked for, if it is among some that are known. No event tells the frame that is part of
    /// it: all that there have been are tried, up to a number.
    pub fn invocation(&self, scheduled_event: u64, known: &HashSet<&str>) -> Option<String> {
        let frames = (0..self.execution.next_frame_id).take(FRAMES_MAX).map(FrameId);
        let mut ids = frames.map(|frame| invocation_id(&self.execution.header, TaskId { frame, scheduled_event }));
        ids.find(|id| known.contains(&**id))
    }

    /// An event as AWS shapes it.
    pub fn shown(&self, event: &HistoryEvent) -> Value {
        shown_event(event, &self.execution.header, true)
    }

    fn history(&self) -> History<'_> {
        History {
            store: &*self.engine.0.shared.store,
            partition: self.engine.partition_of(&self.key),
            key: &self.key,
            known: self.execution.known_texts(),
            last_event: self.last_event,
        }
    }
}
