//! Activities: tasks that wait for a worker, and workers that wait for a task.
//!
//! The queues are in memory only. A task's durable place is its frame; after a restart it is offered again. A worker that goes away with a
//! task has the task's timeout to answer for it, as on AWS.

use crate::keys::ExecutionKey;
use interpreter::{TaskId, TaskToken};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::oneshot;

/// Polls that may wait for one activity at a time (AWS quota: 1,000).
const POLLS_MAX: usize = 1000;

/// A task for a worker.
#[derive(Debug)]
pub(crate) struct ActivityTask {
    pub execution: ExecutionKey,
    pub task: TaskId,
    pub token: TaskToken,
    pub input: Arc<str>,
}

/// The queues of all activities, by ARN.
#[derive(Clone, Default)]
pub(crate) struct ActivityQueues(Arc<Mutex<Queues>>);

#[derive(Default)]
struct Queues {
    by_activity: HashMap<String, Queue>,
    /// Tasks that wait, and for which activity, so that one that ends is found.
    waiting: HashMap<(ExecutionKey, TaskId), String>,
}

#[derive(Default)]
struct Queue {
    tasks: VecDeque<ActivityTask>,
    workers: VecDeque<oneshot::Sender<ActivityTask>>,
}

/// As many workers wait as may.
#[derive(Debug)]
pub(crate) struct TooManyPolls;

impl ActivityQueues {
    /// A task is to be done: it goes to the worker that has waited longest, or waits itself.
    pub fn offer(&self, activity_arn: &str, task: ActivityTask) {
        let mut queues = self.lock();
        let queue = queues.by_activity.entry(activity_arn.to_owned()).or_default();
        let mut task = task;
        while let Some(worker) = queue.workers.pop_front() {
            match worker.send(task) {
                Ok(()) => return,
                Err(back) => task = back,
            }
        }
        let identity = (task.execution.clone(), task.task);
        queue.tasks.push_back(task);
        queues.waiting.insert(identity, activity_arn.to_owned());
    }

    /// The oldest task, or a place in the line of those who wait for one.
    pub fn poll(
        &self,
        activity_arn: &str,
    ) -> Result<Result<ActivityTask, oneshot::Receiver<ActivityTask>>, TooManyPolls> {
        let mut queues = self.lock();
        let queue = queues.by_activity.entry(activity_arn.to_owned()).or_default();
        if let Some(task) = queue.tasks.pop_front() {
            queues.waiting.remove(&(task.execution.clone(), task.task));
            return Ok(Ok(task));
        }
        queue.workers.retain(|worker| !worker.is_closed());
        if queue.workers.len() >= POLLS_MAX {
            return Err(TooManyPolls);
        }
        let (sender, receiver) = oneshot::channel();
        queue.workers.push_back(sender);
        Ok(Err(receiver))
    }

    /// A task ended before a worker took it.
    pub fn end(&self, execution: &ExecutionKey, task: TaskId) {
        let mut queues = self.lock();
        if let Some(activity_arn) = queues.waiting.remove(&(execution.clone(), task))
            && let Some(queue) = queues.by_activity.get_mut(&activity_arn)
        {
            queue.tasks.retain(|waiting| waiting.task != task || waiting.execution != *execution);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().expect("nothing panics while holding the lock")
    }
}
