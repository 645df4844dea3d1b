//! Activities: tasks that wait for a worker, and workers that wait for a task.
//!
//! The queues are in memory only, and hold no more of a task than its name: a million may wait. A task's durable place is its frame; after a
//! restart it is offered again. A task on its way to a worker whose request goes away is offered to the next one. A worker that goes away
//! with a task has the task's timeout to answer for it, as on AWS.

use crate::keys::ExecutionKey;
use interpreter::TaskId;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::oneshot;

/// Polls that may wait for one activity at a time (AWS quota: 1,000).
const POLLS_MAX: usize = 1000;

/// A task for a worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ActivityTask {
    pub execution: ExecutionKey,
    pub task: TaskId,
}

/// A task on its way to a worker. Dropped before it is accepted, it goes back to the front of its queue.
pub(crate) struct OfferedTask {
    queues: ActivityQueues,
    activity_arn: String,
    task: Option<ActivityTask>,
}

impl OfferedTask {
    pub fn task(&self) -> &ActivityTask {
        self.task.as_ref().expect("only accept takes the task, and consumes the offer")
    }

    /// The worker has it.
    pub fn accept(mut self) -> ActivityTask {
        self.task.take().expect("only accept takes the task, and consumes the offer")
    }
}

impl Drop for OfferedTask {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            self.queues.offer_first(&self.activity_arn, task);
        }
    }
}

/// What a poll finds.
pub(crate) enum Polled {
    /// A task.
    Task(OfferedTask),
    /// A place in the line of those who wait for one.
    Waiting(oneshot::Receiver<OfferedTask>),
    /// As many workers wait as may.
    TooMany,
    /// The server is going down.
    Closed,
}

/// The queues of all activities, by ARN.
#[derive(Clone, Default)]
pub(crate) struct ActivityQueues(Arc<Mutex<Queues>>);

#[derive(Default)]
struct Queues {
    /// In order, because the order in which workers are sent home can be seen.
    by_activity: BTreeMap<String, Queue>,
    /// The tasks that wait. One in a queue that is not here has ended, and is passed over.
    waiting: HashSet<ActivityTask>,
    /// Tasks in all queues, ended ones included.
    queued: usize,
    is_closed: bool,
}

#[derive(Default)]
struct Queue {
    tasks: VecDeque<ActivityTask>,
    workers: VecDeque<oneshot::Sender<OfferedTask>>,
}

impl Queues {
    fn queue(&mut self, activity_arn: &str) -> &mut Queue {
        if !self.by_activity.contains_key(activity_arn) {
            self.by_activity.insert(activity_arn.to_owned(), Queue::default());
        }
        self.by_activity.get_mut(activity_arn).expect("just made sure")
    }

    /// The oldest task that has not ended.
    fn next(&mut self, activity_arn: &str) -> Option<ActivityTask> {
        let queue = self.by_activity.get_mut(activity_arn)?;
        while let Some(task) = queue.tasks.pop_front() {
            self.queued -= 1;
            if self.waiting.remove(&task) {
                return Some(task);
            }
        }
        None
    }

    /// Lets go of ended tasks when they are most of what is queued, so that each is looked at a few times at most.
    fn sweep(&mut self) {
        if self.queued <= 2 * self.waiting.len() + 1024 {
            return;
        }
        let waiting = &self.waiting;
        self.queued = 0;
        for queue in self.by_activity.values_mut() {
            queue.tasks.retain(|task| waiting.contains(task));
            queue.tasks.shrink_to_fit();
            self.queued += queue.tasks.len();
        }
        self.waiting.shrink_to_fit();
    }
}

impl ActivityQueues {
    /// A task is to be done: it goes to the worker that has waited longest, or waits itself. One that waits already, because its partition
    /// was read again from disk, is not offered twice.
    pub fn offer(&self, activity_arn: &str, task: ActivityTask) {
        if self.lock().waiting.contains(&task) {
            return;
        }
        self.hand_over(activity_arn, task, VecDeque::push_back);
    }

    /// The same for a task that was next already.
    fn offer_first(&self, activity_arn: &str, task: ActivityTask) {
        self.hand_over(activity_arn, task, VecDeque::push_front);
    }

    fn hand_over(
        &self,
        activity_arn: &str,
        task: ActivityTask,
        enqueue: fn(&mut VecDeque<ActivityTask>, ActivityTask),
    ) {
        let mut offered = self.offered(activity_arn, task);
        loop {
            let worker = {
                let mut queues = self.lock();
                let queue = queues.queue(activity_arn);
                match queue.workers.pop_front() {
                    Some(worker) => worker,
                    None => {
                        let task = offered.accept();
                        enqueue(&mut queue.tasks, task.clone());
                        queues.queued += 1;
                        queues.waiting.insert(task);
                        return;
                    }
                }
            };
            // Outside the lock: a worker that has gone away gives the offer back, and dropping one takes the lock.
            match worker.send(offered) {
                Ok(()) => return,
                Err(back) => offered = back,
            }
        }
    }

