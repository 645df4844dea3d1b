//! How far the feeder is behind the writer: when it should begin, and when commits must slow down.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use store::StoreError;

use crate::Options;
use crate::engine::FeedError;

/// After this long without a commit, rows worth feeding are fed although a generation is not full: an idle server gives
/// its memory back.
const IDLE: Duration = Duration::from_secs(10);
/// Fewer bytes than this are not worth feeding: small tables cost the engine more merging than they free.
const IDLE_BYTES_MIN: usize = 1024 * 1024;
/// A generation also ends when this many times its memory went through the log: coalescing must not let the log grow.
const LOG_BYTES_FACTOR: u64 = 4;
/// How long a commit is held back at most before the hard bound: early and a little.
const DELAY_MAX: Duration = Duration::from_millis(250);
/// Bytes a second that the feeder is taken to manage until it has shown what it does.
const FEED_RATE: f64 = 64.0 * 1024.0 * 1024.0;

#[derive(Debug)]
pub(crate) struct Progress {
    options: Options,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    active_bytes: usize,
    active_log_bytes: u64,
    /// By how much the last group made the active generation grow.
    growth_bytes: usize,
    sealed_bytes: usize,
    sealed_at: Instant,
    /// Bytes a second that the feeder managed lately.
    feed_rate: f64,
    last_commit: Instant,
    /// Why feeding does not go on, if it does not.
    trouble: Option<FeedError>,
    writer_done: bool,
    abandoned: bool,
}

/// What the feeder should do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// Feed a generation.
    Feed,
    /// The writer is done: feed what is left and end.
    Finish,
    /// End now: nobody waits, or feeding is broken. The log has everything.
    Abandon,
}

impl Progress {
    pub(crate) fn new(options: Options, active_bytes: usize, active_log_bytes: u64) -> Progress {
        let state = State {
            active_bytes,
            active_log_bytes,
            growth_bytes: 0,
            sealed_bytes: 0,
            sealed_at: Instant::now(),
            feed_rate: FEED_RATE,
            last_commit: Instant::now(),
            trouble: None,
            writer_done: false,
            abandoned: false,
        };
        Progress { options, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The writer made a group visible; the active generation now has this size.
    pub(crate) fn committed(&self, (active_bytes, active_log_bytes): (usize, u64)) {
        let mut state = self.state();
        let before = self.wants_feeding(&state) || state.active_bytes >= IDLE_BYTES_MIN;
        state.growth_bytes = active_bytes.saturating_sub(state.active_bytes);
        state.active_bytes = active_bytes;
        state.active_log_bytes = active_log_bytes;
        state.last_commit = Instant::now();
        let is_news = self.wants_feeding(&state) || (!before && state.active_bytes >= IDLE_BYTES_MIN);
        drop(state);
        if is_news {
            self.changed.notify_all();
        }
    }

    /// The active generation was sealed.
    pub(crate) fn sealed(&self) {
        let mut state = self.state();
        state.sealed_bytes = std::mem::take(&mut state.active_bytes);
        state.active_log_bytes = 0;
        state.sealed_at = Instant::now();
    }

    /// The engine has the sealed generation.
    pub(crate) fn fed(&self) {
        let mut state = self.state();
        if state.sealed_bytes >= IDLE_BYTES_MIN {
            let rate = state.sealed_bytes as f64 / state.sealed_at.elapsed().as_secs_f64().max(1e-3);
            state.feed_rate = (state.feed_rate + rate) / 2.0;
        }
        state.sealed_bytes = 0;
        state.trouble = None;
        drop(state);
        self.changed.notify_all();
    }

    /// The sealed generation did not get in.
    pub(crate) fn failed(&self, error: FeedError) {
        self.state().trouble = Some(error);
        self.changed.notify_all();
    }

    /// The writer takes no more.
    pub(crate) fn writer_done(&self) {
        self.state().writer_done = true;
        self.changed.notify_all();
    }

    /// Nobody waits for the feeder any more.
    pub(crate) fn abandon(&self) {
        self.state().abandoned = true;
        self.changed.notify_all();
    }

    /// Waits until the feeder has something to do.
    pub(crate) fn next(&self) -> Next {
        let mut state = self.state();
        loop {
            if state.writer_done {
                return if state.abandoned || state.is_broken() { Next::Abandon } else { Next::Finish };
            }
            let idle = state.last_commit.elapsed();
            let may_feed = !state.is_broken() && !state.abandoned;
            let is_worth_it = may_feed && state.active_bytes >= IDLE_BYTES_MIN;
            if may_feed && self.wants_feeding(&state) || is_worth_it && idle >= IDLE {
                return Next::Feed;
            }
            state = if is_worth_it {
                self.changed.wait_timeout(state, IDLE - idle).expect("nothing panics while holding the lock").0
            } else {
                self.changed.wait(state).expect("nothing panics while holding the lock")
            };
        }
    }

    /// Waits until the writer takes no more.
    pub(crate) fn wait_for_writer(&self) {
        let waited = self.changed.wait_while(self.state(), |state| !state.writer_done);
        drop(waited.expect("nothing panics while holding the lock"));
    }

    /// Whether the store is being closed.
    pub(crate) fn is_ending(&self) -> bool {
        let state = self.state();
        state.writer_done || state.abandoned
    }

    /// Lets the feeder wait a while; true if it should end instead.
    pub(crate) fn pause(&self, duration: Duration) -> bool {
        let state = self.state();
        let until = |state: &mut State| !state.abandoned;
        let waited = self.changed.wait_timeout_while(state, duration, until);
        waited.expect("nothing panics while holding the lock").0.abandoned
    }

    /// Holds the writer back as long as memory is short: a little from the soft bound on, entirely at the hard one. In between by the time that
    /// the feeder takes for what the last group added, more or less: so the two come to go equally fast before memory runs out.
    pub(crate) fn wait_for_room(&self) -> Result<(), StoreError> {
        let mut state = self.state();
        loop {
            if let Some(trouble) = state.trouble.as_ref().filter(|_| state.is_broken()) {
                return Err(StoreError::failed(trouble.message.clone()));
            }
            let pending = state.active_bytes + state.sealed_bytes;
            if pending < self.options.pending_hard_bytes {
                if let Some(delay) = self.delay(pending, &state) {
                    drop(self.changed.wait_timeout(state, delay).expect("nothing panics while holding the lock"));
                }
                return Ok(());
            }
            if let Some(trouble) = &state.trouble {
                return Err(StoreError::unavailable(trouble.message.clone()));
            }
            if state.abandoned {
                return Err(StoreError::unavailable("it was closed"));
            }
            state = self.changed.wait(state).expect("nothing panics while holding the lock");
        }
    }

    fn delay(&self, pending: usize, state: &State) -> Option<Duration> {
        let excess = pending.checked_sub(self.options.pending_soft_bytes)?;
        let span = self.options.pending_hard_bytes.saturating_sub(self.options.pending_soft_bytes).max(1);
        let share = 2.0 * excess as f64 / span as f64;
        let seconds = share * state.growth_bytes as f64 / state.feed_rate.max(1.0);
        Some(Duration::from_secs_f64(seconds.min(DELAY_MAX.as_secs_f64())))
    }

    fn wants_feeding(&self, state: &State) -> bool {
        let generation_bytes = self.options.generation_bytes.min(self.options.pending_soft_bytes);
        state.active_bytes >= generation_bytes
            || state.active_log_bytes >= (generation_bytes as u64).saturating_mul(LOG_BYTES_FACTOR)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding the lock")
    }
}

impl State {
    /// Whether feeding has ended for good.
    fn is_broken(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| !trouble.is_full)
    }
}
