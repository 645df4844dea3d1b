//! Executions of one machine or of all, newest first, from one index row each.
//!
//! Of every machine, status and partition the next rows are read and merged. Rows that a filter leaves out are passed over, so many at a time;
//! a page may therefore end before it is full.

use crate::Engine;
use crate::engine::{FIRST_PARTITION, partitions};
use crate::keys::{self, ExecutionKey, IndexRow, index_prefix, sortable};
use crate::operations::{STATUSES, api_status};
use crate::partition::{Stored, read_head};
use api::{Exception, ExecutionStatus, StateMachineType};
use arn::ExecutionArn;
use interpreter::{ExecutionStatus as Status, Timestamp};
use std::cmp::Reverse;
use std::ops::Bound;
use std::sync::Arc;
use store::{Bytes, PartitionId, Range};

/// Executions are counted up to this number.
pub const COUNT_MAX: usize = 1000;

/// Rows that a page passes over at most before it ends.
const PASSED_OVER_MAX: usize = 5000;

/// Which Standard executions are wanted.
#[derive(Clone, Debug, Default)]
pub struct ExecutionsQuery {
    /// Of the machine of this name; of all without.
    pub state_machine_name: Option<String>,
    /// With one of these statuses; with any if there are none.
    pub statuses: Vec<ExecutionStatus>,
    /// With this in their name, whatever its case.
    pub text: Option<String>,
    /// Started then or later, in ms since the epoch.
    pub started_from_ms: Option<i64>,
    /// Started before then, in ms since the epoch.
    pub started_before_ms: Option<i64>,
}

/// An execution in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedExecution {
    /// The execution.
    pub execution_arn: Arc<str>,
    /// Its machine's name.
    pub state_machine_name: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its status.
    pub status: ExecutionStatus,
    /// In ms since the epoch.
    pub start_date_ms: i64,
    /// In ms since the epoch; `None` while it runs.
    pub stop_date_ms: Option<i64>,
    /// Of one that failed.
    pub error: Option<Arc<str>>,
    /// How often it was redriven.
    pub redrive_count: u64,
    /// The version it was started with.
    pub state_machine_version: Option<u64>,
    /// The alias it was started with.
    pub state_machine_alias: Option<Arc<str>>,
}

/// A page of them.
#[derive(Clone, Debug, Default)]
pub struct ExecutionsPage {
    /// Newest first; those that started in the same millisecond by ARN.
    pub executions: Vec<ListedExecution>,
    /// Behind which the next page begins, if there may be more.
    pub next: Option<(i64, Arc<str>)>,
}

/// How many executions have each status, [`COUNT_MAX`] at most.
pub type StatusCounts = Vec<(ExecutionStatus, usize)>;

/// A place in the order of the list.
type Place = (Reverse<i64>, Arc<str>);

impl ListedExecution {
    /// Its place in the order of lists.
    pub fn place(&self) -> (Reverse<i64>, Arc<str>) {
        (Reverse(self.start_date_ms), self.execution_arn.clone())
    }
}

impl ExecutionsQuery {
    fn wants(&self, name: &str) -> bool {
        self.text.as_ref().is_none_or(|text| name.to_lowercase().contains(&text.to_lowercase()))
    }

    /// The rows of one machine and status, behind a key, that started in the wanted time.
    fn range(&self, machine: &str, status: u8) -> Range {
        let prefix = index_prefix(machine, status);
        let mut range = Range::prefix(keys::INDEX, prefix.clone());
        // Starts count backwards in keys.
        let at = |time: i64| Bytes::from([&prefix[..], &(!sortable(Timestamp(time))).to_be_bytes()].concat());
        if let Some(before) = self.started_before_ms {
            range.start = Bound::Included(at(before.saturating_sub(1)));
        }
        if let Some(from) = self.started_from_ms
            && let Some(earlier) = from.checked_sub(1)
        {
            range.end = Bound::Excluded(at(earlier));
        }
        range
    }
}

impl Engine {
    /// A page of executions behind a place.
    pub async fn executions_page(
        &self,
        query: &ExecutionsQuery,
        after: Option<(i64, Arc<str>)>,
        count: usize,
    ) -> Result<ExecutionsPage, Exception> {
        let mut page = ExecutionsPage::default();
        let mut after: Option<Place> = after.map(|(start, arn)| (Reverse(start), arn));
        let mut passed_over = 0;
        loop {
            let wanted = count - page.executions.len();
            let (rows, is_last) = self.rows_behind(query, after.as_ref(), wanted).await?;
            let read = rows.len();
            after = rows.last().map(ListedExecution::place).or(after);
            page.executions.extend(rows.into_iter().filter(|row| query.wants(&row.name)));
            passed_over += read;
            if is_last {
                break;
            }
            if page.executions.len() >= count || passed_over >= PASSED_OVER_MAX {
                page.next = after.map(|(Reverse(start), arn)| (start, arn));
                break;
            }
        }
        for execution in &mut page.executions {
            if !matches!(execution.status, ExecutionStatus::Running | ExecutionStatus::Succeeded) {
                execution.error = self.error_of(execution).await;
            }
        }
        Ok(page)
    }

