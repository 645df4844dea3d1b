//! `stepwell map-run`: how far the Map Runs of an execution are at a server of one's own, and what their children failed of.

use crate::client::{Client, EndpointArguments, names, shown, text};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style, printable};
use crate::progress::shown_duration;
use api::Operation;
use aws_client::percent_encoded;
use clap::Args;
use json::{Object, Value, json};

const EXAMPLES: &str = "\
Examples:
  stepwell map-run parcels:friday
  stepwell map-run arn:aws:states:us-east-1:123456789012:mapRun:parcels/Carry:3fa9c1d2-…
  stepwell map-run parcels:friday --json | jq '.mapRuns[].itemCounts'

Exit codes: 0 told, 2 there is none, bad usage or no answer.";

/// Map Runs of an execution that are looked at.
const RUNS_MAX: usize = 1_000;
/// What items and children can be, as the API names it and as it is told.
const STATES: [(&str, &str); 7] = [
    ("pending", "pending"),
    ("running", "running"),
    ("succeeded", "succeeded"),
    ("failed", "failed"),
    ("timedOut", "timed out"),
    ("aborted", "aborted"),
    ("pendingRedrive", "pending redrive"),
];

/// Show how far Map Runs are, and what their child executions failed of
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// An execution, whose Map Runs are shown: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has; or the ARN of a Map Run
    #[arg(value_name = "EXECUTION|MAP_RUN")]
    name: String,
    /// Print the server's answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(tell(&arguments))
}

async fn tell(arguments: &Arguments) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let arns = if arguments.name.split(':').nth(5) == Some("mapRun") {
        vec![arguments.name.clone()]
    } else {
        let execution = client.execution(&arguments.name).await?;
        let request = Object::new().with("executionArn", (&*execution).into());
        let (runs, _) = client.list(Operation::ListMapRuns, &request, "mapRuns", RUNS_MAX).await?;
        if runs.is_empty() {
            anyhow::bail!("{} has no Map Run", names::short(&execution));
        }
        runs.iter().map(|run| text(run, "mapRunArn").to_owned()).collect()
    };
    let (style, mut told, mut out) = (Style::of_stdout(), Vec::new(), String::new());
    for arn in arns {
        let resource = format!("maprun/{}", percent_encoded(&arn, ""));
        let run = client.console(&resource, &[]).await?;
        let failures = client.console(&format!("{resource}/failures"), &[]).await?;
        if arguments.json {
            let run = run.as_object().cloned().unwrap_or_else(Object::new);
            told.push(Value::from(run.with("failures", failures)));
        } else {
            out += if out.is_empty() { "" } else { "\n" };
            out += &as_text(&run, &failures, style);
        }
    }
    match arguments.json {
        true => output::data(&json!({"mapRuns": told}).to_string()),
        false => output::data_raw(&out),
    }
    Ok(Exit::Success)
}

fn as_text(run: &Value, failures: &Value, style: Style) -> String {
    let painted = shown::status(text(run, "status"), style);
    let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_i64).unwrap_or_default();
    let counts = |name: &str| {
        let counts = run.get(name).unwrap_or(&Value::Null);
        let told = STATES.iter().filter(|(name, _)| number(counts, name) > 0);
        let told: Vec<String> = told.map(|(name, word)| format!("{} {word}", number(counts, name))).collect();
        format!(
            "{}{}",
            number(counts, "total"),
            if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
        )
    };
    let tolerated = [
        (number(run, "toleratedFailureCount") > 0).then(|| format!("{} items", number(run, "toleratedFailureCount"))),
        run.get("toleratedFailurePercentage")
            .and_then(Value::as_number)
            .map(|percent| percent.as_f64())
            .filter(|percent| *percent > 0.0)
            .map(|percent| format!("{percent} %")),
    ];
    let tolerated: Vec<String> = tolerated.into_iter().flatten().collect();
    let at = |name: &str| run.get(name).and_then(Value::as_i64);
    let took =
        at("startedAt").map(|start| shown_duration(at("stoppedAt").unwrap_or_else(crate::admin::now_ms) - start));
    let concurrency = number(run, "maxConcurrency");
    let mut out = format!("{}  {painted}\n", printable(text(run, "stateName")));
    out += &shown::pairs(
        &[
            ("arn", text(run, "mapRunArn").to_owned()),
            ("execution", names::short(text(run, "executionArn"))),
            ("took", took.unwrap_or_default()),
            ("concurrency", if concurrency == 0 { "no limit".to_owned() } else { concurrency.to_string() }),
            ("tolerated", if tolerated.is_empty() { "no failure".to_owned() } else { tolerated.join(" or ") }),
            ("items", counts("itemCounts")),
            ("children", counts("executionCounts")),
        ],
        style,
    );
    let groups = failures.get("groups").and_then(Value::as_array).into_iter().flat_map(|groups| groups.iter());
    let rows = groups.map(|group| {
        let first = group.get("examples").and_then(Value::as_array).and_then(|examples| examples.first());
        vec![
            number(group, "count").to_string(),
            text(group, "status").to_owned(),
            match text(group, "error") {
                "" => "-".to_owned(),
                error => printable(error),
            },
            first.map(|first| printable(&names::short(text(first, "arn")))).unwrap_or_default(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        let head = ["COUNT", "STATUS", "ERROR", "SUCH AS"].map(str::to_owned).to_vec();
        out.push('\n');
        out += &shown::table(&[vec![head], rows].concat(), style);
        if failures.get("areAll").and_then(Value::as_bool) == Some(false) {
            out += &format!("of the first {} that failed\n", number(failures, "counted"));
        }
    }
    out
}
