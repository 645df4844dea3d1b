//! Where what is told about executions goes: the events that `loggingConfiguration` asks for, those about new statuses, and traces.

use crate::cloud_watch_logs::CloudWatchLogs;
use crate::configuration::Project;
use crate::environment::variable;
use crate::event_bridge::EventBridge;
use crate::otlp::Otlp;
use crate::post::Post;
use crate::webhook::Webhook;
use anyhow::anyhow;
use aws_client::{Settings, is_url};
use clap::Args;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

type Sink = Box<dyn engine::Sink>;

/// Places that are no files: services of AWS, each perhaps with `:` and more behind it.
const CLOUD_WATCH: &str = "cloudwatch";
const EVENT_BRIDGE: &str = "eventbridge";

/// Endpoints that nobody names but for CloudWatch Logs to be used: AWS's variable, and the short one that is expected to do the same.
const LOGS_ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "AWS_ENDPOINT_URL_LOGS"];

/// Nobody waits for what is delivered, so it is tried longer than AWS's SDKs do: about six seconds.
const ATTEMPTS: u32 = 7;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The flags.
#[derive(Args, Clone, Debug)]
pub(crate) struct EventLogArguments {
    /// Append the events that loggingConfiguration asks for to a file, a line of JSON each, write them to stdout with `-`, or send them to the log groups it names with `cloudwatch` or `cloudwatch:ENDPOINT`
    #[arg(long, value_name = "FILE|cloudwatch")]
    execution_log: Option<String>,
    /// Send AWS's event about every new status of a Standard execution to a URL, one POST each, to EventBridge with `eventbridge` or `eventbridge:BUS`, or write it to a file or `-`, a line each
    #[arg(long, value_name = "URL|FILE|eventbridge")]
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
    /// Opens what the flags name; they are stronger than the project. `region` is the server's own.
    pub(crate) fn open(&self, project: Option<&Project>, region: &str) -> anyhow::Result<EventLogs> {
        let execution_log = self.execution_log.as_deref().or_else(|| project?.execution_log.as_deref());
        let status_events = self.status_events.as_deref().or_else(|| project?.status_events.as_deref());
        let traces = project.and_then(|project| project.traces.as_ref());
        let traces = Otlp::configured(self.traces.as_deref(), traces, variable)?;
        // Without a place for the log an endpoint that can be there for nothing else is one.
        let logs_endpoint = || LOGS_ENDPOINTS.into_iter().find_map(variable).map(|_| CLOUD_WATCH);
        Ok(EventLogs {
            execution_log: execution_log.or_else(logs_endpoint).map(|place| log(place, region)).transpose()?,
            status_events: status_events.map(|place| status_sink(place, region)).transpose()?,
            traces: traces.map(|traces| Box::new(traces) as Sink),
        })
    }
}

/// Whether a place is a file, whose name may be relative.
pub(crate) fn is_file(place: &str) -> bool {
    let is_service = [CLOUD_WATCH, EVENT_BRIDGE].into_iter().any(|service| at(service, place).is_some());
    place != "-" && !Post::is_place(place) && !is_service
}

/// What is behind a service's name, if the place is one.
fn at<'p>(service: &str, place: &'p str) -> Option<Option<&'p str>> {
    match place.strip_prefix(service)? {
        "" => Some(None),
        rest => rest.strip_prefix(':').map(Some),
    }
}

fn log(place: &str, region: &str) -> anyhow::Result<Sink> {
    let Some(endpoint) = at(CLOUD_WATCH, place) else { return file("execution log", place) };
    let mut settings = settings(region)?;
    if let Some(url) = endpoint.filter(|url| !is_url(url)) {
        return Err(anyhow!("{CLOUD_WATCH}: '{url}' is no URL such as http://127.0.0.1:5000"));
    }
    let short = variable(LOGS_ENDPOINTS[1]).filter(|_| variable(LOGS_ENDPOINTS[0]).is_none());
    if let Some(url) = endpoint.map(str::to_owned).or(short) {
        settings.endpoint_urls.insert("cloudwatchlogs".to_owned(), url);
    }
    Ok(Box::new(CloudWatchLogs::new(settings)))
}

fn status_sink(place: &str, region: &str) -> anyhow::Result<Sink> {
    match at(EVENT_BRIDGE, place) {
        Some(bus) => Ok(Box::new(EventBridge::new(settings(region)?, bus))),
        None if Post::is_place(place) => Ok(Box::new(Webhook::new(place)?)),
        None => file("log of status events", place),
    }
}

/// Endpoints and credentials as AWS's variables and files name them.
fn settings(region: &str) -> anyhow::Result<Settings> {
    let mut settings = Settings::from_environment(None, region)?;
    region.clone_into(&mut settings.region);
    if variable("AWS_MAX_ATTEMPTS").is_none() {
        settings.attempts_max = ATTEMPTS;
    }
    (settings.connect_timeout, settings.timeout) = (CONNECT_TIMEOUT, ANSWER_TIMEOUT);
    Ok(settings)
}

fn file(what: &str, path: &str) -> anyhow::Result<Sink> {
    if path == "-" {
        return Ok(Box::new(std::io::stdout()));
    }
    // Appended to, so that the file may be cut or exchanged meanwhile.
    let file = File::options().create(true).append(true).open(Path::new(path));
    Ok(Box::new(file.map_err(|error| anyhow!("the {what} {path} cannot be written: {error}"))?))
}
