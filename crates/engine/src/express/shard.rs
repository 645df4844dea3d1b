//! What a thread has for itself, so that threads that run Express executions do not wait for each other.

use super::recent::{Recent, Recents};
use super::run::Live;
use crate::environment::Environment;
use crate::registry::{Revision, Started};
use arn::ExecutionArn;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// Machines kept prepared by a thread; with one more it begins anew.
const PREPARED_MAX: usize = 1024;
/// Random bytes drawn in one go: a call of the operating system costs as much as many of them.
const RANDOM_BYTES: usize = 4096;

/// A machine, version or alias about to be executed.
pub(crate) struct Prepared {
    pub revision: Arc<Revision>,
    pub version: Option<u64>,
    pub alias: Option<Arc<str>>,
    pub machine_arn: Arc<str>,
    /// What the ARNs of its executions begin with.
    prefix: String,
}

impl Prepared {
    pub fn new(started: Started) -> Prepared {
        let Started { revision, version, alias } = started;
        Prepared {
            machine_arn: revision.machine_arn.to_string().into(),
            prefix: ExecutionArn::express_prefix(&revision.machine_arn),
            revision,
            version,
            alias,
        }
    }

    pub fn execution_arn(&self, name: &str, id: [u8; 16]) -> Arc<str> {
        let mut arn = String::with_capacity(self.prefix.len() + name.len() + 37);
        arn.push_str(&self.prefix);
        arn.push_str(name);
        arn.push(':');
        arn.push_str(&crate::environment::uuid(id));
        arn.into()
    }
}

/// Random bytes of one execution.
pub(super) struct Drawn {
    pub seed: u64,
    pub id: [u8; 16],
    /// For a name that nobody gave.
    pub name: [u8; 16],
}

/// What one thread has.
pub(super) struct Shard {
    random: Vec<u8>,
    prepared: HashMap<Arc<str>, Arc<Prepared>>,
    /// The registry's generation that what is prepared is of.
    generation: u64,
    pub recents: Recents,
    /// Executions that wait, by ARN.
    pub live: HashMap<Arc<str>, Arc<Live>>,
}

impl Shard {
    /// The machine `name` as it was prepared, if nothing has changed since.
    pub fn prepared(&self, name: &str, generation: u64) -> Option<Arc<Prepared>> {
        (self.generation == generation).then(|| self.prepared.get(name).cloned()).flatten()
    }

    pub fn prepare(&mut self, prepared: Arc<Prepared>, generation: u64) {
        if self.generation != generation || self.prepared.len() >= PREPARED_MAX {
            self.prepared.clear();
            self.generation = generation;
        }
        self.prepared.insert(prepared.revision.machine_name.clone(), prepared);
    }

    /// A number that is equally likely any.
    pub fn draw(&mut self, environment: &dyn Environment) -> u64 {
        u64::from_be_bytes(self.bytes(environment))
    }

    /// What a new execution needs.
    pub fn draws(&mut self, environment: &dyn Environment, needs_name: bool) -> Drawn {
        let (seed, id) = (self.draw(environment), self.bytes(environment));
        Drawn { seed, id, name: if needs_name { self.bytes(environment) } else { [0; 16] } }
    }

    fn bytes<const N: usize>(&mut self, environment: &dyn Environment) -> [u8; N] {
        if self.random.len() < N {
            self.random.resize(RANDOM_BYTES, 0);
            environment.fill(&mut self.random);
        }
        let rest = self.random.len() - N;
        let drawn = self.random[rest..].try_into().expect("as many as asked for");
        // Nothing is drawn twice.
        self.random.truncate(rest);
        drawn
    }
}

/// A shard on cache lines of its own.
#[repr(align(128))]
struct Padded(Mutex<Shard>);

/// The shards of all threads.
pub(super) struct Shards(Vec<Padded>);

impl Shards {
    pub fn new(recent: Recent) -> Shards {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let shard = |_| {
            Padded(Mutex::new(Shard {
                random: Vec::new(),
                prepared: HashMap::new(),
                generation: 0,
                recents: Recents::new(recent.divided(count)),
                live: HashMap::new(),
            }))
        };
        Shards((0..count).map(shard).collect())
    }

    /// This thread's. With more threads than processors some share one.
    pub fn lock(&self) -> MutexGuard<'_, Shard> {
        self.at(thread_number())
    }

    /// The shard of a thread that may be another one.
    pub fn at(&self, thread: usize) -> MutexGuard<'_, Shard> {
        self.0[thread % self.0.len()].0.lock().expect("nothing panics while holding the lock")
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, one after the other.
    pub fn each(&self) -> impl Iterator<Item = MutexGuard<'_, Shard>> {
        (0..self.0.len()).map(|number| self.at(number))
    }
}

/// A number for each thread that asked, counted from 0.
pub(super) fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! { static NUMBER: Cell<Option<usize>> = const { Cell::new(None) } }
    NUMBER.get().unwrap_or_else(|| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        NUMBER.set(Some(number));
        number
    })
}
