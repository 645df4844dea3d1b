//! The whole system over HTTP. Each measurement has a server of its own with an empty data directory.

use crate::client::Client;
use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::machine::Machine;
use crate::options::Options;
use crate::server::Server;
use anyhow::{Context, bail};
use json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Servers started for the cold start.
const COLD_STARTS: usize = 10;
/// Executions of the latency, one after the other.
const LATENCY_EXECUTIONS: usize = 1000;
/// The pause between them: low load.
const LATENCY_PAUSE: Duration = Duration::from_millis(2);
/// How long a server rests before its memory is called idle.
const REST: Duration = Duration::from_secs(1);
/// A load before the measured one: files are there, memory has grown to its size.
const WARM_UP: Duration = Duration::from_secs(1);

pub(crate) const START: &str = "AWSStepFunctions.StartExecution";
pub(crate) const START_SYNC: &str = "AWSStepFunctions.StartSyncExecution";

/// All figures.
pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = cold_start(options).await?;
    figures.extend(latency(options).await?);
    figures.extend(load(options, 1).await?);
    figures.extend(load(options, 100).await?);
    Ok(figures)
}

/// From the start of the process to the answer of `GET /health`, and memory after a rest.
async fn cold_start(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut times = Vec::new();
    let mut idle = 0.0;
    for round in 1..=COLD_STARTS {
        let begun = Instant::now();
        let server = Server::spawn(&options.server)?;
        server.connect().await?.health().await?;
        times.push(begun.elapsed());
        if round == COLD_STARTS {
            tokio::time::sleep(REST).await;
            idle = server.process().resident_bytes()?;
        }
        server.stop().await?;
    }
    let times = Latencies::of(times);
    Ok(vec![
        figure("cold start, least", times.milliseconds(0.0), "ms", Better::Less),
        figure("cold start, median", times.milliseconds(0.5), "ms", Better::Less),
        figure("idle memory", idle / (1024.0 * 1024.0), "MiB", Better::Less),
    ])
}

/// From sending StartExecution of three Pass states until DescribeExecution has answered that it is over; one at a time.
async fn latency(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let server = Server::spawn(&options.server)?;
    let mut client = server.connect().await?;
    let machine = Machine::create(&mut client, 3).await?;
    let (mut replies, mut finishes) = (Vec::new(), Vec::new());
    for _ in 0..LATENCY_EXECUTIONS {
        let begun = Instant::now();
        let reply = client.call(START, machine.start.clone()).await?;
        replies.push(begun.elapsed());
        until_succeeded(&mut client, &reply).await?;
        finishes.push(begun.elapsed());
        tokio::time::sleep(LATENCY_PAUSE).await;
    }
    server.stop().await?;
    let (replies, finishes) = (Latencies::of(replies), Latencies::of(finishes));
    Ok(vec![
        figure("durable StartExecution, p50", replies.milliseconds(0.5), "ms", Better::Less),
        figure("durable StartExecution, p99", replies.milliseconds(0.99), "ms", Better::Less),
        figure("3 states, start to finish, p50", finishes.milliseconds(0.5), "ms", Better::Less),
        figure("3 states, start to finish, p99", finishes.milliseconds(0.99), "ms", Better::Less),
    ])
}

async fn until_succeeded(client: &mut Client, reply: &[u8]) -> anyhow::Result<()> {
    let reply = json::parse(std::str::from_utf8(reply)?).map_err(|error| anyhow::anyhow!("StartExecution: {error}"))?;
    let arn = reply.get("executionArn").and_then(Value::as_str).context("no ARN came back")?;
    let describe = json!({"executionArn": arn});
    loop {
        let execution = client.ask("AWSStepFunctions.DescribeExecution", &describe).await?;
        match execution.get("status").and_then(Value::as_str) {
            Some("SUCCEEDED") => return Ok(()),
            Some("RUNNING") => {}
            other => bail!("an execution is {other:?}"),
        }
    }
}

/// Executions of so many Pass states, started as fast as all connections can, until every one of them is closed.
async fn load(options: &Options, states: u32) -> anyhow::Result<Vec<Figure>> {
    let server = Server::spawn(&options.server)?;
    let mut client = server.connect().await?;
    let machine = Machine::create(&mut client, states).await?;
    start_for(&server, START, &machine, options.connections, WARM_UP).await?;
    machine.wait_until_all_closed(&mut client).await?;

    let (before, begun) = (server.usage()?, Instant::now());
    let replies = start_for(&server, START, &machine, options.connections, options.duration).await?;
    let starting = begun.elapsed().as_secs_f64();
    machine.wait_until_all_closed(&mut client).await?;
    let (after, total) = (server.usage()?, begun.elapsed().as_secs_f64());
    let memory = server.process().resident_bytes()?;
    server.stop().await?;

    let replies = Latencies::of(replies);
    let executions = replies.count() as f64;
    let transitions = executions * f64::from(machine.states);
    let cpu_seconds = after.cpu_seconds - before.cpu_seconds;
    let name = |what: &str| format!("{states} {}: {what}", if states == 1 { "state" } else { "states" });
    let mut figures = vec![
        figure(name("starts"), executions / starting, "/s", Better::More),
        figure(name("transitions, until all closed"), transitions / total, "/s", Better::More),
        figure(name("reply, p50"), replies.milliseconds(0.5), "ms", Better::Less),
        figure(name("reply, p99"), replies.milliseconds(0.99), "ms", Better::Less),
        figure(name("server CPU per transition"), cpu_seconds / transitions * 1e6, "µs", Better::Less),
        figure(name("processors busy with the server"), cpu_seconds / total, "", Better::Less),
        figure(name("memory after the load"), memory / (1024.0 * 1024.0), "MiB", Better::Less),
    ];
    if let (Some(before), Some(after)) = (before.written_bytes, after.written_bytes) {
        let per_transition = (after - before) / transitions;
        figures.push(figure(name("bytes to the device per transition"), per_transition, "B", Better::Less));
    }
    Ok(figures)
}

/// Keeps `connections` busy with starts for a time; how long each reply took.
pub(crate) async fn start_for(
    server: &Server,
    target: &'static str,
    machine: &Machine,
    connections: usize,
    duration: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(server.connect().await?);
    }
    let end = Instant::now() + duration;
    let mut busy = JoinSet::new();
    for mut client in clients {
        let body = machine.start.clone();
        busy.spawn(async move {
            let mut replies = Vec::new();
            let mut begun = Instant::now();
            while begun < end {
                client.call(target, body.clone()).await?;
                let now = Instant::now();
                replies.push(now - begun);
                begun = now;
            }
            anyhow::Ok(replies)
        });
    }
    let mut all = Vec::new();
    while let Some(replies) = busy.join_next().await {
        all.extend(replies??);
    }
    if all.is_empty() {
        bail!("not one execution was started");
    }
    Ok(all)
}
