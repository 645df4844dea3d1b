//! The engine in this process, without HTTP: durable starts, transitions of several kinds, and what they write. Each load has an empty data
//! directory of its own.

use crate::bare_log::BareLog;
use crate::figures::{Better, Figure, figure};
use crate::latencies::Latencies;
use crate::node::{Node, chain};
use crate::options::Options;
use crate::process::Process;
use json::{Value, json};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, Instant};
use store::{Batch, Store};
use store_embedded::Embedded;

/// Starts under way at a time.
const AT_A_TIME: usize = 256;
/// Executions of the workflows that wait.
const WAITING: usize = 10_000;
/// Groups of the bare log beside a load.
const BARE_GROUPS: usize = 400;

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = passes(options, 1).await?;
    figures.extend(passes(options, 100).await?);
    figures.extend(waits(options).await?);
    figures.extend(activities(options).await?);
    Ok(figures)
}

/// Executions of so many Pass states, started as fast as possible.
async fn passes(options: &Options, states: usize) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-engine-")?;
    let node = Node::open(&directory.path().join("data"), 1.0).await?;
    let start = node.create("passes", &chain(states, &json!({"Type": "Pass"}))).await?;
    node.start_for(&start, AT_A_TIME, Duration::from_secs(1)).await?;
    node.wait_until_all_closed(&start).await?;

    let measured = Measured::begin(&node)?;
    let times = node.start_for(&start, AT_A_TIME, options.duration).await?;
    let starting = measured.begun.elapsed().as_secs_f64();
    node.wait_until_all_closed(&start).await?;
    let executions = times.len() as f64;
    let name = format!("{states} Pass");
    let mut figures = vec![
        figure(format!("{name}: durable starts"), executions / starting, "/s", Better::More),
        figure(format!("{name}: start, p50"), Latencies::of(times).milliseconds(0.5), "ms", Better::Less),
    ];
    figures.extend(measured.end(options, &name, node, executions * states as f64).await?);
    Ok(figures)
}

/// Executions of ten Wait states of a millisecond: every transition is a timer and a commit.
async fn waits(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-engine-")?;
    let node = Node::open(&directory.path().join("data"), 0.001).await?;
    let start = node.create("waits", &chain(10, &json!({"Type": "Wait", "Seconds": 1}))).await?;
    let measured = Measured::begin(&node)?;
    node.start_many(&start, AT_A_TIME, WAITING).await?;
    node.wait_until_all_closed(&start).await?;
    measured.end(options, "10 Wait", node, (WAITING * 10) as f64).await
}

/// Executions of five activity tasks, done by workers: three commits each.
async fn activities(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let directory = options.directory("bench-engine-")?;
    let node = Node::open(&directory.path().join("data"), 1.0).await?;
    let activity = node.create_activity("work").await?;
    let task: Value = json!({"Type": "Task", "Resource": (activity.clone()), "TimeoutSeconds": 3600});
    let start = node.create("tasks", &chain(5, &task)).await?;
    let workers = node.work(&activity, AT_A_TIME, true);
    let measured = Measured::begin(&node)?;
    node.start_many(&start, AT_A_TIME, WAITING).await?;
    node.wait_until_all_closed(&start).await?;
    drop(workers);
    measured.end(options, "5 activity tasks", node, (WAITING * 5) as f64).await
}

/// What is compared before and after a load.
struct Measured {
    begun: Instant,
    written_bytes: f64,
    cpu_seconds: f64,
    log: store_embedded::Statistics,
}

impl Measured {
    fn begin(node: &Node) -> anyhow::Result<Measured> {
        node.store.take();
        node.store.take_rows();
        node.store.take_sample();
        Ok(Measured {
            begun: Instant::now(),
            written_bytes: Process::own().written_bytes()?,
            cpu_seconds: Process::own().cpu_seconds()?,
            log: node.store.store.statistics(),
        })
    }

