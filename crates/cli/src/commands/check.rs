//! `stepwell check`: whether a data directory is sound.

use crate::environment::Surroundings;
use crate::exit::Exit;
use crate::{node, output};
use anyhow::anyhow;
use clap::Args;
use engine::check::{CheckOptions, Checked, Finding};
use json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use store_embedded::{Inspection, OpenError, Options, cut_log};

const EXAMPLES: &str = "\
Examples:
  stepwell check --data /var/lib/stepwell
  stepwell check --json --data restored

No server may run on the directory; make a backup of a running one and check what is restored from it. Looked at are the checksums of the
log and of every table, every row against those that must fit it, and whether every history is whole and leads to what is stored.
Nothing is changed, unless --cut-log is given and the log is damaged.

Exit codes: 0 sound, 1 something does not fit, 2 it could not be checked.";

/// Findings that are shown one by one.
const SHOWN_MAX: usize = 1000;

/// Look whether a data directory is sound
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The data directory
    #[arg(long, value_name = "DIR", default_value = ".stepwell")]
    data: PathBuf,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// Do not replay histories: quicker
    #[arg(long)]
    no_replay: bool,
    /// If the log is damaged, put it aside from the damage on: what was acknowledged last is lost, what is before it can be used again
    #[arg(long)]
    cut_log: bool,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// What was found.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
    count: u64,
    rows: u64,
    groups: u64,
    checked: Checked,
}

impl Report {
    fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.findings.len() < SHOWN_MAX {
            self.findings.push(finding);
        }
    }

    fn damage(&mut self, kind: &'static str, place: &std::path::Path, what: impl ToString) {
        self.add(Finding { kind, place: place.display().to_string(), what: what.to_string() });
    }
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    if arguments.cut_log {
        // The error is one line that says all.
        match cut_log(&arguments.data, &Options::default()).map_err(|error| anyhow!("{error}"))? {
            Some(cut) => output::talk(&format!("{}; put aside in {}", cut.damage, cut.put_aside.display())),
            None => output::talk("the log is not damaged; nothing was cut"),
        }
    }
    let report = inspect(&arguments)?;
    if arguments.json {
        output::data(&as_json(&arguments, &report).to_string());
    } else {
        show(&arguments, &report);
    }
    Ok(if report.count == 0 { Exit::Success } else { Exit::Failed })
}

fn inspect(arguments: &Arguments) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let inspection = match Inspection::open(&arguments.data, &Options::default()) {
        Ok(inspection) => Arc::new(inspection),
        Err(error @ (OpenError::Engine { .. } | OpenError::Corrupt { .. })) => {
            report.damage("table", &arguments.data, error);
            return Ok(report);
        }
        Err(error) => return Err(anyhow!("{error}")),
    };
    report.groups = inspection.last_group();
    inspection.log_damage().iter().for_each(|damage| report.damage("log", &arguments.data, damage));
    let (rows, damage) = inspection.read_all();
    report.rows = rows;
    damage.iter().for_each(|damage| report.damage("table", &arguments.data.join("rows"), damage));
    let options = CheckOptions {
        identity: arguments.surroundings.identity(),
        settings: arguments.surroundings.settings(),
        replays: !arguments.no_replay,
    };
    let runtime = node::runtime()?;
    let mut found = |finding| report.add(finding);
    let checked = runtime.block_on(engine::check::check(inspection, &options, &mut found))?;
    report.checked = checked;
    Ok(report)
}

fn show(arguments: &Arguments, report: &Report) {
    for Finding { kind, place, what } in &report.findings {
        output::data(&format!("{kind}: {}: {}", output::printable(place), output::printable(what)));
    }
    let hidden = report.count - report.findings.len() as u64;
    if hidden > 0 {
        output::data(&format!("and {hidden} more"));
    }
    let Checked { executions, open, events, timers, tasks, replayed, express } = report.checked;
    let verdict = match report.count {
        0 => "sound".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    output::data(&format!(
        "{}: {verdict}; {executions} executions, {open} of them open, {events} events, {timers} timers, {tasks} tasks, {replayed} histories replayed, {express} Express executions under way",
        arguments.data.display()
    ));
}

fn as_json(arguments: &Arguments, report: &Report) -> Value {
    let Checked { executions, open, events, timers, tasks, replayed, express } = report.checked;
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|Finding { kind, place, what }| json!({"kind": (*kind), "place": (place.as_str()), "what": (what.as_str())}))
        .collect();
    json!({
        "directory": (arguments.data.display().to_string()),
        "sound": (report.count == 0),
        "findings": findings,
        "findingCount": (number(report.count)),
        "executions": (number(executions)), "openExecutions": (number(open)), "events": (number(events)),
        "timers": (number(timers)), "tasks": (number(tasks)), "replayed": (number(replayed)), "express": (number(express)),
        "rows": (number(report.rows)), "lastLogGroup": (number(report.groups)),
    })
}
