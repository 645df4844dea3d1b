//! This program as its own child: fills a data directory with open executions, or lets them go, says what that took, and waits to be killed.

use crate::latencies::Latencies;
use crate::node::{Node, chain};
use crate::process::Process;
use anyhow::{Context, bail};
use engine::{Environment, SystemEnvironment};
use json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Starts under way at a time.
const AT_A_TIME: usize = 256;
/// Starts of another execution, one after the other.
const STARTS: usize = 300;
/// How far ahead the time of the one execution is that is due soon.
pub(crate) const SOON: Duration = Duration::from_secs(1);
/// So far ahead every open execution's time has come.
const TEN_YEARS_MS: i64 = 10 * 366 * 24 * 3600 * 1000;
/// How long memory settles before it is measured: an idle store gives back what it gathered after ten seconds.
const REST: Duration = Duration::from_secs(12);

/// What executions wait for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A time.
    Wait,
    /// A worker to take their task.
    Task,
    /// The worker that has their task's token.
    Token,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Wait => "wait",
            Kind::Task => "task",
            Kind::Token => "token",
        }
    }

    pub(crate) fn shown(self) -> &'static str {
        match self {
            Kind::Wait => "in a Wait state",
            Kind::Task => "wait for a worker",
            Kind::Token => "wait for a token's return",
        }
    }

    fn read(word: &str) -> anyhow::Result<Kind> {
        let all = [Kind::Wait, Kind::Task, Kind::Token];
        all.into_iter().find(|kind| kind.word() == word).with_context(|| format!("'{word}' is nothing to wait for"))
    }
}

/// Runs a child on a data directory, takes its figures and kills it.
pub(crate) fn run(words: &[&str], data: &Path) -> anyhow::Result<Value> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--child").arg(data).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut line = String::new();
    let read = BufReader::new(child.stdout.take().expect("it was asked for")).read_line(&mut line);
    child.kill()?;
    child.wait()?;
    read?;
    json::parse(line.trim()).map_err(|error| anyhow::anyhow!("a child said '{}': {error}", line.trim()))
}

/// The child's side.
pub(crate) async fn main(data: &Path, words: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let figures = match words.as_slice() {
        ["fill", kind, count] => fill(data, Kind::read(kind)?, count.parse()?).await?,
        ["fire"] => fire(data).await?,
        ["open"] => open(data).await?,
        _ => bail!("a child is not told what to do"),
    };
    println!("{figures}");
    // Whoever wants the figures kills this process, or goes away.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

async fn fill(data: &Path, kind: Kind, count: usize) -> anyhow::Result<Value> {
    let node = Node::open(data, 1.0).await?;
    let activity = node.create_activity("work").await?;
    let state = match kind {
        Kind::Wait => json!({"Type": "Wait", "Seconds": 99_999_999}),
        Kind::Task | Kind::Token => {
            json!({"Type": "Task", "Resource": (activity.clone()), "TimeoutSeconds": 99_999_999})
        }
    };
    let open = node.create("open", &chain(1, &state)).await?;
    let small = node.create("small", &chain(1, &json!({"Type": "Pass"}))).await?;
    let soon = node
        .create(
            "soon",
            &json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "TimestampPath": "$.at", "End": true}}}),
        )
        .await?;
    node.start_many(&small, 1, STARTS).await?;
    let begun = Instant::now();
    let workers = (kind == Kind::Token).then(|| node.work(&activity, AT_A_TIME, false));
    node.start_many(&open, AT_A_TIME, count).await?;
    let made = count as f64 / begun.elapsed().as_secs_f64();
    if count > 0 {
        tokio::time::sleep(REST).await;
    }
    drop(workers);
    let _ = node.store.take();
    let bytes = Process::own().resident_bytes()?;
    let starts = Latencies::of(node.start_many(&small, 1, STARTS).await?);
    let at = SystemEnvironment.now().plus_milliseconds(SOON.as_millis() as i64);
    let soon = node.start_with(&soon, json!({"at": (at.to_string())})).await?;
    Ok(json!({
        "madePerSecond": (number(made)), "bytes": (number(bytes)), "soon": (&*soon),
        "startP50": (number(starts.milliseconds(0.5))), "startP99": (number(starts.milliseconds(0.99)))
    }))
}

/// The clock jumps: every open execution is due at once.
async fn fire(data: &Path) -> anyhow::Result<Value> {
    let node = Node::open(data, 1.0).await?;
    let open = node.request("open")?;
    let small = node.request("small")?;
    node.ahead.store(TEN_YEARS_MS, Ordering::Relaxed);
    let (begun, cpu) = (Instant::now(), Process::own().cpu_seconds()?);
    let mut starts = Vec::new();
    let all_closed = node.wait_until_all_closed(&open);
    let mut all_closed = std::pin::pin!(all_closed);
    loop {
        tokio::select! {
            result = &mut all_closed => break result?,
            start = node.start_many(&small, 1, 1) => starts.extend(start?),
        }
    }
    let (seconds, cpu) = (begun.elapsed().as_secs_f64(), Process::own().cpu_seconds()? - cpu);
    let starts = Latencies::of(starts);
    let after = Process::own().resident_bytes()?;
    Ok(json!({
        "seconds": (number(seconds)), "cpu": (number(cpu)), "bytes": (number(after)),
        "startP50": (number(starts.milliseconds(0.5))), "startP99": (number(starts.milliseconds(0.99)))
    }))
}

/// Opens the directory, no more.
async fn open(data: &Path) -> anyhow::Result<Value> {
    let begun = Instant::now();
    let _node = Node::open(data, 1.0).await?;
    Ok(json!({"ms": (number(begun.elapsed().as_secs_f64() * 1000.0))}))
}

fn number(value: f64) -> Value {
    json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}
