//! Histories of stored executions, read by range.

use crate::keys::{self, ExecutionKey};
use crate::texts::read_texts;
use api::Exception;
use interpreter::history::HistoryEvent;
use interpreter::rows::{CorruptRow, KnownTexts, read_events};
use std::ops::Bound;
use store::{Bytes, PartitionId, Range, Store};

/// Chunks read in one go.
const CHUNKS: usize = 16;

/// The history of an execution up to its last event when the page was asked for: what it was known to be then tells the texts of these events.
pub(crate) struct History<'h> {
    pub store: &'h dyn Store,
    pub partition: PartitionId,
    pub key: &'h ExecutionKey,
    pub known: KnownTexts,
    pub last_event: u64,
}

impl History<'_> {
    /// `count` events from `first` on.
    pub async fn forward(&mut self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Exception> {
        let mut events = Vec::new();
        // The chunk that holds the first event may begin before it.
        let holding = self.chunks(self.up_to(first).reversed().limit(1)).await?;
        let Some((begins, _)) = holding.into_iter().next() else { return Ok(events) };
        let mut range = Range { start: Bound::Included(begins), ..self.up_to(self.last_event) }.limit(CHUNKS);
        while events.len() < count {
            let chunks = self.chunks(range.clone()).await?;
            let Some((last, _)) = chunks.last() else { break };
            range = range.after(last.clone());
            for (_, chunk) in chunks {
                let of_page = chunk.into_iter().filter(|event| event.id >= first);
                events.extend(of_page.take(count - events.len()));
            }
        }
        Ok(events)
    }

    /// `count` events from `first` back.
    pub async fn backward(&mut self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Exception> {
        let mut events = Vec::new();
        let mut range = self.up_to(first).reversed().limit(CHUNKS);
        while events.len() < count {
            let chunks = self.chunks(range.clone()).await?;
            let Some((last, _)) = chunks.last() else { break };
            range = range.before(last.clone());
            for (_, chunk) in chunks {
                let of_page = chunk.into_iter().rev().filter(|event| event.id <= first);
                events.extend(of_page.take(count - events.len()));
            }
        }
        Ok(events)
    }

    /// The chunks that begin with this event at the latest.
    fn up_to(&self, event: u64) -> Range {
        let end = self.key.event(event.min(self.last_event).saturating_add(1));
        Range::prefix(keys::HISTORY, self.key.prefix()).before(end)
    }

    async fn chunks(&mut self, range: Range) -> Result<Vec<(Bytes, Vec<HistoryEvent>)>, Exception> {
        let rows = self.store.scan(self.partition, range).await.map_err(|error| crate::read_failed(&error))?;
        let mut chunks = Vec::with_capacity(rows.len());
        for (row_key, row) in rows {
            let events = self.events(&row).await?;
            let events = events.map_err(|corrupt| {
                tracing::error!(execution = %self.key.0.escape_ascii(), %corrupt, "a history chunk cannot be read");
                crate::damaged()
            });
            chunks.push((row_key, events?));
        }
        Ok(chunks)
    }

    async fn events(&mut self, chunk: &[u8]) -> Result<Result<Vec<HistoryEvent>, CorruptRow>, Exception> {
        let texts = read_texts(self.store, self.partition, self.key, chunk, &mut self.known).await;
        let texts = texts.map_err(|error| crate::read_failed(&error))?;
        Ok(texts.and_then(|()| read_events(chunk, &self.known)))
    }
}
