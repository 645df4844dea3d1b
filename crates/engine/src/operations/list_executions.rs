//! ListExecutions: newest first, from one index row an execution.

use super::describe_execution::qualified;
use crate::Engine;
use crate::ExpressQuery;
use crate::engine::partitions;
use crate::keys::{self, IndexRow};
use api::{
    Code, Exception, ExecutionListItem, ExecutionStatus, ExecutionsOf, ListExecutionsRequest, ListExecutionsResponse,
    RedriveFilter, StateMachineType, next_token,
};
use arn::{ExecutionArn, MapRunArn, Qualifier, StateMachineArn};
use interpreter::Timestamp;
use std::cmp::Reverse;
use std::sync::Arc;
use store::Range;

/// What is listed.
struct Listed {
    /// A machine, or a machine and what its executions were started with, as in [`IndexRow`].
    indexed: String,
    /// The machine, with a label if it is that of children.
    state_machine_arn: Arc<str>,
    /// An execution but for its name.
    named: ExecutionArn,
    map_run: Option<Arc<str>>,
    are_express: bool,
}

/// The statuses in the order of their numbers in index keys.
pub(crate) const STATUSES: [ExecutionStatus; 5] = [
    ExecutionStatus::Running,
    ExecutionStatus::Succeeded,
    ExecutionStatus::Failed,
    ExecutionStatus::TimedOut,
    ExecutionStatus::Aborted,
];

impl Engine {
    /// A page of a machine's executions, or of those started with a version or an alias of it.
    pub async fn list_executions(&self, request: ListExecutionsRequest) -> Result<ListExecutionsResponse, Exception> {
        let arn = match &request.of {
            ExecutionsOf::StateMachine(arn) => arn,
            ExecutionsOf::MapRun(arn) => {
                let children = self.children_of(arn).await?;
                if children.are_express {
                    return self.express_children(&children, arn, &request);
                }
                let scope = format!("ListExecutions {arn}");
                return self.list_indexed(children, scope, &request).await;
            }
        };
        self.registry().check_exists(arn)?;
        let revision = self.registry().current(&arn.unqualified()).await?;
        if revision.machine_type == StateMachineType::Express {
            return Err(Exception::state_machine_type_not_supported());
        }
        let machine = &*revision.machine_key;
        let indexed = match &arn.qualifier {
            Qualifier::None => machine.to_owned(),
            Qualifier::Version(number) => format!("{machine}:{number}"),
            Qualifier::Alias(name) => format!("{machine}:{name}"),
        };
        let scope = format!("ListExecutions {arn}");
        let state_machine_arn = revision.machine_arn.to_string().into();
        let named = ExecutionArn::standard(self.registry().identity().clone(), &*revision.machine_name, "");
        let listed = Listed { indexed, state_machine_arn, named, map_run: None, are_express: false };
        self.list_indexed(listed, scope, &request).await
    }

    async fn list_indexed(
        &self,
        listed: Listed,
        scope: String,
        request: &ListExecutionsRequest,
    ) -> Result<ListExecutionsResponse, Exception> {
        let Listed { indexed, state_machine_arn, named, map_run, .. } = listed;
        let status_filter = request.status_filter;
        let scope = format!("{scope} {}", status_filter.map_or("", ExecutionStatus::as_str));
        let after = match &request.paging.next_token {
            Some(token) => Some(next_token::decode(&scope, token, self.now().0)?),
            None => None,
        };
        let count = request.paging.max_results;
        let mut found = self.index_rows(&indexed, status_filter, after.as_deref(), count + 1).await?;
        let more = found.len() > count;
        found.truncate(count);
        let next_token = found
            .last()
            .filter(|_| more)
            .map(|(_, row)| next_token::encode(&scope, &position(&indexed, row), self.now().0));
        let is_wanted = |row: &IndexRow| match request.redrive_filter {
            None => true,
            Some(RedriveFilter::Redriven) => row.redrive_count > 0,
            Some(RedriveFilter::NotRedriven) => row.redrive_count == 0,
        };
        let wanted = found.into_iter().filter(|(_, row)| is_wanted(row));
        let executions = wanted.map(|(status, row)| ExecutionListItem {
            execution_arn: ExecutionArn { name: row.name.clone(), ..named.clone() }.to_string().into(),
            state_machine_arn: state_machine_arn.clone(),
            name: row.name.into(),
            status,
            start_date_ms: row.start.0,
            stop_date_ms: row.stop.map(|time| time.0),
            map_run_arn: map_run.clone(),
            item_count: row.child.map(|child| child.items),
            state_machine_version_arn: row.version.map(|version| qualified(&state_machine_arn, &version)),
            state_machine_alias_arn: row.alias.map(|alias| qualified(&state_machine_arn, &alias)),
            redrive_count: row.redrive_count,
            redrive_date_ms: row.redrive_date.map(|time| time.0),
        });
        Ok(ListExecutionsResponse { executions: executions.collect(), next_token })
    }

