//! How an execution ended, told on the terminal.

use crate::client::moment_ms;
use crate::exit::Exit;
use crate::output::{self, Style};
use crate::progress::shown_duration;
use api::{DescribeExecutionResponse, ExecutionStatus, StartSyncExecutionResponse};
use json::Value;
use std::sync::Arc;

/// What is told of an execution that has closed.
pub(crate) struct Closed {
    pub(crate) status: ExecutionStatus,
    /// From its start to its end.
    pub(crate) duration_ms: i64,
    /// Of one that succeeded.
    pub(crate) output: Option<Arc<str>>,
    pub(crate) error: Option<Arc<str>>,
    pub(crate) cause: Option<Arc<str>>,
}

impl From<DescribeExecutionResponse> for Closed {
    fn from(execution: DescribeExecutionResponse) -> Closed {
        let DescribeExecutionResponse { status, start_date_ms, stop_date_ms, output, error, cause, .. } = execution;
        Closed { status, duration_ms: stop_date_ms.unwrap_or(start_date_ms) - start_date_ms, output, error, cause }
    }
}

impl From<StartSyncExecutionResponse> for Closed {
    fn from(execution: StartSyncExecutionResponse) -> Closed {
        let StartSyncExecutionResponse { status, start_date_ms, stop_date_ms, output, error, cause, .. } = execution;
        Closed { status, duration_ms: stop_date_ms - start_date_ms, output, error, cause }
    }
}

impl Closed {
    /// Of an execution as the API describes it.
    pub(crate) fn read(execution: &Value) -> Closed {
        let text = |name: &str| execution.get(name).and_then(Value::as_str).map(Arc::from);
        let status = text("status");
        let known = ExecutionStatus::WORDS.iter().find(|(word, _)| status.as_deref() == Some(*word));
        let began = moment_ms(execution.get("startDate"));
        let ended = execution.get("stopDate").map_or(began, |stop| moment_ms(Some(stop)));
        Closed {
            status: known.map_or(ExecutionStatus::Running, |(_, status)| *status),
            duration_ms: ended - began,
            output: text("output"),
            error: text("error"),
            cause: text("cause"),
        }
    }
}

/// Tells a closed execution's status on stderr, with error and cause if it has them; `name` says which execution.
pub(crate) fn tell(execution: &Closed, name: &str) -> Exit {
    let style = Style::of_stderr();
    let status = execution.status.as_str();
    let duration = shown_duration(execution.duration_ms);
    if execution.status == ExecutionStatus::Succeeded {
        output::talk(&format!("{} {name} {status} in {duration}", style.success("✓")));
        return Exit::Success;
    }
    output::talk(&format!("{} {name} {} after {duration}", style.failure("✗"), style.failure(status)));
    if let Some(error) = &execution.error {
        output::talk(&format!("Error: {}", output::printable(error)));
    }
    if let Some(cause) = &execution.cause {
        let lines: Vec<String> = cause.lines().map(output::printable).collect();
        output::talk(&format!("Cause: {}", lines.join("\n       ")));
    }
    Exit::Failed
}
