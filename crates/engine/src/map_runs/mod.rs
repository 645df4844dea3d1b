//! Map Runs: the items of a Distributed Map, each or in batches given to a child execution.
//!
//! A run is a cursor over its items that is durable: how far they were read, which children behind that have not ended, what has been
//! counted. Its rows are in the partition of the execution whose state it is the run of, which starts and stops it with the same batch that
//! says so in that execution's history. While it is open it has a runner, a task that reads items, starts children, gathers what becomes of
//! them and now and then commits how far it is, through the partition, which fences it. After a crash the runner goes on from its last
//! commit: Standard children have names that follow from the run and their index, so that one that was started is not started twice; Express
//! children whose end was not committed run once more.
//!
//! Reading order: [`MapRuns`] (what the runs of a server share), `rows` (what is stored), `running` (a partition's runners), `runner` (the
//! loop), `items` (where items come from), `source` (from items to children's inputs), `window` (which children have ended), `children` (how they are started),
//! `results`, `files`, `pending` (what was not started).

mod children;
mod files;
mod items;
mod pending;
mod results;
mod rows;
mod runner;
mod running;
mod source;
mod window;

pub(crate) use rows::{Asked, Counts, MapRunRow, State, Status, is_stored, read_failure, read_results};
pub(crate) use running::RunningMapRuns;

use crate::express::Express;
use crate::keys::ExecutionKey;
use crate::partition::Input;
use crate::registry::Revision;
use api::{Exception, UpdateMapRunRequest};
use interpreter::{Command, Execution, ExecutionStatus, Header, MapRunId, Timestamp};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use store::Write;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

/// Map Runs that are open at a time; others wait (AWS quota: 1,000).
const OPEN_MAX: usize = 1_000;
/// Starts of children that may wait at the partitions, of all runs together: few enough that callers of the API find room there.
const STARTS_MAX: usize = 2_048;

/// Limits of Distributed Maps.
#[derive(Clone, Copy, Debug)]
pub struct MapRunOptions {
    /// The longest a file of a `ResultWriter` may be, in bytes, if it has more than one result. AWS: 5 GB.
    pub result_file_bytes_max: u64,
}

impl Default for MapRunOptions {
    fn default() -> MapRunOptions {
        MapRunOptions { result_file_bytes_max: 5_000_000_000 }
    }
}

/// What the Map Runs of a server share.
pub(crate) struct MapRuns {
    options: MapRunOptions,
    /// Where messages to the runners go.
    live: Mutex<HashMap<MapRunId, mpsc::UnboundedSender<Message>>>,
    /// How many were removed with their executions.
    gone: AtomicU64,
    open: Arc<Semaphore>,
    starts: Arc<Semaphore>,
    /// Known before the first runner.
    doors: OnceLock<Doors>,
}

/// Where children are started.
struct Doors {
    inboxes: Vec<mpsc::Sender<Input>>,
    express: Weak<Express>,
}

impl MapRuns {
    pub fn new(options: MapRunOptions) -> MapRuns {
        MapRuns {
            options,
            live: Mutex::default(),
            gone: AtomicU64::new(0),
            open: Arc::new(Semaphore::new(OPEN_MAX)),
            starts: Arc::new(Semaphore::new(STARTS_MAX)),
            doors: OnceLock::new(),
        }
    }

    /// Children can be started from now on.
    pub fn opened(&self, inboxes: Vec<mpsc::Sender<Input>>, express: &Arc<Express>) {
        let opened = self.doors.set(Doors { inboxes, express: Arc::downgrade(express) });
        assert!(opened.is_ok(), "an engine is opened once");
    }

    /// Whether something is left to be done for a run, in any partition that has been opened.
    pub fn is_open(&self, run: MapRunId) -> bool {
        self.lock().contains_key(&run)
    }

    /// How many runs were removed with their executions since the server was opened.
    pub fn gone(&self) -> u64 {
        self.gone.load(Ordering::Relaxed)
    }

    /// So many more were.
    pub fn are_gone(&self, count: u64) {
        self.gone.fetch_add(count, Ordering::Relaxed);
    }

    /// Tells a runner something; false if there is none.
    pub fn tell(&self, run: MapRunId, message: Message) -> bool {
        self.lock().get(&run).is_some_and(|runner| runner.send(message).is_ok())
    }

