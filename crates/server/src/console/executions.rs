//! The list of executions: Standard ones from their index, Express ones from those kept in memory, in one order.

use super::failure::Failure;
use super::query::Query;
use super::shape::shapes;
use super::{Console, cursor, machines::MachineType};
use api::ExecutionStatus;
use engine::{ExecutionsQuery, ExpressExecution, ExpressQuery, ListedExecution, StatusCounts};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Executions on a page.
const PAGE: usize = 50;
const PAGE_MAX: usize = 500;
/// Characters of a text that is searched for.
const TEXT_MAX: usize = 200;

shapes! {
    /// AWS's ExecutionStatus.
    enum Status {
        /// It runs.
        Running = "RUNNING",
        /// It succeeded.
        Succeeded = "SUCCEEDED",
        /// It failed.
        Failed = "FAILED",
        /// It took too long.
        TimedOut = "TIMED_OUT",
        /// It was stopped.
        Aborted = "ABORTED",
        /// A Map Run's child that waits for its redrive.
        PendingRedrive = "PENDING_REDRIVE",
    }

    /// A page of executions, newest first.
    struct Executions {
        /// The executions. There may be fewer than asked for although `next` says that there are more.
        items: Vec<ExecutionRow>,
        /// Where the next page begins.
        next: Option<String>,
        /// How many of each status fit all other filters, each counted up to `limits.counts`; on a first page only.
        counts: Option<BTreeMap<String, usize>>,
    }

    /// An execution in a list.
    struct ExecutionRow {
        /// Its ARN.
        arn: Arc<str>,
        /// Its name.
        name: Arc<str>,
        /// Its machine's name.
        machine: Arc<str>,
        /// Its machine's type.
        r#type: MachineType,
        /// Its status.
        status: Status,
        /// When it started.
        started_at: i64,
        /// When it ended; null while it runs.
        stopped_at: Option<i64>,
        /// The error it ended with.
        error: Option<Arc<str>>,
        /// How often it was redriven.
        redrive_count: u64,
        /// The Map Run it is a child of.
        map_run_arn: Option<Arc<str>>,
        /// The version it was started with.
        version: Option<u64>,
        /// The alias it was started with.
        alias: Option<Arc<str>>,
    }

    /// An execution in a strip.
    struct Outcome {
        /// Its ARN.
        arn: Arc<str>,
        /// Its name.
        name: Arc<str>,
        /// Its status.
        status: Status,
        /// When it started.
        started_at: i64,
        /// When it ended; null while it runs.
        stopped_at: Option<i64>,
    }
}

impl From<ExecutionStatus> for Status {
    fn from(status: ExecutionStatus) -> Status {
        match status {
            ExecutionStatus::Running => Status::Running,
            ExecutionStatus::Succeeded => Status::Succeeded,
            ExecutionStatus::Failed => Status::Failed,
            ExecutionStatus::TimedOut => Status::TimedOut,
            ExecutionStatus::Aborted => Status::Aborted,
            ExecutionStatus::PendingRedrive => Status::PendingRedrive,
        }
    }
}

impl ExecutionRow {
    pub(super) fn outcome(self) -> Outcome {
        let ExecutionRow { arn, name, status, started_at, stopped_at, .. } = self;
        Outcome { arn, name, status, started_at, stopped_at }
    }
}

/// A Standard execution.
pub(super) fn standard_row(listed: ListedExecution) -> ExecutionRow {
    ExecutionRow {
        arn: listed.execution_arn,
        name: listed.name,
        machine: listed.state_machine_name,
        r#type: MachineType::Standard,
        status: listed.status.into(),
        started_at: listed.start_date_ms,
        stopped_at: listed.stop_date_ms,
        error: listed.error,
        redrive_count: listed.redrive_count,
        map_run_arn: None,
        version: listed.state_machine_version,
        alias: listed.state_machine_alias,
    }
}

/// An Express execution.
pub(super) fn express_row(found: ExpressExecution) -> ExecutionRow {
    ExecutionRow {
        arn: found.execution_arn,
        name: found.name,
        machine: found.state_machine_arn.rsplit(':').next().unwrap_or_default().into(),
        r#type: MachineType::Express,
        status: found.status.into(),
        started_at: found.start_date_ms,
        stopped_at: found.stop_date_ms,
        error: found.error,
        redrive_count: 0,
        map_run_arn: None,
        version: found.state_machine_version,
        alias: found.state_machine_alias,
    }
}

/// What the list is asked for.
pub(super) struct Filter {
    query: ExecutionsQuery,
    standard: bool,
    express: bool,
}

