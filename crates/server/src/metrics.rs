//! What is counted about requests and connections, and the page that tells it with what the engine counts.

use crate::memory::Memory;
use crate::prometheus::Text;
use api::{Code, Operation};
use engine::Engine;
use engine::metrics::{Counter, Histogram, MachineMetrics, Rows, TaskMetrics};
use std::path::Path;
use std::time::Duration;

/// One row an operation, and one for requests that name none.
const OPERATIONS: usize = Operation::ALL.len() + 1;
/// One column an exception, and one for success.
const OUTCOMES: usize = Code::ALL.len() + 1;

/// The counts.
pub(crate) struct Metrics {
    requests: Box<[[Counter; OUTCOMES]; OPERATIONS]>,
    durations: Box<[Histogram; OPERATIONS]>,
    pub(crate) connections_accepted: Counter,
    pub(crate) connections_ended: Counter,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            requests: Box::new(std::array::from_fn(|_| std::array::from_fn(|_| Counter::default()))),
            durations: Box::new(std::array::from_fn(|_| Histogram::default())),
            connections_accepted: Counter::default(),
            connections_ended: Counter::default(),
        }
    }
}

impl Metrics {
    /// Counts a request that was answered.
    pub(crate) fn request(&self, operation: Option<Operation>, exception: Option<Code>, took: Duration) {
        let row = operation.map_or(OPERATIONS - 1, |operation| operation as usize);
        self.requests[row][exception.map_or(OUTCOMES - 1, |code| code as usize)].add(1);
        self.durations[row].observe(took);
    }

    /// The page.
    pub(crate) fn text(
        &self,
        engine: &Engine,
        memory: &Memory,
        log_lines_dropped: u64,
        store_bytes: Option<u64>,
    ) -> String {
        let dropped = engine.dropped();
        let engine = engine.metrics();
        let mut text = Text::default();
        machines(&mut text, &engine.machines);
        tasks(&mut text, &ACTIVITIES, &engine.activities);
        tasks(&mut text, &FUNCTIONS, &engine.functions);
        tasks(&mut text, &INTEGRATIONS, &engine.services);
        let name = "stepwell_api_requests_total";
        text.metric(name, "counter", "Requests answered, by operation and outcome: Success or the exception's name.");
        for (row, outcomes) in self.requests.iter().enumerate() {
            for (column, count) in outcomes.iter().enumerate().filter(|(_, count)| count.get() > 0) {
                let outcome = Code::ALL.get(column).map_or("Success", |code| code.as_str());
                text.value(name, &[("operation", operation_name(row)), ("outcome", outcome)], count.get());
            }
        }
        let name = "stepwell_api_request_duration_seconds";
        text.metric(name, "histogram", "From a request's headers to its reply, by operation.");
        for (row, durations) in self.durations.iter().enumerate().filter(|(_, durations)| !durations.is_empty()) {
            text.histogram(name, &[("operation", operation_name(row))], durations);
        }
        let (accepted, ended) = (self.connections_accepted.get(), self.connections_ended.get());
        for (name, kind, help, value) in [
            (
                "stepwell_execution_throttled_total",
                "counter",
                "ExecutionThrottled: commands to executions refused because too many waited.",
                engine.throttled.get(),
            ),
            ("stepwell_history_events_total", "counter", "History events made durable.", engine.events.get()),
            ("stepwell_commits_total", "counter", "Batches made durable.", engine.commits.get()),
            ("stepwell_commits_failed_total", "counter", "Batches that failed.", engine.commits_failed.get()),
            ("stepwell_connections_accepted_total", "counter", "Connections taken.", accepted),
            ("stepwell_connections", "gauge", "Connections now.", accepted.saturating_sub(ended)),
            ("stepwell_body_bytes", "gauge", "Bytes of bodies under way.", memory.used() as u64),
            ("stepwell_access_log_dropped_total", "counter", "Lines the access log lost.", log_lines_dropped),
            (
                "stepwell_log_events_dropped_total",
                "counter",
                "Events asked for by loggingConfiguration that were not delivered.",
                dropped.log_events,
            ),
            (
                "stepwell_status_events_dropped_total",
                "counter",
                "Events about new statuses that were not delivered.",
                dropped.status_changes,
            ),
            ("stepwell_spans_dropped_total", "counter", "Spans that were not delivered.", dropped.spans),
        ] {
            text.metric(name, kind, help);
            text.value(name, &[], value);
        }
        if let Some(bytes) = store_bytes {
            let name = "stepwell_store_bytes";
            text.metric(name, "gauge", "Bytes of all files in the data directory.");
            text.value(name, &[], bytes);
        }
        text.into_string()
    }
}

/// Bytes of all files in a directory and below. Files that come and go meanwhile count or do not. Blocks.
pub(crate) fn bytes_below(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

fn operation_name(row: usize) -> &'static str {
    Operation::ALL.get(row).map_or("Unknown", |operation| operation.as_str())
}

/// How tasks of one kind are named.
struct Kind {
    /// AWS's name in the plural, where it counts.
    plural: &'static str,
    /// AWS's name in the singular, where it measures.
    singular: &'static str,
    /// The same as they begin Prometheus's names.
    counter: &'static str,
    time: &'static str,
    label: &'static str,
}

