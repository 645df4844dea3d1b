//! A Map Run: how far it is, what may fail, and its child executions, those that failed in front.

use super::executions::{ExecutionRow, Executions, Filter, Status};
use super::failure::Failure;
use super::machines::MachineType;
use super::query::Query;
use super::shape::shapes;
use super::{Console, cursor};
use api::{
    DescribeExecutionRequest, DescribeMapRunRequest, ExecutionStatus, ExecutionsOf, ListExecutionsRequest,
    MapRunCounts, MapRunStatus, Paging,
};
use arn::MapRunArn;
use json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The order of children when no status is asked for.
const ORDER: [ExecutionStatus; 6] = [
    ExecutionStatus::Failed,
    ExecutionStatus::TimedOut,
    ExecutionStatus::Aborted,
    ExecutionStatus::PendingRedrive,
    ExecutionStatus::Running,
    ExecutionStatus::Succeeded,
];

/// Children that failed, of which the errors are counted.
const FAILED_MAX: usize = 1_000;
/// Children named of each error.
const NAMED_MAX: usize = 3;

shapes! {
    /// The children of a Map Run that failed, by why.
    struct FailedChildren {
        /// What they failed of, the commonest first.
        groups: Vec<FailedAlike>,
        /// How many were looked at.
        counted: usize,
        /// Whether those are all.
        are_all: bool,
    }

    /// Children that failed of the same.
    struct FailedAlike {
        /// The error's name; null if there is none, as of those that were stopped.
        error: Option<Arc<str>>,
        /// How they ended.
        status: Status,
        /// How many they are.
        count: usize,
        /// Why the first of them failed, in a sentence.
        cause: Option<Arc<str>>,
        /// Some of them.
        examples: Vec<ExecutionRow>,
    }

    /// A Map Run.
    struct MapRun {
        /// Its ARN.
        map_run_arn: Arc<str>,
        /// The execution whose state it is the run of.
        execution_arn: Arc<str>,
        /// The place of that state; null if it cannot be told.
        state_id: Option<Arc<str>>,
        /// Its name.
        state_name: Option<Arc<str>>,
        /// The visit of it.
        visit: Option<String>,
        /// How it stands.
        status: Status,
        /// When it started.
        started_at: i64,
        /// When it ended; null while it runs.
        stopped_at: Option<i64>,
        /// Child executions at a time; 0 for as many as there may be.
        max_concurrency: u64,
        /// Failures that are tolerated, in percent of the items.
        tolerated_failure_percentage: f64,
        /// Failures that are tolerated, in items.
        tolerated_failure_count: u64,
        /// How many items are in which state.
        item_counts: Counts,
        /// How many child executions are.
        execution_counts: Counts,
        /// How often it was redriven.
        redrive_count: u64,
        /// When last.
        redriven_at: Option<i64>,
        /// Items that ended, a second, since it started or was redriven.
        throughput: Option<f64>,
        /// Whether RedriveExecution of its execution would go on with it.
        redrivable: bool,
    }

    /// Items or child executions by what has become of them.
    struct Counts {
        /// Not begun.
        pending: u64,
        /// Under way.
        running: u64,
        /// Done.
        succeeded: u64,
        /// Failed.
        failed: u64,
        /// Out of time.
        timed_out: u64,
        /// Stopped.
        aborted: u64,
        /// To be redriven.
        pending_redrive: u64,
        /// All that are known so far.
        total: u64,
        /// Those whose results are written.
        results_written: u64,
    }
}

impl From<MapRunCounts> for Counts {
    fn from(counts: MapRunCounts) -> Counts {
        let MapRunCounts { pending, running, succeeded, failed, timed_out, aborted, total, results_written, .. } =
            counts;
        let pending_redrive = counts.pending_redrive.unwrap_or(0);
        Counts { pending, running, succeeded, failed, timed_out, aborted, pending_redrive, total, results_written }
    }
}

