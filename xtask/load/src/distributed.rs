//! Distributed Maps over the rows of a CSV file, in the release binary on a directory that stands for a bucket; and fewer rows beside moto, the
//! other open implementation that runs them, in the same run.

use crate::client::Client;
use crate::figures::{Better, Figure, figure};
use crate::options::Options;
use crate::server::Server;
use anyhow::{Context, bail, ensure};
use json::{ObjectBuilder, Value, json};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Rows of the runs beside moto, and runs of ours, of which the shortest counts: moto takes seconds.
const BESIDE: usize = 5_000;
const RUNS: usize = 3;
const PAUSE: Duration = Duration::from_millis(2);

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-distributed-")?;
    let bucket = directory.path().join("bucket");
    std::fs::create_dir(&bucket)?;
    let mut figures = Vec::new();
    for (kind, items) in [("EXPRESS", options.items), ("STANDARD", options.items.div_ceil(10))] {
        write_rows(&bucket, items)?;
        let ran = run(options, directory.path(), kind, items, true).await?;
        let name = |what: &str| format!("{items} rows, {} children of 3 Pass states: {what}", shown(kind));
        figures.extend([
            figure(name("items"), items as f64 / ran.seconds, "/s", Better::More),
            figure(name("processors busy"), ran.cpu_seconds / ran.seconds, "", Better::More),
            figure(name("most memory"), ran.peak_bytes / f64::from(1 << 20), "MiB", Better::Less),
        ]);
    }
    write_rows(&bucket, BESIDE)?;
    let moto = BESIDE as f64 / moto(BESIDE)?;
    figures.push(figure(format!("{BESIDE} rows in moto: items"), moto, "/s", Better::More));
    for kind in ["EXPRESS", "STANDARD"] {
        let mut seconds = f64::INFINITY;
        for _ in 0..RUNS {
            seconds = seconds.min(run(options, directory.path(), kind, BESIDE, false).await?.seconds);
        }
        let ours = BESIDE as f64 / seconds;
        let name = |what: &str| format!("{BESIDE} rows, {} children: {what}", shown(kind));
        figures.push(figure(name("items"), ours, "/s", Better::More));
        figures.push(figure(name("times as many as moto"), ours / moto, "", Better::More));
    }
    Ok(figures)
}

/// What a run took.
struct Ran {
    seconds: f64,
    cpu_seconds: f64,
    peak_bytes: f64,
}

fn shown(kind: &str) -> &'static str {
    if kind == "EXPRESS" { "Express" } else { "Standard" }
}

async fn run(options: &Options, directory: &Path, kind: &str, items: usize, writes: bool) -> anyhow::Result<Ran> {
    let data = tempfile::tempdir_in(directory)?;
    let project = directory.join("stepwell.yaml");
    std::fs::write(&project, "buckets: {data: ./bucket}\n")?;
    let server = Server::spawn_with(&options.server, data.path(), &["--functions".as_ref(), project.as_os_str()])?;
    let mut client = server.connect().await?;
    let machine = json!({"name": "m", "definition": (definition(kind, writes).to_string()),
        "roleArn": "arn:aws:iam::123456789012:role/bench"});
    let machine = client.ask("AWSStepFunctions.CreateStateMachine", &machine).await?;
    let start = json!({"stateMachineArn": (machine.get("stateMachineArn").cloned().unwrap_or_default())});
    let before = server.process().cpu_seconds()?;
    let begun = Instant::now();
    let execution = client.ask("AWSStepFunctions.StartExecution", &start).await?;
    let execution = json!({"executionArn": (execution.get("executionArn").cloned().unwrap_or_default())});
    let status = closed(&mut client, &execution).await?;
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(status == "SUCCEEDED", "the Map ended as {status}");
    let cpu_seconds = server.process().cpu_seconds()? - before;
    let peak_bytes = server.process().peak_bytes()?;
    let runs = client.ask("AWSStepFunctions.ListMapRuns", &execution).await?;
    let run = runs.get("mapRuns").and_then(Value::as_array).and_then(|runs| runs.first()?.get("mapRunArn").cloned());
    let run = json!({"mapRunArn": (run.context("no Map Run")?)});
    let run = client.ask("AWSStepFunctions.DescribeMapRun", &run).await?;
    let succeeded = run.get("itemCounts").and_then(|counts| counts.get("succeeded")?.as_i64());
    ensure!(succeeded == Some(items as i64), "{succeeded:?} of {items} items succeeded");
    server.stop().await?;
    Ok(Ran { seconds, cpu_seconds, peak_bytes })
}

async fn closed(client: &mut Client, execution: &Value) -> anyhow::Result<String> {
    loop {
        let described = client.ask("AWSStepFunctions.DescribeExecution", execution).await?;
        match described.get("status").and_then(Value::as_str) {
            Some("RUNNING") => tokio::time::sleep(PAUSE).await,
            Some(status) => return Ok(status.to_owned()),
            None => bail!("no status: {described}"),
        }
    }
}

/// A Map of the bucket's rows, whose results are written there; of few rows they can be the state's result as well.
fn definition(kind: &str, writes: bool) -> Value {
    let states = json!({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "End": true}});
    let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
    let processor = json!({"ProcessorConfig": config, "StartAt": "A", "States": states});
    let reader = json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "data", "Key": "rows.csv"},
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}});
    let mut map = ObjectBuilder::new();
    map.insert("Type", "Map").insert("ItemReader", reader).insert("ItemProcessor", processor);
    // What the children give is too much for the execution.
    map.insert("ResultPath", Value::Null).insert("End", true);
    if writes {
        let writer =
            json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data", "Prefix": "results"}});
        map.insert("ResultWriter", writer);
    }
    json!({"StartAt": "Map", "States": {"Map": (map.build())}})
}

fn write_rows(bucket: &Path, items: usize) -> anyhow::Result<()> {
    let mut rows = "id,name,amount\n".to_owned();
    for number in 0..items {
        writeln!(rows, "{number},name {number},{}", number * 7 % 1000)?;
    }
    Ok(std::fs::write(bucket.join("rows.csv"), rows)?)
}

/// How many seconds moto takes for so many rows. Its parser takes Standard children only.
fn moto(items: usize) -> anyhow::Result<f64> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    ensure!(python.exists(), "moto is not there: run cargo xtask clients");
    let mut command = Command::new(python);
    command.args(["-c", include_str!("distributed_moto.py"), &items.to_string()]);
    let output = command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.trim().parse().with_context(|| format!("moto: {printed}{}", String::from_utf8_lossy(&output.stderr)))
}
