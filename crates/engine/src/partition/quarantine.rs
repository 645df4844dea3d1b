//! Executions that are left alone: their rows cannot be read, or a step of theirs broke a promise of our own code. The others go on.

use crate::keys::ExecutionKey;
use std::collections::HashMap;
use std::fmt;

/// Why an execution is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its rows cannot be read. They are tried again when the partition is read again.
    Unreadable,
    /// Stepping it panicked. It would again: it stays until the server is restarted.
    Panicked,
}

/// The executions of one partition that are left alone.
#[derive(Default)]
pub(crate) struct Quarantine(HashMap<ExecutionKey, Cause>);

impl Quarantine {
    /// Leaves an execution alone from now on, and says so once.
    pub fn add(&mut self, key: &ExecutionKey, cause: Cause, reason: &dyn fmt::Display) {
        if self.0.insert(key.clone(), cause).is_some() {
            return;
        }
        let execution = key.0.escape_ascii();
        match cause {
            Cause::Unreadable => tracing::error!(
                %execution, code = store::Trouble::DamagedExecution.code(),
                "the execution is left alone, its rows cannot be read: {reason}; `stepwell check` finds everything that is damaged"
            ),
            Cause::Panicked => tracing::error!(
                %execution, code = store::Trouble::StepPanicked.code(),
                "the execution is left alone until a restart, a step of it panicked: {reason}"
            ),
        }
    }

    pub fn contains(&self, key: &ExecutionKey) -> bool {
        // Hashing is for the few: nearly always nothing is in here.
        !self.0.is_empty() && self.0.contains_key(key)
    }

    /// The partition is read again: rows may be readable now.
    pub fn retry(&mut self) {
        self.0.retain(|_, cause| *cause == Cause::Panicked);
    }
}
