//! How far the feeder is behind the writer: when it should begin, and when commits must slow down.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use store::StoreError;

use crate::Options;
use crate::engine::FeedError;
use crate::overlay::Size;

/// After this long without a commit, rows worth feeding are fed although a generation is not full: an idle server gives
/// its memory back.
const IDLE: Duration = Duration::from_secs(10);
/// Where commits never pause, rows worth feeding are fed after this long.
const AGED: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 60_000 });
/// Fewer bytes than this are not worth feeding: small tables cost the engine more merging than they free.
const WORTH_BYTES: usize = 1024 * 1024;
/// After this long a few removals are worth it: nobody knows how much lies below them.
const OLD: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1_800_000 });
const WORTH_REMOVALS: usize = 512;
/// A generation also ends when this many times its memory went through the log: coalescing must not let the log grow.
const LOG_BYTES_FACTOR: u64 = 2;
/// And when so many rows did: they go into memory one by one when the log is read at a start, some two million a second.
const WRITES_MAX: usize = 384 * 1024;
/// A generation is fed this many times as fast as the next one fills.
const HEAD_START: f64 = 1.5;
/// How long the feeder rests at a time, and in all for one generation.
const REST: Duration = Duration::from_millis(4);
const REST_MAX: Duration = Duration::from_secs(2);
/// How long a commit is held back at most before the hard bound: early and a little.
const DELAY_MAX: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Progress {
    options: Options,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    active: Size,
    sealed_bytes: usize,
    /// When the active generation began.
    begun: Instant,
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
    /// Nothing has happened for a while: look whether there is space to give back.
    Look,
    /// The writer is done: feed what is left and end.
    Finish,
    /// End now: nobody waits, or feeding is broken. The log has everything.
    Abandon,
}

impl Progress {
    pub(crate) fn new(options: Options, active: Size) -> Progress {
        let now = Instant::now();
        let state = State {
            active,
            sealed_bytes: 0,
            begun: now,
            last_commit: now,
            trouble: None,
            writer_done: false,
            abandoned: false,
        };
        Progress { options, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The writer made a group visible; the active generation now has this size.
    pub(crate) fn committed(&self, active: Size) {
        let now = Instant::now();
        let mut state = self.state();
        if state.active.bytes == 0 {
            state.begun = now;
        }
        let was_worth_it = state.is_worth_feeding();
        state.active = active;
        state.last_commit = now;
        let is_news = self.wants_feeding(&state) || !was_worth_it && state.is_worth_feeding();
        drop(state);
        if is_news {
            self.changed.notify_all();
        }
    }

    /// The active generation was sealed.
    pub(crate) fn sealed(&self) {
        let mut state = self.state();
        state.sealed_bytes = std::mem::take(&mut state.active).bytes;
    }

    /// The engine has the sealed generation.
    pub(crate) fn fed(&self) {
        let mut state = self.state();
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

    /// Waits until the feeder has something to do; as long as `look_after` if it should look around then.
    pub(crate) fn next(&self, look_after: Option<Duration>) -> Next {
        let entered = Instant::now();
        let mut state = self.state();
        loop {
            if state.writer_done {
                return if state.abandoned || state.is_broken() { Next::Abandon } else { Next::Finish };
            }
            let now = Instant::now();
            let may_feed = !state.is_broken() && !state.abandoned;
            let feed_at = state.feed_at().filter(|_| may_feed);
            if may_feed && self.wants_feeding(&state) || feed_at.is_some_and(|at| at <= now) {
                return Next::Feed;
            }
            let look_at = look_after.map(|after| entered + after).filter(|_| may_feed);
            if look_at.is_some_and(|at| at <= now) {
                return Next::Look;
            }
            state = match feed_at.into_iter().chain(look_at).min() {
                Some(at) => {
                    self.changed.wait_timeout(state, at - now).expect("nothing panics while holding the lock").0
                }
                None => self.changed.wait(state).expect("nothing panics while holding the lock"),
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

    /// Lets the feeder rest while it is far ahead: it has `fed` this share of a generation and has rested for so long. Under load its work is
    /// spread over the time until the next generation is full, not done in one go beside commits that want the same processors. How long it rested.
    pub(crate) fn rest(&self, fed: f64, rested: Duration) -> Duration {
        let (begun, mut before) = (Instant::now(), 0.0);
        let mut state = self.state();
        loop {
            let (filled, resting) = (self.filled(&state), begun.elapsed());
            let is_ending = state.writer_done || state.abandoned;
            // Where nothing was committed meanwhile there is nothing to spare.
            if fed <= filled * HEAD_START || filled <= before || is_ending || rested + resting >= REST_MAX {
                return resting;
            }
            before = filled;
            state = self.changed.wait_timeout(state, REST).expect("nothing panics while holding the lock").0;
        }
    }

    /// Holds the writer back as long as memory is short: a little from the soft bound on, entirely at the hard one.
    pub(crate) fn wait_for_room(&self) -> Result<(), StoreError> {
        let mut state = self.state();
        loop {
            if let Some(trouble) = state.trouble.as_ref().filter(|_| state.is_broken()) {
                return Err(StoreError::failed(trouble.message.clone()));
            }
            let pending = state.active.bytes + state.sealed_bytes;
            if pending < self.options.pending_hard_bytes {
                if let Some(delay) = self.delay(pending) {
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

    fn delay(&self, pending: usize) -> Option<Duration> {
        let excess = pending.checked_sub(self.options.pending_soft_bytes)?;
        let span = self.options.pending_hard_bytes.saturating_sub(self.options.pending_soft_bytes).max(1);
        Some(DELAY_MAX.mul_f64(excess as f64 / span as f64))
    }

    fn wants_feeding(&self, state: &State) -> bool {
        self.filled(state) >= 1.0
    }

    /// How full the active generation is: 1 and more if it is to be fed.
    fn filled(&self, state: &State) -> f64 {
        let generation_bytes = self.options.generation_bytes.min(self.options.pending_soft_bytes).max(1);
        let log_bytes_max = (generation_bytes as u64).saturating_mul(LOG_BYTES_FACTOR);
        let bytes = state.active.bytes as f64 / generation_bytes as f64;
        let log_bytes = state.active.log_bytes as f64 / log_bytes_max as f64;
        bytes.max(log_bytes).max(state.active.writes as f64 / WRITES_MAX as f64)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding the lock")
    }
}

impl State {
    /// Whether the active generation is to be fed in time although it is not full.
    fn is_worth_feeding(&self) -> bool {
        self.active.bytes >= WORTH_BYTES || self.active.removals >= WORTH_REMOVALS
    }

    /// When.
    fn feed_at(&self) -> Option<Instant> {
        if self.active.bytes >= WORTH_BYTES {
            return Some((self.last_commit + IDLE).min(self.begun + AGED));
        }
        (self.active.removals >= WORTH_REMOVALS).then(|| self.begun + OLD)
    }

    /// Whether feeding has ended for good.
    fn is_broken(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| !trouble.is_full)
    }
}
