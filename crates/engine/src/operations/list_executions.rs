//! ListExecutions: newest first, from one index row an execution.

use super::describe_execution::qualified;
use crate::Engine;
use crate::keys::{self, IndexRow};
use api::{
    Exception, ExecutionListItem, ExecutionStatus, ExecutionsOf, ListExecutionsRequest, ListExecutionsResponse,
    StateMachineType, next_token,
};
use arn::{ExecutionArn, Qualifier};
use interpreter::Timestamp;
use std::cmp::Reverse;
use std::sync::Arc;
use store::Range;

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
        let ExecutionsOf::StateMachine(arn) = &request.of else {
            return Err(Exception::new(
                api::Code::ResourceNotFound,
                "Request references a resource that does not exist.",
            ));
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
        let status_filter = request.status_filter;
        let scope = format!("ListExecutions {arn} {}", status_filter.map_or("", ExecutionStatus::as_str));
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
        let state_machine_arn: Arc<str> = revision.machine_arn.to_string().into();
        let identity = self.registry().identity();
        let executions = found.into_iter().map(|(status, row)| ExecutionListItem {
            execution_arn: ExecutionArn::standard(identity.clone(), &*revision.machine_name, &*row.name)
                .to_string()
                .into(),
            state_machine_arn: state_machine_arn.clone(),
            name: row.name.into(),
            status,
            start_date_ms: row.start.0,
            stop_date_ms: row.stop.map(|time| time.0),
            map_run_arn: None,
            item_count: None,
            state_machine_version_arn: row.version.map(|version| qualified(&state_machine_arn, &version)),
            state_machine_alias_arn: row.alias.map(|alias| qualified(&state_machine_arn, &alias)),
            redrive_count: row.redrive_count,
            redrive_date_ms: row.redrive_date.map(|time| time.0),
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
            for partition in self.partitions() {
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
