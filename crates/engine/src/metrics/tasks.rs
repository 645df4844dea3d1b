//! Tasks: functions, activities and integrations are counted alike, each under its own name.
//!
//! How long a task took is known from its earlier events. They are remembered while the execution is in memory; of a task that was
//! scheduled before the execution was last read from the store, the later events are counted under [`OTHER`], without a time.

use super::{Counter, Histogram, Metrics, OTHER, Rows, between};
use interpreter::Timestamp;
use interpreter::history::{HistoryEvent, HistoryEventDetails as Details};
use std::sync::Arc;

/// Open tasks of one execution that are remembered.
const OPEN_MAX: usize = 1000;
const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";

/// What is counted of one function, activity or integration.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "AWS's names")]
pub struct TaskMetrics {
    pub scheduled: Counter,
    pub started: Counter,
    pub succeeded: Counter,
    pub failed: Counter,
    pub timed_out: Counter,
    pub heartbeat_timed_out: Counter,
    /// From start to end.
    pub run_time: Histogram,
    /// From schedule to start.
    pub schedule_time: Histogram,
    /// From schedule to end.
    pub time: Histogram,
}

/// Tasks of one execution that are not over.
#[derive(Default)]
pub(crate) struct OpenTasks(Vec<OpenTask>);

struct OpenTask {
    last_event: u64,
    metrics: Arc<TaskMetrics>,
    scheduled: Timestamp,
    started: Option<Timestamp>,
}

enum Phase<'e> {
    Scheduled(Arc<TaskMetrics>),
    Started,
    Submitted,
    Succeeded,
    Failed(&'e Option<Arc<str>>),
    TimedOut(&'e Option<Arc<str>>),
}

impl OpenTasks {
    /// Counts an event, if it is of a task.
    pub(super) fn count(&mut self, event: &HistoryEvent, metrics: &Metrics) {
        use Details as D;
        use Phase as P;
        let (of, phase) = match &event.details {
            D::LambdaFunctionScheduled { resource, .. } => {
                (&metrics.functions, P::Scheduled(metrics.functions.of(resource)))
            }
            D::ActivityScheduled { resource, .. } => {
                (&metrics.activities, P::Scheduled(metrics.activities.of(resource)))
            }
            D::TaskScheduled { resource_type, resource, .. } => {
                let name = format!("{resource_type}:{resource}");
                (&metrics.services, P::Scheduled(metrics.services.of(&name)))
            }
            D::LambdaFunctionStarted => (&metrics.functions, P::Started),
            D::ActivityStarted { .. } => (&metrics.activities, P::Started),
            D::TaskStarted { .. } => (&metrics.services, P::Started),
            D::TaskSubmitted { .. } => (&metrics.services, P::Submitted),
            D::LambdaFunctionSucceeded { .. } => (&metrics.functions, P::Succeeded),
            D::ActivitySucceeded { .. } => (&metrics.activities, P::Succeeded),
            D::TaskSucceeded { .. } => (&metrics.services, P::Succeeded),
            D::LambdaFunctionFailed { error, .. } => (&metrics.functions, P::Failed(error)),
            D::ActivityFailed { error, .. } => (&metrics.activities, P::Failed(error)),
            D::TaskFailed { error, .. } => (&metrics.services, P::Failed(error)),
            D::LambdaFunctionTimedOut { error, .. } => (&metrics.functions, P::TimedOut(error)),
            D::ActivityTimedOut { error, .. } => (&metrics.activities, P::TimedOut(error)),
            D::TaskTimedOut { error, .. } => (&metrics.services, P::TimedOut(error)),
            _ => return,
        };
        self.go_on(event, phase, of);
    }

    fn go_on(&mut self, event: &HistoryEvent, phase: Phase<'_>, rows: &Rows<TaskMetrics>) {
        if let Phase::Scheduled(metrics) = phase {
            metrics.scheduled.add(1);
            if self.0.len() == OPEN_MAX {
                // One that ended without an event, most likely.
                self.0.remove(0);
            }
            let (last_event, scheduled) = (event.id, event.timestamp);
            self.0.push(OpenTask { last_event, metrics, scheduled, started: None });
            return;
        }
        let position = self.0.iter().position(|open| open.last_event == event.previous_event_id);
        let metrics = position.map_or_else(|| rows.of(OTHER), |position| self.0[position].metrics.clone());
        match phase {
            Phase::Scheduled(_) => unreachable!("seen above"),
            Phase::Started => {
                metrics.started.add(1);
                if let Some(open) = position.map(|position| &mut self.0[position]) {
                    open.last_event = event.id;
                    open.started = Some(event.timestamp);
                    metrics.schedule_time.observe(between(open.scheduled, event.timestamp));
                }
                return;
            }
            Phase::Submitted => {
                if let Some(position) = position {
                    self.0[position].last_event = event.id;
                }
                return;
            }
            Phase::Succeeded => metrics.succeeded.add(1),
            Phase::Failed(error) | Phase::TimedOut(error) if error.as_deref() == Some(HEARTBEAT_TIMEOUT) => {
                metrics.heartbeat_timed_out.add(1);
            }
            Phase::Failed(_) => metrics.failed.add(1),
            Phase::TimedOut(_) => metrics.timed_out.add(1),
        }
        if let Some(position) = position {
            let open = self.0.swap_remove(position);
            metrics.time.observe(between(open.scheduled, event.timestamp));
            if let Some(started) = open.started {
                metrics.run_time.observe(between(started, event.timestamp));
            }
        }
    }
}
