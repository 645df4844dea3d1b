//! GetExecutionHistory. The events are shaped by whoever keeps them.

use crate::Paging;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, PAGE_TOKEN};
use arn::ExecutionArn;
use json::{ObjectBuilder, Value};

/// Whose history, in which direction, which page.
#[derive(Clone, Debug, PartialEq)]
pub struct GetExecutionHistoryRequest {
    /// A Standard execution.
    pub execution_arn: ExecutionArn,
    /// Latest event first.
    pub reverse_order: bool,
    /// Whether inputs and outputs are wanted.
    pub include_execution_data: bool,
    /// Size and place of the page.
    pub paging: Paging,
}

/// A page of events.
#[derive(Clone, Debug, PartialEq)]
pub struct GetExecutionHistoryResponse {
    /// The events as AWS shapes them.
    pub events: Vec<Value>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

impl GetExecutionHistoryRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<GetExecutionHistoryRequest, Exception> {
        let (arn, reverse_order, include_execution_data, paging) = read_body(body, |fields| {
            Ok((
                fields.text("executionArn", ARN)?,
                fields.boolean("reverseOrder")?.unwrap_or(false),
                fields.boolean("includeExecutionData")?.unwrap_or(true),
                Paging::read(fields, PAGE_TOKEN)?,
            ))
        })?;
        let execution_arn = ExecutionArn::parse(&arn)?;
        Ok(GetExecutionHistoryRequest { execution_arn, reverse_order, include_execution_data, paging })
    }
}

impl GetExecutionHistoryResponse {
    /// The reply's body.
    pub fn encode(self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("events", self.events);
        body.insert_some("nextToken", self.next_token);
        body.build().into()
    }
}
