//! The inbox: tasks that wait for an answer from outside, and the activities at which some do. They are answered with AWS's operations.

use super::failure::Failure;
use super::payload::{self, Payload};
use super::query::Query;
use super::shape::shapes;
use super::{Console, cursor};
use api::ListActivitiesRequest;
use arn::{ActivityArn, ExecutionArn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{AtActivity, TaskPlace, TasksQuery, WaitingTask};
use json::Object;
use std::cmp::Reverse;
use std::sync::Arc;

/// Tasks on a page.
const PAGE: usize = 50;
const PAGE_MAX: usize = 200;
/// Activities on a page.
const ACTIVITIES_PAGE: usize = 100;
const ACTIVITIES_PAGE_MAX: usize = 1000;

shapes! {
    /// How a task is answered.
    enum TaskKind {
        /// Whoever was sent its token answers (.waitForTaskToken).
        Token = "token",
        /// A worker of its activity answers.
        Activity = "activity",
    }

    /// A page of tasks that wait for an answer from outside, newest first.
    struct Tasks {
        /// The tasks. There may be fewer than asked for although `next` says that there are more.
        items: Vec<Task>,
        /// Where the next page begins.
        next: Option<String>,
    }

    /// A task that waits for an answer from outside.
    struct Task {
        /// Its own among those that wait: 16 hexadecimal digits, of which the first few will do for `tasks?id=`.
        id: String,
        /// How it is answered.
        kind: TaskKind,
        /// Its execution.
        execution_arn: Arc<str>,
        /// Its machine's name.
        machine: Arc<str>,
        /// Its machine.
        machine_arn: Arc<str>,
        /// The name of its state, which no other state of the machine has.
        state_name: String,
        /// What the state calls.
        resource: String,
        /// The activity whose workers may take it.
        activity_arn: Option<Arc<str>>,
        /// Since when it waits: a worker's task since it was scheduled, a callback's since its request was accepted.
        since: i64,
        /// When its time is over.
        timeout_at: Option<i64>,
        /// Until when a heartbeat must come.
        heartbeat_at: Option<i64>,
        /// What answers it; null while no worker has taken it.
        token: Option<String>,
        /// What a worker is given, or what the request was sent with.
        payload: Payload,
    }

    /// A page of activities, by name.
    struct Activities {
        /// The activities.
        items: Vec<Activity>,
        /// Where the next page begins.
        next: Option<String>,
    }

    /// An activity, and who waits there.
    struct Activity {
        /// Its ARN.
        arn: Arc<str>,
        /// Its name.
        name: Arc<str>,
        /// When it was created.
        created_at: i64,
        /// Tasks that no worker has taken, up to `limits.counts`.
        waiting_tasks: usize,
        /// Workers that wait for a task.
        pollers: usize,
    }
}

impl Console {
    /// Tasks: those that wait of all machines, of one (`machine`), of one execution (`execution`), or with an id that begins so (`id`).
    pub(super) async fn tasks(&self, query: &Query) -> Result<Tasks, Failure> {
        let limit = query.limit(PAGE, PAGE_MAX)?;
        let wanted = wanted(query)?;
        let scope = format!("tasks {wanted:?}");
        let after = query.text("cursor").map(|given| place(&cursor::decode(&scope, given)?)).transpose()?;
        let page = self.engine.tasks_page(&wanted, after, limit).await?;
        let next = page.next.map(|TaskPlace(Reverse(since), key)| {
            cursor::encode(&scope, &format!("{since} {}", URL_SAFE_NO_PAD.encode(key)))
        });
        Ok(Tasks { items: page.tasks.into_iter().map(shown).collect(), next })
    }

    /// Activities, with who waits there.
    pub(super) async fn activities(&self, query: &Query) -> Result<Activities, Failure> {
        let limit = query.limit(ACTIVITIES_PAGE, ACTIVITIES_PAGE_MAX)?;
        let mut request = Object::new().with("maxResults", limit.into());
        if let Some(cursor) = query.text("cursor") {
            request = request.with("nextToken", cursor.into());
        }
        let request = ListActivitiesRequest::decode(&request.into()).map_err(|_| Failure::cursor())?;
        let listed = self.engine.list_activities(request).await.map_err(|_| Failure::cursor())?;
        let items = listed.activities.into_iter().map(|activity| {
            let at = ActivityArn::parse(&activity.activity_arn).map(|arn| self.engine.at_activity(&arn));
            let AtActivity { tasks, pollers } = at.unwrap_or_default();
            Activity {
                arn: activity.activity_arn,
                name: activity.name,
                created_at: activity.creation_date_ms,
                waiting_tasks: tasks,
                pollers,
            }
        });
        Ok(Activities { items: items.collect(), next: listed.next_token })
    }
}

fn wanted(query: &Query) -> Result<TasksQuery, Failure> {
    let id = query.text("id").map(str::to_ascii_lowercase);
    if id.as_ref().is_some_and(|id| id.len() > 16 || !id.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(Failure::field("id", "'id' is up to 16 hexadecimal digits"));
    }
    let execution = query.text("execution").map(|arn| {
        ExecutionArn::parse(arn).map_err(|_| Failure::field("execution", "'execution' is no ARN of an execution"))
    });
    Ok(TasksQuery {
        state_machine_name: query.text("machine").map(str::to_owned),
        id,
        execution: execution.transpose()?,
    })
}

fn place(position: &str) -> Result<TaskPlace, Failure> {
    let (since, key) = position.split_once(' ').ok_or_else(Failure::cursor)?;
    let key = URL_SAFE_NO_PAD.decode(key).map_err(|_| Failure::cursor())?;
    Ok(TaskPlace(Reverse(since.parse().map_err(|_| Failure::cursor())?), key.into()))
}

fn shown(task: WaitingTask) -> Task {
    let (kind, member) = match task.activity_arn {
        Some(_) => (TaskKind::Activity, "input"),
        None => (TaskKind::Token, "parameters"),
    };
    let reference = || payload::reference(&task.execution_arn, task.scheduled_event, member);
    Task {
        kind,
        payload: Payload::new(&task.payload, reference),
        id: task.id,
        execution_arn: task.execution_arn,
        machine: task.state_machine_name,
        machine_arn: task.state_machine_arn,
        state_name: task.state_name,
        resource: task.resource,
        activity_arn: task.activity_arn,
        since: task.since_ms,
        timeout_at: task.timeout_at_ms,
        heartbeat_at: task.heartbeat_at_ms,
        token: task.token,
    }
}
