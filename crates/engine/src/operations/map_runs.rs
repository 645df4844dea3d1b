//! DescribeMapRun, ListMapRuns and UpdateMapRun.

use crate::Engine;
use crate::engine::partitions;
use crate::keys;
use crate::map_runs::{Asked, Counts, MapRunRow, Message, State, Status};
use api::{
    DescribeMapRunRequest, DescribeMapRunResponse, EmptyResponse, Exception, ListMapRunsRequest, ListMapRunsResponse,
    MapRunCounts, MapRunListItem, MapRunStatus, UpdateMapRunRequest, next_token,
};
use arn::MapRunArn;
use interpreter::rows::CorruptRow;
use interpreter::{MapRunId, Plan};
use store::{PartitionId, Range, StoreError};

/// A Map Run as it is stored.
struct Found {
    run: MapRunId,
    row: MapRunRow,
    state: State,
}

impl Engine {
    /// What is known of a Map Run: what it is at its last commit.
    pub async fn describe_map_run(&self, request: DescribeMapRunRequest) -> Result<DescribeMapRunResponse, Exception> {
        let Found { row, state, .. } = self.map_run(&request.map_run_arn).await?;
        let total = state.items_total;
        Ok(DescribeMapRunResponse {
            map_run_arn: row.map_run_arn.clone(),
            execution_arn: row.execution_arn.clone(),
            status: status(state.status),
            start_date_ms: state.start.0,
            stop_date_ms: state.stop.map(|time| time.0),
            max_concurrency: state.max_concurrency,
            tolerated_failure_percentage: state.tolerated_failure_percentage.unwrap_or(0.0),
            tolerated_failure_count: state.tolerated_failure_count.unwrap_or(0),
            item_counts: counts(&state.items, total),
            execution_counts: counts(&state.executions, state.window.next),
            redrive_count: state.redrive_count,
            redrive_date_ms: state.redrive_date.map(|time| time.0),
        })
    }

    /// A page of the Map Runs of an execution.
    pub async fn list_map_runs(&self, request: ListMapRunsRequest) -> Result<ListMapRunsResponse, Exception> {
        self.stored(&request.execution_arn).await?;
        let key = self.key_of(&request.execution_arn);
        let partition = self.partition_of(&key);
        let scope = format!("ListMapRuns {}", request.execution_arn);
        let count = request.paging.max_results;
        let mut range = Range::prefix(keys::MAP_RUNS_OF, key.prefix()).limit(count + 1);
        if let Some(token) = &request.paging.next_token {
            let after = next_token::decode(&scope, token, self.now().0)?;
            range = range.after([&key.prefix()[..], &after].concat());
        }
        let mut rows = self.scan(partition, range).await?;
        let more = rows.len() > count;
        rows.truncate(count);
        let last = rows.last().filter(|_| more).map(|(last, _)| &last[key.prefix().len()..]);
        let next_token = last.map(|last| next_token::encode(&scope, last, self.now().0));
        let mut map_runs = Vec::with_capacity(rows.len());
        for (row_key, _) in rows {
            let Some(run) = keys::read_map_run(&row_key) else { continue };
            let Some(Found { row, state, .. }) = self.map_run_in(partition, run).await? else { continue };
            let machine = match row.map_run_arn.rsplit_once(':') {
                Some((machine, _)) => machine.replacen(":mapRun:", ":stateMachine:", 1),
                None => row.map_run_arn.to_string(),
            };
            map_runs.push(MapRunListItem {
                execution_arn: row.execution_arn.clone(),
                map_run_arn: row.map_run_arn.clone(),
                state_machine_arn: machine.into(),
                start_date_ms: state.start.0,
                stop_date_ms: state.stop.map(|time| time.0),
            });
        }
        Ok(ListMapRunsResponse { map_runs, next_token })
    }

