//! Tasks that wait for an answer from outside, newest first, and activities with what waits at them.
//!
//! Each such task has a row that comes and goes with it; a page reads the rows it shows and the frames behind them, however many wait.

use crate::Engine;
use crate::engine::partitions;
use crate::keys::{self, ExecutionKey, read_awaited, read_awaited_value, sortable, state_machine_of};
use crate::partition::{Resident, Stored, load, load_whole};
use api::Exception;
use arn::{ActivityArn, ExecutionArn};
use asl::definition::{Resource, StateKind};
use interpreter::{AwaitedTask, TaskId, TaskToken, Timestamp};
use std::cmp::Reverse;
use std::ops::Bound;
use std::sync::Arc;
use store::{Bytes, PartitionId, Range, StoreError};

/// Rows that a page passes over at most before it ends.
const PASSED_OVER_MAX: usize = 5000;

/// Which waiting tasks are wanted.
#[derive(Clone, Debug, Default)]
pub struct TasksQuery {
    /// Of the machine of this name, its Map Runs included; of all without.
    pub state_machine_name: Option<String>,
    /// Whose id begins with this.
    pub id: Option<String>,
    /// Of this execution alone.
    pub execution: Option<ExecutionArn>,
}

/// A task that waits for an answer from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingTask {
    /// Its own among those that wait: 16 hexadecimal digits, of which the first few will do.
    pub id: String,
    /// Its execution.
    pub execution_arn: Arc<str>,
    /// The execution's machine.
    pub state_machine_arn: Arc<str>,
    /// Its name.
    pub state_machine_name: Arc<str>,
    /// The Task state.
    pub state_name: String,
    /// What the state calls.
    pub resource: String,
    /// The activity whose workers may take it; nothing of callbacks.
    pub activity_arn: Option<Arc<str>>,
    /// The event that scheduled it.
    pub scheduled_event: u64,
    /// Since when it waits, in ms since the epoch: a worker's task since it was scheduled, a callback's since its request was accepted.
    pub since_ms: i64,
    /// When its time is over.
    pub timeout_at_ms: Option<i64>,
    /// Until when a heartbeat must come.
    pub heartbeat_at_ms: Option<i64>,
    /// What answers it; nothing as long as no worker has taken it.
    pub token: Option<String>,
    /// What a worker is given, or what the request was sent with.
    pub payload: Arc<str>,
}

/// A page of them.
#[derive(Clone, Debug, Default)]
pub struct TasksPage {
    /// Newest first. There may be fewer than asked for although there are more.
    pub tasks: Vec<WaitingTask>,
    /// Behind which the next page begins, if there may be more.
    pub next: Option<TaskPlace>,
}

/// A place in the order of waiting tasks: the time, and what tells those of one time apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskPlace(pub Reverse<i64>, pub Bytes);

/// A row found.
struct Row {
    place: TaskPlace,
    partition: PartitionId,
    execution: ExecutionKey,
    awaited: AwaitedTask,
    nonce: u64,
}

impl Row {
    fn id(&self) -> String {
        id_of(self.nonce)
    }
}

fn id_of(nonce: u64) -> String {
    format!("{nonce:016x}")
}

impl Engine {
    /// A page of the tasks that wait for an answer from outside, behind a place.
    pub async fn tasks_page(
        &self,
        query: &TasksQuery,
        after: Option<TaskPlace>,
        count: usize,
    ) -> Result<TasksPage, Exception> {
        if let Some(arn) = &query.execution {
            return self.tasks_of(arn, query, after, count).await;
        }
        let mut page = TasksPage::default();
        let mut after = after;
        let mut passed_over = 0;
        loop {
            let wanted = count - page.tasks.len();
            // Of those that are passed over many are read at once.
            let read_max = if query.id.is_some() { PASSED_OVER_MAX } else { wanted };
            let mut rows = self.rows_of_tasks(query, after.as_ref(), read_max).await?;
            let is_last = rows.len() < read_max;
            passed_over += rows.len();
            after = rows.last().map(|row| row.place.clone()).or(after);
            rows.retain(|row| query.id.as_ref().is_none_or(|id| row.id().starts_with(id.as_str())));
            if rows.len() > wanted {
                rows.truncate(wanted);
                after = rows.last().map(|row| row.place.clone());
            } else if is_last {
                after = None;
            }
            for row in rows {
                page.tasks.extend(self.waiting_task(row).await?);
            }
            if after.is_none() || page.tasks.len() >= count || passed_over >= PASSED_OVER_MAX {
                page.next = after;
                return Ok(page);
            }
        }
    }

