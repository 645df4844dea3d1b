//! Starts of Express and Standard executions beside the bare server, in turns: the same requests, replies of the same size, the same load. And
//! how evenly each of them is answered at four fifths of what it can go on with.

use crate::client::Client;
use crate::figures::{Better, Figure, figure};
use crate::http::{START, START_SYNC, start_for};
use crate::idle;
use crate::latencies::Latencies;
use crate::machine::Machine;
use crate::options::Options;
use crate::pinned::Pinned;
use crate::server::Server;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Turns; the best of each counts.
const TURNS: u32 = 3;
/// Replies of the bare server when its evenness is measured.
const REPLY_BYTES: usize = 146;
/// Between them.
const REST: Duration = Duration::from_millis(500);

pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let server = Server::spawn(&options.server)?;
    let mut client = server.connect().await?;
    let machine = Machine::create(&mut client, 1).await?;
    let express = Machine::create_express(&mut client, 3).await?;
    let mut figures = beside(options, &server, &mut client, "sync Express, 3 states", START_SYNC, &express).await?;
    figures.extend(beside(options, &server, &mut client, "async Express, 3 states", START, &express).await?);
    figures.extend(beside(options, &server, &mut client, "StartExecution, 1 state", START, &machine).await?);
    machine.wait_until_all_closed(&mut client).await?;
    let bare = Server::spawn_bare(REPLY_BYTES)?;
    figures.extend(evenness(options, &bare, "bare server", START, &machine).await?);
    drop(bare);
    figures.extend(evenness(options, &server, "sync Express", START_SYNC, &express).await?);
    figures.extend(evenness(options, &server, "async Express", START, &express).await?);
    figures.extend(evenness(options, &server, "StartExecution", START, &machine).await?);
    // The first client has been idle for longer than the server bears with.
    machine.wait_until_all_closed(&mut server.connect().await?).await?;
    server.stop().await?;
    figures.extend(idle::all(options).await?);
    Ok(figures)
}

/// How evenly starts are answered at four fifths of what goes on for as long. The best of short turns is more than that: what they leave for
/// later is done between them. The load keeps to one processor: where the kernel moves it about, what it costs is taken now from one of the server's
/// threads, now from another, and the figures tell of that.
async fn evenness(
    options: &Options,
    server: &Server,
    name: &str,
    target: &'static str,
    machine: &Machine,
) -> anyhow::Result<Vec<Figure>> {
    let _pinned = Pinned::to_first()?;
    let lasting = rate(server, target, machine, options.connections, options.duration).await?;
    tokio::time::sleep(REST).await;
    let replies = Latencies::of(paced(server, target, machine, options, lasting * 0.8).await?);
    tokio::time::sleep(REST).await;
    let (half, most) = (replies.milliseconds(0.5), replies.milliseconds(0.99));
    Ok(vec![
        figure(format!("{name}: in one go"), lasting, "/s", Better::More),
        figure(format!("{name}: at 80 % of that: reply, p50"), half, "ms", Better::Less),
        figure(format!("{name}: at 80 % of that: reply, p99"), most, "ms", Better::Less),
        figure(format!("{name}: at 80 % of that: p99 over p50"), most / half, "", Better::Less),
    ])
}

/// A kind of start and the bare server with replies of that size.
async fn beside(
    options: &Options,
    server: &Server,
    client: &mut Client,
    name: &str,
    target: &'static str,
    machine: &Machine,
) -> anyhow::Result<Vec<Figure>> {
    let reply_bytes = client.call(target, machine.start.clone()).await?.len();
    let bare = Server::spawn_bare(reply_bytes)?;
    let turn = options.duration / TURNS;
    let (mut starts, mut nothings) = (0.0_f64, 0.0_f64);
    for _ in 0..TURNS {
        nothings = nothings.max(rate(&bare, target, machine, options.connections, turn).await?);
        starts = starts.max(rate(server, target, machine, options.connections, turn).await?);
        // What was only begun would weigh on the other's turn.
        tokio::time::sleep(REST).await;
    }
    Ok(vec![
        figure(format!("bare server, replies of {reply_bytes} B"), nothings, "/s", Better::More),
        figure(name, starts, "/s", Better::More),
        figure(format!("{name}: of the bare server's rate"), starts / nothings * 100.0, "%", Better::More),
    ])
}

async fn rate(
    server: &Server,
    target: &'static str,
    machine: &Machine,
    connections: usize,
    turn: Duration,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let replies = start_for(server, target, machine, connections, turn).await?;
    Ok(replies.len() as f64 / begun.elapsed().as_secs_f64())
}

/// So many requests a second, whether earlier ones are answered or not; how long after its time each was answered. Times are whole
/// milliseconds, as timers are.
async fn paced(
    server: &Server,
    target: &'static str,
    machine: &Machine,
    options: &Options,
    rate: f64,
) -> anyhow::Result<Vec<Duration>> {
    let (begun, mut busy) = (Instant::now(), JoinSet::new());
    for connection in 0..options.connections {
        let mut client = server.connect().await?;
        let (body, step, duration) = (machine.start.clone(), options.connections as f64 / rate, options.duration);
        let first = connection as f64 / rate;
        busy.spawn(async move {
            let mut replies = Vec::new();
            for number in 0.. {
                let after = Duration::from_millis(((first + step * f64::from(number)) * 1000.0).ceil() as u64);
                if after >= duration {
                    break;
                }
                let due = begun + after;
                sleep_until(due).await;
                client.call(target, body.clone()).await?;
                replies.push(due.elapsed());
            }
            anyhow::Ok(replies)
        });
    }
    let mut all = Vec::new();
    while let Some(replies) = busy.join_next().await {
        all.extend(replies??);
    }
    Ok(all)
}
