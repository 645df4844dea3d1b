//! What grows with what: memory, latency and recovery with 10^3 to 10^6 open executions, pages of long histories, many machines, a large
//! Map beside small executions.
//!
//! Open executions are made by a child process, which is then killed: its memory is measured apart from this program's, and what comes after
//! is a recovery.

use crate::child::{self, Kind};
use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::node::{Node, chain};
use crate::options::Options;
use crate::process::Process;
use crate::server::Server;
use anyhow::Context;
use json::{Value, json};
use std::time::{Duration, Instant};

/// Starts measured one after the other.
const STARTS: usize = 300;
const MIB: f64 = 1024.0 * 1024.0;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = histories(options).await?;
    figures.extend(machines(options).await?);
    figures.extend(fairness(options).await?);
    for kind in [Kind::Wait, Kind::Task, Kind::Token] {
        let mut count = 1000;
        while count <= options.executions {
            figures.extend(open_executions(options, kind, count).await?);
            count *= 10;
        }
    }
    Ok(figures)
}

/// So many executions that wait: made, killed, recovered by the real server, and, if they wait for a time, let go all at once.
async fn open_executions(options: &Options, kind: Kind, count: usize) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let data = directory.path().join("data");
    let name = |what: &str| format!("{count} {}: {what}", kind.shown());
    let filled = child::run(&["fill", kind.word(), &count.to_string()], &data)?;
    let number = |of: &Value, field: &str| {
        of.get(field).and_then(Value::as_number).map(json::Number::as_f64).with_context(|| format!("no {field}"))
    };
    let grown = number(&filled, "bytesAfter")? - number(&filled, "bytesBefore")?;
    let mut figures = vec![
        figure(name("made"), number(&filled, "madePerSecond")?, "/s", Better::More),
        figure(name("memory, all"), number(&filled, "bytesAfter")? / MIB, "MiB", Better::Less),
        figure(name("memory for each"), grown / count as f64, "B", Better::Less),
        figure(name("start of another, p50"), number(&filled, "startP50")?, "ms", Better::Less),
        figure(name("start of another, p99"), number(&filled, "startP99")?, "ms", Better::Less),
    ];
    let begun = Instant::now();
    let server = Server::spawn_in(&options.server, &data)?;
    let mut client = server.connect().await?;
    client.health().await?;
    let serving = begun.elapsed();
    let start = crate::machine::start_of("small");
    client.call(crate::http::START, start).await?;
    let started = begun.elapsed();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory = server.process().resident_bytes()?;
    server.stop().await?;
    figures.extend([
        figure(name("serving after kill -9"), serving.as_secs_f64() * 1000.0, "ms", Better::Less),
        figure(name("first start after kill -9"), started.as_secs_f64() * 1000.0, "ms", Better::Less),
        figure(name("memory after that and 3 s"), memory / MIB, "MiB", Better::Less),
    ]);
    if kind == Kind::Wait {
        let fired = child::run(&["fire"], &data)?;
        let seconds = number(&fired, "seconds")?;
        figures.extend([
            figure(name("all due at once"), count as f64 / seconds, "/s", Better::More),
            figure(name("start meanwhile, p50"), number(&fired, "startP50")?, "ms", Better::Less),
            figure(name("start meanwhile, p99"), number(&fired, "startP99")?, "ms", Better::Less),
            figure(name("memory after that"), number(&fired, "bytesAfter")? / MIB, "MiB", Better::Less),
        ]);
    }
    Ok(figures)
}

