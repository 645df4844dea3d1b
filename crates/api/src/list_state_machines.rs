//! ListStateMachines.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::PAGE_TOKEN;
use crate::timestamp::timestamp;
use crate::{Paging, StateMachineType};
use json::{ObjectBuilder, Value, json};
use std::sync::Arc;

/// Which page.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStateMachinesRequest {
    /// Size and place of the page.
    pub paging: Paging,
}

/// One machine in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StateMachineListItem {
    /// The machine.
    pub state_machine_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub machine_type: StateMachineType,
    /// In ms since the epoch.
    pub creation_date_ms: i64,
}

/// A page of machines by name.
#[derive(Clone, Debug, PartialEq)]
pub struct ListStateMachinesResponse {
    /// In ascending order of name.
    pub state_machines: Vec<StateMachineListItem>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

impl ListStateMachinesRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListStateMachinesRequest, Exception> {
        let paging = read_body(body, |fields| Paging::read(fields, PAGE_TOKEN))?;
        Ok(ListStateMachinesRequest { paging })
    }
}

impl StateMachineListItem {
    fn encode(&self) -> Value {
        json!({
            "stateMachineArn": (&self.state_machine_arn),
            "name": (&self.name),
            "type": (self.machine_type.as_str()),
            "creationDate": (timestamp(self.creation_date_ms))
        })
    }
}

impl ListStateMachinesResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("stateMachines", self.state_machines.iter().map(StateMachineListItem::encode).collect::<Vec<_>>());
        body.insert_some("nextToken", self.next_token.as_ref());
        body.build().into()
    }
}
