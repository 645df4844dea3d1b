//! GetExecutionHistory: pages of events in either direction, read by range.

use super::describe_execution::qualified;
use crate::Engine;
use crate::keys::{self, ExecutionKey};
use crate::partition::Head;
use api::{Exception, GetExecutionHistoryRequest, GetExecutionHistoryResponse, next_token};
use interpreter::Header;
use interpreter::history::HistoryEvent;
use interpreter::rows::{KnownTexts, read_events};
use json::Value;
use std::fmt::Display;
use std::ops::Bound;
use store::{Bytes, Range};

/// Chunks read in one go.
const CHUNKS: usize = 16;

impl Engine {
    /// A page of an execution's history.
    pub async fn get_execution_history(
        &self,
        request: GetExecutionHistoryRequest,
    ) -> Result<GetExecutionHistoryResponse, Exception> {
        let Head { execution, history: whole } = self.stored_head(&request.execution_arn).await?;
        let last_event = execution.next_event_id - 1;
        let direction = if request.reverse_order { "reverse" } else { "forward" };
        let scope = format!("GetExecutionHistory {direction} {}", execution.header.execution_arn);
        let first = match &request.paging.next_token {
            None if request.reverse_order => last_event,
            None => 1,
            Some(token) => {
                let position = next_token::decode(&scope, token, self.now().0)?;
                u64::from_be_bytes(position.try_into().map_err(|_| Exception::invalid_token())?)
            }
        };
        let count = request.paging.max_results;
        let key = self.key_of(&request.execution_arn);
        let history = History { engine: self, key: &key, known: execution.known_texts(), last_event };
        let events = match (whole, request.reverse_order) {
            (Some(whole), true) => whole.into_iter().rev().filter(|event| event.id <= first).take(count).collect(),
            (Some(whole), false) => whole.into_iter().filter(|event| event.id >= first).take(count).collect(),
            (None, true) => history.backward(first, count).await?,
            (None, false) => history.forward(first, count).await?,
        };
        let next = events.last().and_then(|event| match request.reverse_order {
            true => (event.id > 1).then(|| event.id - 1),
            false => (event.id < last_event).then(|| event.id + 1),
        });
        Ok(GetExecutionHistoryResponse {
            events: events
                .iter()
                .map(|event| shown(event, &execution.header, request.include_execution_data))
                .collect(),
            next_token: next.map(|id| next_token::encode(&scope, &id.to_be_bytes(), self.now().0)),
        })
    }
}

/// The history of an execution up to its last event when the page was asked for: what it was known to be then tells the texts of these events.
struct History<'h> {
    engine: &'h Engine,
    key: &'h ExecutionKey,
    known: KnownTexts,
    last_event: u64,
}

impl History<'_> {
    /// `count` events from `first` on.
    async fn forward(&self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Exception> {
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
    async fn backward(&self, first: u64, count: usize) -> Result<Vec<HistoryEvent>, Exception> {
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

    async fn chunks(&self, range: Range) -> Result<Vec<(Bytes, Vec<HistoryEvent>)>, Exception> {
        let partition = self.engine.partition_of(self.key);
        let store = &self.engine.0.shared.store;
        let rows = store.scan(partition, range).await.map_err(|error| crate::read_failed(&error))?;
        let read = |(row_key, row): (Bytes, Bytes)| match read_events(&row, &self.known) {
            Ok(events) => Ok((row_key, events)),
            Err(corrupt) => {
                tracing::error!(execution = %self.key.0.escape_ascii(), %corrupt, "a history chunk cannot be read");
                Err(crate::damaged())
            }
        };
        rows.into_iter().map(read).collect()
    }
}

/// The event as AWS shapes it. The version and alias an execution was started with stand in its header only; its first event shows them.
fn shown(event: &HistoryEvent, header: &Header, include_execution_data: bool) -> Value {
    const DETAILS: &str = "executionStartedEventDetails";
    let value = event.to_value(include_execution_data);
    let (Some(version), Some(shape)) = (header.state_machine_version, value.as_object()) else { return value };
    let Some(details) = shape.get(DETAILS).and_then(Value::as_object) else { return value };
    let arn = |qualifier: &dyn Display| Value::from(qualified(&header.state_machine_arn, qualifier));
    let mut details = details.with("stateMachineVersionArn", arn(&version));
    if let Some(alias) = &header.state_machine_alias {
        details = details.with("stateMachineAliasArn", arn(alias));
    }
    shape.with(DETAILS, details.into()).into()
}