    /// The oldest task, or a place in the line.
    pub fn poll(&self, activity_arn: &str) -> Polled {
        let mut queues = self.lock();
        if queues.is_closed {
            return Polled::Closed;
        }
        if let Some(task) = queues.next(activity_arn) {
            return Polled::Task(self.offered(activity_arn, task));
        }
        let queue = queues.queue(activity_arn);
        queue.workers.retain(|worker| !worker.is_closed());
        if queue.workers.len() >= POLLS_MAX {
            return Polled::TooMany;
        }
        let (sender, receiver) = oneshot::channel();
        queue.workers.push_back(sender);
        Polled::Waiting(receiver)
    }

    /// How many tasks wait at an activity, counted up to a number, and how many workers.
    pub fn waiting(&self, activity_arn: &str, most: usize) -> (usize, usize) {
        let queues = self.lock();
        let Some(queue) = queues.by_activity.get(activity_arn) else { return (0, 0) };
        let tasks = queue.tasks.iter().filter(|task| queues.waiting.contains(task)).take(most).count();
        (tasks, queue.workers.iter().filter(|worker| !worker.is_closed()).count())
    }

    /// A task ended, perhaps before a worker took it.
    pub fn end(&self, execution: &ExecutionKey, task: TaskId) {
        let mut queues = self.lock();
        queues.waiting.remove(&ActivityTask { execution: execution.clone(), task });
        queues.sweep();
    }

    /// Answers every poll that waits, and every later one, with nothing.
    pub fn close(&self) {
        let mut queues = self.lock();
        queues.is_closed = true;
        for queue in queues.by_activity.values_mut() {
            queue.workers.clear();
        }
    }

    fn offered(&self, activity_arn: &str, task: ActivityTask) -> OfferedTask {
        OfferedTask { queues: self.clone(), activity_arn: activity_arn.to_owned(), task: Some(task) }
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().expect("nothing panics while holding the lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter::FrameId;

    const ARN: &str = "arn:aws:states:us-east-1:123456789012:activity:a";

    fn task(number: u64) -> ActivityTask {
        let task = TaskId { frame: FrameId(0), scheduled_event: number };
        ActivityTask { execution: ExecutionKey::new("m", "e"), task }
    }

    fn number(polled: Polled) -> Option<u64> {
        match polled {
            Polled::Task(offered) => Some(offered.accept().task.scheduled_event),
            Polled::Waiting(mut receiver) => Some(receiver.try_recv().ok()?.accept().task.scheduled_event),
            Polled::TooMany | Polled::Closed => None,
        }
    }

    #[test]
    fn a_task_whose_worker_goes_away_is_offered_again_and_first() {
        let queues = ActivityQueues::default();
        queues.offer(ARN, task(1));
        queues.offer(ARN, task(2));
        queues.offer(ARN, task(1));
        drop(queues.poll(ARN));
        assert_eq!(number(queues.poll(ARN)), Some(1));
        queues.end(&ExecutionKey::new("m", "e"), task(2).task);
        assert_eq!(number(queues.poll(ARN)), None);
        // One worker that leaves before the task comes, one that leaves with it on its way, one that gets it.
        drop(queues.poll(ARN));
        let Polled::Waiting(second) = queues.poll(ARN) else { panic!("there is nothing to do") };
        let third = queues.poll(ARN);
        queues.offer(ARN, task(3));
        drop(second);
        assert_eq!(number(third), Some(3));
    }

    #[test]
    fn tasks_that_end_while_they_wait_are_forgotten() {
        let queues = ActivityQueues::default();
        for number in 1..=5000 {
            queues.offer(ARN, task(number));
        }
        for number in 1..=4990 {
            queues.end(&ExecutionKey::new("m", "e"), task(number).task);
        }
        assert!(queues.lock().queued < 2000, "most of the ended ones are gone");
        let left: Vec<_> = std::iter::from_fn(|| number(queues.poll(ARN))).collect();
        assert_eq!(left, (4991..=5000).collect::<Vec<_>>());
    }

    #[test]
    fn closing_sends_workers_home() {
        let queues = ActivityQueues::default();
        let Polled::Waiting(mut waiting) = queues.poll(ARN) else { panic!("there is nothing to do") };
        queues.close();
        assert!(waiting.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert!(matches!(queues.poll(ARN), Polled::Closed));
    }
}
