//! `stepwell compare`: two executions of a server of one's own side by side, as its console compares them.

use crate::client::{Client, EndpointArguments, names, shown, text};
use crate::exit::Exit;
use crate::node;
use crate::output::{self, Style, printable};
use crate::progress::shown_duration;
use clap::Args;
use json::Value;
use std::collections::HashMap;

const EXAMPLES: &str = "\
Examples:
  stepwell compare order:order-7 order:order-8
  stepwell compare order:order-7 order:order-8 --all
  stepwell compare order-7 order-8 --json | jq .firstDivergence

Exit codes: 0 they went the same way with the same data, 1 they did not, 2 bad usage or no answer.";

/// Show where two executions part, and what differs in their states
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The one: STATE_MACHINE:EXECUTION, an ARN, or a name that only one has
    #[arg(value_name = "A")]
    a: String,
    /// The other
    #[arg(value_name = "B")]
    b: String,
    /// Show the states without a difference too
    #[arg(long)]
    all: bool,
    /// Print the server's answer
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    endpoint: EndpointArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    node::runtime()?.block_on(compare(&arguments))
}

async fn compare(arguments: &Arguments) -> anyhow::Result<Exit> {
    let client = Client::new(&arguments.endpoint)?;
    let a = client.execution(&arguments.a).await?;
    let b = client.execution(&arguments.b).await?;
    let compared = client.console("compare", &[("a", &a), ("b", &b)]).await?;
    match arguments.json {
        true => output::data(&compared.to_string()),
        false => output::data_raw(&as_text(&compared, arguments.all, Style::of_stdout())),
    }
    let is_same = compared.get("firstDivergence").is_none_or(Value::is_null);
    Ok(if is_same { Exit::Success } else { Exit::Failed })
}

fn as_text(compared: &Value, all: bool, style: Style) -> String {
    let mut sides = vec![["", "EXECUTION", "STATUS", "TOOK", "ERROR"].map(str::to_owned).to_vec()];
    for (letter, name) in [("A", "a"), ("B", "b")] {
        let Some(side) = compared.get(name) else { continue };
        let at = |name: &str| side.get(name).and_then(Value::as_i64);
        let took = at("stoppedAt").zip(at("startedAt")).map(|(stop, start)| shown_duration(stop - start));
        sides.push(vec![
            letter.to_owned(),
            printable(&names::short(text(side, "arn"))),
            text(side, "status").to_owned(),
            took.unwrap_or_default(),
            printable(text(side, "error")),
        ]);
    }
    let mut out = shown::table(&sides, style);
    out.push('\n');
    if compared.get("inputsDiffer").and_then(Value::as_bool) == Some(true) {
        out.push_str("They were started with different inputs.\n");
    }
    match compared.get("firstDivergence").filter(|divergence| !divergence.is_null()) {
        None => out.push_str("They went the same way, and every visit had the same input and output.\n"),
        Some(divergence) => {
            let state = text(divergence, "stateName");
            let at = if state.is_empty() { String::new() } else { format!(" at {}", printable(state)) };
            out.push_str(&format!("First difference{at}: {}\n", printable(text(divergence, "reason"))));
        }
    }
    let table = rows(compared, all);
    if table.len() > 1 {
        out.push('\n');
        out.push_str(&shown::table(&table, style));
    }
    match compared.get("omitted").and_then(Value::as_i64) {
        Some(omitted @ 1..) => out + &format!("{omitted} more are left out.\n"),
        _ => out,
    }
}

/// A row for each state that differs, or for each, indented by what it is in.
fn rows(compared: &Value, all: bool) -> Vec<Vec<String>> {
    let mut rows = vec![["STATE", "A", "B", "B TOOK", "DIFFERENCE"].map(str::to_owned).to_vec()];
    let mut depths: HashMap<(bool, &str), usize> = HashMap::new();
    for row in compared.get("rows").and_then(Value::as_array).into_iter().flat_map(|rows| rows.iter()) {
        let [a, b] = ["visitA", "visitB"].map(|name| row.get(name).filter(|visit| !visit.is_null()));
        let Some(either) = a.or(b) else { continue };
        let around = text(either, "parentVisit");
        let depth = depths.get(&(a.is_some(), around)).map_or(0, |depth| depth + 1);
        for (is_a, visit) in [(true, a), (false, b)] {
            depths.extend(visit.map(|visit| ((is_a, text(visit, "id")), depth)));
        }
        let difference = difference(row, a, b);
        if difference.is_none() && !all {
            continue;
        }
        let index = either.get("index").and_then(Value::as_i64).map(|index| format!(" [{index}]")).unwrap_or_default();
        let status =
            |visit: Option<&Value>| visit.map_or_else(|| "-".to_owned(), |visit| text(visit, "status").to_owned());
        let took = row.get("deltaMs").and_then(Value::as_i64).map(|delta| {
            let sign = if delta < 0 { "-" } else { "+" };
            format!("{sign}{}", shown_duration(delta.abs()))
        });
        rows.push(vec![
            format!("{}{}{index}", "  ".repeat(depth), printable(text(row, "stateName"))),
            status(a),
            status(b),
            took.unwrap_or_default(),
            difference.unwrap_or("the same").to_owned(),
        ]);
    }
    rows
}

/// What differs in a row, in the console's words.
fn difference(row: &Value, a: Option<&Value>, b: Option<&Value>) -> Option<&'static str> {
    let (Some(a), Some(b)) = (a, b) else { return Some(if a.is_none() { "only in B" } else { "only in A" }) };
    if text(a, "status") != text(b, "status") || text(a, "error") != text(b, "error") {
        return Some("ended differently");
    }
    let differs = |name: &str| row.get(name).and_then(Value::as_bool) == Some(true);
    match (differs("inputDiffers"), differs("outputDiffers")) {
        (true, true) => Some("other input, other output"),
        (true, false) => Some("other input, same output"),
        (false, true) => Some("same input, other output"),
        (false, false) => None,
    }
}
