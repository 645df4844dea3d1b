//! One stored execution and its history by range, with all that is needed to tell what happened in it.

use crate::Engine;
use crate::histories::History;
use crate::keys::ExecutionKey;
use crate::operations::shown_event;
use crate::partition::Head;
use crate::registry::{Revision, RevisionNumber};
use api::Exception;
use arn::ExecutionArn;
use interpreter::Execution;
use interpreter::history::HistoryEvent;
use json::Value;
use std::sync::Arc;

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
