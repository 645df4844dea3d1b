//! The processes of one function: started on demand, reused, bounded in number, ended when idle. The queue in front of them is bounded too.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use crate::config::{FunctionConfig, Target};
use crate::error::InvokeError;
use crate::fault::Fault;
use crate::functions::Shared;
use crate::logs::{LogRing, LogStream};
use crate::process::{Outcome, Process};
use crate::runtime_api::{Answer, Invocation};

/// Invocations that may wait for one of the function's processes: an AWS account's default concurrency.
const QUEUE_MAX: usize = 1_000;
/// Log lines still in the pipe when the response arrives get this long to be part of the tail.
const TAIL_GRACE: Duration = Duration::from_millis(10);

/// One function.
pub(crate) struct Pool {
    pub(crate) config: FunctionConfig,
    pub(crate) ring: Arc<LogRing>,
    shared: Arc<Shared>,
    running: Semaphore,
    in_flight: AtomicUsize,
    retired: AtomicBool,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// Oldest first; the youngest is used first, so that surplus ones grow old.
    processes: VecDeque<(Process, Instant)>,
    reaper_runs: bool,
}

/// A place in the queue.
pub(crate) struct Ticket {
    pool: Arc<Pool>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.pool.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What came of an invocation.
pub(crate) struct Completed {
    pub(crate) payload: Bytes,
    pub(crate) failed: bool,
    pub(crate) log_tail: Option<Vec<u8>>,
}

impl Completed {
    /// The answer to whoever does not wait for one.
    pub(crate) fn nothing() -> Completed {
        Completed { payload: Bytes::new(), failed: false, log_tail: None }
    }
}

impl Pool {
    pub(crate) fn new(config: FunctionConfig, ring: Arc<LogRing>, shared: Arc<Shared>) -> Pool {
        let running = Semaphore::new(config.concurrency.clamp(1, Semaphore::MAX_PERMITS));
        Pool {
            config,
            ring,
            shared,
            running,
            in_flight: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            idle: Mutex::default(),
        }
    }

    /// Takes a place in the queue, or throttles.
    pub(crate) fn enter(self: &Arc<Pool>) -> Result<Ticket, InvokeError> {
        let ticket_count = self.in_flight.fetch_add(1, Ordering::AcqRel);
        let ticket = Ticket { pool: self.clone() };
        if ticket_count >= self.config.concurrency.saturating_add(QUEUE_MAX) {
            return Err(InvokeError::TooManyRequests {
                message: "Rate Exceeded.".to_owned(),
                reason: "ReservedFunctionConcurrentInvocationLimitExceeded".to_owned(),
            });
        }
        Ok(ticket)
    }

    /// No new invocation will come: idle processes end now, the others when they are done.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.lock().processes.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().expect("no panic happens under this lock")
    }

    fn take_idle(&self) -> Option<Process> {
        let mut idle = self.lock();
        while let Some((process, _)) = idle.processes.pop_back() {
            if process.is_alive() {
                return Some(process);
            }
        }
        None
    }

    async fn start(&self) -> Result<Process, Fault> {
        match &self.config.target {
            Target::Command { command, working_directory, handler } => {
                Process::start(&self.config, command, working_directory, handler.as_deref(), &self.shared, &self.ring)
                    .await
            }
            Target::Url(_) => unreachable!("a remote function starts no process"),
        }
    }

    /// Keeps the process for the next invocation.
    fn keep(self: &Arc<Pool>, process: Process) {
        let mut idle = self.lock();
        // `retire` empties the list under this lock after it has set the flag, so none slips through.
        if self.retired.load(Ordering::Acquire) || self.shared.is_closing() || !process.is_alive() {
            return;
        }
        idle.processes.push_back((process, Instant::now()));
        if !idle.reaper_runs {
            idle.reaper_runs = true;
            let idle_timeout = self.shared.options.idle_timeout;
            let pool = Arc::downgrade(self);
            tokio::spawn(async move {
                loop {
                    sleep(idle_timeout / 2).await;
                    let Some(pool) = pool.upgrade() else { break };
                    if !pool.reap(idle_timeout) {
                        break;
                    }
                }
            });
        }
    }