    /// What any partition had taken in and not committed is lost: every runner begins again from its last commit.
    pub fn lost(&self) {
        for runner in self.lock().values() {
            let _ = runner.send(Message::Lost);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MapRunId, mpsc::UnboundedSender<Message>>> {
        self.live.lock().expect("nothing panics while holding the lock")
    }
}

/// What a runner is told.
pub(crate) enum Message {
    /// Children have ended.
    Ended(Vec<Ended>),
    /// A child that was to be stopped was never started, or is left alone.
    NotStarted(u64),
    /// An input could not be made, which ends the run.
    Broken(Broken),
    /// UpdateMapRun; answered when it is durable.
    Update(UpdateMapRunRequest, oneshot::Sender<Result<(), Exception>>),
    /// Nobody waits for the run any more.
    Stop,
    /// Children may have been lost on the way to where they are started.
    Lost,
}

/// What an Express child has of its run.
#[derive(Clone)]
pub(crate) struct ChildOf {
    /// Who is told how it ended.
    pub told: mpsc::UnboundedSender<Message>,
    /// Whether nobody waits for it any more. It ends with the runner, which may begin again and start its children once more.
    pub stopped: watch::Receiver<bool>,
}

impl ChildOf {
    /// Waits until nobody wants it any more: true if it is to be stopped, false if the runner that waited for it is gone.
    pub async fn is_stopped(&mut self) -> bool {
        self.stopped.wait_for(|stopped| *stopped).await.is_ok()
    }
}

/// Why a run fails.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Broken {
    pub error: Arc<str>,
    pub cause: Arc<str>,
}

impl Broken {
    pub fn new(error: &str, cause: impl Into<Arc<str>>) -> Broken {
        Broken { error: error.into(), cause: cause.into() }
    }
}

/// How a child execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildStatus {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

/// A child execution that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub index: u64,
    pub items: u64,
    pub status: ChildStatus,
    pub execution_arn: Arc<str>,
    pub name: Arc<str>,
    pub input: Arc<str>,
    pub output: Option<Arc<str>>,
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    pub start: Timestamp,
    pub stop: Timestamp,
    pub redrive_count: u64,
}

impl Ended {
    /// What there is to tell of an execution, if it is a child that has ended.
    pub fn of(execution: &Execution) -> Option<(MapRunId, Ended)> {
        let header = &execution.header;
        let child = header.map_run?;
        let (mut output, mut error, mut cause) = (None, None, None);
        let status = match &execution.status {
            ExecutionStatus::Running => return None,
            ExecutionStatus::Succeeded { output: of } => {
                output = Some(of.text().clone());
                ChildStatus::Succeeded
            }
            ExecutionStatus::Failed(ending) => {
                (error, cause) = (ending.error.clone(), ending.cause.clone());
                ChildStatus::Failed
            }
            ExecutionStatus::TimedOut(_) => ChildStatus::TimedOut,
            ExecutionStatus::Aborted(ending) => {
                (error, cause) = (ending.error.clone(), ending.cause.clone());
                ChildStatus::Aborted
            }
        };
        let ended = Ended {
            index: child.index,
            items: child.items,
            status,
            execution_arn: header.execution_arn.clone(),
            name: header.name.clone(),
            input: header.input.text().clone(),
            output,
            error,
            cause,
            start: header.start_time,
            stop: execution.stop_time.unwrap_or(header.start_time),
            redrive_count: execution.redrives.count,
        };
        Some((child.run, ended))
    }

    /// A child that there is nothing to tell of but that it did not succeed.
    pub fn broken(header: &Header, cause: &str) -> Option<(MapRunId, Ended)> {
        let child = header.map_run?;
        let ended = Ended {
            index: child.index,
            items: child.items,
            status: ChildStatus::Failed,
            execution_arn: header.execution_arn.clone(),
            name: header.name.clone(),
            input: header.input.text().clone(),
            output: None,
            error: Some("States.Runtime".into()),
            cause: Some(cause.into()),
            start: header.start_time,
            stop: header.start_time,
            redrive_count: 0,
        };
        Some((child.run, ended))
    }
}

/// A Standard child to be started, or to be looked after if it was started before.
pub(crate) struct ChildInput {
    pub execution: ExecutionKey,
    /// The start time is set when it starts.
    pub header: Header,
    pub revision: Arc<Revision>,
    /// Whether it cannot have been started before.
    pub is_new: bool,
    /// Whether it goes on if it has ended without success.
    pub redrives: bool,
    pub permit: OwnedSemaphorePermit,
}

/// How far a run is, from its runner to the partition.
pub(crate) struct MapRunInput {
    pub run: MapRunId,
    /// Which runner of the run it is from: an earlier one has nothing more to say.
    pub incarnation: u64,
    /// The execution whose state it is the run of.
    pub execution: ExecutionKey,
    pub writes: Vec<Write>,
    /// The end, which the execution is told.
    pub end: Option<Command>,
    /// What becomes of the row that says what is left to be done.
    pub open: OpenRow,
    /// Told when it is durable; `false` if the execution does not wait for the end any more, and then nothing was done.
    pub answer: oneshot::Sender<Result<bool, Exception>>,
}

/// What becomes of the row that says what is left to be done for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenRow {
    /// It stays.
    Stays,
    /// The redrive it asks for is under way.
    Redriven,
    /// It goes: nothing is left.
    Goes,
}