    /// How many there are of each status wanted.
    pub async fn execution_counts(&self, query: &ExecutionsQuery) -> Result<StatusCounts, Exception> {
        let machines = self.wanted_machines(query);
        let mut counts = Vec::new();
        for (number, status) in (0..).zip(STATUSES) {
            if !query.statuses.is_empty() && !query.statuses.contains(&status) {
                continue;
            }
            let mut counted = 0;
            'status: for (key, _) in &machines {
                for partition in partitions() {
                    let mut range = query.range(key, number).limit(COUNT_MAX);
                    loop {
                        let rows = self.scanned(partition, range.clone()).await?;
                        let named = rows.iter().filter_map(|(row, _)| row.get(key.len() + 10..));
                        counted += named.filter(|name| query.wants(&String::from_utf8_lossy(name))).count();
                        if counted >= COUNT_MAX {
                            counted = COUNT_MAX;
                            break 'status;
                        }
                        match rows.into_iter().next_back() {
                            Some((last, _)) if query.text.is_some() => range = range.after(last),
                            _ => break,
                        }
                    }
                }
            }
            counts.push((status, counted));
        }
        Ok(counts)
    }

    /// The keys and names of the machines whose executions have rows.
    fn wanted_machines(&self, query: &ExecutionsQuery) -> Vec<(Arc<str>, Arc<str>)> {
        let standard = self.machines().into_iter().filter(|machine| machine.machine_type == StateMachineType::Standard);
        let wanted =
            standard.filter(|machine| query.state_machine_name.as_ref().is_none_or(|name| **name == *machine.arn.name));
        wanted
            .map(|machine| (self.registry().key(&machine.arn.name).into(), machine.arn.name.as_str().into()))
            .collect()
    }

    /// The next rows of all machines, unfiltered, and whether they are the last.
    async fn rows_behind(
        &self,
        query: &ExecutionsQuery,
        after: Option<&Place>,
        count: usize,
    ) -> Result<(Vec<ListedExecution>, bool), Exception> {
        let mut found: Vec<(Place, ListedExecution)> = Vec::new();
        for (key, name) in self.wanted_machines(query) {
            let arn_prefix = ExecutionArn::standard(self.identity().clone(), &*name, "").to_string();
            for (number, status) in (0..).zip(STATUSES) {
                if !query.statuses.is_empty() && !query.statuses.contains(&status) {
                    continue;
                }
                let mut range = query.range(&key, number).limit(count);
                if let Some(place) = after {
                    range = behind(range, &key, number, &arn_prefix, place);
                }
                for partition in partitions() {
                    let rows = self.scanned(partition, range.clone()).await?;
                    let read = rows.iter().filter_map(|(row_key, row)| IndexRow::read(&key, row_key, row));
                    let listed = read.map(|row| listed(&arn_prefix, &name, status, row));
                    found.extend(listed.map(|listed| (listed.place(), listed)));
                }
            }
        }
        let is_last = found.len() < count;
        found.sort_by(|(left, _), (right, _)| left.cmp(right));
        // One that moved while the statuses were read was met twice: the later status holds.
        found.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        found.truncate(count);
        Ok((found.into_iter().map(|(_, listed)| listed).collect(), is_last))
    }

    async fn scanned(&self, partition: PartitionId, range: Range) -> Result<Vec<(Bytes, Bytes)>, Exception> {
        debug_assert!(partition.0 >= FIRST_PARTITION, "executions are not in the registry's");
        self.0.shared.store.scan(partition, range).await.map_err(|error| crate::read_failed(&error))
    }

    /// Why an execution failed; nothing if it cannot be read.
    async fn error_of(&self, listed: &ListedExecution) -> Option<Arc<str>> {
        let key = ExecutionKey::new(&self.registry().key(&listed.state_machine_name), &listed.name);
        match read_head(&*self.0.shared.store, self.partition_of(&key), &key).await {
            Ok(Stored::Execution(head)) if api_status(&head.execution.status) == listed.status => {
                match head.execution.status {
                    Status::Failed(ending) | Status::TimedOut(ending) | Status::Aborted(ending) => ending.error,
                    Status::Running | Status::Succeeded { .. } => None,
                }
            }
            _ => None,
        }
    }
}

/// The rows of a range that come after a place in the order of all machines' executions.
fn behind(range: Range, machine: &str, status: u8, arn_prefix: &str, (Reverse(start), arn): &Place) -> Range {
    let mut key = index_prefix(machine, status);
    key.extend_from_slice(&(!sortable(Timestamp(*start))).to_be_bytes());
    match arn.strip_prefix(arn_prefix) {
        Some(name) => key.extend_from_slice(name.as_bytes()),
        // Those that started in the same millisecond are all behind it, or all before.
        None if arn_prefix > &**arn => {}
        None => key.push(0xff),
    }
    let key = Bytes::from(key);
    match &range.start {
        Bound::Included(from) | Bound::Excluded(from) if *from > key => range,
        _ => range.after(key),
    }
}

fn listed(arn_prefix: &str, machine: &Arc<str>, status: ExecutionStatus, row: IndexRow) -> ListedExecution {
    ListedExecution {
        execution_arn: format!("{arn_prefix}{}", row.name).into(),
        state_machine_name: machine.clone(),
        name: row.name.into(),
        status,
        start_date_ms: row.start.0,
        stop_date_ms: row.stop.map(|time| time.0),
        error: None,
        redrive_count: row.redrive_count,
        state_machine_version: row.version,
        state_machine_alias: row.alias,
    }
}
