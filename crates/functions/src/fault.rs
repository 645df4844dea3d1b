//! What the platform itself says about a function that failed: the payloads that Lambda gives when no runtime could.
//!
//! Source: recorded `Runtime.*` and `Sandbox.*` payloads of Lambda; the quotas page for the response size.

use std::time::Duration;

use bytes::Bytes;

/// The most a function may return, in bytes (6 MB and some headroom for the envelope).
pub(crate) const RESPONSE_BYTES_MAX: usize = 6_291_556;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It exited with this status.
    Status(i32),
    /// A signal ended it.
    Signal(i32),
}

/// A failure the runtime did not report itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The command could not be started: the command and the system's words.
    InvalidEntrypoint { program: String, problem: String },
    /// The process ended before it answered.
    Exited(Exit),
    /// No answer within the function's timeout.
    TimedOut(Duration),
    /// The answer was over [`RESPONSE_BYTES_MAX`].
    ResponseTooLarge,
}

impl Fault {
    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            Fault::InvalidEntrypoint { .. } => "Runtime.InvalidEntrypoint",
            Fault::Exited(_) => "Runtime.ExitError",
            Fault::TimedOut(_) => "Sandbox.Timedout",
            Fault::ResponseTooLarge => "Function.ResponseSizeTooLarge",
        }
    }

    pub(crate) fn message(&self, request_id: &str) -> String {
        let problem = match self {
            Fault::InvalidEntrypoint { program, problem } => format!("fork/exec {program}: {problem}"),
            Fault::Exited(Exit::Status(0)) => "Runtime exited without providing a reason".to_owned(),
            Fault::Exited(Exit::Status(status)) => format!("Runtime exited with error: exit status {status}"),
            Fault::Exited(Exit::Signal(signal)) => {
                format!("Runtime exited with error: signal: {}", signal_text(*signal))
            }
            Fault::TimedOut(timeout) => format!("Task timed out after {:.2} seconds", timeout.as_secs_f64()),
            Fault::ResponseTooLarge => {
                return format!(
                    "Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes)."
                );
            }
        };
        format!("RequestId: {request_id} Error: {problem}")
    }

    pub(crate) fn payload(&self, request_id: &str) -> Bytes {
        error_payload(self.error_type(), &self.message(request_id))
    }
}

/// `{"errorType":…,"errorMessage":…}`
pub(crate) fn error_payload(error_type: &str, message: &str) -> Bytes {
    let mut text = String::from("{\"errorType\":");
    json::write_string(error_type, &mut text);
    text.push_str(",\"errorMessage\":");
    json::write_string(message, &mut text);
    text.push('}');
    Bytes::from(text)
}

/// The names the Go runtime uses, in which Lambda's own supervisor is written.
fn signal_text(signal: i32) -> String {
    match signal {
        1 => "hangup".to_owned(),
        2 => "interrupt".to_owned(),
        3 => "quit".to_owned(),
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        7 => "bus error".to_owned(),
        8 => "floating point exception".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        13 => "broken pipe".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}