    /// Where the children of a Map Run are to be found.
    async fn children_of(&self, arn: &MapRunArn) -> Result<Listed, Exception> {
        let found = self.map_run_kind(arn).await;
        let (run, is_express) = found.map_err(|exception| match exception.code {
            // In this operation's own words.
            Code::ResourceNotFound => {
                Exception::new(Code::ResourceNotFound, "Request references a resource that does not exist.")
            }
            _ => exception,
        })?;
        let (identity, machine) = (arn.identity.clone(), &*arn.state_machine);
        let label = Some(arn.label.clone());
        let state_machine = StateMachineArn { label: label.clone(), ..StateMachineArn::new(identity.clone(), machine) };
        Ok(Listed {
            indexed: format!("{}/{}:{run}", self.registry().key(machine), arn.label),
            state_machine_arn: state_machine.to_string().into(),
            named: ExecutionArn { label, ..ExecutionArn::standard(identity, machine, "") },
            map_run: Some(arn.to_string().into()),
            are_express: is_express,
        })
    }

    /// Of Express children those are shown that run or have ended lately: no others are kept. None was redriven: one that a redrive does again
    /// is another execution.
    fn express_children(
        &self,
        children: &Listed,
        arn: &MapRunArn,
        request: &ListExecutionsRequest,
    ) -> Result<ListExecutionsResponse, Exception> {
        let scope = format!("ListExecutions {arn} {}", request.status_filter.map_or("", ExecutionStatus::as_str));
        let after = match &request.paging.next_token {
            Some(token) => ExpressPlace::read(&next_token::decode(&scope, token, self.now().0)?),
            None => None,
        };
        let Listed { state_machine_arn, named, map_run, indexed, .. } = children;
        let run = indexed.rsplit(':').next().unwrap_or_default();
        let query = ExpressQuery {
            state_machine_name: Some(format!("{}/{}", named.state_machine, named.label.as_deref().unwrap_or(""))),
            status: request.status_filter,
            started_from_ms: None,
            started_before_ms: None,
            after: after.map(|ExpressPlace { start, arn }| (start, arn)),
            max_results: usize::MAX,
        };
        let found = self.express_executions(&query).into_iter();
        let found = found.filter_map(|found| Some((found.child?, found)));
        let found = found.filter(|(child, _)| child.run.to_string() == run);
        let found = found.filter(|_| request.redrive_filter != Some(RedriveFilter::Redriven));
        let count = request.paging.max_results;
        let mut found: Vec<_> = found.take(count + 1).collect();
        let more = found.len() > count;
        found.truncate(count);
        let next_token = found.last().filter(|_| more).map(|(_, last)| {
            let place = ExpressPlace { start: last.start_date_ms, arn: last.execution_arn.clone() };
            next_token::encode(&scope, &place.bytes(), self.now().0)
        });
        let executions = found.into_iter().map(|(child, found)| ExecutionListItem {
            execution_arn: found.execution_arn,
            state_machine_arn: state_machine_arn.clone(),
            name: found.name,
            status: found.status,
            start_date_ms: found.start_date_ms,
            stop_date_ms: found.stop_date_ms,
            map_run_arn: map_run.clone(),
            item_count: Some(child.items),
            state_machine_version_arn: None,
            state_machine_alias_arn: None,
            redrive_count: 0,
            redrive_date_ms: None,
        });
        Ok(ListExecutionsResponse { executions: executions.collect(), next_token })
    }

