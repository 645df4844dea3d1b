//! `stepwell why`: what an execution at any endpoint, or in a file, failed of, and what each of its states did.

use crate::client::follow::Follower;
use crate::client::{Client, EndpointArguments, execution, shown, text};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style, printable};
use crate::progress::shown_duration;
use anyhow::{Context, anyhow, bail};
use api::Operation;
use clap::Args;
use engine::HistoryEvent;
use json::{Object, ObjectBuilder, Value, json};
use std::path::Path;
use visits::{Outline, Run, Story, Visit, VisitStatus};

const EXAMPLES: &str = "\
Examples:
  stepwell why order:order-7
  stepwell why order-7 --visits
  stepwell why history.json --json | jq .rootCause

A file is what get-execution-history prints, or an export of the console, which has the definition as well.
Exit codes: 0 told and it did not fail, 1 told and it failed or timed out, 2 bad usage or no answer.";

/// Show why an execution failed, and what its states did
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The execution: STATE_MACHINE:EXECUTION, an ARN, a name that only one has, or a file with its history
    #[arg(value_name = "EXECUTION|FILE")]
    execution: String,
    /// Show every visit of a state, with its attempts
    #[arg(long)]
    visits: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let is_file = arguments.execution.ends_with(".json") && Path::new(&arguments.execution).is_file();
    let (events, definition) = match is_file {
        true => of_file(Path::new(&arguments.execution))?,
        false => node::runtime()?.block_on(of_execution(&arguments))?,
    };
    let story = Story::of(&Outline::of(&definition), &events);
    match arguments.json {
        true => output::data(&as_json(&story).to_string()),
        false => output::data_raw(&as_text(&story, arguments.visits, Style::of_stdout())),
    }
    Ok(if matches!(story.run(), Run::Failed | Run::TimedOut) { Exit::Failed } else { Exit::Success })
}

async fn of_execution(arguments: &Arguments) -> anyhow::Result<(Vec<HistoryEvent>, String)> {
    let client = Client::new(&arguments.endpoint)?;
    let arn = client.execution(&arguments.execution).await?;
    let events = Follower::new(&client, &arn).more().await?;
    // It may be gone by now; all but the places of states is told without it.
    let described = client.call(Operation::DescribeStateMachineForExecution, &execution(&arn)).await;
    let definition = described.map(|described| text(&described, "definition").to_owned()).unwrap_or_default();
    Ok((read(&events, "events")?, definition))
}

fn of_file(path: &Path) -> anyhow::Result<(Vec<HistoryEvent>, String)> {
    let shown = path.display();
    let content = std::fs::read_to_string(path).with_context(|| format!("{shown} cannot be read"))?;
    let value =
        json::parse(&content).map_err(|error| anyhow!("{shown} is not JSON: {error} at byte {}", error.offset))?;
    let events = value.as_array().or_else(|| value.get("events").and_then(Value::as_array));
    let Some(events) = events else { bail!("{shown} is no history: it has no 'events'") };
    let events = read(events, "events").with_context(|| format!("{shown} is no history"))?;
    Ok((events, text(&value, "definition").to_owned()))
}

fn read(events: &[Value], place: &str) -> anyhow::Result<Vec<HistoryEvent>> {
    let read = |(position, event): (usize, &Value)| {
        HistoryEvent::from_value(event)
            .map_err(|wrong| anyhow!("{place}[{position}].{} {}", wrong.member, wrong.message))
    };
    let mut events = events.iter().enumerate().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    // `--reverse-order` gives the newest first.
    events.sort_by_key(|event| event.id);
    match events.iter().zip(1..).find(|(event, id)| event.id != *id) {
        Some((event, id)) => bail!("{place} go from {} on to {}: is a page missing?", id - 1, event.id),
        None => Ok(events),
    }
}

fn status(run: Run) -> &'static str {
    match run {
        Run::Running => "RUNNING",
        Run::Succeeded => "SUCCEEDED",
        Run::Failed => "FAILED",
        Run::TimedOut => "TIMED_OUT",
        Run::Aborted => "ABORTED",
    }
}

fn word(status: VisitStatus) -> &'static str {
    match status {
        VisitStatus::Running => "RUNNING",
        VisitStatus::Waiting => "WAITING",
        VisitStatus::Retrying => "RETRYING",
        VisitStatus::Succeeded => "SUCCEEDED",
        VisitStatus::Caught => "CAUGHT",
        VisitStatus::Failed => "FAILED",
        VisitStatus::TimedOut => "TIMED_OUT",
        VisitStatus::Aborted => "ABORTED",
    }
}

