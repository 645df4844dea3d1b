//! GetExecutionHistory: pages of events in either direction.

use super::describe_execution::qualified;
use crate::Engine;
use crate::histories::History;
use crate::partition::Head;
use api::{Exception, GetExecutionHistoryRequest, GetExecutionHistoryResponse, next_token};
use interpreter::Header;
use interpreter::history::HistoryEvent;
use json::Value;
use std::fmt::Display;

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
        let store = &*self.0.shared.store;
        let partition = self.partition_of(&key);
        let mut history = History { store, partition, key: &key, known: execution.known_texts(), last_event };
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

/// The event as AWS shapes it. The version and alias an execution was started with stand in its header only; its first event shows them.
pub(crate) fn shown(event: &HistoryEvent, header: &Header, include_execution_data: bool) -> Value {
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