    /// The newest `count` rows behind `after`, over all partitions and wanted statuses. `indexed` is a machine, or a machine and a version or
    /// alias as in [`IndexRow`].
    pub(crate) async fn index_rows(
        &self,
        indexed: &str,
        status_filter: Option<ExecutionStatus>,
        after: Option<&[u8]>,
        count: usize,
    ) -> Result<Vec<(ExecutionStatus, IndexRow)>, Exception> {
        let mut found: Vec<(ExecutionStatus, IndexRow)> = Vec::new();
        for (number, status) in (0..).zip(STATUSES) {
            if status_filter.is_some_and(|wanted| wanted != status) {
                continue;
            }
            let prefix = keys::index_prefix(indexed, number);
            let mut range = Range::prefix(keys::INDEX, prefix.clone()).limit(count);
            if let Some(after) = after {
                range = range.after([&prefix[..], after].concat());
            }
            for partition in partitions() {
                let rows = self.0.shared.store.scan(partition, range.clone()).await;
                let rows = rows.map_err(|error| crate::read_failed(&error))?;
                let read = rows.iter().filter_map(|(key, value)| IndexRow::read(indexed, key, value));
                found.extend(read.map(|row| (status, row)));
            }
        }
        let mut found = once_each(found);
        found.truncate(count);
        Ok(found)
    }
}

/// Where a page of Express executions ended.
struct ExpressPlace {
    start: i64,
    arn: Arc<str>,
}

impl ExpressPlace {
    fn bytes(&self) -> Vec<u8> {
        [&self.start.to_be_bytes()[..], self.arn.as_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<ExpressPlace> {
        let (start, arn) = bytes.split_first_chunk()?;
        Some(ExpressPlace { start: i64::from_be_bytes(*start), arn: std::str::from_utf8(arn).ok()?.into() })
    }
}

/// Where the rows behind this one begin.
pub(crate) fn position(indexed: &str, row: &IndexRow) -> Vec<u8> {
    IndexRow::key(indexed, 0, row.start, &row.name)[indexed.len() + 2..].to_vec()
}

/// The rows in order. One that moved while the statuses were read, one after the other, was met twice: the later status holds. (One that was
/// redriven meanwhile may be met twice as well, or not at all, and is listed with the status that was its own a moment ago.)
fn once_each(mut found: Vec<(ExecutionStatus, IndexRow)>) -> Vec<(ExecutionStatus, IndexRow)> {
    found.sort_by(|(_, left), (_, right)| order(left).cmp(&order(right)));
    found.dedup_by(|later, earlier| {
        let same = order(&later.1) == order(&earlier.1);
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
    found
}

fn order(row: &IndexRow) -> (Reverse<Timestamp>, &str) {
    (Reverse(row.start), &row.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_that_closes_during_the_list_is_listed_once() {
        let row = |name: &str, start, stop: Option<i64>| IndexRow {
            name: name.to_owned(),
            start: Timestamp(start),
            stop: stop.map(Timestamp),
            version: None,
            alias: None,
            redrive_count: 0,
            redrive_date: None,
            child: None,
        };
        let (running, aborted) = (ExecutionStatus::Running, ExecutionStatus::Aborted);
        let found = vec![
            (running, row("old", 1, None)),
            (running, row("new", 2, None)),
            (running, row("other", 2, None)),
            (aborted, row("new", 2, Some(3))),
        ];
        let expected =
            vec![(aborted, row("new", 2, Some(3))), (running, row("other", 2, None)), (running, row("old", 1, None))];
        assert_eq!(once_each(found), expected);
    }
}