const ACTIVITIES: Kind = Kind {
    plural: "Activities",
    singular: "Activity",
    counter: "stepwell_activities",
    time: "stepwell_activity",
    label: "activity_arn",
};
const FUNCTIONS: Kind = Kind {
    plural: "LambdaFunctions",
    singular: "LambdaFunction",
    counter: "stepwell_lambda_functions",
    time: "stepwell_lambda_function",
    label: "lambda_function_arn",
};
const INTEGRATIONS: Kind = Kind {
    plural: "ServiceIntegrations",
    singular: "ServiceIntegration",
    counter: "stepwell_service_integrations",
    time: "stepwell_service_integration",
    label: "service_integration_resource",
};

/// A count of a row, with AWS's word and the same as it ends a name.
type Counted<T> = (&'static str, &'static str, fn(&T) -> &Counter);
type Timed<T> = (&'static str, &'static str, fn(&T) -> &Histogram);

fn machines(text: &mut Text, rows: &Rows<MachineMetrics>) {
    let rows = rows.all();
    let counted: [Counted<MachineMetrics>; 10] = [
        ("ExecutionsStarted", "executions_started", |row| &row.executions_started),
        ("ExecutionsSucceeded", "executions_succeeded", |row| &row.executions_succeeded),
        ("ExecutionsFailed", "executions_failed", |row| &row.executions_failed),
        ("ExecutionsAborted", "executions_aborted", |row| &row.executions_aborted),
        ("ExecutionsTimedOut", "executions_timed_out", |row| &row.executions_timed_out),
        ("ExecutionsRedriven", "executions_redriven", |row| &row.executions_redriven),
        ("RedrivenExecutionsSucceeded", "redriven_executions_succeeded", |row| &row.redriven_executions_succeeded),
        ("RedrivenExecutionsFailed", "redriven_executions_failed", |row| &row.redriven_executions_failed),
        ("RedrivenExecutionsAborted", "redriven_executions_aborted", |row| &row.redriven_executions_aborted),
        ("RedrivenExecutionsTimedOut", "redriven_executions_timed_out", |row| &row.redriven_executions_timed_out),
    ];
    for (aws, words, count) in counted {
        let name = format!("stepwell_{words}_total");
        text.metric(&name, "counter", &format!("{aws}, by state machine."));
        for (arn, row) in &rows {
            text.value(&name, &[("state_machine_arn", arn)], count(row).get());
        }
    }
    let name = "stepwell_execution_time_seconds";
    text.metric(name, "histogram", "ExecutionTime: from start to end, by state machine.");
    for (arn, row) in rows.iter().filter(|(_, row)| !row.execution_time.is_empty()) {
        text.histogram(name, &[("state_machine_arn", arn)], &row.execution_time);
    }
    let billed: [Counted<MachineMetrics>; 3] = [
        ("ExpressExecutionBilledDuration", "billed_duration_milliseconds", |row| {
            &row.express_execution_billed_duration
        }),
        ("ExpressExecutionBilledMemory", "billed_memory_megabytes", |row| &row.express_execution_billed_memory),
        ("ExpressExecutionMemory", "memory_bytes", |row| &row.express_execution_memory),
    ];
    for (aws, words, count) in billed {
        let name = format!("stepwell_express_execution_{words}_total");
        text.metric(&name, "counter", &format!("{aws} of all executions that ended, by state machine."));
        for (arn, row) in rows.iter().filter(|(_, row)| row.express_execution_memory.get() > 0) {
            text.value(&name, &[("state_machine_arn", arn)], count(row).get());
        }
    }
}

fn tasks(text: &mut Text, kind: &Kind, rows: &Rows<TaskMetrics>) {
    let rows = rows.all();
    let counted: [Counted<TaskMetrics>; 6] = [
        ("Scheduled", "scheduled", |row| &row.scheduled),
        ("Started", "started", |row| &row.started),
        ("Succeeded", "succeeded", |row| &row.succeeded),
        ("Failed", "failed", |row| &row.failed),
        ("TimedOut", "timed_out", |row| &row.timed_out),
        ("HeartbeatTimedOut", "heartbeat_timed_out", |row| &row.heartbeat_timed_out),
    ];
    for (aws, word, count) in counted {
        let name = format!("{}_{word}_total", kind.counter);
        text.metric(&name, "counter", &format!("{}{aws}.", kind.plural));
        for (resource, row) in &rows {
            text.value(&name, &[(kind.label, resource)], count(row).get());
        }
    }
    let timed: [Timed<TaskMetrics>; 3] = [
        ("RunTime", "run_time", |row| &row.run_time),
        ("ScheduleTime", "schedule_time", |row| &row.schedule_time),
        ("Time", "time", |row| &row.time),
    ];
    for (aws, word, time) in timed {
        let name = format!("{}_{word}_seconds", kind.time);
        text.metric(&name, "histogram", &format!("{}{aws}.", kind.singular));
        for (resource, row) in rows.iter().filter(|(_, row)| !time(row).is_empty()) {
            text.histogram(&name, &[(kind.label, resource)], time(row));
        }
    }
}
