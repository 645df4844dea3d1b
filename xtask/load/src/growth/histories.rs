//! Histories of a thousand to 25,000 events: what an event costs while they are made, in many commits and in few, and what a page of them
//! costs to read.

use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::node::{Node, milliseconds};
use crate::options::Options;
use json::{Value, json};
use std::time::{Duration, Instant};

/// The last is AWS's limit.
const EVENTS: [usize; 3] = [1000, 5000, 25_000];
/// Reads of the same page.
const READS: usize = 9;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    // A Wait state is over at once: what is left of it is a timer and a commit.
    let node = Node::open(&directory.path().join("data"), 0.0).await?;
    let rounds = node.create("rounds", &rounds()).await?;
    let items = node.create("items", &items()).await?;
    let mut figures = Vec::new();
    for events in EVENTS {
        for (shape, request, input) in [
            ("a commit for every 6", &rounds, json!({"left": (events as i64 / 6)})),
            ("as a Map's iterations", &items, Value::from(vec![Value::from(1); events / 4 - 2])),
        ] {
            let name = |what: &str| format!("history of {events} events, {shape}: {what}");
            let begun = Instant::now();
            let arn = node.start_with(request, input).await?;
            node.wait_until_all_closed(request).await?;
            let ran = begun.elapsed();
            let seen = whole(&node, &arn).await?;
            anyhow::ensure!(seen.0.abs_diff(events) < 20, "{} events came back", seen.0);
            figures.extend([
                figure(name("an event"), ran.as_secs_f64() * 1e6 / seen.0 as f64, "µs", Better::Less),
                figure(name("first page"), page(&node, &arn, false).await?, "ms", Better::Less),
                figure(name("last page"), page(&node, &arn, true).await?, "ms", Better::Less),
                figure(name("any page, p50"), seen.1.milliseconds(0.5), "ms", Better::Less),
                figure(name("any page, most"), seen.1.milliseconds(1.0), "ms", Better::Less),
            ]);
        }
    }
    node.close().await?;
    Ok(figures)
}

/// Wait, Pass, Choice, over and over.
fn rounds() -> Value {
    json!({"StartAt": "Wait", "States": {
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Count"},
        "Count": {"Type": "Pass", "Parameters": {"left.$": "States.MathAdd($.left, -1)"}, "Next": "More"},
        "More": {"Type": "Choice", "Choices": [{"Variable": "$.left", "NumericGreaterThan": 0, "Next": "Wait"}],
            "Default": "Done"},
        "Done": {"Type": "Succeed"}}})
}

/// A Map of one Pass state.
fn items() -> Value {
    let processor = json!({"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}});
    json!({"StartAt": "Map", "States": {"Map": {"Type": "Map", "ItemProcessor": processor, "End": true}}})
}

/// All pages of 100 events, one after the other: how many events, and how long each page took.
async fn whole(node: &Node, arn: &str) -> anyhow::Result<(usize, Latencies)> {
    let (mut times, mut token, mut seen) = (Vec::new(), None, 0);
    loop {
        let (time, events, next) = node.history_page(arn, false, token.as_deref()).await?;
        times.push(time);
        seen += events;
        token = next;
        if token.is_none() {
            return Ok((seen, Latencies::of(times)));
        }
    }
}

/// The first page in a direction, read a few times.
async fn page(node: &Node, arn: &str, reverse: bool) -> anyhow::Result<f64> {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..READS {
        times.push(node.history_page(arn, reverse, None).await?.0);
    }
    Ok(milliseconds(times))
}
