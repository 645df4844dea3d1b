//! The feeder: one thread that moves sealed generations into the engine, then drops them and the log that covered them.

use std::fmt::Display;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use store::{StoreError, Trouble};

use crate::engine::{Engine, FeedError};
use crate::overlay::Overlay;
use crate::progress::Next;
use crate::shared::Shared;

/// How long to wait before a generation that found the disk full is tried again.
const RETRY: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1000 });
/// Generations further apart than this are a sign that little is written.
const QUIET: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 5_000 });
/// Between the beginnings of two whole merges: one that gave nothing back, or failed, is not tried again at once.
const MERGE_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 300_000 });
/// How often to look whether such a merge is done.
const MERGING: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 1_000 });
/// How often to look whether the engine caught up with merging.
const MERGE_POLL: Duration = Duration::from_millis(20);

/// Why a generation was not fed. The log has it.
enum Ended {
    Abandoned,
    Broken,
}

/// Feeds until the writer is done, then closes: lets go of engine and directory and says so.
pub(crate) fn run(shared: &Arc<Shared>, engine: Engine) {
    let end = End(shared);
    let mut merging: Option<JoinHandle<()>> = None;
    let mut last_merge = None;
    loop {
        if let Some(thread) = merging.take_if(|thread| thread.is_finished()) {
            let _ = thread.join();
            end_giving_back(&engine);
        }
        let pause = last_merge.map_or(Duration::ZERO, |begun: Instant| MERGE_PAUSE.saturating_sub(begun.elapsed()));
        let look_after = match merging.is_some() {
            true => Some(MERGING),
            false => engine.has_much_to_give_back().then_some(pause.max(QUIET)),
        };
        match shared.progress.next(look_after) {
            Next::Abandon => break,
            Next::Look if merging.is_some() => {}
            // Only while little is written: what is fed meanwhile is merged only afterwards.
            Next::Look => {
                merging = give_back(&engine);
                last_merge = Some(Instant::now());
            }
            Next::Feed => match feed_one(shared, &engine) {
                Ok(()) => {}
                // Once broken, commits fail; reads go on, and what was acknowledged is in the log.
                Err(Ended::Broken) => {}
                Err(Ended::Abandoned) => break,
            },
            Next::Finish => {
                finish(shared, &engine);
                break;
            }
        }
    }
    // It uses the engine's files, which somebody else may open afterwards.
    merging.into_iter().for_each(|thread| drop(thread.join()));
    // The writer reads epochs from the engine and writes to the directory.
    shared.progress.wait_for_writer();
    drop(engine);
    drop(end);
}

/// Starts merging all tables beside everything else. Nothing depends on it.
fn give_back(engine: &Engine) -> Option<JoinHandle<()>> {
    let not_done = |error: &dyn Display| tracing::warn!("the space of removed rows could not be given back: {error}");
    if let Err(error) = engine.put_behind() {
        not_done(&error.message);
        return None;
    }
    let engine = engine.clone();
    let merge = move || {
        if let Err(error) = engine.give_back() {
            not_done(&error.message);
        }
    };
    let started = thread::Builder::new().name("store-merge".to_owned()).spawn(merge);
    started.inspect_err(|error| not_done(error)).ok()
}

/// After the merge.
fn end_giving_back(engine: &Engine) {
    if let Err(error) = engine.remove_replaced() {
        tracing::warn!("the space of removed rows could not be given back: {}", error.message);
    }
}

fn feed_one(shared: &Shared, engine: &Engine) -> Result<(), Ended> {
    let Some(generation) = shared.view.seal() else { return Ok(()) };
    shared.progress.sealed();
    while engine.is_behind() && engine.check().is_ok() {
        if shared.progress.pause(MERGE_POLL) {
            return Err(Ended::Abandoned);
        }
    }
    feed_until_it_fits(shared, engine, &generation)?;
    shared.view.drop_sealed();
    let sequence = generation.sequence;
    drop(generation);
    shared.progress.fed();
    if let Err(error) = shared.retired.applied(sequence) {
        // They are tried again after the next generation, or at the next start.
        tracing::warn!("complete log segments could not be removed: {error}");
    }
    Ok(())
}

/// Feeds what is left and removes the log, so that opening again has nothing to replay. Failing that, it has.
fn finish(shared: &Shared, engine: &Engine) {
    if feed_one(shared, engine).is_err() {
        return;
    }
    let applied = match engine.applied() {
        Ok(applied) => applied,
        Err(error) => return tracing::warn!("the log is kept: {error}"),
    };
    if let Err(error) = shared.retired.applied(applied).and_then(|()| shared.retired.remove_spare()) {
        tracing::warn!("applied log segments could not be removed: {error}");
    }
}

fn feed_until_it_fits(shared: &Shared, engine: &Engine, generation: &Overlay) -> Result<(), Ended> {
    let mut rested = Duration::ZERO;
    loop {
        let pace = |fed| rested += shared.progress.rest(fed, rested);
        let error = match engine.check().and_then(|()| engine.feed(generation, pace)) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let trouble = if error.is_full { Trouble::DiskFull } else { Trouble::RowsDamaged };
        tracing::error!(
            "rows could not be moved from the log to the tables in {}: {} {}",
            engine.path().display(),
            error.message,
            trouble.hint()
        );
        let is_full = error.is_full;
        shared.progress.failed(error);
        if !is_full {
            return Err(Ended::Broken);
        }
        if shared.progress.is_ending() || shared.progress.pause(RETRY) {
            return Err(Ended::Abandoned);
        }
    }
}

/// Runs however the feeder ends: releases what is held and tells whoever closes.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            // The writer still runs: what it uses stays until the handle goes.
            let message = "moving rows from the log to the engine failed; restart".to_owned();
            self.0.progress.failed(FeedError { message: message.clone(), is_full: false });
            self.0.closed.send_replace(Some(Err(StoreError::failed(message))));
            return;
        }
        self.0.view.close();
        let directory = self.0.directory.lock().map(|mut directory| directory.take());
        drop(directory);
        self.0.closed.send_replace(Some(Ok(())));
    }
}
