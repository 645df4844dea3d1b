//! Waiting for an execution at an endpoint, with its progress on stderr.

use crate::client::follow::{Follower, description, for_progress};
use crate::client::{CallError, Client};
use crate::progress::View;
use crate::signals::Signals;
use json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How often the durations on a terminal go on.
const REFRESH: Duration = Duration::from_millis(100);

/// How a wait ended.
pub(crate) enum Waited {
    /// The execution has closed; its description.
    Closed(Value),
    /// Somebody did not want to wait any longer. The execution goes on.
    Interrupted,
}

/// Shows what happens until the execution has closed.
pub(crate) async fn wait(client: &Client, execution_arn: &str) -> anyhow::Result<Waited> {
    let mut signals = Signals::new()?;
    let mut view = View::new();
    let closed = tokio::select! {
        followed = follow(client, execution_arn, &mut view) => followed.map(|()| true)?,
        () = signals.next() => false,
    };
    view.finish();
    Ok(if closed { Waited::Closed(description(client, execution_arn).await?) } else { Waited::Interrupted })
}

async fn follow(client: &Client, execution_arn: &str, view: &mut View) -> Result<(), CallError> {
    let mut follower = Follower::new(client, execution_arn);
    loop {
        let events = follower.more().await?;
        if !events.is_empty() {
            view.handle(&for_progress(execution_arn, &events));
        }
        if follower.is_closed {
            return Ok(());
        }
        let next = Instant::now() + client.poll_interval();
        while Instant::now() < next {
            tokio::time::sleep(REFRESH.min(next - Instant::now())).await;
            view.refresh();
        }
    }
}
