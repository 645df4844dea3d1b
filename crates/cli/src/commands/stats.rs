//! `stepwell stats`: how the states of a machine did lately at a server of one's own, and its executions over a time: the console's overlays
//! and metrics.

use crate::client::{Client, EndpointArguments, shown};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style, printable};
use crate::progress::shown_duration;
use anyhow::anyhow;
use aws_client::percent_encoded;
use clap::Args;
use json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  stepwell stats order
  stepwell stats order --sample 200 --last 7d
  stepwell stats order --json | jq .metrics.buckets

Exit codes: 0 told, 2 bad usage or no answer.";

/// Show how the states of a machine did lately: outcomes, retries, durations
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The state machine: NAME or an ARN
    #[arg(value_name = "STATE_MACHINE")]
    state_machine: String,
    /// Newest executions whose states are counted, 200 at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    sample: usize,
    /// The time whose executions are counted, up to now: 30m, 24h, 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = span)]
    last: i64,
    /// Print the server's answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// A time such as `24h`, in ms.
fn span(written: &str) -> Result<i64, String> {
    let units = [("m", 60_000), ("h", 3_600_000), ("d", 24 * 3_600_000)];
    let found = units.iter().find_map(|(unit, ms)| Some((written.strip_suffix(unit)?, *ms)));
    let number = found.and_then(|(number, ms)| Some((number.parse::<i64>().ok().filter(|number| *number > 0)?, ms)));
    let time = number.and_then(|(number, ms)| number.checked_mul(ms));
    time.ok_or_else(|| "a time is a number with m, h or d behind it".to_owned())
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(stats(&arguments))
}

async fn stats(arguments: &Arguments) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let arn = client.state_machine(&arguments.state_machine).await?;
    let name = arn.split(':').nth(6).ok_or_else(|| anyhow!("'{arn}' is no ARN of a state machine"))?;
    let resource = |what: &str| format!("machines/{}/{what}", percent_encoded(name, ""));
    let overlay = client.console(&resource("overlay"), &[("sample", &arguments.sample.to_string())]).await?;
    let metrics = client.console(&resource("metrics"), &[("span", &arguments.last.to_string())]).await?;
    if arguments.json {
        output::data(&json!({"overlay": overlay, "metrics": metrics}).to_string());
        return Ok(Exit::Success);
    }
    let style = Style::of_stdout();
    let buckets: Vec<&Value> =
        metrics.get("buckets").and_then(Value::as_array).into_iter().flat_map(|all| all.iter()).collect();
    let sum = |name: &str| buckets.iter().filter_map(|bucket| bucket.get(name)?.as_i64()).sum::<i64>().to_string();
    let mut out =
        format!("{}\n", style.faint(&format!("executions started in the last {}", shown_duration(arguments.last))));
    out += &shown::pairs(
        &[
            ("running", sum("running")),
            ("succeeded", sum("succeeded")),
            ("failed", sum("failed")),
            ("timed out", sum("timedOut")),
            ("aborted", sum("aborted")),
        ],
        style,
    );
    let sampled = overlay.get("sampled").and_then(Value::as_i64).unwrap_or_default();
    out += &format!("\n{}\n", style.faint(&format!("states of the newest {sampled} executions")));
    out += &shown::table(&rows(&overlay), style);
    output::data_raw(&out);
    Ok(Exit::Success)
}

fn rows(overlay: &Value) -> Vec<Vec<String>> {
    let head = ["STATE", "ENTERED", "SUCCEEDED", "FAILED", "CAUGHT", "RETRIED", "P50", "P95"];
    let states = overlay.get("states").and_then(Value::as_object);
    let rows = states.into_iter().flat_map(|states| states.iter()).map(|(place, state)| {
        let number = |name: &str| state.get(name).and_then(Value::as_i64);
        let count = |name: &str| number(name).unwrap_or_default().to_string();
        let took = |name: &str| number(name).map(shown_duration).unwrap_or_default();
        let counts = ["entered", "succeeded", "failed", "caught", "retried"].map(count);
        [vec![name_of(place)], counts.to_vec(), vec![took("p50Ms"), took("p95Ms")]].concat()
    });
    std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect()
}

/// The state's name behind those of the states it is in, of a place such as `/States/Each/ItemProcessor/States/Charge`.
fn name_of(place: &str) -> String {
    let parts: Vec<&str> = place.split('/').collect();
    let names =
        parts.windows(2).filter(|pair| pair[0] == "States").map(|pair| pair[1].replace("~1", "/").replace("~0", "~"));
    printable(&names.collect::<Vec<_>>().join(" / "))
}
