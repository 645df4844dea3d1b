//! Executions that wait, up to a million of them: what one takes in memory and on disk, what a start, a list and a description cost beside
//! them, and how soon everything goes on after a kill.
//!
//! They are made by a child process, which is then killed: its memory is measured apart from this program's, and what comes after is a
//! recovery, of the real server.

use crate::child::{self, Kind};
use crate::client::Client;
use crate::figures::{self, Better, Figure, figure};
use crate::node::{milliseconds, state_machine_arn};
use crate::options::Options;
use crate::server::Server;
use anyhow::Context;
use json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const MIB: f64 = 1024.0 * 1024.0;
/// Lists and descriptions measured one after the other.
const READS: usize = 50;
/// Descriptions are of executions this many pages of the list apart.
const PAGES: usize = 5;

const LIST: &str = "AWSStepFunctions.ListExecutions";
const DESCRIBE: &str = "AWSStepFunctions.DescribeExecution";

/// Executions that wait for a time.
pub(crate) async fn waits(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let most = options.executions;
    for count in [most / 100, most / 10, most] {
        figures.extend(open(options, Kind::Wait, count.max(1)).await?);
    }
    Ok(figures)
}

/// Executions that wait for a worker, or for the one that has their task: a tenth as many at most.
pub(crate) async fn tasks(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let most = options.executions;
    for kind in [Kind::Task, Kind::Token] {
        for count in [most / 100, most / 10] {
            figures.extend(open(options, kind, count.max(1)).await?);
        }
    }
    Ok(figures)
}

/// A tenth as many whose time comes, all at once.
pub(crate) async fn timers(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let most = options.executions;
    for count in [most / 1000, most / 100, most / 10] {
        figures.extend(all_due(options, count.max(1)).await?);
    }
    Ok(figures)
}

/// So many executions that wait: made, killed, recovered.
async fn open(options: &Options, kind: Kind, count: usize) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let data = directory.path().join("data");
    let name = |what: &str| format!("{count} {}: {what}", kind.shown());
    let each = |bytes: f64| bytes / count as f64;
    let empty = child::run(&["fill", kind.word(), "0"], &data)?;
    let bytes_before = disk_bytes(&data)?;
    let filled = child::run(&["fill", kind.word(), &count.to_string()], &data)?;
    let disk = disk_bytes(&data)? - bytes_before;
    let memory = number(&filled, "bytes")?;
    let mut figures = vec![
        figure(name("made"), number(&filled, "madePerSecond")?, "/s", Better::More),
        figure(name("memory, all"), memory / MIB, "MiB", Better::Less),
        figure(name("memory for each"), each(memory - number(&empty, "bytes")?), "B", Better::Less),
        figure(name("disk for each"), each(disk), "B", Better::Less),
        figure(name("start of another, p50"), number(&filled, "startP50")?, "ms", Better::Less),
        figure(name("start of another, p99"), number(&filled, "startP99")?, "ms", Better::Less),
    ];
    figures.extend(recovery(options, &data, &filled, name).await?);
    so_far(&figures);
    Ok(figures)
}

/// A million take minutes: what is known is shown before the next begins.
fn so_far(figures: &[Figure]) {
    eprint!("{}", figures::table("so far", figures, None));
}

/// The time comes of so many executions at once: the clock is set ahead.
async fn all_due(options: &Options, count: usize) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let data = directory.path().join("data");
    child::run(&["fill", Kind::Wait.word(), &count.to_string()], &data)?;
    let fired = child::run(&["fire"], &data)?;
    let opened = child::run(&["open"], &data)?;
    let name = |what: &str| format!("{count} timers due at once: {what}");
    let figures = vec![
        figure(name("a timer"), number(&fired, "seconds")? * 1e6 / count as f64, "µs", Better::Less),
        figure(name("CPU of a timer"), number(&fired, "cpu")? * 1e6 / count as f64, "µs", Better::Less),
        figure(name("start meanwhile, p50"), number(&fired, "startP50")?, "ms", Better::Less),
        figure(name("start meanwhile, p99"), number(&fired, "startP99")?, "ms", Better::Less),
        figure(name("memory after that"), number(&fired, "bytes")? / MIB, "MiB", Better::Less),
        figure(name("opened after that and a kill"), number(&opened, "ms")?, "ms", Better::Less),
    ];
    so_far(&figures);
    Ok(figures)
}

/// The server on the directory of a process that was killed.
async fn recovery(
    options: &Options,
    data: &Path,
    filled: &Value,
    name: impl Fn(&str) -> String,
) -> anyhow::Result<Vec<Figure>> {
    let soon = filled.get("soon").and_then(Value::as_str).context("no execution is due soon")?;
    // Its time comes while nobody is there to see.
    tokio::time::sleep(child::SOON).await;
    let begun = Instant::now();
    let server = Server::spawn_in(&options.server, data)?;
    let mut client = server.connect().await?;
    client.health().await?;
    let serving = begun.elapsed();
    let start = crate::machine::start_of("small");
    client.call(crate::http::START, start).await?;
    let started = begun.elapsed();
    let fired = loop {
        let described = client.ask(DESCRIBE, &json!({"executionArn": soon})).await?;
        if described.get("status").and_then(Value::as_str) == Some("SUCCEEDED") {
            break begun.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let reads = reads(&mut client).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory = server.process().resident_bytes()?;
    server.stop().await?;
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    Ok(vec![
        figure(name("serving after kill -9"), ms(serving), "ms", Better::Less),
        figure(name("first start after kill -9"), ms(started), "ms", Better::Less),
        figure(name("first overdue timer after kill -9"), ms(fired), "ms", Better::Less),
        figure(name("list 100, p50"), reads.0, "ms", Better::Less),
        figure(name("describe, p50"), reads.1, "ms", Better::Less),
        figure(name("memory after that and 3 s"), memory / MIB, "MiB", Better::Less),
    ])
}

/// What a list of running executions costs, and a description of one.
async fn reads(client: &mut Client) -> anyhow::Result<(f64, f64)> {
    let mut request =
        json!({"stateMachineArn": (state_machine_arn("open")), "statusFilter": "RUNNING", "maxResults": 100});
    let mut lists = Vec::new();
    for _ in 0..READS {
        let begun = Instant::now();
        client.ask(LIST, &request).await?;
        lists.push(begun.elapsed());
    }
    let mut arns = Vec::new();
    for _ in 0..PAGES {
        let page = client.ask(LIST, &request).await?;
        let executions = page.get("executions").and_then(Value::as_array).context("no list came back")?;
        arns.extend(executions.iter().filter_map(|execution| execution.get("executionArn").cloned()));
        let Some(token) = page.get("nextToken") else { break };
        request = request.as_object().context("a request")?.with("nextToken", token.clone()).into();
    }
    let mut descriptions = Vec::new();
    for nth in 0..READS {
        let begun = Instant::now();
        client.ask(DESCRIBE, &json!({"executionArn": (arns[nth * 31 % arns.len()].clone())})).await?;
        descriptions.push(begun.elapsed());
    }
    Ok((milliseconds(lists), milliseconds(descriptions)))
}

fn number(of: &Value, field: &str) -> anyhow::Result<f64> {
    of.get(field).and_then(Value::as_number).map(json::Number::as_f64).with_context(|| format!("no {field}"))
}

/// Bytes of all files of a directory and those within it.
fn disk_bytes(directory: &Path) -> anyhow::Result<f64> {
    let mut bytes = 0.0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { disk_bytes(&entry.path())? } else { metadata.len() as f64 };
    }
    Ok(bytes)
}