    /// The waiting tasks of one execution.
    async fn tasks_of(
        &self,
        arn: &ExecutionArn,
        query: &TasksQuery,
        after: Option<TaskPlace>,
        count: usize,
    ) -> Result<TasksPage, Exception> {
        let missing = || Exception::execution_does_not_exist(arn);
        if arn.identity != *self.identity() {
            return Err(missing());
        }
        let key = self.key_of(arn);
        let shared = &self.0.shared;
        let loaded = load_whole(&*shared.store, &shared.registry, self.partition_of(&key), &key).await;
        let resident = match loaded.map_err(|error| crate::read_failed(&error))? {
            Stored::Execution(resident) => resident,
            Stored::Nothing | Stored::Leaving => return Err(missing()),
        };
        let attempts = resident.execution.frames().filter_map(|frame| Some((frame.id, frame.task_attempt()?)));
        let awaited = attempts.filter_map(|(frame, attempt)| {
            let task = TaskId { frame, scheduled_event: attempt.scheduled_event };
            Some(AwaitedTask { task, since: attempt.waits_since? })
        });
        let mut tasks: Vec<(TaskPlace, WaitingTask)> = awaited
            .filter_map(|awaited| Some((place(&key.awaited(&awaited), &awaited)?, told(&resident, &awaited)?)))
            .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
            .filter(|(_, task)| query.id.as_ref().is_none_or(|id| task.id.starts_with(id.as_str())))
            .collect();
        tasks.sort_by(|(left, _), (right, _)| left.cmp(right));
        let has_more = tasks.len() > count;
        tasks.truncate(count);
        let next = tasks.last().filter(|_| has_more).map(|(place, _)| place.clone());
        Ok(TasksPage { tasks: tasks.into_iter().map(|(_, task)| task).collect(), next })
    }

    /// The next rows of all machines wanted.
    async fn rows_of_tasks(
        &self,
        query: &TasksQuery,
        after: Option<&TaskPlace>,
        count: usize,
    ) -> Result<Vec<Row>, Exception> {
        let read = async {
            let mut found = Vec::new();
            for partition in partitions() {
                let machines = match &query.state_machine_name {
                    Some(name) => vec![self.registry().key(name).into_owned()],
                    None => self.machines_that_wait(partition).await?,
                };
                for machine in machines {
                    let mut range = Range::prefix(keys::AWAITED, [machine.as_bytes(), &[0]].concat()).limit(count);
                    if let Some(TaskPlace(Reverse(since), key)) = after {
                        let same_time =
                            [machine.as_bytes(), &[0], &(!sortable(Timestamp(*since))).to_be_bytes()].concat();
                        // Those of the same time are in the order of their keys, so of their machines.
                        range.start = match key.starts_with(&[machine.as_bytes(), &[0]].concat()) {
                            true => Bound::Excluded(key.clone()),
                            false if *key < same_time[..] => Bound::Included(same_time.into()),
                            false => Bound::Excluded([&same_time[..], &[0xff]].concat().into()),
                        };
                    }
                    let rows = self.0.shared.store.scan(partition, range).await?;
                    found.extend(rows.into_iter().filter_map(|(key, value)| {
                        let (execution, awaited) = read_awaited(&key)?;
                        let place = place(&key, &awaited)?;
                        Some(Row { place, partition, execution, awaited, nonce: read_awaited_value(&value)? })
                    }));
                }
            }
            Ok::<_, StoreError>(found)
        };
        let mut found = read.await.map_err(|error| crate::read_failed(&error))?;
        found.sort_by(|left, right| left.place.cmp(&right.place));
        found.truncate(count);
        Ok(found)
    }

