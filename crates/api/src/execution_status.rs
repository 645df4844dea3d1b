//! What has become of an execution.

/// The status of an execution as the API shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExecutionStatus {
    /// Not closed.
    Running,
    /// Reached a terminal state.
    Succeeded,
    /// Failed.
    Failed,
    /// Ran out of its time.
    TimedOut,
    /// Stopped.
    Aborted,
    /// A Map Run's child that waits to be redriven.
    PendingRedrive,
}

impl ExecutionStatus {
    /// In the order in which AWS lists them when a filter is none of them (recorded).
    pub const WORDS: [(&str, ExecutionStatus); 6] = [
        ("SUCCEEDED", ExecutionStatus::Succeeded),
        ("TIMED_OUT", ExecutionStatus::TimedOut),
        ("PENDING_REDRIVE", ExecutionStatus::PendingRedrive),
        ("ABORTED", ExecutionStatus::Aborted),
        ("FAILED", ExecutionStatus::Failed),
        ("RUNNING", ExecutionStatus::Running),
    ];

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ExecutionStatus::Running => "RUNNING",
            ExecutionStatus::Succeeded => "SUCCEEDED",
            ExecutionStatus::Failed => "FAILED",
            ExecutionStatus::TimedOut => "TIMED_OUT",
            ExecutionStatus::Aborted => "ABORTED",
            ExecutionStatus::PendingRedrive => "PENDING_REDRIVE",
        }
    }
}