    /// Changes what a running Map Run goes by; answered when that is durable.
    pub async fn update_map_run(&self, request: UpdateMapRunRequest) -> Result<EmptyResponse, Exception> {
        let Found { run, state, .. } = self.map_run(&request.map_run_arn).await?;
        if state.status != Status::Running {
            let message = "Map Run has completed and cannot be updated";
            return Err(Exception::validation(message).with("reason", "CANNOT_UPDATE_COMPLETED_MAP_RUN"));
        }
        let (answer, answered) = tokio::sync::oneshot::channel();
        if !self.0.shared.map_runs.tell(run, Message::Update(request, answer)) {
            return Err(crate::unavailable());
        }
        answered.await.map_err(|_| crate::unavailable())??;
        Ok(EmptyResponse)
    }

    /// A Map Run's id, and whether its children are Express executions.
    pub(super) async fn map_run_kind(&self, arn: &MapRunArn) -> Result<(MapRunId, bool), Exception> {
        let Found { run, row, .. } = self.map_run(arn).await?;
        Ok((run, Plan::read(&row.plan).is_express))
    }

    async fn map_run(&self, arn: &MapRunArn) -> Result<Found, Exception> {
        let missing = || Exception::resource_not_found(&arn.to_string());
        let run = MapRunId::parse(&arn.id).ok_or_else(missing)?;
        // Its id does not say whose it is.
        for partition in partitions() {
            if let Some(found) = self.map_run_in(partition, run).await? {
                return Some(found).filter(|found| *found.row.map_run_arn == arn.to_string()).ok_or_else(missing);
            }
        }
        Err(missing())
    }

    async fn map_run_in(&self, partition: PartitionId, run: MapRunId) -> Result<Option<Found>, Exception> {
        let read = async || -> Result<Option<Found>, StoreError> {
            let store = &*self.0.shared.store;
            let key = keys::map_run(run);
            let Some(row) = store.get(partition, keys::MAP_RUNS, &key).await? else { return Ok(None) };
            let Some(state) = store.get(partition, keys::MAP_RUN_STATES, &key).await? else { return Ok(None) };
            let asked = store.get(partition, keys::OPEN_MAP_RUNS, &key).await?;
            let corrupt = |corrupt: CorruptRow| StoreError::Corrupt {
                what: corrupt.to_string(),
                place: format!("the rows of Map Run {run}"),
            };
            let row = MapRunRow::read(&row).map_err(corrupt)?;
            if store
                .get(partition, keys::STATES, &row.execution)
                .await?
                .is_some_and(|state| state == keys::LEAVING_STATE[..])
            {
                return Ok(None);
            }
            let mut state = State::read(&state).map_err(corrupt)?;
            // What its execution has asked for holds from then on.
            match asked.as_deref().and_then(Asked::read) {
                Some(Asked::Stop) => state.status = Status::Aborted,
                Some(Asked::Redrive) => (state.status, state.stop) = (Status::Running, None),
                Some(Asked::Run) | None => {}
            }
            Ok(Some(Found { run, row, state }))
        };
        read().await.map_err(|error| crate::read_failed(&error))
    }

    async fn scan(&self, partition: PartitionId, range: Range) -> Result<Vec<(store::Bytes, store::Bytes)>, Exception> {
        let rows = self.0.shared.store.scan(partition, range).await;
        rows.map_err(|error| crate::read_failed(&error))
    }
}

fn status(status: Status) -> MapRunStatus {
    match status {
        Status::Running => MapRunStatus::Running,
        Status::Succeeded => MapRunStatus::Succeeded,
        Status::Failed => MapRunStatus::Failed,
        Status::Aborted => MapRunStatus::Aborted,
    }
}

fn counts(counts: &Counts, total: u64) -> MapRunCounts {
    let Counts { succeeded, failed, timed_out, aborted, running, pending_redrive } = *counts;
    let known = succeeded + failed + timed_out + aborted + running + pending_redrive;
    MapRunCounts {
        pending: total.saturating_sub(known),
        running,
        succeeded,
        failed,
        timed_out,
        aborted,
        total,
        // Recorded to be so even without a ResultWriter.
        results_written: succeeded,
        failures_not_redrivable: Some(0),
        pending_redrive: Some(pending_redrive),
    }
}