    /// The keys of the account's machines with tasks that wait, in one partition: a look for each.
    async fn machines_that_wait(&self, partition: PartitionId) -> Result<Vec<String>, StoreError> {
        let account = self.registry().key_prefix();
        let mut machines = Vec::new();
        let mut range = Range::prefix(keys::AWAITED, account.clone().into_bytes()).limit(1);
        while let Some((key, _)) = self.0.shared.store.scan(partition, range.clone()).await?.into_iter().next() {
            let machine = String::from_utf8_lossy(key.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned();
            let mut behind = machine.clone().into_bytes();
            if self.registry().shows(&machine) {
                machines.push(machine);
            } else if let Some(end) = machine.find('|') {
                // All machines of another account are passed over.
                behind.truncate(end + 1);
                behind.push(0xff);
            }
            behind.push(1);
            range.start = Bound::Included(behind.into());
        }
        Ok(machines)
    }

    /// What is told of a task whose row was found; nothing if it waits no more.
    async fn waiting_task(&self, row: Row) -> Result<Option<WaitingTask>, Exception> {
        let shared = &self.0.shared;
        let (store, registry) = (&*shared.store, &shared.registry);
        let loaded = match load(store, registry, row.partition, &row.execution).await {
            Ok(Stored::Execution(mut resident)) => {
                let frame = row.awaited.task.frame;
                resident.read_frame(store, row.partition, &row.execution, frame).await.map(|()| Some(resident))
            }
            Ok(Stored::Nothing | Stored::Leaving) => Ok(None),
            Err(error) => Err(error),
        };
        match loaded {
            Ok(resident) => Ok(resident.and_then(|resident| told(&resident, &row.awaited))),
            // It is left alone, and the others are told.
            Err(StoreError::Corrupt { .. }) => Ok(None),
            Err(error) => Err(crate::read_failed(&error)),
        }
    }

    /// How many tasks wait for a worker of an activity, counted up to [`COUNT_MAX`](super::COUNT_MAX), and how many workers wait for a task.
    pub fn at_activity(&self, arn: &ActivityArn) -> AtActivity {
        let (tasks, pollers) = self.0.shared.activities.waiting(&arn.to_string(), super::COUNT_MAX);
        AtActivity { tasks, pollers }
    }
}

/// Who waits at an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtActivity {
    /// Tasks that no worker has taken.
    pub tasks: usize,
    /// Workers without a task.
    pub pollers: usize,
}

fn place(key: &Bytes, awaited: &AwaitedTask) -> Option<TaskPlace> {
    Some(TaskPlace(Reverse(awaited.since.0), key.clone()))
}

fn told(resident: &Resident, awaited: &AwaitedTask) -> Option<WaitingTask> {
    let (execution, definition) = (&resident.execution, &resident.revision.definition);
    let frame = execution.frame(awaited.task.frame)?;
    let attempt = frame.task_attempt().filter(|attempt| attempt.scheduled_event == awaited.task.scheduled_event)?;
    let state = definition.state(frame.scope, frame.state);
    let StateKind::Task(task) = &state.kind else { return None };
    let (resource, activity_arn) = match &task.resource {
        Resource::Activity { arn } => (arn.to_string(), Some(arn.to_string().into())),
        Resource::Service { arn, .. } => (arn.clone(), None),
        Resource::LambdaFunction { .. } => return None,
    };
    let header = &execution.header;
    let token = TaskToken { execution_arn: header.execution_arn.to_string(), task: awaited.task, nonce: attempt.nonce };
    Some(WaitingTask {
        id: id_of(attempt.nonce),
        execution_arn: header.execution_arn.clone(),
        state_machine_arn: header.state_machine_arn.clone(),
        state_machine_name: state_machine_of(&header.state_machine_name).into(),
        state_name: state.name.to_string(),
        resource,
        activity_arn,
        scheduled_event: attempt.scheduled_event,
        since_ms: awaited.since.0,
        timeout_at_ms: attempt.timeout_due.map(|due| due.0),
        heartbeat_at_ms: attempt.heartbeat_due.map(|due| due.0),
        token: attempt.handed_over.then(|| token.encode()),
        payload: attempt.payload.text().clone(),
    })
}
