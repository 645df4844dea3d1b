//! DescribeMapRun, ListMapRuns and UpdateMapRun.

use crate::Paging;
use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::{
    ARN, LONG_ARN, MAX_CONCURRENCY, PAGE_TOKEN, TOLERATED_FAILURE_COUNT, TOLERATED_FAILURE_PERCENTAGE,
};
use crate::timestamp::timestamp;
use arn::{ExecutionArn, MapRunArn};
use json::{ObjectBuilder, Value};
use std::sync::Arc;

/// Which Map Run shall be described.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeMapRunRequest {
    /// The Map Run.
    pub map_run_arn: MapRunArn,
}

/// What is known of a Map Run.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeMapRunResponse {
    /// The Map Run.
    pub map_run_arn: Arc<str>,
    /// The execution whose state it is the run of.
    pub execution_arn: Arc<str>,
    /// How it is with it.
    pub status: MapRunStatus,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch; `None` while it runs.
    pub stop_date_ms: Option<i64>,
    /// Child executions at a time; 0 for as many as there may be.
    pub max_concurrency: u64,
    /// In percent of the items.
    pub tolerated_failure_percentage: f64,
    /// In items.
    pub tolerated_failure_count: u64,
    /// How many items are in which state.
    pub item_counts: MapRunCounts,
    /// How many child executions are in which state.
    pub execution_counts: MapRunCounts,
    /// How often it was redriven.
    pub redrive_count: u64,
    /// When last, in ms since the epoch.
    pub redrive_date_ms: Option<i64>,
}

/// The status of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MapRunStatus {
    Running,
    Succeeded,
    Failed,
    Aborted,
}

/// Items or child executions of a Map Run, counted by status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct MapRunCounts {
    pub pending: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    pub total: u64,
    /// Those whose results a ResultWriter has written, or would have.
    pub results_written: u64,
    /// Failures that a redrive leaves alone.
    pub failures_not_redrivable: Option<u64>,
    /// Those that wait to be redriven.
    pub pending_redrive: Option<u64>,
}

/// Whose Map Runs, which page.
#[derive(Clone, Debug, PartialEq)]
pub struct ListMapRunsRequest {
    /// The execution.
    pub execution_arn: ExecutionArn,
    /// Size and place of the page.
    pub paging: Paging,
}

/// One Map Run in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRunListItem {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// The Map Run.
    pub map_run_arn: Arc<str>,
    /// The machine of its child executions, with the label of the state.
    pub state_machine_arn: Arc<str>,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch; `None` while it runs.
    pub stop_date_ms: Option<i64>,
}

/// A page of Map Runs.
#[derive(Clone, Debug, PartialEq)]
pub struct ListMapRunsResponse {
    /// Newest first.
    pub map_runs: Vec<MapRunListItem>,
    /// Where the next page begins, if there is one.
    pub next_token: Option<String>,
}

/// What shall be otherwise from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateMapRunRequest {
    /// A Map Run that runs.
    pub map_run_arn: MapRunArn,
    /// Child executions at a time.
    pub max_concurrency: Option<u64>,
    /// In percent of the items.
    pub tolerated_failure_percentage: Option<f64>,
    /// In items.
    pub tolerated_failure_count: Option<u64>,
}

impl DescribeMapRunRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DescribeMapRunRequest, Exception> {
        let arn = read_body(body, |fields| fields.text("mapRunArn", LONG_ARN))?;
        Ok(DescribeMapRunRequest { map_run_arn: MapRunArn::parse(&arn)? })
    }
}

impl ListMapRunsRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<ListMapRunsRequest, Exception> {
        let (arn, paging) =
            read_body(body, |fields| Ok((fields.text("executionArn", ARN)?, Paging::read(fields, PAGE_TOKEN)?)))?;
        Ok(ListMapRunsRequest { execution_arn: ExecutionArn::parse(&arn)?, paging })
    }
}

impl UpdateMapRunRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<UpdateMapRunRequest, Exception> {
        let (arn, max_concurrency, tolerated_failure_percentage, tolerated_failure_count) =
            read_body(body, |fields| {
                Ok((
                    fields.text("mapRunArn", LONG_ARN)?,
                    fields.integer("maxConcurrency", MAX_CONCURRENCY)?,
                    fields.float("toleratedFailurePercentage", TOLERATED_FAILURE_PERCENTAGE)?,
                    fields.integer("toleratedFailureCount", TOLERATED_FAILURE_COUNT)?,
                ))
            })?;
        Ok(UpdateMapRunRequest {
            map_run_arn: MapRunArn::parse(&arn)?,
            max_concurrency: max_concurrency.map(i64::unsigned_abs),
            tolerated_failure_percentage,
            tolerated_failure_count: tolerated_failure_count.map(i64::unsigned_abs),
        })
    }
}

impl DescribeMapRunResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("mapRunArn", &self.map_run_arn);
        body.insert("executionArn", &self.execution_arn);
        body.insert("status", self.status.as_str());
        body.insert("startDate", timestamp(self.start_date_ms));
        body.insert_some("stopDate", self.stop_date_ms.map(timestamp));
        body.insert("maxConcurrency", self.max_concurrency);
        body.insert("toleratedFailurePercentage", self.tolerated_failure_percentage);
        body.insert("toleratedFailureCount", self.tolerated_failure_count);
        body.insert("itemCounts", self.item_counts.encode());
        body.insert("executionCounts", self.execution_counts.encode());
        body.insert("redriveCount", self.redrive_count);
        body.insert_some("redriveDate", self.redrive_date_ms.map(timestamp));
        body.build().into()
    }
}

impl MapRunStatus {
    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            MapRunStatus::Running => "RUNNING",
            MapRunStatus::Succeeded => "SUCCEEDED",
            MapRunStatus::Failed => "FAILED",
            MapRunStatus::Aborted => "ABORTED",
        }
    }
}

impl MapRunCounts {
    fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("pending", self.pending).insert("running", self.running);
        body.insert("succeeded", self.succeeded).insert("failed", self.failed);
        body.insert("timedOut", self.timed_out).insert("aborted", self.aborted);
        body.insert("total", self.total).insert("resultsWritten", self.results_written);
        body.insert_some("failuresNotRedrivable", self.failures_not_redrivable);
        body.insert_some("pendingRedrive", self.pending_redrive);
        body.build().into()
    }
}

impl MapRunListItem {
    fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("executionArn", &self.execution_arn);
        body.insert("mapRunArn", &self.map_run_arn);
        body.insert("stateMachineArn", &self.state_machine_arn);
        body.insert("startDate", timestamp(self.start_date_ms));
        body.insert_some("stopDate", self.stop_date_ms.map(timestamp));
        body.build().into()
    }
}

impl ListMapRunsResponse {
    /// The reply's body.
    pub fn encode(&self) -> Value {
        let mut body = ObjectBuilder::new();
        body.insert("mapRuns", self.map_runs.iter().map(MapRunListItem::encode).collect::<Vec<_>>());
        body.insert_some("nextToken", self.next_token.as_ref());
        body.build().into()
    }
}
