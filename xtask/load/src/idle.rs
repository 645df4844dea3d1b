//! What connections cost that only wait: workers without work, in GetActivityTask.

use crate::client::Client;
use crate::figures::{Better, Figure, figure};
use crate::options::Options;
use crate::server::Server;
use anyhow::Context;
use json::{Value, json};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;
use tokio::task::JoinSet;

/// Activities with as many workers each as one may have.
const ACTIVITIES: usize = 10;
const WORKERS: usize = 1000;
/// Until the last of them waits.
const SETTLE: Duration = Duration::from_secs(3);

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).context("file descriptors")?;
    let server = Server::spawn(&options.server)?;
    let mut client = server.connect().await?;
    let mut activities = Vec::new();
    for number in 0..ACTIVITIES {
        let request = json!({"name": (format!("idle-{number}"))});
        let reply = client.ask("AWSStepFunctions.CreateActivity", &request).await?;
        activities.push(reply.get("activityArn").and_then(Value::as_str).context("no ARN came back")?.to_owned());
    }
    let (bytes, threads) = (server.process().resident_bytes()?, server.process().threads()?);
    let mut waiting = JoinSet::new();
    for activity in &activities {
        for _ in 0..WORKERS {
            let mut worker: Client = server.connect().await?;
            let body = json!({"activityArn": (activity.clone())}).to_string();
            waiting.spawn(async move { worker.call("AWSStepFunctions.GetActivityTask", body.into()).await });
        }
    }
    tokio::time::sleep(SETTLE).await;
    let count = (ACTIVITIES * WORKERS) as f64;
    let each = (server.process().resident_bytes()? - bytes) / count / 1024.0;
    let threads = server.process().threads()? - threads;
    let still = waiting.len() as f64;
    server.stop().await?;
    Ok(vec![
        figure("idle long polls", still, "", Better::More),
        figure("memory of an idle long poll", each, "KiB", Better::Less),
        figure("threads for all of them", threads, "", Better::Less),
    ])
}