    /// Ends what has been idle for too long; false if nothing is left to watch.
    fn reap(&self, idle_timeout: Duration) -> bool {
        let mut idle = self.lock();
        while idle
            .processes
            .front()
            .is_some_and(|(process, since)| since.elapsed() >= idle_timeout || !process.is_alive())
        {
            idle.processes.pop_front();
        }
        idle.reaper_runs = !idle.processes.is_empty();
        idle.reaper_runs
    }
}

impl Ticket {
    /// Waits for a process and runs the invocation on it.
    pub(crate) async fn run(self, invocation: Invocation) -> Result<Completed, InvokeError> {
        let pool = &self.pool;
        let _permit = pool.running.acquire().await.expect("never closed");
        loop {
            if pool.shared.is_closing() {
                return Err(InvokeError::ShuttingDown);
            }
            let kept = pool.take_idle();
            let warm = kept.is_some();
            let mut process = match kept {
                Some(process) => process,
                None => match pool.start().await {
                    Ok(process) => process,
                    Err(fault) => return Ok(not_started(&fault, &invocation)),
                },
            };
            let started = Instant::now();
            let outcome = process.run(invocation.clone()).await;
            // A process that died between two invocations says nothing about this one, which it never saw.
            if warm && matches!(outcome, Outcome::ExitedBefore(_)) {
                continue;
            }
            return self.complete(process, outcome, &invocation, started).await;
        }
    }

    async fn complete(
        &self,
        process: Process,
        outcome: Outcome,
        invocation: &Invocation,
        started: Instant,
    ) -> Result<Completed, InvokeError> {
        let (ended_well, result) = match outcome {
            Outcome::Answered(Answer::Response(payload)) => (true, Ok(payload)),
            Outcome::Answered(Answer::Error(payload)) => (true, Err(payload)),
            Outcome::Answered(Answer::InitError(payload)) => (false, Err(payload)),
            Outcome::Answered(Answer::ResponseTooLarge) => {
                (true, Err(fault(&process, Fault::ResponseTooLarge, invocation)))
            }
            Outcome::ExitedBefore(_) | Outcome::Exited(_) if self.pool.shared.is_closing() => {
                return Err(InvokeError::ShuttingDown);
            }
            Outcome::ExitedBefore(exit) | Outcome::Exited(exit) => {
                (false, Err(fault(&process, Fault::Exited(exit), invocation)))
            }
            Outcome::TimedOut => {
                process.kill();
                (false, Err(fault(&process, Fault::TimedOut(invocation.timeout), invocation)))
            }
        };
        let mut log_tail = None;
        if invocation.keep_tail {
            sleep(TAIL_GRACE).await;
            log_tail = Some(tail(&process, invocation, started.elapsed(), self.pool.config.memory_mb));
        }
        if ended_well {
            self.pool.keep(process);
        }
        let failed = result.is_err();
        let (Ok(payload) | Err(payload)) = result;
        Ok(Completed { payload, failed, log_tail })
    }
}

fn not_started(fault: &Fault, invocation: &Invocation) -> Completed {
    let message = fault.message(&invocation.request_id);
    tracing::warn!(message, "cannot start a function");
    let log_tail = invocation.keep_tail.then(|| format!("{message}\n").into_bytes());
    Completed { payload: fault.payload(&invocation.request_id), failed: true, log_tail }
}

/// The fault's payload, told to the log as well.
fn fault(process: &Process, fault: Fault, invocation: &Invocation) -> Bytes {
    process.log.line(LogStream::Platform, &fault.message(&invocation.request_id));
    fault.payload(&invocation.request_id)
}

fn tail(process: &Process, invocation: &Invocation, duration: Duration, memory_mb: u32) -> Vec<u8> {
    let request_id = &invocation.request_id;
    let milliseconds = duration.as_secs_f64() * 1_000.0;
    let first = format!("START RequestId: {request_id} Version: $LATEST");
    let last = format!(
        "END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {milliseconds:.2} ms\tBilled Duration: {:.0} ms\t\
         Memory Size: {memory_mb} MB\t",
        milliseconds.ceil()
    );
    process.log.take_tail(&first, &last)
}
