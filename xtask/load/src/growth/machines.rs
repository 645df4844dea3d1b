//! A hundred to ten thousand state machines: creating, listing and starting one of them.

use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::node::{Node, chain, milliseconds};
use crate::options::Options;
use json::json;
use std::time::Instant;

/// The last is AWS's limit.
const MACHINES: [usize; 3] = [100, 1000, 10_000];
const LISTS: usize = 20;
const STARTS: usize = 300;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-growth-")?;
    let node = Node::open(&directory.path().join("data"), 1.0).await?;
    let mut figures = Vec::new();
    let mut requests = Vec::new();
    let definition = chain(3, &json!({"Type": "Pass"}));
    for count in MACHINES {
        let mut created = Vec::new();
        for number in requests.len()..count {
            let begun = Instant::now();
            requests.push(node.create(&format!("machine-{number}"), &definition).await?);
            created.push(begun.elapsed());
        }
        let mut lists = Vec::new();
        for _ in 0..LISTS {
            lists.push(node.list_state_machines(100).await?);
        }
        let mut starts = Vec::new();
        for nth in 0..STARTS {
            let begun = Instant::now();
            node.start(&requests[nth * 7919 % count]).await?;
            starts.push(begun.elapsed());
        }
        let starts = Latencies::of(starts);
        let name = |what: &str| format!("{count} state machines: {what}");
        figures.extend([
            figure(name("create the next, p50"), milliseconds(created), "ms", Better::Less),
            figure(name("list 100, p50"), milliseconds(lists), "ms", Better::Less),
            figure(name("start one, p50"), starts.milliseconds(0.5), "ms", Better::Less),
            figure(name("start one, p99"), starts.milliseconds(0.99), "ms", Better::Less),
        ]);
    }
    node.close().await?;
    Ok(figures)
}
