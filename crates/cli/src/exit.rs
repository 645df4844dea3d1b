//! What the exit code says.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: as asked.
    Success,
    /// 1: the command worked, what it was about did not: an execution failed, a definition has errors.
    Failed,
    /// 2: the command could not do its work: bad usage, an unreadable file, a data directory in use. clap exits with the same code.
    Unable,
    /// 130: interrupted from the keyboard.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Unable => 2,
            Exit::Interrupted => 130,
        })
    }
}
