//! The end of some runs: everything closed has been kept long enough and is removed, whatever happens meanwhile.

use crate::checks;
use crate::run::{End, Report, Wrap, life, open};
use crate::world::clients::execution_arn;
use crate::world::clients::machine_arn;
use crate::world::{Key, World, decoded};
use api::Code;
use engine::Engine;
use json::json;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long closed executions are kept then.
const KEPT: Duration = Duration::from_secs(600);
/// Lives until nothing may be left.
const LIVES_MAX: usize = 16;
/// Looks until nothing may be left, and the time between two.
const LOOKS_MAX: usize = 60;
const PAUSE: Duration = Duration::from_secs(3);

/// Runs the engine until nothing is left of any execution, and looks whether their names are free.
pub(crate) fn run(world: &Arc<World>, wrap: Wrap<'_>, report: &mut Report) {
    world.trace("everything has been kept long enough");
    world.begin_removal();
    // Set clocks may have let executions close in what is the future now.
    let latest = world.state().ledger.executions.values().filter_map(|entry| entry.closed_ms).max().unwrap_or(0);
    let ahead = (latest - world.now_ms()).max(0) + KEPT.as_millis() as i64 + 1;
    world.state().skew_ms += ahead;
    let mut done = None;
    for _ in 0..LIVES_MAX {
        report.lives += 1;
        done = life(world, live(world, wrap));
        if done.is_some() {
            break;
        }
    }
    match done {
        Some(()) => checks::stored(world),
        None => world.violation(format!("removal does not end in {LIVES_MAX} lives")),
    }
}

async fn live(world: &Arc<World>, wrap: Wrap<'_>) -> End<()> {
    let cell = Arc::new(OnceLock::new());
    let engine = match open(world, wrap, cell.clone(), Some(KEPT)).await {
        Ok(engine) => engine,
        Err(error) => {
            world.trace(&format!("the engine does not open: {error}"));
            return End::Again;
        }
    };
    let _ = cell.set(engine.clone());
    let keys: Vec<Key> = world.state().ledger.executions.keys().cloned().collect();
    let looking = async {
        if world.state().is_removed {
            // Their names are used again already.
            return true;
        }
        for _ in 0..LOOKS_MAX {
            let mut left = 0;
            for key in &keys {
                left += usize::from(is_there(world, &engine, key).await);
            }
            if left == 0 {
                return true;
            }
            tokio::time::sleep(PAUSE).await;
        }
        false
    };
    let is_empty = tokio::select! {
        biased;
        () = world.ordered() => None,
        is_empty = looking => Some(is_empty),
    };
    if is_empty == Some(false) {
        world.violation("executions that were kept long enough are not removed".to_owned());
    }
    if is_empty == Some(true) && !std::mem::replace(&mut world.state().is_removed, true) {
        for key in &keys {
            use_again(world, &engine, key).await;
        }
    }
    if let Err(error) = engine.shutdown().await {
        world.trace(&format!("the store does not close: {error}"));
    }
    is_empty.map_or(End::Again, |_| End::Done(()))
}

/// Whether an execution can be described or is listed; one that cannot be described is not listed.
async fn is_there(world: &World, engine: &Engine, key: &Key) -> bool {
    let body = json!({"executionArn": (execution_arn(key))});
    world.pass("look").await;
    let described = engine.describe_execution(decoded(api::DescribeExecutionRequest::decode(&body))).await;
    world.pass("looked").await;
    match described {
        // What is not certain may be there.
        Err(exception) if exception.code != Code::ExecutionDoesNotExist => return true,
        Ok(_) => return true,
        Err(_) => {}
    }
    let body = json!({"stateMachineArn": (machine_arn(key.0)), "maxResults": 1000});
    let listed = engine.list_executions(decoded(api::ListExecutionsRequest::decode(&body))).await;
    world.pass("looked").await;
    // A machine that was deleted lists nothing.
    let listed = listed.is_ok_and(|listed| listed.executions.iter().any(|item| *item.name == *key.1));
    if listed {
        world.violation(format!("{key:?} is listed, but it cannot be described"));
    }
    false
}

/// The name of an execution that is gone is free, whatever its input was. The identities of its tasks come from its ARN: they are used again.
async fn use_again(world: &World, engine: &Engine, key: &Key) {
    world.state().ledger.performed.clear();
    let body = json!({"stateMachineArn": (machine_arn(key.0)), "name": (key.1.as_str()), "input": "{}"});
    // The removal can be seen a little before the partition knows that it is durable, or comes to the last piece.
    for _ in 0..LOOKS_MAX {
        let started = engine.start_execution(decoded(api::StartExecutionRequest::decode(&body))).await;
        if started.err().is_none_or(|exception| exception.code != Code::ExecutionAlreadyExists) {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    world.violation(format!("{key:?} is gone, but its name is not free"));
}