impl Filter {
    pub(super) fn read(query: &Query) -> Result<Filter, Failure> {
        let mut statuses = Vec::new();
        for word in query.text("status").into_iter().flat_map(|words| words.split(',')) {
            let known = ExecutionStatus::WORDS.iter().find(|(known, _)| *known == word);
            let (_, status) = known.ok_or_else(|| Failure::field("status", format!("There is no status '{word}'")))?;
            statuses.push(*status);
        }
        let text = query.text("q").map(str::to_owned);
        if text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MAX) {
            return Err(Failure::field("q", format!("'q' is {TEXT_MAX} characters at most")));
        }
        let (standard, express) = match query.text("kind").unwrap_or("all") {
            "all" => (true, true),
            "standard" => (true, false),
            "express" => (false, true),
            kind => return Err(Failure::field("kind", format!("'kind' is standard, express or all, not '{kind}'"))),
        };
        let query = ExecutionsQuery {
            state_machine_name: query.text("machine").map(str::to_owned),
            statuses,
            text,
            started_from_ms: query.parsed("from")?,
            started_before_ms: query.parsed("to")?,
        };
        Ok(Filter { query, standard, express })
    }

    /// What it is, so that a cursor of another list is noticed.
    pub(super) fn scope(&self) -> String {
        format!("executions {:?} {} {}", self.query, self.standard, self.express)
    }

    pub(super) fn statuses(&self) -> &[ExecutionStatus] {
        &self.query.statuses
    }

    /// Whether nothing but statuses is asked for.
    pub(super) fn is_of_statuses_only(&self) -> bool {
        let ExecutionsQuery { text, started_from_ms, started_before_ms, .. } = &self.query;
        text.is_none() && started_from_ms.is_none() && started_before_ms.is_none()
    }

    /// Whether an execution is wanted, whatever its status and machine.
    pub(super) fn fits(&self, row: &ExecutionRow) -> bool {
        let ExecutionsQuery { text, started_from_ms, started_before_ms, .. } = &self.query;
        text.as_ref().is_none_or(|text| row.name.to_lowercase().contains(&text.to_lowercase()))
            && started_from_ms.is_none_or(|from| row.started_at >= from)
            && started_before_ms.is_none_or(|before| row.started_at < before)
    }
}

impl Console {
    /// `GET executions?machine=&status=&q=&from=&to=&kind=&mapRun=&cursor=&limit=`
    pub(super) async fn executions(&self, query: &Query) -> Result<Executions, Failure> {
        let limit = query.limit(PAGE, PAGE_MAX)?;
        let filter = Filter::read(query)?;
        if let Some(map_run) = query.text("mapRun") {
            return self.children(map_run, &filter, query.text("cursor"), limit).await;
        }
        let scope = filter.scope();
        let after = query.text("cursor").map(|given| place(&cursor::decode(&scope, given)?)).transpose()?;
        let mut rows = Vec::new();
        // Up to which place the rows are all there are: a page may end early where a filter leaves out many.
        let mut until = None;
        if filter.standard {
            let page = self.engine.executions_page(&filter.query, after.clone(), limit).await?;
            until = page.next.clone().map(|(start, arn)| (Reverse(start), arn));
            rows.extend(page.executions.into_iter().map(standard_row));
        }
        if filter.express {
            rows.extend(self.express_rows(&filter, after.clone(), limit + 1));
        }
        rows.sort_by_cached_key(key);
        if let Some(until) = &until {
            rows.retain(|row| key(row) <= *until);
        }
        let is_cut = rows.len() > limit;
        rows.truncate(limit);
        let last = if is_cut { rows.last().map(key) } else { until };
        let next = last.map(|(Reverse(start), arn)| cursor::encode(&scope, &format!("{start} {arn}")));
        let counts = if after.is_none() { Some(self.counts(filter).await?) } else { None };
        Ok(Executions { items: rows, next, counts })
    }

    /// The Express executions behind a place.
    fn express_rows(&self, filter: &Filter, after: Option<(i64, Arc<str>)>, count: usize) -> Vec<ExecutionRow> {
        let query = &filter.query;
        let wanted =
            |execution: &ExpressExecution| query.statuses.is_empty() || query.statuses.contains(&execution.status);
        let express = ExpressQuery {
            state_machine_name: query.state_machine_name.clone(),
            status: match &query.statuses[..] {
                [status] => Some(*status),
                _ => None,
            },
            started_from_ms: query.started_from_ms,
            started_before_ms: query.started_before_ms,
            after,
            // What a filter leaves out is passed over here: all of them are in memory.
            max_results: if query.text.is_some() || query.statuses.len() > 1 { usize::MAX } else { count },
        };
        let found = self.engine.express_executions(&express).into_iter();
        found.filter(wanted).map(express_row).filter(|row| filter.fits(row)).take(count).collect()
    }

    /// How many there are of each status, whatever statuses are wanted.
    async fn counts(&self, mut filter: Filter) -> Result<BTreeMap<String, usize>, Failure> {
        filter.query.statuses.clear();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        if filter.standard {
            let counted: StatusCounts = self.engine.execution_counts(&filter.query).await?;
            counts.extend(counted.into_iter().map(|(status, count)| (status.as_str().to_owned(), count)));
        }
        if filter.express {
            for execution in self.express_rows(&filter, None, usize::MAX) {
                let count = counts.entry(execution.status.word().to_owned()).or_default();
                *count = (*count + 1).min(engine::COUNT_MAX);
            }
        }
        Ok(counts)
    }
}

fn key(row: &ExecutionRow) -> (Reverse<i64>, Arc<str>) {
    (Reverse(row.started_at), row.arn.clone())
}

/// A place as it stands in cursors: a time and an ARN.
fn place(text: &str) -> Result<(i64, Arc<str>), Failure> {
    let (start, arn) = text.split_once(' ').ok_or_else(Failure::cursor)?;
    Ok((start.parse().map_err(|_| Failure::cursor())?, arn.into()))
}
