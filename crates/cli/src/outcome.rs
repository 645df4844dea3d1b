//! How an execution ended, told on the terminal.

use crate::exit::Exit;
use crate::output::{self, Style};
use crate::progress::shown_duration;
use api::{DescribeExecutionResponse, ExecutionStatus};

/// Tells a closed execution's status on stderr, with error and cause if it has them; `name` says which execution.
pub(crate) fn tell(execution: &DescribeExecutionResponse, name: &str) -> Exit {
    let style = Style::of_stderr();
    let status = execution.status.as_str();
    let duration = shown_duration(execution.stop_date_ms.unwrap_or(execution.start_date_ms) - execution.start_date_ms);
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
