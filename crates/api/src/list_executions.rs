//! ListExecutions.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{ARN, LIST_EXECUTIONS_PAGE_TOKEN, LONG_ARN};
use crate::timestamp::timestamp;
use crate::{ExecutionStatus, Paging};
use arn::{MapRunArn, StateMachineArn};
use json::{ObjectBuilder, Value};
use std::sync::Arc;

/// Whose executions, which of them, which page.
#[derive(Clone, Debug, PartialEq)]
pub struct ListExecutionsRequest {
    /// Of a machine or of a Map Run.
    pub of: ExecutionsOf,
    /// Only of this status.
    pub status_filter: Option<ExecutionStatus>,
    /// Only redriven ones, or only others; with a Map Run only.
    pub redrive_filter: Option<RedriveFilter>,
    /// Size and place of the page.
    pub paging: Paging,
}

/// What executions are listed of.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecutionsOf {
    /// A machine, or those started with a version or alias of it.
    StateMachine(StateMachineArn),
    /// A Map Run.
    MapRun(MapRunArn),
}

/// `redriveFilter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedriveFilter {
    /// Redriven at least once.
    Redriven,
    /// Never redriven.
    NotRedriven,
}

/// One execution in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutionListItem {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its machine, unqualified.
    pub state_machine_arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its status.
    pub status: ExecutionStatus,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch; `None` while it runs.
    pub stop_date_ms: Option<i64>,
    /// The Map Run it is a child of.
    pub map_run_arn: Option<Arc<str>>,
    /// How many items a Map Run's child works on.
    pub item_count: Option<u64>,
    /// The version it was started with.
    pub state_machine_version_arn: Option<Arc<str>>,
    /// The alias it was started with.
    pub state_machine_alias_arn: Option<Arc<str>>,
    /// How often it was redriven.
    pub redrive_count: u64,
    /// When last, in ms since the epoch.
    pub redrive_date_ms: Option<i64>,
}

/// A page of executions.
#[derive(Clone, Debug, PartialEq)]
pub struct ListExecutionsResponse {
    /// Newest first.
    pub executions: Vec<ExecutionListItem>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

impl ListExecutionsRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListExecutionsRequest, Exception> {
        let redrive_words = [("REDRIVEN", RedriveFilter::Redriven), ("NOT_REDRIVEN", RedriveFilter::NotRedriven)];
        let (machine, map_run, status_filter, redrive_filter, paging) = read_body(body, |fields| {
            Ok((
                fields.optional_text("stateMachineArn", ARN)?,
                fields.optional_text("mapRunArn", LONG_ARN)?,
                fields.word("statusFilter", &ExecutionStatus::WORDS)?,
                fields.word("redriveFilter", &redrive_words)?,
                Paging::read(fields, LIST_EXECUTIONS_PAGE_TOKEN)?,
            ))
        })?;
        let of = match (machine, map_run) {
            (Some(machine), None) => ExecutionsOf::StateMachine(StateMachineArn::parse(&machine)?),
            (None, Some(map_run)) => ExecutionsOf::MapRun(MapRunArn::parse(&map_run)?),
            _ => return Err(Exception::validation("Must specify exactly one of stateMachineArn and mapRunArn")),
        };
        let needs_map_run = redrive_filter.is_some() || status_filter == Some(ExecutionStatus::PendingRedrive);
        if needs_map_run && matches!(of, ExecutionsOf::StateMachine(_)) {
            return Err(Exception::validation(
                "redriveFilter and the statusFilter PENDING_REDRIVE can only be used with a mapRunArn",
            ));
        }
        Ok(ListExecutionsRequest { of, status_filter, redrive_filter, paging })
    }
}

impl ExecutionListItem {
    fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("executionArn", &self.execution_arn);
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("name", &self.name);
        body.insert("status", self.status.as_str());
        body.insert("startDate", timestamp(self.start_date_ms));
        body.insert_some("stopDate", self.stop_date_ms.map(timestamp));
        body.insert_some("mapRunArn", self.map_run_arn.as_ref());
        body.insert_some("itemCount", self.item_count);
        body.insert_some("stateMachineVersionArn", self.state_machine_version_arn.as_ref());
        body.insert_some("stateMachineAliasArn", self.state_machine_alias_arn.as_ref());
        body.insert("redriveCount", self.redrive_count);
        body.insert_some("redriveDate", self.redrive_date_ms.map(timestamp));
        body.build().into()
    }
}

impl ListExecutionsResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("executions", self.executions.iter().map(ExecutionListItem::encode).collect::<Vec<_>>());
        body.insert_some("nextToken", self.next_token.as_ref());
        body.build().into()
    }
}