impl Counts {
    fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.timed_out + self.aborted
    }
}

fn parsed(arn: &str) -> Result<MapRunArn, Failure> {
    MapRunArn::parse(arn).map_err(|_| Failure::not_found(format!("There is no Map Run '{arn}'")))
}

impl Console {
    /// `GET maprun/{arn}`
    pub(super) async fn map_run(&self, arn: &str) -> Result<MapRun, Failure> {
        let described = self.engine.describe_map_run(DescribeMapRunRequest { map_run_arn: parsed(arn)? }).await?;
        let items = Counts::from(described.item_counts);
        let from = described.redrive_date_ms.unwrap_or(described.start_date_ms);
        let took = described.stop_date_ms.unwrap_or_else(|| self.engine.now_ms()) - from;
        // What a redrive found done already says nothing of its speed.
        let is_known = described.redrive_count == 0 && took > 0;
        let throughput = is_known.then(|| items.ended() as f64 * 1000.0 / took as f64);
        // Its execution may be an Express one whose history is gone, or be removed already.
        let of = match self.subject(&described.execution_arn).await {
            Ok(subject) => {
                let found = self.told(&subject, |told| {
                    let visits = told.story.visits();
                    let visit = visits.iter().rfind(|visit| visit.map_run.as_deref() == Some(arn))?;
                    Some((visit.place.clone(), visit.name.clone(), visit.first_event.to_string()))
                });
                found.await?.map(|found| (found, subject.redrivable))
            }
            Err(_) => None,
        };
        let (of, redrivable) = of.map_or((None, false), |(found, redrivable)| (Some(found), redrivable));
        let (state_id, state_name, visit) = match of {
            Some((id, name, visit)) => (Some(id), Some(name), Some(visit)),
            None => (None, None, None),
        };
        Ok(MapRun {
            map_run_arn: described.map_run_arn,
            execution_arn: described.execution_arn,
            state_id,
            state_name,
            visit,
            status: match described.status {
                MapRunStatus::Running => Status::Running,
                MapRunStatus::Succeeded => Status::Succeeded,
                MapRunStatus::Failed => Status::Failed,
                MapRunStatus::Aborted => Status::Aborted,
            },
            started_at: described.start_date_ms,
            stopped_at: described.stop_date_ms,
            max_concurrency: described.max_concurrency,
            tolerated_failure_percentage: described.tolerated_failure_percentage,
            tolerated_failure_count: described.tolerated_failure_count,
            item_counts: items,
            execution_counts: described.execution_counts.into(),
            redrive_count: described.redrive_count,
            redriven_at: described.redrive_date_ms,
            throughput,
            redrivable,
        })
    }

