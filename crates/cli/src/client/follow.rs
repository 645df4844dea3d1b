//! An execution as it goes on: its history, read page by page, again and again.

use super::{CallError, Client, execution, text};
use api::Operation;
use engine::HistoryEvent;
use json::{Object, Value, json};
use std::sync::Arc;

/// Events a page.
const PAGE: i64 = 1000;
/// The types of events after which nothing comes but a redrive.
const CLOSING: [&str; 4] = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"];

/// What has been read of a history.
pub(crate) struct Follower<'c> {
    client: &'c Client,
    execution_arn: String,
    /// Where the page begins that was read last: it may have more by now.
    token: Option<Value>,
    /// The last event that was read.
    last_id: i64,
    /// Whether that closed the execution.
    pub(crate) is_closed: bool,
}

impl<'c> Follower<'c> {
    /// Of an execution of which nothing has been read.
    pub(crate) fn new(client: &'c Client, execution_arn: &str) -> Follower<'c> {
        let execution_arn = execution_arn.to_owned();
        Follower { client, execution_arn, token: None, last_id: 0, is_closed: false }
    }

    /// The events that came since the last time, in order.
    pub(crate) async fn more(&mut self) -> Result<Vec<Value>, CallError> {
        let mut new = Vec::new();
        loop {
            let request = execution(&self.execution_arn);
            let request = request.as_object().cloned().unwrap_or_else(Object::new).with("maxResults", PAGE.into());
            let request = match &self.token {
                Some(token) => request.with("nextToken", token.clone()),
                None => request,
            };
            let page = match self.client.call(Operation::GetExecutionHistory, &request.into()).await {
                // A token is good for a day; the events have not changed.
                Err(error) if error.is("InvalidToken") && self.token.is_some() => {
                    self.token = None;
                    continue;
                }
                page => page?,
            };
            for event in page.get("events").and_then(Value::as_array).into_iter().flat_map(|page| page.iter()) {
                let id = event.get("id").and_then(Value::as_i64).unwrap_or_default();
                if id > self.last_id {
                    self.last_id = id;
                    self.is_closed = CLOSING.contains(&text(event, "type"));
                    new.push(event.clone());
                }
            }
            match page.get("nextToken") {
                Some(token) => self.token = Some(token.clone()),
                None => return Ok(new),
            }
        }
    }
}

/// Events as the progress takes them. One that cannot be read, such as of a type that came later, changes nothing on the display.
pub(crate) fn for_progress(execution_arn: &str, events: &[Value]) -> engine::ExecutionEvents {
    let events: Vec<HistoryEvent> = events.iter().filter_map(|event| HistoryEvent::from_value(event).ok()).collect();
    engine::ExecutionEvents { execution_arn: execution_arn.into(), events: Arc::from(events) }
}

/// The description of an execution that has closed.
pub(crate) async fn description(client: &Client, execution_arn: &str) -> Result<Value, CallError> {
    client.call(Operation::DescribeExecution, &json!({"executionArn": execution_arn})).await
}
