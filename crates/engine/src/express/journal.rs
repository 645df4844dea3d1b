//! What happened to an execution that is not durable: enough to step it again, which gives its history.
//!
//! A step depends on nothing but its arguments. The commands that an execution got are therefore its history in a fraction of the room:
//! one that ended in its first step needs nothing at all.

use crate::partition::caught_step;
use crate::registry::{Registry, Revision};
use interpreter::history::HistoryEvent;
use interpreter::{Command, Execution, Header, MockedEnd, Settings, Timestamp};

/// What the commands of one execution may take in memory. Beyond it the rest of its history is not kept.
const BYTES_MAX: usize = 4 << 20;

/// The commands after the start, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    commands: Vec<(Timestamp, Command)>,
    pub bytes: usize,
    /// Whether commands are missing at the end.
    pub is_cut: bool,
}

impl Journal {
    /// Whether nothing happened after the start.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && !self.is_cut
    }

    /// A command was accepted.
    pub fn add(&mut self, now: Timestamp, command: &Command) {
        let bytes = size_of::<(Timestamp, Command)>() + payload_bytes(command);
        self.is_cut |= self.bytes + bytes > BYTES_MAX;
        if !self.is_cut {
            self.bytes += bytes;
            self.commands.push((now, command.clone()));
        }
    }

    /// The history: at most `events_max` events, and whether it is all of it so far.
    pub async fn history(
        &self,
        header: &Header,
        revision: &Revision,
        settings: &Settings,
        registry: &Registry,
        events_max: usize,
    ) -> (Vec<HistoryEvent>, bool) {
        let mut execution = Execution::new(header.clone());
        let mut events = Vec::new();
        let start = (header.start_time, Command::StartExecution);
        for (now, command) in std::iter::once(&start).chain(&self.commands) {
            if events.len() > events_max {
                break;
            }
            match caught_step(registry, settings, revision, &mut execution, command.clone(), *now) {
                Ok(Ok(outcome)) => events.extend(outcome.events),
                // It did not go like this the first time.
                Ok(Err(_)) | Err(_) => return (events, false),
            }
            tokio::task::yield_now().await;
        }
        let is_whole = !self.is_cut && events.len() <= events_max;
        events.truncate(events_max);
        (events, is_whole)
    }
}

/// What a command holds beyond itself: texts, and the values parsed from them, which take several times their text.
fn payload_bytes(command: &Command) -> usize {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_ref().map_or(0, |text| text.len());
    match command {
        Command::TaskSubmitted { output, .. } | Command::TaskSucceeded { output, .. } => 4 * output.len_bytes(),
        Command::TaskFailed { error, cause, .. } => text(error) + text(cause),
        Command::TaskMocked { submitted, end, .. } => {
            let end = match end {
                MockedEnd::Succeeded(output) => 4 * output.len_bytes(),
                MockedEnd::Failed { error, cause } => text(error) + text(cause),
            };
            submitted.as_ref().map_or(0, |output| 4 * output.len_bytes()) + end
        }
        Command::TaskRefused { cause, .. } => cause.len(),
        Command::StartExecution
        | Command::Continue
        | Command::ListAwaited
        | Command::TaskStarted { .. }
        | Command::MapRunEnded { .. }
        | Command::HeartbeatRecorded { .. }
        | Command::TimerFired(_)
        | Command::StopExecution { .. }
        | Command::RedriveExecution { .. } => 0,
    }
}