    /// `GET executions?mapRun=`: the children of a Map Run, those that failed in front unless statuses are asked for.
    pub(super) async fn children(
        &self,
        arn: &str,
        filter: &Filter,
        given: Option<&str>,
        limit: usize,
    ) -> Result<Executions, Failure> {
        let map_run = parsed(arn)?;
        let scope = format!("children {arn} {}", filter.scope());
        let statuses = match filter.statuses() {
            [] => &ORDER[..],
            wanted => wanted,
        };
        let (mut of, mut next_token) = match given {
            None => (0, None),
            Some(given) => {
                let position = cursor::decode(&scope, given)?;
                let (of, token) = position.split_once(' ').ok_or_else(Failure::cursor)?;
                (
                    of.parse().map_err(|_| Failure::cursor())?,
                    Some(Arc::from(token)).filter(|token: &Arc<str>| !token.is_empty()),
                )
            }
        };
        let mut items = Vec::new();
        while of < statuses.len() && items.len() < limit {
            let request = ListExecutionsRequest {
                of: ExecutionsOf::MapRun(map_run.clone()),
                status_filter: Some(statuses[of]),
                redrive_filter: None,
                paging: Paging { max_results: limit - items.len(), next_token: next_token.take() },
            };
            let page = self.engine.list_executions(request).await?;
            for child in page.executions {
                let mut row = ExecutionRow {
                    name: child.name,
                    machine: map_run.state_machine.as_str().into(),
                    r#type: if child.execution_arn.contains(":express:") {
                        MachineType::Express
                    } else {
                        MachineType::Standard
                    },
                    status: child.status.into(),
                    started_at: child.start_date_ms,
                    stopped_at: child.stop_date_ms,
                    error: None,
                    redrive_count: child.redrive_count,
                    map_run_arn: child.map_run_arn,
                    version: None,
                    alias: None,
                    arn: child.execution_arn,
                };
                if filter.fits(&row) {
                    row.error = self.error_of(&row).await;
                    items.push(row);
                }
            }
            match page.next_token {
                Some(token) => next_token = Some(token.into()),
                None => of += 1,
            }
        }
        let next = (of < statuses.len())
            .then(|| cursor::encode(&scope, &format!("{of} {}", next_token.as_deref().unwrap_or_default())));
        let counts = match given {
            // Other filters leave out some that the run has counted.
            None if filter.is_of_statuses_only() => Some(self.counted(map_run).await?),
            _ => None,
        };
        Ok(Executions { items, next, counts })
    }

    /// `GET maprun/{arn}/failures`: the children that failed, by error.
    pub(super) async fn failed_children(&self, arn: &str) -> Result<FailedChildren, Failure> {
        parsed(arn)?;
        let filter = Filter::read(&Query::parse(Some("status=FAILED,TIMED_OUT,ABORTED"))?)?;
        let (mut groups, mut counted, mut next) = (Vec::<FailedAlike>::new(), 0, None::<String>);
        let are_all = loop {
            let page = self.children(arn, &filter, next.as_deref(), FAILED_MAX - counted).await?;
            counted += page.items.len();
            for row in page.items {
                let alike = |group: &&mut FailedAlike| group.error == row.error && group.status == row.status;
                match groups.iter_mut().find(alike) {
                    Some(group) => {
                        group.count += 1;
                        if group.examples.len() < NAMED_MAX {
                            group.examples.push(row);
                        }
                    }
                    None => groups.push(FailedAlike {
                        error: row.error.clone(),
                        status: row.status,
                        count: 1,
                        cause: self.subject(&row.arn).await.ok().and_then(|subject| subject.about.cause),
                        examples: vec![row],
                    }),
                }
            }
            next = page.next;
            if next.is_none() || counted >= FAILED_MAX {
                break next.is_none();
            }
        };
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.error.cmp(&b.error)));
        Ok(FailedChildren { groups, counted, are_all })
    }

    async fn counted(&self, map_run_arn: MapRunArn) -> Result<BTreeMap<String, usize>, Failure> {
        let described = self.engine.describe_map_run(DescribeMapRunRequest { map_run_arn }).await?;
        let counts = Counts::from(described.execution_counts);
        let of = [
            (Status::Running, counts.running),
            (Status::Succeeded, counts.succeeded),
            (Status::Failed, counts.failed),
            (Status::TimedOut, counts.timed_out),
            (Status::Aborted, counts.aborted),
            (Status::PendingRedrive, counts.pending_redrive),
        ];
        Ok(of.into_iter().map(|(status, count)| (status.word().to_owned(), count as usize)).collect())
    }

    /// Why an execution failed; nothing if it did not, or cannot be read.
    async fn error_of(&self, row: &ExecutionRow) -> Option<Arc<str>> {
        if !matches!(row.status, Status::Failed | Status::TimedOut | Status::Aborted) {
            return None;
        }
        if row.r#type == MachineType::Express {
            return self.engine.express_execution(&row.arn)?.error;
        }
        let request = DescribeExecutionRequest::decode(&json!({"executionArn": (&row.arn)})).ok()?;
        self.engine.describe_execution(request).await.ok()?.error
    }
}
