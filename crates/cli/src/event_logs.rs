//! Where the events about executions go: those that `loggingConfiguration` asks for, and those about new statuses.

use crate::configuration::Project;
use crate::webhook::Webhook;
use anyhow::anyhow;
use clap::Args;
use std::fs::File;
use std::io::Write;
use std::path::Path;

type Sink = Box<dyn Write + Send>;

/// The flags.
#[derive(Args, Clone, Debug)]
pub(crate) struct EventLogArguments {
    /// Append the events that loggingConfiguration asks for to a file, a line of JSON each, or write them to stdout with `-`
    #[arg(long, value_name = "FILE")]
    execution_log: Option<String>,
    /// Send AWS's event about every new status of a Standard execution to a URL, one POST each, or write it to a file or `-`, a line each
    #[arg(long, value_name = "URL|FILE")]
    status_events: Option<String>,
}

/// What to write to, if anything.
#[derive(Default)]
pub(crate) struct EventLogs {
    pub(crate) execution_log: Option<Sink>,
    pub(crate) status_events: Option<Sink>,
}

impl EventLogArguments {
    /// Opens what the flags name; they are stronger than the project.
    pub(crate) fn open(&self, project: Option<&Project>) -> anyhow::Result<EventLogs> {
        let execution_log = self.execution_log.as_deref().or_else(|| project?.execution_log.as_deref());
        let status_events = self.status_events.as_deref().or_else(|| project?.status_events.as_deref());
        Ok(EventLogs {
            execution_log: execution_log.map(|path| file("execution log", path)).transpose()?,
            status_events: status_events.map(file_or_webhook).transpose()?,
        })
    }
}

fn file_or_webhook(place: &str) -> anyhow::Result<Sink> {
    if Webhook::is_url(place) { Ok(Box::new(Webhook::new(place)?)) } else { file("log of status events", place) }
}

fn file(what: &str, path: &str) -> anyhow::Result<Sink> {
    if path == "-" {
        return Ok(Box::new(std::io::stdout()));
    }
    // Appended to, so that the file may be cut or exchanged meanwhile.
    let file = File::options().create(true).append(true).open(Path::new(path));
    Ok(Box::new(file.map_err(|error| anyhow!("the {what} {path} cannot be written: {error}"))?))
}
