//! Small executions, one at a time: alone, and while Maps of 10,000 items run beside them.

use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::node::{Node, chain};
use crate::options::Options;
use crate::process::Process;
use json::{Value, json};
use std::time::Instant;

const ITEMS: i64 = 10_000;
/// Maps that run at a time: one, and as many as there are partitions.
const MAPS: [usize; 2] = [1, 8];
const STARTS: usize = 1000;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for maps in MAPS {
        let directory = options.directory("bench-growth-")?;
        let node = Node::open(&directory.path().join("data"), 1.0).await?;
        let small = node.create("small", &chain(1, &json!({"Type": "Pass"}))).await?;
        let alone = Latencies::of(node.start_many(&small, 1, STARTS).await?);
        let large = node.create("large", &endless()).await?;
        for _ in 0..maps {
            node.start(&large).await?;
        }
        let (begun, cpu) = (Instant::now(), Process::own().cpu_seconds()?);
        let beside = Latencies::of(node.start_many(&small, 1, STARTS).await?);
        let busy = (Process::own().cpu_seconds()? - cpu) / begun.elapsed().as_secs_f64();
        anyhow::ensure!(node.has_open(&large).await?, "the Maps were over before the small executions");
        let name = |what: &str| format!("small execution beside {maps} Maps of {ITEMS} items: {what}");
        figures.extend([
            figure(name("alone, p50"), alone.milliseconds(0.5), "ms", Better::Less),
            figure(name("alone, p99"), alone.milliseconds(0.99), "ms", Better::Less),
            figure(name("p50"), beside.milliseconds(0.5), "ms", Better::Less),
            figure(name("p99"), beside.milliseconds(0.99), "ms", Better::Less),
            figure(name("p99 to p99 alone"), beside.milliseconds(0.99) / alone.milliseconds(0.99), "", Better::Less),
            figure(name("processors busy"), busy, "", Better::More),
        ]);
        node.close().await?;
    }
    Ok(figures)
}

/// A Map after the other, until the limit of events.
fn endless() -> Value {
    let processor = json!({"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}});
    let items: Vec<Value> = (0..ITEMS).map(Value::from).collect();
    let map = json!({"Type": "Map", "ItemsPath": "$.items", "ResultPath": null, "ItemProcessor": processor,
        "Next": "Again"});
    let again = json!({"Type": "Choice", "Default": "Done",
        "Choices": [{"Variable": "$.items", "IsPresent": true, "Next": "Items"}]});
    json!({"StartAt": "Items", "States": {
        "Items": {"Type": "Pass", "Result": {"items": (Value::from(items))}, "Next": "Map"},
        "Map": map, "Again": again, "Done": {"Type": "Succeed"}}})
}
