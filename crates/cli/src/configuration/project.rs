//! The whole file.

use super::aws::{self, Aws};
use super::buckets;
use super::connections;
use super::function::{self, Function};
use super::lint;
use super::reader::{Fields, Findings};
use super::run::{self, Run};
use super::state_machine::{self, StateMachine};
use super::traces::{self, TracesConfiguration};
use crate::event_logs::is_file;
use crate::output::Style;
use anyhow::{anyhow, bail};
use integrations::http_task::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the file is called.
pub(crate) const FILE_NAME: &str = "stepwell.yaml";

const FIELDS: [&str; 13] = [
    "functions",
    "stateMachines",
    "activities",
    "run",
    "retention",
    "executionLog",
    "statusEvents",
    "aws",
    "buckets",
    "traces",
    "lint",
    "mocks",
    "connections",
];

/// What a project has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Project {
    pub(crate) functions: Vec<Function>,
    pub(crate) state_machines: Vec<StateMachine>,
    /// Names of activities.
    pub(crate) activities: Vec<String>,
    pub(crate) runs: Vec<Run>,
    /// How long closed executions are kept, if that is said: `None` within is forever.
    pub(crate) retention: Option<Option<Duration>>,
    /// Where the events go that `loggingConfiguration` asks for: a file, `-` for stdout, or CloudWatch Logs.
    pub(crate) execution_log: Option<String>,
    /// Where events about new statuses go: a file, a URL or EventBridge.
    pub(crate) status_events: Option<String>,
    /// Where tasks find AWS's services.
    pub(crate) aws: Aws,
    /// Directories that stand for buckets.
    pub(crate) buckets: BTreeMap<String, PathBuf>,
    /// Where traces go.
    pub(crate) traces: Option<TracesConfiguration>,
    /// The file of the mocks.
    pub(crate) mocks: Option<PathBuf>,
    /// What HTTP Tasks are sent with.
    pub(crate) connections: Vec<Connection>,
}

/// Reads the file. The error holds all findings, ready for the terminal.
pub(crate) fn load(path: &Path) -> anyhow::Result<Project> {
    let text = std::fs::read_to_string(path).map_err(|error| anyhow!("cannot read {}: {error}", path.display()))?;
    let base = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Functions run in other directories: their paths must mean the same there.
    let base = base.canonicalize().map_err(|error| anyhow!("cannot read {}: {error}", base.display()))?;
    match parse(&text, &base) {
        Ok(project) => Ok(project),
        Err(findings) => {
            let name = path.display().to_string();
            let rendered = asl::render(&findings, &text, &name, Style::of_stderr().coloured);
            bail!("{name} cannot be used\n{}", rendered.trim_end())
        }
    }
}

/// Reads the text; relative paths in it are relative to `base`.
fn parse(text: &str, base: &Path) -> Result<Project, Vec<asl::Diagnostic>> {
    let (tree, syntax) = asl::tree::parse_yaml(text);
    let Some(tree) = tree.filter(|_| syntax.is_empty()) else { return Err(syntax) };
    let mut findings = Findings::default();
    let mut project = Project::default();
    let fields = Fields::of(FILE_NAME, &tree, &FIELDS, &mut findings);
    if let Some(node) = fields.get("functions") {
        for entry in findings.entries("functions", node) {
            project.functions.extend(function::read(entry, base, &mut findings));
        }
    }
    let mut machine_names = Vec::new();
    if let Some(node) = fields.get("stateMachines") {
        for entry in findings.entries("stateMachines", node) {
            machine_names.push(&*entry.key);
            project.state_machines.extend(state_machine::read(entry, base, &mut findings));
        }
    }
    if let Some(node) = fields.get("activities") {
        for element in findings.elements("activities", node) {
            project.activities.extend(findings.text("activities", element).map(|name| name.to_string()));
        }
    }
    if let Some(node) = fields.get("run") {
        for element in findings.elements("run", node) {
            project.runs.extend(run::read(element, &machine_names, &mut findings));
        }
    }
    if let Some(node) = fields.get("retention") {
        project.retention = findings.kept("retention", node);
    }
    if let Some(node) = fields.get("executionLog") {
        project.execution_log = findings.text("executionLog", node).map(|path| below(base, path));
    }
    if let Some(node) = fields.get("statusEvents") {
        project.status_events = findings.text("statusEvents", node).map(|place| below(base, place));
    }
    if let Some(node) = fields.get("aws") {
        project.aws = aws::read(node, &mut findings);
    }
    if let Some(node) = fields.get("buckets") {
        project.buckets = buckets::read(node, base, &mut findings);
    }
    if let Some(node) = fields.get("traces") {
        project.traces = Some(traces::read(node, &mut findings));
    }
    if let Some(node) = fields.get("connections") {
        for entry in findings.entries("connections", node) {
            project.connections.extend(connections::read(entry, base, &mut findings));
        }
    }
    if let Some(node) = fields.get("mocks") {
        project.mocks = findings.text("mocks", node).map(|path| base.join(&**path));
    }
    if let Some(node) = fields.get("lint") {
        // Only `stepwell lint` uses it; a mistake in it is told here as well.
        lint::read(node, &mut findings);
    }
    if findings.0.is_empty() { Ok(project) } else { Err(findings.0) }
}

/// A file in the project's directory, unless the place is none.
fn below(base: &Path, place: &str) -> String {
    if is_file(place) { base.join(place).to_string_lossy().into_owned() } else { place.to_owned() }
}