    /// Closes the node, and says what the load that has just ended took.
    async fn end(self, options: &Options, name: &str, node: Node, transitions: f64) -> anyhow::Result<Vec<Figure>> {
        let seconds = self.begun.elapsed().as_secs_f64();
        let cpu_seconds = Process::own().cpu_seconds()? - self.cpu_seconds;
        let commits = Latencies::of(node.store.take());
        let (rows, sample) = (node.store.take_rows(), node.store.take_sample());
        let log = node.store.store.statistics();
        let (groups, log_bytes) = (log.groups - self.log.groups, log.log_bytes - self.log.log_bytes);
        let (batches, row_bytes) = (log.batches - self.log.batches, log.row_bytes - self.log.row_bytes);
        // Once closed, all rows are where they stay, but for merging.
        node.close().await?;
        let ahead = (log.ahead_bytes - self.log.ahead_bytes) as f64;
        let written = Process::own().written_bytes()? - self.written_bytes - ahead;
        let group_bytes = (row_bytes / groups.max(1)) as usize;
        let bare = bare_bytes_per_second(options, group_bytes)?;
        let alone = store_bytes_per_second(options, sample, (batches / groups.max(1)).max(1) as usize).await?;
        let rate = row_bytes as f64 / seconds;
        let processors = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let name = |what: &str| format!("{name}: {what}");
        let mut figures = vec![
            figure(name("durable transitions, until all closed"), transitions / seconds, "/s", Better::More),
            figure(name("CPU per transition"), cpu_seconds / transitions * 1e6, "µs", Better::Less),
            figure(name("commit, p50"), commits.milliseconds(0.5), "ms", Better::Less),
            figure(name("commit, p99"), commits.milliseconds(0.99), "ms", Better::Less),
            figure(name("commits of a partition"), commits.count() as f64 / seconds, "/s", Better::Less),
            figure(name("syncs"), groups as f64 / seconds, "/s", Better::Less),
            figure(name("bytes in the log per transition"), log_bytes as f64 / transitions, "B", Better::Less),
            figure(name("bytes written per transition"), written / transitions, "B", Better::Less),
            figure(name("zeros ahead of a new log per transition"), ahead / transitions, "B", Better::Less),
            figure(name("processors busy, of all"), cpu_seconds / seconds / processors, "", Better::Less),
            figure(name("bytes of rows in a group"), group_bytes as f64, "B", Better::More),
            figure(name("bytes of rows"), rate / 1e6, "MB/s", Better::More),
            figure(name("the store alone with such batches and groups"), alone / 1e6, "MB/s", Better::More),
            figure(name("a bare log with such groups"), bare / 1e6, "MB/s", Better::More),
            figure(name("the store's share of the bare log's bytes/s"), alone / bare, "", Better::More),
            figure(name("share of the bare log's bytes/s"), rate / bare, "", Better::More),
        ];
        for (table, rows) in rows {
            let what = name(&format!("{} rows per transition", engine::table_name(table)));
            figures.push(figure(what, rows.count as f64 / transitions, "", Better::Less));
            let what = name(&format!("{} rows, before compression", engine::table_name(table)));
            figures.push(figure(what, rows.bytes as f64 / transitions, "B", Better::Less));
        }
        Ok(figures)
    }
}

/// The first batches of the load once more, so many at a time, by the store without an engine.
async fn store_bytes_per_second(options: &Options, sample: Vec<Batch>, at_a_time: usize) -> anyhow::Result<f64> {
    let directory = options.directory("bench-store-")?;
    let store = Embedded::open(&directory.path().join("data"), store_embedded::Options::default())?;
    let mut epochs = BTreeMap::new();
    for batch in &sample {
        if let Entry::Vacant(epoch) = epochs.entry(batch.partition) {
            epoch.insert(store.open_partition(batch.partition).await?);
        }
    }
    let (before, begun) = (store.statistics().row_bytes, Instant::now());
    let mut left = sample.into_iter().map(|batch| Batch { epoch: epochs[&batch.partition], ..batch }).peekable();
    while left.peek().is_some() {
        let commits: Vec<_> = left.by_ref().take(at_a_time).map(|batch| store.commit(batch)).collect();
        for commit in commits {
            commit.await?;
        }
    }
    let rate = (store.statistics().row_bytes - before) as f64 / begun.elapsed().as_secs_f64();
    store.close().await?;
    Ok(rate)
}

/// What the disk allows: groups of as many bytes, none of them worth compressing, appended and synced.
fn bare_bytes_per_second(options: &Options, group_bytes: usize) -> anyhow::Result<f64> {
    let directory = options.directory("bench-bare-")?;
    let mut bare = BareLog::create(directory.path())?;
    let mut random = fastrand::Rng::with_seed(3);
    let group: Vec<u8> = (0..group_bytes.max(1)).map(|_| random.u8(..)).collect();
    let begun = Instant::now();
    for _ in 0..BARE_GROUPS {
        bare.commit(&group)?;
    }
    Ok((group.len() * BARE_GROUPS) as f64 / begun.elapsed().as_secs_f64())
}
