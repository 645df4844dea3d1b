//! Where what is told about executions goes: the events that `loggingConfiguration` asks for, those about new statuses, and traces.

use crate::configuration::Project;
use crate::environment::variable;
use crate::otlp::Otlp;
use crate::post::Post;
use crate::webhook::Webhook;
use anyhow::anyhow;
use clap::Args;
use std::fs::File;
use std::path::Path;

type Sink = Box<dyn engine::Sink>;

/// The flags.
#[derive(Args, Clone, Debug)]
pub(crate) struct EventLogArguments {
    /// Append the events that loggingConfiguration asks for to a file, a line of JSON each, or write them to stdout with `-`
    #[arg(long, value_name = "FILE")]
    execution_log: Option<String>,
    /// Send AWS's event about every new status of a Standard execution to a URL, one POST each, or write it to a file or `-`, a line each
    #[arg(long, value_name = "URL|FILE")]
    status_events: Option<String>,
    /// Send traces of state machines with tracingConfiguration to an OTLP/HTTP endpoint such as http://127.0.0.1:4318; else OTEL_EXPORTER_OTLP_ENDPOINT counts
    #[arg(long, value_name = "URL")]
    traces: Option<String>,
}

/// What to write to, if anything.
#[derive(Default)]
pub(crate) struct EventLogs {
    pub(crate) execution_log: Option<Sink>,
    pub(crate) status_events: Option<Sink>,
    pub(crate) traces: Option<Sink>,
}

impl EventLogArguments {
    /// Opens what the flags name; they are stronger than the project.
    pub(crate) fn open(&self, project: Option<&Project>) -> anyhow::Result<EventLogs> {
        let execution_log = self.execution_log.as_deref().or_else(|| project?.execution_log.as_deref());
        let status_events = self.status_events.as_deref().or_else(|| project?.status_events.as_deref());
        let traces = project.and_then(|project| project.traces.as_ref());
        let traces = Otlp::configured(self.traces.as_deref(), traces, variable)?;
        Ok(EventLogs {
            execution_log: execution_log.map(|path| file("execution log", path)).transpose()?,
            status_events: status_events.map(file_or_webhook).transpose()?,
            traces: traces.map(|traces| Box::new(traces) as Sink),
        })
    }
}

fn file_or_webhook(place: &str) -> anyhow::Result<Sink> {
    if Post::is_place(place) { Ok(Box::new(Webhook::new(place)?)) } else { file("log of status events", place) }
}

fn file(what: &str, path: &str) -> anyhow::Result<Sink> {
    if path == "-" {
        return Ok(Box::new(std::io::stdout()));
    }
    // Appended to, so that the file may be cut or exchanged meanwhile.
    let file = File::options().create(true).append(true).open(Path::new(path));
    Ok(Box::new(file.map_err(|error| anyhow!("the {what} {path} cannot be written: {error}"))?))
}
