//! Maps of a hundred to ten thousand items: what an item costs. Of Pass states, of tasks that workers do while the execution stays in memory,
//! and of such tasks when it has left memory by the time of every result.

use crate::figures::{Better, Figure, figure};
use crate::node::Node;
use crate::options::Options;
use crate::process::Process;
use engine::ResidentLimits;
use json::{Value, json};
use std::time::Instant;

const ITEMS: [usize; 3] = [100, 1000, 10_000];
/// As many as an inline Map has tasks open at a time.
const WORKERS: usize = 40;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let nothing = ResidentLimits { bytes_max: 0, count_min: 0 };
    let mut figures = Vec::new();
    for (what, is_task, residents) in [
        ("Pass states", false, ResidentLimits::default()),
        ("tasks", true, ResidentLimits::default()),
        ("tasks, out of memory between results", true, nothing),
    ] {
        let directory = options.directory("bench-growth-")?;
        let node = Node::open_with(&directory.path().join("data"), 1.0, residents).await?;
        let activity = node.create_activity("work").await?;
        let state = match is_task {
            true => json!({"Type": "Task", "Resource": (activity.clone()), "End": true}),
            false => json!({"Type": "Pass", "End": true}),
        };
        let processor = json!({"StartAt": "Item", "States": {"Item": state}});
        let map = json!({"Type": "Map", "ItemProcessor": processor, "End": true});
        let request = node.create("map", &json!({"StartAt": "Map", "States": {"Map": map}})).await?;
        let workers = node.work(&activity, if is_task { WORKERS } else { 0 }, true);
        for count in ITEMS {
            let items: Vec<Value> = (0..count).map(|id| json!({"id": (id as i64)})).collect();
            let (begun, cpu) = (Instant::now(), Process::own().cpu_seconds()?);
            node.start_with(&request, Value::from(items)).await?;
            node.wait_until_all_closed(&request).await?;
            let each = |seconds: f64| seconds * 1e6 / count as f64;
            let name = |what_of: &str| format!("Map of {count} {what}: {what_of}");
            figures.extend([
                figure(name("an item"), each(begun.elapsed().as_secs_f64()), "µs", Better::Less),
                figure(name("CPU of an item"), each(Process::own().cpu_seconds()? - cpu), "µs", Better::Less),
            ]);
        }
        drop(workers);
        node.close().await?;
    }
    Ok(figures)
}