/// Pages of 100 events of histories of 250 and 25,000 events.
async fn histories(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let node = Node::open(&directory.path().join("data"), 1.0).await?;
    let mut figures = Vec::new();
    for (states, events) in [(124, 250), (12_499, 25_000)] {
        // A chain would be a long definition: a Map of one state does as well.
        let item = json!({"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}});
        let items: Vec<Value> = (0..states / 2).map(|number| Value::from(number as i64)).collect();
        let map = json!({"Type": "Map", "MaxConcurrency": 10, "End": true, "ItemProcessor": item, "ItemsPath": "$.items",
            "ResultPath": null});
        let definition = json!({"StartAt": "Items", "States": {
            "Items": {"Type": "Pass", "Result": {"items": (Value::from(items))}, "Next": "Map"}, "Map": map}});
        let start = node.create(&format!("history-{events}"), &definition).await?;
        let begun = Instant::now();
        let arn = node.start(&start).await?;
        node.wait_until_all_closed(&start).await?;
        let ran = begun.elapsed().as_secs_f64() * 1000.0;
        let name = |what: &str| format!("history of {events} events: {what}");
        figures.push(figure(name("start to end"), ran, "ms", Better::Less));
        for (reverse, shown) in [(false, "forward"), (true, "backward")] {
            let (mut times, mut token, mut seen) = (Vec::new(), None, 0);
            loop {
                let (time, events, next) = node.history_page(&arn, reverse, token.as_deref()).await?;
                times.push(time);
                seen += events;
                token = next;
                if token.is_none() {
                    break;
                }
            }
            anyhow::ensure!(seen > events / 2, "only {seen} events came back");
            let first = times[0].as_secs_f64() * 1000.0;
            let times = Latencies::of(times);
            figures.push(figure(name(&format!("first page {shown}")), first, "ms", Better::Less));
            figures.push(figure(name(&format!("page {shown}, p50")), times.milliseconds(0.5), "ms", Better::Less));
            figures.push(figure(name(&format!("page {shown}, most")), times.milliseconds(1.0), "ms", Better::Less));
        }
    }
    node.close().await?;
    Ok(figures)
}

/// Starts with few machines and with many, in turn.
async fn machines(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let node = Node::open(&directory.path().join("data"), 1.0).await?;
    let mut figures = Vec::new();
    let mut requests = Vec::new();
    for count in [10, 1000, 9000] {
        let begun = Instant::now();
        let before = requests.len();
        for number in before..count {
            let definition = chain(3, &json!({"Type": "Pass"}));
            requests.push(node.create(&format!("machine-{number}"), &definition).await?);
        }
        let made = (count - before) as f64 / begun.elapsed().as_secs_f64();
        let mut times = Vec::new();
        for nth in 0..STARTS {
            let begun = Instant::now();
            node.start(&requests[nth * 7919 % count]).await?;
            times.push(begun.elapsed());
        }
        let times = Latencies::of(times);
        let name = |what: &str| format!("{count} machines: {what}");
        figures.push(figure(name("created"), made, "/s", Better::More));
        figures.push(figure(name("start, p50"), times.milliseconds(0.5), "ms", Better::Less));
        figures.push(figure(name("start, p99"), times.milliseconds(0.99), "ms", Better::Less));
    }
    node.close().await?;
    Ok(figures)
}

/// Small executions one at a time, alone and while Maps of 10,000 items run one after the other.
async fn fairness(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let node = Node::open(&directory.path().join("data"), 1.0).await?;
    let small = node.create("small", &chain(1, &json!({"Type": "Pass"}))).await?;
    let mut figures = Vec::new();
    let alone = Latencies::of(node.start_many(&small, 1, STARTS).await?);
    figures.push(figure("start alone, p50", alone.milliseconds(0.5), "ms", Better::Less));
    figures.push(figure("start alone, p99", alone.milliseconds(0.99), "ms", Better::Less));
    let item = json!({"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}});
    let items: Vec<Value> = (0..10_000).map(Value::from).collect();
    let map =
        json!({"Type": "Map", "ItemsPath": "$.items", "ResultPath": null, "ItemProcessor": item, "Next": "Again"});
    let again = json!({"Type": "Choice", "Default": "Done",
        "Choices": [{"Variable": "$.items", "IsPresent": true, "Next": "Items"}]});
    // Round and round, until the limit of events.
    let definition = json!({"StartAt": "Items", "States": {
        "Items": {"Type": "Pass", "Result": {"items": (Value::from(items))}, "Next": "Map"},
        "Map": map, "Again": again, "Done": {"Type": "Succeed"}}});
    let large = node.create("large", &definition).await?;
    for _ in 0..8 {
        node.start(&large).await?;
    }
    let begun = Instant::now();
    let cpu = Process::own().cpu_seconds()?;
    let beside = Latencies::of(node.start_many(&small, 1, STARTS).await?);
    let busy = (Process::own().cpu_seconds()? - cpu) / begun.elapsed().as_secs_f64();
    figures.push(figure("start beside 8 Maps of 10,000 items, p50", beside.milliseconds(0.5), "ms", Better::Less));
    figures.push(figure("start beside 8 Maps of 10,000 items, p99", beside.milliseconds(0.99), "ms", Better::Less));
    figures.push(figure("processors busy meanwhile", busy, "", Better::More));
    node.close().await?;
    Ok(figures)
}