fn as_text(story: &Story, shows_visits: bool, style: Style) -> String {
    let status = status(story.run());
    let mut out = match story.run() {
        Run::Running => style.active(status),
        Run::Succeeded => style.success(status),
        _ => style.failure(status),
    };
    out.push('\n');
    if let Some(cause) = story.root_cause() {
        let visit = cause.visit.map(|visit| &story.visits()[visit]);
        let items: Vec<String> = cause.iterations.iter().map(|index| format!("item {index}")).collect();
        let attempt = visit.filter(|visit| visit.attempts.len() > 1);
        let attempt = attempt.map(|visit| format!("{} of {}", cause.attempt, visit.attempts.len()));
        let map_run = visit.and_then(|visit| visit.map_run.as_deref());
        out += &shown::pairs(
            &[
                ("state", visit.map(|visit| visit.name.to_string()).unwrap_or_default()),
                ("in", items.join(", ")),
                ("attempt", attempt.unwrap_or_default()),
                ("field", cause.failure.location.as_deref().unwrap_or_default().to_owned()),
                ("error", cause.failure.error.as_deref().unwrap_or("States.Timeout").to_owned()),
                ("event", cause.failure.event.to_string()),
                ("Map Run", map_run.unwrap_or_default().to_owned()),
            ],
            style,
        );
        if let Some(cause) = &cause.failure.cause {
            out += &format!("  {}\n{}", style.faint("cause"), shown::payload(cause, "    "));
        }
    }
    if shows_visits {
        out.push('\n');
        out += &shown::table(&table(story), style);
    }
    out
}

/// A row a visit, indented by what it is in.
fn table(story: &Story) -> Vec<Vec<String>> {
    let head = ["STATE", "STATUS", "TOOK", "ATTEMPTS", "EVENTS", "ERROR"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (id, visit) in story.visits().iter().enumerate() {
        let lane = &story.lanes()[visit.lane];
        let depth = std::iter::successors(story.parent(id), |around| story.parent(*around)).count();
        let index = lane.parent.map(|_| format!(" [{}]", lane.index)).unwrap_or_default();
        rows.push(vec![
            format!("{}{}{index}", "  ".repeat(depth), printable(&visit.name)),
            word(story.status(visit)).to_owned(),
            took(story, visit),
            visit.attempts.len().to_string(),
            format!("{}-{}", visit.first_event, visit.last_event),
            visit.failure.as_ref().and_then(|failure| failure.error.as_deref()).map(printable).unwrap_or_default(),
        ]);
    }
    rows
}

fn took(story: &Story, visit: &Visit) -> String {
    shown_duration(visit.exited_at.unwrap_or(story.last_at()).0 - visit.entered_at.0)
}

/// The same for programs, by the names that the console's API has.
fn as_json(story: &Story) -> Value {
    let visits = story.visits().iter().enumerate().map(|(id, visit)| {
        let failure = visit.failure.as_ref();
        let attempts = visit.attempts.iter().map(|attempt| {
            json!({
                "scheduledAt": (attempt.scheduled_at.0),
                "endedAt": (number(attempt.ended_at.map(|time| time.0))),
                "error": (some(attempt.failure.as_ref().and_then(|failure| failure.error.as_deref())))
            })
        });
        json!({
            "id": (visit.first_event.to_string()),
            "stateId": (&visit.place),
            "stateName": (&visit.name),
            "type": (visit.state_type.name()),
            "parentVisit": (some(story.parent(id).map(|around| story.visits()[around].first_event.to_string()).as_deref())),
            "index": (number(story.parent(id).map(|_| story.lanes()[visit.lane].index as i64))),
            "status": (word(story.status(visit))),
            "enteredAt": (visit.entered_at.0),
            "exitedAt": (number(visit.exited_at.map(|time| time.0))),
            "error": (some(failure.and_then(|failure| failure.error.as_deref()))),
            "cause": (some(failure.and_then(|failure| failure.cause.as_deref()))),
            "mapRunArn": (some(visit.map_run.as_deref())),
            "attempts": (attempts.collect::<Vec<Value>>())
        })
    });
    let cause = story.root_cause().map(|cause| {
        let visit = cause.visit.map(|visit| &story.visits()[visit]);
        json!({
            "stateId": (some(visit.map(|visit| &*visit.place))),
            "stateName": (some(visit.map(|visit| &*visit.name))),
            "visit": (some(visit.map(|visit| visit.first_event.to_string()).as_deref())),
            "iteration": (cause.iterations.iter().map(|index| Value::from(*index)).collect::<Vec<Value>>()),
            "attempt": (cause.attempt),
            "eventId": (cause.failure.event),
            "error": (some(cause.failure.error.as_deref())),
            "cause": (some(cause.failure.cause.as_deref())),
            "field": (some(cause.failure.location.as_deref()))
        })
    });
    let mut told = ObjectBuilder::new();
    told.insert("status", status(story.run()));
    told.insert("rootCause", cause.unwrap_or(Value::Null));
    told.insert("visits", visits.collect::<Vec<Value>>());
    Value::from(told.build() as Object)
}

fn some(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn number(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::from)
}
